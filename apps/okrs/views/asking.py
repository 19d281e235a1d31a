"""Starting a negotiation, from anywhere by a link."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import PortalRequest, actor
from apps.core.http import page
from apps.core.text import key_in
from apps.okrs import queries, rules, transitions
from apps.okrs.forms.negotiating import KINDS, OFFERS, SidesForm, TermsForm
from apps.okrs.models import Cycle, KeyResult, Negotiation, NegotiationKind, Objective
from apps.okrs.rules.asking import Ask
from apps.okrs.views import answers
from apps.okrs.views.finding import collisions


@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest) -> HttpResponse:
    """Ask another team: for a contribution, people, a target, or an objective. The address says about what.

    `?kind=…&objective=…&key_result=…&team=…&from=…&cycle=…`: each may be missing.
    """
    on = timezone.localdate()
    objective, key_result = queries.about(
        key_in(request.GET.get("objective", "")),
        key_in(request.GET.get("key_result", "")),
        person=request.user,
        on=on,
    )
    choices = queries.choices(request.user)
    is_offer = objective is not None and objective.team_id not in {one.pk for one in choices.mine}
    kind = _kind(request, objective, key_result)
    cycles = [objective.cycle] if objective is not None and objective.cycle is not None else choices.cycles
    sides = SidesForm(
        request.POST or None,
        mine=choices.mine,
        others=choices.others,
        cycles=cycles,
        initial=_first_sides(request, choices, objective, cycles),
    )
    is_ready = sides.is_valid()
    cycle = sides.cleaned_data.get("cycle") if sides.is_bound else (cycles[0] if cycles else None)
    form = TermsForm(
        request.POST or None,
        shape=kind,
        cycle=cycle or Cycle(starts_on=on, ends_on=on),
        initial=queries.first_terms(kind, objective, key_result),
    )
    if request.method == "POST" and form.is_valid() and is_ready:
        with answers.refused_in(form):
            return _asked(request, kind, sides.cleaned_data, form.cleaned_data, (objective, key_result))
    context = {
        "sides": sides,
        "form": form,
        "kind": kind,
        "kinds": _kinds(request, objective, key_result, kind, is_offer=is_offer),
        "is_offer": is_offer and kind in OFFERS,
        "objective": objective,
        "key_result": key_result,
        "choices": choices,
        "collisions": collisions(request, objective) if objective is not None else [],
        "may_go_on": objective is not None and rules.may_go_on(actor(request), objective),
        "leads": bool(request.user.lead_ids) and not request.user.is_admin,
    }
    status = (
        answers.status_of(form) if is_ready or request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY
    )
    return page(request, "okrs/ask.html", context, status=status)


def _kind(request: PortalRequest, objective: Objective | None, key_result: KeyResult | None) -> str:
    kind = request.GET.get("kind", "")
    known = [one for one, _title in _possible(objective, key_result)]
    return kind if kind in known else known[0]


def _possible(
    objective: Objective | None, key_result: KeyResult | None, *, is_offer: bool = False
) -> list[tuple[str, str]]:
    """Return what can be asked for here; about another team's objective it is offered."""
    kinds = [NegotiationKind.CONTRIBUTION, NegotiationKind.OBJECTIVE]
    if objective is not None:
        kinds = [NegotiationKind.CONTRIBUTION, NegotiationKind.LOAN, NegotiationKind.OBJECTIVE]
    if key_result is not None:
        kinds = [NegotiationKind.CONTRIBUTION, NegotiationKind.LOAN]
        if key_result.metric_id is not None:
            kinds.insert(0, NegotiationKind.TARGET)
    titles = {kind.value: title for kind, title in KINDS.items()}
    if is_offer:
        titles |= OFFERS
    if objective is None:
        titles[NegotiationKind.OBJECTIVE] = "Propose an objective"
    return [(one.value, titles[one]) for one in kinds]


def _kinds(
    request: PortalRequest,
    objective: Objective | None,
    key_result: KeyResult | None,
    kind: str,
    *,
    is_offer: bool,
) -> list[tuple[str, str, bool]]:
    """Return the chips: address, title, and whether it is the one shown."""
    chips = []
    for one, title in _possible(objective, key_result, is_offer=is_offer):
        said = request.GET.copy()
        said["kind"] = one
        chips.append((f"?{said.urlencode()}", title, one == kind))
    return chips


def _first_sides(
    request: PortalRequest, choices: queries.Choices, objective: Objective | None, cycles: list[Cycle]
) -> dict[str, Any]:
    by_slug = {one.slug: one.pk for one in choices.others}
    mine = [one.pk for one in choices.mine]
    asked = by_slug.get(request.GET.get("team", ""))
    asking = by_slug.get(request.GET.get("from", ""))
    if objective is not None and objective.team_id not in mine:
        asked = asked or objective.team_id
    if objective is not None and objective.team_id in mine:
        asking = asking or objective.team_id
    leads = [pk for pk in mine if pk in request.user.lead_ids and pk != asked]
    wanted = request.GET.get("cycle", "")
    cycle = next((one.pk for one in cycles if one.slug == wanted), cycles[0].pk if cycles else None)
    return {"initiator": asking or next(iter(leads), None), "counterpart": asked, "cycle": cycle}


def _asked(
    request: PortalRequest,
    kind: str,
    sides: dict[str, Any],
    said: dict[str, Any],
    about: tuple[Objective | None, KeyResult | None],
) -> HttpResponse:
    who: dict[str, Any] = {"by": actor(request), "at": timezone.now()}
    words = {"message": said["message"], "respond_by": said["respond_by"]}
    objective, key_result = about
    made: Negotiation
    if kind == NegotiationKind.OBJECTIVE and objective is None:
        made = transitions.propose_objective(
            sides["counterpart"],
            cycle=sides["cycle"],
            from_team=sides["initiator"],
            payload=said["payload"],
            **words,
            **who,
        )
        messages.success(request, f"Proposed. The leads of {made.counterpart} were told.")
        return redirect(made)
    wish = Ask(
        kind=kind,
        initiator=sides["initiator"],
        counterpart=sides["counterpart"],
        cycle=sides["cycle"],
        objective=objective,
        key_result=key_result,
    )
    if "draft" in request.POST:
        made = transitions.begin(wish, payload=said["payload"], **who)
        messages.success(request, "Kept as a draft: your side alone sees it until it is sent.")
        return redirect(made)
    made = transitions.ask(wish, payload=said["payload"], **words, **who)
    messages.success(request, f"Asked. The leads of {made.counterpart} were told.")
    return redirect(made)
