"""What catalog asks people to remember: a playground that should be kept, moved on, or archived."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from apps.catalog.models import Phase, Service, ServiceQuerySet
from apps.catalog.queries.teams import people_of
from apps.notifications.rules import Due

REVIEW: Final = "catalog/review"
AT_ONCE: Final = 500


def due(*, now: datetime) -> Iterator[Due]:
    """Yield one reminder for each lead of a playground whose review date has come. Two queries per 500."""
    rows: list[Service] = []
    for service in _reviews(now).select_related("team").streamed(AT_ONCE):
        rows.append(service)
        if len(rows) == AT_ONCE:
            yield from _told(rows, now)
            rows = []
    yield from _told(rows, now)


def still_due(keys: list[str], *, now: datetime) -> set[str]:
    """Return the keys of those that are still in playground with the same review date. One query."""
    ids = {int(key.split(":")[1]) for key in keys}
    return {_key(service) for service in _reviews(now).filter(pk__in=ids)}.intersection(keys)


def _reviews(now: datetime) -> ServiceQuerySet:
    rows = Service.objects.filter(phase=Phase.PLAYGROUND, review_on__lte=now.date(), part_of=None)
    return rows.exclude(team=None)


def _told(services: list[Service], now: datetime) -> Iterator[Due]:
    people = people_of({service.team_id for service in services if service.team_id})
    for service in services:
        for one in people.get(service.team_id or 0, []):
            if one.is_lead:
                yield Due(
                    recipient=one.person,
                    key=_key(service),
                    kind=REVIEW,
                    template=REVIEW,
                    subject=service.subject,
                    context={"service": service.name, "review_on": service.review_on},
                    at=now,
                )


def _key(service: Service) -> str:
    return f"catalog:{service.pk}:review:{service.review_on:%Y%m%d}"
