"""Negotiations: the list, one of them, and every act as a form."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.comments import queries as comments
from apps.comments.transitions import say as say_it
from apps.core.http import page
from apps.core.results import Conflict, Saved
from apps.core.text import key_in
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import SayForm
from apps.okrs.forms import negotiating as forms
from apps.okrs.http import noted
from apps.okrs.models import Act, Negotiation, NegotiationKind, Stage
from apps.okrs.rules import negotiating
from apps.okrs.rules.negotiating import giver_of
from apps.okrs.rules.terms import shape_of
from apps.okrs.views import answers
from apps.okrs.views.finding import collisions

CHANGE: Final = "change"


@dataclass(frozen=True)
class Tab:
    """One tab of the list."""

    title: str
    url: str
    count: str
    is_on: bool


@require_GET
def negotiations(request: PortalRequest) -> HttpResponse:
    """List what the person's teams negotiate: what waits for them first."""
    show = request.GET.get("show", "")
    show = show if show in queries.SHOWN else "for-us"
    after = key_in(request.GET.get("after", ""))
    listing = queries.listing(request.user, show=show, on=timezone.localdate(), after=after)
    tabs = [
        Tab(title, f"?{urlencode({'show': key})}", listing.counts[key], key == show)
        for key, title in queries.SHOWN.items()
        if key == show or key in {"for-us", "for-others"} or listing.counts[key] != "0"
    ]
    following = {"show": show, "after": listing.next_after}
    context = {
        "listing": listing,
        "tabs": tabs,
        "show": show,
        "may_ask": bool(request.user.team_ids),
        "next_url": f"?{urlencode(following)}" if listing.next_after else "",
    }
    return page(request, "okrs/negotiations.html", context)


@require_GET
def negotiation(request: PortalRequest, pk: int) -> HttpResponse:
    """Show both sides' terms, the moves as a thread, and what the giver has and puts first."""
    return _page(request, _find(request, pk))


def _find(request: PortalRequest, pk: int) -> Negotiation:
    found = queries.negotiation(pk, person=request.user, on=timezone.localdate())
    noted([found.objective], by=actor(request))
    return found


def _page(request: PortalRequest, found: Negotiation, *, status: int = 200, **more: Any) -> HttpResponse:
    by = actor(request)
    ball = queries.catchball(found, by=by, person=request.user, on=timezone.localdate())
    payload = found.terms.payload if found.terms else {}
    needs_form = bool(
        negotiating.crowds(found, payload, ball.giver_ledger)
        or (ball.shape == NegotiationKind.CONTRIBUTION and found.objective_id)
    )
    context = {
        "ball": ball,
        "negotiation": found,
        "needs_form": needs_form,
        "may_change": Act.REVOKE.value in ball.acts,
        "said": comments.conversation("negotiation", found.pk),
        "brought": queries.brought_by(found),
        **_nos_in_the_way(request, found),
    }
    return page(request, "okrs/negotiation.html", context | more, status=status)


def _nos_in_the_way(request: PortalRequest, found: Negotiation) -> dict[str, Any]:
    """Return the nos that stand against what is negotiated, as the form has them in which it is asked."""
    objective = found.objective
    if objective is None or found.stage not in {Stage.DRAFT, Stage.OPEN}:
        return {}
    may_go_on = rules.may_go_on(actor(request), objective)
    return {"collisions": collisions(request, objective), "objective": objective, "may_go_on": may_go_on}


@require_POST
def say_in_negotiation(request: PortalRequest, pk: int) -> HttpResponse:
    """Add a comment: talk is no move, and binds nobody."""
    found = _find(request, pk)
    now = timezone.now()
    form = SayForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            talk = negotiating.talk_of(found, on=now.date())
            say_it(talk, by=actor(request), at=now, **form.cleaned_data)
            return redirect(f"{found.get_absolute_url()}#talk")
    return _page(request, found, status=answers.status_of(form), say_form=form)


Maker = Callable[[PortalRequest, Negotiation], django_forms.Form]


def _terms_form(request: PortalRequest, found: Negotiation) -> django_forms.Form:
    payload = found.terms.payload if found.terms else {}
    return forms.TermsForm(
        request.POST or None,
        shape=shape_of(found),
        cycle=found.cycle,
        before=payload,
        initial={"seen": found.terms.sha256 if found.terms else ""},
    )


def _change_form(request: PortalRequest, found: Negotiation) -> django_forms.Form:
    form = _terms_form(request, found)
    form.fields["message"].required = True
    form.fields["message"].label = "Why it should change"
    return form


def _accept_form(request: PortalRequest, found: Negotiation) -> django_forms.Form:
    on = timezone.localdate()
    giver = giver_of(found)
    teams = queries.ledgers_of_teams([giver.pk], cycle_id=found.cycle_id, on=on)
    payload = found.terms.payload if found.terms else {}
    after = negotiating.crowds(found, payload, teams[giver.pk][1] if giver.pk in teams else None)
    is_work = shape_of(found) == NegotiationKind.CONTRIBUTION and found.objective_id is not None
    objectives = queries.givers_objectives(found, person=request.user, on=on) if is_work else []
    return forms.AcceptForm(
        request.POST or None,
        crowded=after is not None and not payload.get("instead_of"),
        objectives=objectives,
        initial={"seen": found.terms.sha256 if found.terms else ""},
    )


def _plain(form: type[django_forms.Form]) -> Maker:
    return lambda request, _found: form(request.POST if request.method == "POST" else None)


@dataclass(frozen=True)
class Step:
    """How one act looks as a form."""

    title: str
    action: str
    consequence: str
    form: Maker
    done: str
    is_far_reaching: bool = False


STEPS: Final[dict[str, Step]] = {
    Act.PROPOSE: Step(
        "Send it",
        "Send it",
        "The other side is told, and owes an answer.",
        _plain(forms.SendForm),
        "Sent. Their leads were told.",
    ),
    Act.ACCEPT: Step(
        "Accept the terms on the table",
        "Accept",
        "Both sides are bound to exactly these words; what changed meanwhile is shown first.",
        _accept_form,
        "Agreed. The other side was told.",
    ),
    Act.COUNTER: Step(
        "Counter",
        "Send the counter",
        "Say what you can do. The other side owes the answer then.",
        _terms_form,
        "Countered. They owe the answer now.",
    ),
    Act.AMEND: Step(
        "Change what is on the table",
        "Put it on the table",
        "What was on the table before no longer counts; the other side still owes the answer.",
        _terms_form,
        "Changed. Their leads were told.",
    ),
    Act.DECLINE: Step(
        "Say no",
        "Say no",
        "A no is respected here. It goes into the register with its reason, and you hold it.",
        _plain(forms.NoForm),
        "Said. The register keeps it, and they were told why.",
    ),
    Act.WITHDRAW: Step(
        "Withdraw it",
        "Withdraw",
        "Nothing is asked any more.",
        _plain(forms.NoteForm),
        "Withdrawn.",
    ),
    Act.DISCARD: Step(
        "Discard the draft", "Discard", "Nobody else has seen it.", _plain(django_forms.Form), "Discarded."
    ),
    Act.REPORT: Step(
        "It is done",
        "Say that it is done",
        "The side that asked says whether that was it.",
        _plain(forms.NoteForm),
        "Reported. They were told.",
    ),
    Act.SATISFIED: Step(
        "That was it",
        "We are satisfied",
        "The conversation is over, with thanks.",
        _plain(forms.NoteForm),
        "Closed. They were told.",
    ),
    Act.DISPUTE: Step(
        "Something is missing",
        "Say what is missing",
        "The agreement stands, and they go on.",
        _plain(forms.ReasonForm),
        "They were told what is missing.",
    ),
    Act.REVOKE: Step(
        "Revoke what was agreed",
        "Revoke",
        "The other side no longer counts on it; person-weeks and loans that it bound are free at once.",
        _plain(forms.ReasonForm),
        "Revoked. The other side was told why.",
        is_far_reaching=True,
    ),
    CHANGE: Step(
        "Ask for a change",
        "Ask for the change",
        "A negotiation of its own: until both agree, the old terms hold.",
        _change_form,
        "Asked. Until they answer, the old terms hold.",
    ),
}
STEPS[Act.DEFER] = STEPS[Act.DECLINE]


@require_http_methods(["GET", "POST"])
def act(request: PortalRequest, pk: int, act: str) -> HttpResponse:
    """Show the form of an act, or take it."""
    if act not in STEPS:
        raise Http404
    found = _find(request, pk)
    step = STEPS[act]
    form = step.form(request, found)
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            return _take(request, found, act, form)
    return _form(request, found, act, form, status=answers.status_of(form))


def _form(
    request: PortalRequest, found: Negotiation, act: str, form: django_forms.Form, *, status: int
) -> HttpResponse:
    context = {
        "negotiation": found,
        "step": STEPS[act],
        "act": act,
        "form": form,
        "is_terms": isinstance(form, forms.TermsForm),
        "ball": queries.catchball(found, by=actor(request), person=request.user, on=timezone.localdate()),
    }
    return page(request, "okrs/act.html", context, status=status)


def _take(request: PortalRequest, found: Negotiation, act: str, form: django_forms.Form) -> HttpResponse:
    match _taken(request, found, act, form.cleaned_data):
        case Conflict(theirs):
            fresh = _find(request, theirs.pk)
            if not isinstance(form, forms.TermsForm):  # which has words of one's own
                return _page(request, fresh, status=HTTPStatus.CONFLICT, is_conflict=True)
            form.data = request.POST.copy()
            form.data["seen"] = fresh.terms.sha256 if fresh.terms else ""
            form.add_error(
                None, "The terms changed while you wrote. What is on the table now stands beside it."
            )
            return _form(request, fresh, act, form, status=HTTPStatus.CONFLICT)
        case Saved(row):
            taken = row
        case row:
            taken = row
    messages.success(request, STEPS[act].done)
    return redirect(taken)


def _taken(  # noqa: PLR0911, PLR0912, C901 -- one line for each act
    request: PortalRequest, found: Negotiation, act: str, said: dict[str, Any]
) -> Saved[Negotiation] | Conflict[Negotiation] | Negotiation:
    who: dict[str, Any] = {"by": actor(request), "at": timezone.now()}
    match act:
        case Act.PROPOSE:
            words = {"message": said["reason"], "respond_by": said["respond_by"]}
            return transitions.propose(found, **words, **who)
        case Act.ACCEPT:
            more = {name: said[name] for name in ("displaced", "within") if said.get(name)}
            return transitions.accept(found, seen=said["seen"], **more, **who)
        case Act.COUNTER:
            return transitions.counter(found, seen=said["seen"], **_terms_said(said), **who)
        case Act.AMEND:
            return transitions.amend(found, seen=said["seen"], **_terms_said(said), **who)
        case Act.DECLINE | Act.DEFER:
            reason = {"reason_code": said["reason_code"], "reason": said["reason"]}
            if said["until_on"] or act == Act.DEFER:
                return transitions.defer_ask(found, until_on=said["until_on"], **reason, **who)
            return transitions.decline(found, **reason, **who)
        case Act.WITHDRAW:
            return transitions.withdraw_ask(found, reason=said["reason"], **who)
        case Act.DISCARD:
            return transitions.discard(found, **who)
        case Act.REPORT:
            return transitions.report(found, note=said["reason"], **who)
        case Act.SATISFIED:
            return transitions.be_satisfied(found, note=said["reason"], **who)
        case Act.DISPUTE:
            return transitions.dispute(found, reason=said["reason"], **who)
        case Act.REVOKE:
            return transitions.revoke(found, reason=said["reason"], **who)
    terms = _terms_said(said)
    return transitions.ask_for_change(
        found, payload=terms["payload"], reason=terms["message"], respond_by=terms["respond_by"], **who
    )


def _terms_said(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("payload", "message", "respond_by")}
