"""For administrators: which messages go out, how work gets on, and what went wrong."""

from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.accounts.rules import check_admin
from apps.activity.queries import last_checked
from apps.core import health
from apps.core.http import PAGE, one_page, page
from apps.core.text import words_in
from apps.jobs.queries import failed, lately_done, present, queues
from apps.notifications import queries, transitions
from apps.notifications.models import Delivery, State

REAL_MAIL: Final = "django.core.mail.backends.smtp.EmailBackend"

DONE: Final = 20  # of the jobs that went well


@require_GET
def outbox(request: PortalRequest) -> HttpResponse:
    """Show which messages went out, wait or stopped."""
    check_admin(actor(request))
    state = request.GET.get("state", "")
    deliveries = queries.outbox()
    if state in State.values:
        deliveries = deliveries.filter(state=state)
    to = words_in(request.GET.get("to", ""), limit=254)
    if to:
        deliveries = deliveries.to(to)
    rows, following = one_page(request, deliveries, field="-id")
    has_bodies = settings.EMAIL_BACKEND != REAL_MAIL
    context = {
        "messages_out": queries.messages(
            rows, person=request.user, has_bodies=has_bodies, now=timezone.now()
        ),
        "next": following,
        "state": state,
        "states": State.choices,
        "to": to,
        "kept": f"&{urlencode({'to': to})}" if to else "",
    }
    return page(request, "notifications/outbox.html", context)


@require_GET
def trouble(request: PortalRequest) -> HttpResponse:
    """Show how much work there is and since when it waits, and what failed or stopped."""
    check_admin(actor(request))
    now = timezone.now()
    stopped = list(queries.stopped()[:PAGE])
    seen_at = health.beat_seen_at()
    context = {
        "queues": queues(now=now),
        "mails": queries.mails(now=now),
        "seen_at": seen_at,
        "is_late": health.is_late(seen_at, now=now),
        "checked": last_checked(),
        "present": present(request.user.audiences)[:PAGE],
        "jobs": failed()[:PAGE],
        "done": lately_done(request.user.audiences, now=now)[:DONE],
        "messages_out": queries.messages(stopped, person=request.user, has_bodies=False, now=now),
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
