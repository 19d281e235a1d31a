"""What a signature is bound to, read from the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from apps.catalog.models import Dependency, Service
from apps.catalog.rules import risk
from apps.readiness import queries as readiness
from apps.readiness.models import Assessment, Verdict
from apps.walkthroughs.models import ContentSnapshot, SignOff, Walkthrough
from apps.walkthroughs.rules import SCHEMA, Content, Difference, differences

MOST_REMEMBERED: Final = 2000  # lists of differences in one process


def content(walkthrough: Walkthrough, *, service: Service | None = None) -> Content:
    """Return the present content of a walkthrough. Two queries and those of readiness.content.

    Load `assessment__edition` and the service's own fields first.
    """
    service = service or walkthrough.service
    assessment = walkthrough.assessment
    return _answers_and_risk(assessment, service) | {
        "schema": SCHEMA,
        "service": {"slug": service.slug, "name": service.name},
        "edition": {"key": assessment.edition.key, "number": assessment.edition.number},
        "needs": _needs(service),
        "verdicts": _verdicts(assessment),
    }


def _answers_and_risk(assessment: Assessment, service: Service) -> Content:
    """Return the parts in which something can turn for the worse."""
    found = risk(service)
    return {
        "risk": {
            "level": found.level.value,
            "points": found.points,
            "tier": service.tier,
            "data_class": service.data_class,
            "exposure": service.exposure,
            "moves_money": service.moves_money,
            "override": service.risk_override,
        },
        "items": {item["item"]: _without_code(item) for item in readiness.content(assessment)},
    }


def _needs(service: Service) -> dict[str, str]:
    rows = Dependency.objects.filter(service=service).order_by("target__slug")
    return dict(rows.values_list("target__slug", "strength"))


def _verdicts(assessment: Assessment) -> dict[str, dict[str, dict[str, str]]]:
    """Return area → person's number → name and word: two people of one name are two."""
    rows = Verdict.objects.filter(area__assessment=assessment).order_by("area__position", "reviewer_id")
    found: dict[str, dict[str, dict[str, str]]] = {}
    for key, pk, name, value in rows.values_list("area__key", "reviewer_id", "reviewer__name", "value"):
        found.setdefault(key, {})[str(pk)] = {"reviewer": name, "value": value}
    return found


def _without_code(item: Content) -> Content:
    return {name: value for name, value in item.items() if name != "item"}


@dataclass(frozen=True)
class Signed:
    """What a comparison needs to know of one signature."""

    pk: int
    snapshot_id: int
    content_version: int
    service_version: int


Key = tuple[int, int, int, int, int]  # what was signed, and which rows stand in which version

_REMEMBERED: Final[dict[Key, tuple[Difference, ...]]] = {}


def changes(
    sign_offs: Sequence[SignOff | Signed], walkthrough: Walkthrough
) -> dict[int, tuple[Difference, ...]]:
    """Return what changed since each signature, by its id.

    No query while nothing was saved since; else one for the snapshots and that of readiness.content.
    A process remembers what it compared until something is saved again. Names are no part of what the
    versions count: somebody who is called differently now has changed no answer, and shows up with the
    next save. Inside a transaction, which may still be undone, nothing is remembered.
    """
    assessment, service = walkthrough.assessment, walkthrough.service
    now = (assessment.content_version, service.version)
    later = [one for one in sign_offs if (one.content_version, one.service_version) != now]
    if not later:
        return {}
    place = (assessment.pk, service.pk, *now)
    ids = {one.snapshot_id for one in later}
    is_settled = not connection.in_atomic_block
    found = {pk: _REMEMBERED.get((pk, *place)) if is_settled else None for pk in ids}
    if None in found.values():
        found |= _compared([pk for pk, known in found.items() if known is None], walkthrough)
        if is_settled:
            _remember({(pk, *place): known for pk, known in found.items() if known is not None})
    return {one.pk: found[one.snapshot_id] or () for one in later}


def _compared(ids: list[int], walkthrough: Walkthrough) -> dict[int, tuple[Difference, ...] | None]:
    present = _answers_and_risk(walkthrough.assessment, walkthrough.service)
    signed = ContentSnapshot.objects.filter(pk__in=ids).values_list("pk", "content")
    return {pk: tuple(differences(before, present)) for pk, before in signed}


def _remember(found: dict[Key, tuple[Difference, ...]]) -> None:
    if len(_REMEMBERED) > MOST_REMEMBERED:
        _REMEMBERED.clear()
    for key, known in found.items():
        _REMEMBERED[key] = known
