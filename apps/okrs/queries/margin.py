"""What stands in the margin of a quarter: words, asks and offers, and nos.

Templates draw each: templates/jinja/okrs/margin/.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from apps.accounts.models import Actor
from apps.comments.models import Comment
from apps.comments.queries import latest
from apps.core.statements import statement
from apps.okrs.models import OVER, Finding, Negotiation, No, Objective, Quarter
from apps.okrs.queries.findings import findings_of
from apps.okrs.queries.margin_notes import AskNote, NoNote, ask_notes, no_note

MOST_ASKS, MOST_NOS, MOST_SAID = 50, 30, 3


@dataclass
class Margin:
    """What stands beside one objective, or beside the whole page."""

    asks: list[AskNote] = field(default_factory=list)
    nos: list[NoNote] = field(default_factory=list)
    said: list[Comment] = field(default_factory=list)  # the newest few, oldest of them first
    count: int = 0  # of all that was said
    findings: list[Finding] = field(default_factory=list)  # open ones, the gravest first

    @property
    def obstacles(self) -> list[Finding]:
        """Return what stands in the way."""
        return [one for one in self.findings if _is_obstacle(one)]

    @property
    def questions(self) -> list[Finding]:
        """Return what is only asked; pages fold it away."""
        return [one for one in self.findings if not _is_obstacle(one)]


def _is_obstacle(finding: Finding) -> bool:
    return finding.is_blocking or finding.severity == Finding.Severity.HIGH


def margins(quarter: Quarter, *, ids: Collection[int], by: Actor, on: date) -> dict[int, Margin]:
    """Return the margin of each objective on the page, and under 0 that of the page. Six queries at most.

    An ask about an objective that is not on the page is shown if everybody may read that one; a no about
    one stands where that is.
    """
    found = {pk: Margin() for pk in (*ids, 0)}
    asks = list(_asks(cycle_id=quarter.cycle_id, team_id=quarter.team_id))
    for note in ask_notes(asks, quarter, by=by):
        if place := _place(note.negotiation.objective, found, on=on):
            place.asks.append(note)
    for no in _nos(team_id=quarter.team_id, until=quarter.cycle.ends_on + timedelta(days=1)):
        if (no.objective_id or 0) in found:
            found[no.objective_id or 0].nos.append(no_note(no))
    for pk, (count, comments) in latest("objective", ids, most=MOST_SAID).items():
        found[pk].count, found[pk].said = count, comments
    for pk, remarks in findings_of(quarter, ids=ids, on=on).items():
        found[pk].findings += remarks
    return found


def _place(objective: Objective | None, found: dict[int, Margin], *, on: date) -> Margin | None:
    if objective is None or objective.pk in found:
        return found[objective.pk if objective else 0]
    return found[0] if objective.is_open(on=on) else None


@statement()
def _asks(*, cycle_id: int, team_id: int) -> QuerySet[Negotiation]:
    rows = Negotiation.objects.filter(cycle=cycle_id).exclude(stage__in=[*OVER, "draft"])
    rows = rows.filter(Q(initiator=team_id) | Q(counterpart=team_id))
    beside = ("initiator", "counterpart", "owes", "objective", "terms", "terms__team")
    return rows.select_related(*beside).order_by("pk")[:MOST_ASKS]


@statement()
def _nos(*, team_id: int, until: date) -> QuerySet[No]:
    standing = [No.State.ACTIVE, No.State.EXPIRED]
    rows = No.objects.filter(team=team_id, state__in=standing, decided_at__date__lt=until)
    return rows.select_related("requester", "metric", "team").order_by("-pk")[:MOST_NOS]
