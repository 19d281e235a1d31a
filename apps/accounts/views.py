"""One's own settings, and the people of the portal."""

from http import HTTPStatus
from typing import Any, Final

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStage
from allauth.account.views import LoginView
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts import forms, queries, rules, transitions
from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import User
from apps.activity.queries import of_person
from apps.core.http import one_page, page, wants_part
from apps.core.text import key_in, words_in

ENTRIES: Final = 50  # of a history, on a page of its own
LATELY: Final = 20
A_YEAR: Final = 365 * 24 * 3600


class SignInView(LoginView):  # type: ignore[misc]  # allauth is untyped
    """The sign-in. Whoever comes back to it from the second step begins anew.

    allauth would send them to the second step again: in a circle, if that was taken away meanwhile.
    """

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:  # noqa: ARG002
        clear_login(request)


class SwitchOnView(ActivateTOTPView):  # type: ignore[misc]  # allauth is untyped
    """The page that switches an authenticator app on. Its first code is used up like every later one.

    allauth would only look at it: whoever saw it typed could sign in with it for a minute.
    """

    @transaction.atomic
    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        """Keep the secret, and which code has been used."""
        answer: HttpResponse = super().form_valid(form)
        code, by = form.cleaned_data["code"], actor(self.request)
        transitions.prove_second_factor(self.request.user, code=code, by=by, at=timezone.now())
        return answer


@require_http_methods(["GET", "POST"])
def profile(request: PortalRequest) -> HttpResponse:
    """Show and keep one's own profile."""
    if request.method == "GET":
        return _profile(request, forms.profile_form(request.user))
    form = forms.profile_form(request.user, request.POST)
    if not form.is_valid():
        return _profile(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    transitions.edit_profile(request.user, by=actor(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, "Your profile is saved.")
    return redirect("accounts:profile")


def _profile(request: PortalRequest, form: forms.ProfileForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "person": request.user, "themes": rules.THEMES}
    return page(request, "accounts/profile.html", context, status=status)


@require_POST
def theme(request: PortalRequest) -> HttpResponse:
    """Remember light, dark or auto in a cookie, and go back to where the person was."""
    response = HttpResponseRedirect(_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in rules.THEMES:
        response.set_cookie("theme", chosen, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_POST
def hours(request: PortalRequest) -> HttpResponse:
    """Take the zone that a browser says by itself, or that zone and hours are right; show the page anew."""
    transitions.settle(
        request.user,
        time_zone=request.POST.get("time_zone", ""),
        is_right="is_right" in request.POST,
        by=actor(request),
        at=timezone.now(),
    )
    return HttpResponseClientRefresh() if wants_part(request) else HttpResponseRedirect(_back(request))


def _back(request: PortalRequest) -> str:
    """Return where the person was, if that is a page of ours; a bare word is none."""
    back = request.POST.get("next") or request.headers.get("Referer") or ""
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if is_ours and back.startswith(rules.WHOLE_ADDRESS) else "/"


@require_GET
def people(request: PortalRequest) -> HttpResponse:
    """List everybody, for administrators."""
    rules.check_admin(actor(request))
    return _people(request, forms.InviteForm())


@require_POST
def invite(request: PortalRequest) -> HttpResponse:
    """Let somebody in and send them the one-time link."""
    rules.check_admin(actor(request))
    form = forms.InviteForm(request.POST)
    if not form.is_valid():
        return _people(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    invited = transitions.invite(by=actor(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"{invited} gets a letter with a link to choose a password.")
    return redirect(invited)


def _people(request: PortalRequest, form: forms.InviteForm, *, status: int = 200) -> HttpResponse:
    search = words_in(request.GET.get("q", ""), limit=200)
    found = queries.people(search=search)
    rows, following = one_page(request, found, field="name")
    context = {
        "people": rows,
        "count": found.counted(),
        "search": search,
        "next": following,
        "form": form,
    }
    return page(request, "accounts/people.html", context, part="list", status=status)


@require_GET
def person(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a person; administrators also get what they may change."""
    return _person(request, _find(pk))


@require_GET
def history(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what a person did and what was done about them, to themselves and administrators."""
    found, by = _find(pk), actor(request)
    rules.check_may_read_life(by, found)
    before = key_in(request.GET.get("before", ""))
    entries = of_person(found.pk, audiences=rules.audiences_of_life(by), before=before, limit=ENTRIES)
    context = {
        "person": found,
        "entries": entries,
        "is_later": before is not None,
        "before": entries[-1].id if len(entries) == ENTRIES else None,
    }
    return page(request, "accounts/history.html", context)


@require_POST
def roles(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a person these roles and no others."""
    found = _find(pk)
    form = forms.RolesForm(request.POST)
    if not form.is_valid():
        return _person(request, found, status=HTTPStatus.UNPROCESSABLE_ENTITY, roles_form=form)
    transitions.give_roles(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"The roles of {found} are saved.")
    return redirect(found)


@require_POST
def invite_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Send a fresh one-time link."""
    found = _find(pk)
    form = forms.InviteAgainForm(request.POST, person=found)
    if not form.is_valid():
        return _person(request, found, status=HTTPStatus.UNPROCESSABLE_ENTITY, invite_form=form)
    transitions.invite_again(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"{found} gets a letter with a fresh link.")
    return redirect(found)


@require_POST
def deactivate(request: PortalRequest, pk: int) -> HttpResponse:
    """End a person's access."""
    found = transitions.deactivate(_find(pk), by=actor(request), at=timezone.now())
    messages.success(request, f"{found} can no longer sign in.")
    return redirect(found)


@require_POST
def reactivate(request: PortalRequest, pk: int) -> HttpResponse:
    """Let a person sign in again."""
    found = transitions.reactivate(_find(pk), by=actor(request), at=timezone.now())
    messages.success(request, f"{found} can sign in again.")
    return redirect(found)


@require_POST
def take_second_factor(request: PortalRequest, pk: int) -> HttpResponse:
    """Let somebody in again who lost their phone."""
    found, by = _find(pk), actor(request)
    rules.check_admin(by)
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        return _person(request, found, status=HTTPStatus.UNPROCESSABLE_ENTITY, factor_form=form)
    transitions.take_second_factor(found, by=by, at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"{found} signs in with the password alone, and is signed out everywhere.")
    return redirect(found)


def _find(pk: int) -> User:
    return get_object_or_404(User, pk=pk)


def _person(request: PortalRequest, found: User, *, status: int = 200, **refused: Any) -> HttpResponse:
    by = actor(request)
    context: dict[str, Any] = {
        "person": found,
        "weekdays": [rules.WEEKDAYS[day] for day in found.works_on],
        "is_self": found.pk == request.user.pk,
        "may_administer": rules.may_administer(by),
    }
    if context["may_administer"]:
        context |= {
            "roles_form": forms.RolesForm(initial={"roles": found.roles}),
            "invite_form": forms.InviteAgainForm(initial={"email": found.email}, person=found),
            "has_second_factor": queries.has_second_factor(found),
            "factor_form": forms.ReasonForm(),
        }
    if rules.may_read_life(by, found):
        context["history"] = of_person(found.pk, audiences=rules.audiences_of_life(by), limit=LATELY)
        context["has_more"] = len(context["history"]) == LATELY
    return page(request, "accounts/person.html", context | refused, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: PortalRequest) -> HttpResponse:
    """List one's own tokens and those of teams that one leads; a new one's secret is shown this once."""
    teams = queries.team_names(request.user.team_ids)
    form = forms.TokenForm(request.POST or None, teams=teams)
    if request.method == "GET" or not form.is_valid():
        return _tokens(request, form)
    values = dict(form.cleaned_data)
    token, secret = transitions.make_token(
        request.user, team_id=values.pop("team"), by=actor(request), at=timezone.now(), **values
    )
    return _tokens(request, forms.TokenForm(teams=teams), token=token, secret=secret)


def _tokens(request: PortalRequest, form: forms.TokenForm, **made: Any) -> HttpResponse:
    found = list(queries.tokens_near(request.user)[: rules.MOST_TOKENS * 2])
    context = {"tokens": found, "form": form, "now": timezone.now(), "back": "own"}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "accounts/tokens.html", context | made, status=status)


@require_GET
def all_tokens(request: PortalRequest) -> HttpResponse:
    """List everybody's tokens, for administrators."""
    rules.check_admin(actor(request))
    rows, following = one_page(request, queries.tokens(), field="-made_at")
    context = {"tokens": rows, "next": following, "now": timezone.now(), "back": "all"}
    return page(request, "accounts/all_tokens.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask first, then end a token; who may not see it does not find it."""
    by = actor(request)
    token = get_object_or_404(queries.visible_tokens(by), pk=pk)
    if request.method != "POST":
        back = "all" if request.GET.get("back") == "all" else "own"
        return page(request, "accounts/revoke_token.html", {"token": token, "back": back})
    transitions.revoke_token(token, by=by, at=timezone.now())
    messages.success(request, f"The token “{token}” no longer works.")
    return redirect("accounts:all_tokens" if request.POST.get("back") == "all" else "accounts:tokens")
