"""What one wants by mail: the settings page, and the link in every mail."""

from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from apps.accounts.http import PortalRequest, actor, actor_by_link
from apps.accounts.models import User
from apps.core.http import page
from apps.notifications import forms, queries, rules, transitions


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: PortalRequest) -> HttpResponse:
    """Show and keep what one gets by mail, and when."""
    person = request.user
    if request.method != "POST":
        return _preferences(request, forms.preferences_form(queries.preferences_of([person])[person.pk]))
    form = forms.PreferencesForm(request.POST)
    if not form.is_valid():
        return _preferences(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    transitions.choose(person, by=actor(request), at=timezone.now(), **form.values())
    messages.success(request, "Your choice is saved.")
    return redirect("notifications:preferences")


def _preferences(request: PortalRequest, form: forms.PreferencesForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "person": request.user}
    return page(request, "notifications/preferences.html", context, status=status)


@csrf_exempt  # the signed link is the proof: mail programs post to it by themselves (RFC 8058)
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: PortalRequest, token: str) -> HttpResponse:
    """Show one preference of whoever got the mail; only a POST changes anything, and that one only."""
    now = timezone.now()
    wish = rules.wish_of(token, today=now.date())
    person = queries.reader(wish)
    if request.method != "POST":
        return _unsubscribe(request, wish, person)
    is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    form = forms.WishForm({"way": rules.FEWEST} if is_one_click else request.POST, wish=wish)
    if not form.is_valid():
        return _unsubscribe(request, wish, person, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    _keep(request, wish, person, way=form.cleaned_data["way"], at=now)
    if is_one_click:  # a program that wants no page and follows nothing
        return HttpResponse("Done. You get no more mails of this kind.\n", content_type="text/plain")
    messages.success(request, "Your choice is saved.")
    return redirect("notifications:unsubscribe", token=token)


def _keep(request: PortalRequest, wish: rules.Wish, person: User, *, way: str, at: datetime) -> None:
    by = actor_by_link(request, person, link="link in a mail")
    if wish.scope == rules.DAILY:
        transitions.choose_daily_mail(person, has_daily_mail=way == rules.DAILY, by=by, at=at)
    else:
        transitions.choose_way(person, kind=wish.scope, way=way, by=by, at=at)


def _unsubscribe(
    request: PortalRequest, wish: rules.Wish, person: User, *, status: int = 200
) -> HttpResponse:
    present = queries.preferences_of([person])[person.pk]
    kind = queries.kinds().get(wish.scope)
    way = rules.way_of(kind, present) if kind else rules.daily_way(present)
    context = {"person": person, "kind": kind, "form": forms.WishForm(initial={"way": way}, wish=wish)}
    return page(request, "notifications/unsubscribe.html", context, status=status)
