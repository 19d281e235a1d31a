"""How services move from phase to phase, and what lists show of them."""

from datetime import datetime
from typing import Any

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.catalog import rules
from apps.catalog.events import PhaseEntered
from apps.catalog.models import Phase, PhaseChange, Service, ServiceSummary
from apps.catalog.queries.finding import family
from apps.core.transactions import one_transaction


@one_transaction
def enter_phase(service: Service, *, phase: Phase, by: Actor, at: datetime, reason: str = "") -> Service:
    """Move a service and its parts into a phase. Who may, and when, the calling app has checked.

    The summary row is not touched, because it is locked last: the caller ends with `summarise`.
    """
    both = family(service.pk).select_related("team", "part_of")
    rows = list(both.select_for_update(of=("self",), no_key=True))
    whole = next(row for row in rows if row.pk == service.pk)
    rules.check_whole(whole)
    rules.check_move(whole, phase)

    before = {row.pk: row.phase for row in rows}
    for row in rows:
        row.phase_before = row.phase if phase == Phase.ARCHIVED else ""
        row.phase, row.phase_since = phase, at
        row.review_on = at.date() + rules.REVIEW_AFTER if phase == Phase.PLAYGROUND else None
        row.version += 1
    Service.objects.bulk_update(rows, ["phase", "phase_before", "phase_since", "review_on", "version"])

    for row in rows:
        _remember(row, before=Phase(before[row.pk]), reason=reason, by=by, at=at)
    return whole


def _remember(service: Service, *, before: Phase, reason: str, by: Actor, at: datetime) -> None:
    after = Phase(service.phase)
    PhaseChange.objects.create(
        service=service, before=before, after=after, reason=reason, by_name=by.name, at=at
    )
    event = PhaseEntered(before=before.label.lower(), after=after.label.lower(), reason=reason)
    record(event, by=by, at=at, subject=service.subject)


@one_transaction
def summarise(service: Service, *, by: Actor, at: datetime, **values: Any) -> None:  # noqa: ARG001
    """Keep what lists and headers show of a service; no event, upper apps tell what happened. One query.

    The values are fields of ServiceSummary. Take every other lock before: the summary row comes last.
    """
    if not ServiceSummary.objects.filter(service_id=service.pk).update(**values):
        ServiceSummary.objects.create(service_id=service.pk, **values)
