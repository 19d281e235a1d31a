"""The inbox of everybody; the outbox and what went wrong, for administrators."""

from typing import Final, TypeVar

from django.conf import settings
from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.accounts.rules import check_admin
from apps.core.http import page
from apps.core.querysets import LockableQuerySet
from apps.core.text import key_in
from apps.jobs.queries import failed
from apps.notifications import queries, transitions
from apps.notifications.models import Delivery, State

ModelT = TypeVar("ModelT", bound=Model)

PAGE: Final = 50
REAL_MAIL: Final = "django.core.mail.backends.smtp.EmailBackend"


@require_GET
def inbox(request: PortalRequest) -> HttpResponse:
    """Show what one was told, the newest first."""
    notices = queries.inbox(request.user)
    if request.GET.get("show") == "unread":
        notices = notices.unread()
    rows, following = _one_page(request, notices, field="-at")
    context = {"notices": rows, "next": following, "is_unread": request.GET.get("show") == "unread"}
    return page(request, "notifications/inbox.html", context)


@require_POST
def read_all(request: PortalRequest) -> HttpResponse:
    """Put everything away."""
    transitions.read_all(by=actor(request), at=timezone.now())
    return redirect("notifications:inbox")


@require_http_methods(["GET", "POST"])
def open_notice(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one notice; a POST marks it as read and goes to what it is about."""
    notice = get_object_or_404(queries.inbox(request.user), pk=pk)
    if request.method == "GET":
        return page(request, "notifications/notice.html", {"notice": notice})
    transitions.read(notice, by=actor(request), at=timezone.now())
    return redirect(notice.url or "notifications:inbox")


@require_GET
def outbox(request: PortalRequest) -> HttpResponse:
    """Show which messages went out, wait or stopped."""
    check_admin(actor(request))
    state = request.GET.get("state", "")
    deliveries = queries.outbox()
    if state in State.values:
        deliveries = deliveries.filter(state=state)
    rows, following = _one_page(request, deliveries, field="-id")
    has_bodies = settings.EMAIL_BACKEND != REAL_MAIL
    context = {
        "messages_out": queries.messages(rows, person=request.user, has_bodies=has_bodies),
        "next": following,
        "state": state,
        "states": State.choices,
    }
    return page(request, "notifications/outbox.html", context)


@require_GET
def trouble(request: PortalRequest) -> HttpResponse:
    """Show the jobs that failed and the messages that stopped."""
    check_admin(actor(request))
    stopped = list(queries.stopped()[:PAGE])
    context = {
        "jobs": failed()[:PAGE],
        "messages_out": queries.messages(stopped, person=request.user, has_bodies=False),
    }
    return page(request, "notifications/trouble.html", context)


@require_POST
def retry(request: PortalRequest, pk: int) -> HttpResponse:
    """Send a stopped message once more."""
    check_admin(actor(request))
    delivery = get_object_or_404(Delivery, pk=pk)
    again = transitions.retry_delivery(delivery, by=actor(request), at=timezone.now())
    messages.success(request, f"{again} is tried again.")
    return redirect("notifications:trouble")


def _one_page(
    request: PortalRequest, rows: LockableQuerySet[ModelT], *, field: str
) -> tuple[list[ModelT], int | None]:
    """Return the rows of the page that the address asks for, and where the next one begins."""
    found = list(rows.after(key_in(request.GET.get("after", "")), field=field)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None
