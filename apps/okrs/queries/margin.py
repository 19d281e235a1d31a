"""What stands in the margin of a quarter: words, asks and offers, and nos.

The asks are rows as they are; templates/okrs/margin/ask.html draws one, and whoever negotiates fills it in.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from apps.accounts.models import User
from apps.comments.models import Comment
from apps.comments.queries import latest
from apps.okrs.models import OVER, Finding, Negotiation, No, Quarter
from apps.okrs.queries.finding import readable
from apps.okrs.queries.findings import findings_of

MOST_ASKS, MOST_NOS, MOST_SAID = 50, 30, 3


@dataclass
class Margin:
    """What stands beside one objective, or beside the whole page."""

    asks: list[Negotiation] = field(default_factory=list)
    nos: list[No] = field(default_factory=list)
    said: list[Comment] = field(default_factory=list)  # the newest few, oldest of them first
    count: int = 0  # of all that was said
    findings: list[Finding] = field(default_factory=list)  # open ones, the gravest first

    @property
    def obstacles(self) -> list[Finding]:
        """Return what stands in the way."""
        return [one for one in self.findings if one.is_blocking or one.severity == Finding.Severity.HIGH]

    @property
    def questions(self) -> list[Finding]:
        """Return what is only asked; pages fold it away."""
        return [one for one in self.findings if one not in self.obstacles]


def margins(quarter: Quarter, *, ids: Collection[int], person: User, on: date) -> dict[int, Margin]:
    """Return the margin of each objective, and under 0 that of the page. Four queries."""
    found = {pk: Margin() for pk in (*ids, 0)}
    for ask in _asks(quarter, person=person, on=on):
        found[ask.objective_id if ask.objective_id in found else 0].asks.append(ask)
    for no in _nos(quarter, person=person, on=on):
        found[no.objective_id if no.objective_id in found else 0].nos.append(no)
    for pk, (count, comments) in latest("objective", ids, most=MOST_SAID).items():
        found[pk].count, found[pk].said = count, comments
    for pk, remarks in findings_of(quarter, person=person, on=on).items():
        found[pk if pk in found else 0].findings += remarks
    return found


def _asks(quarter: Quarter, *, person: User, on: date) -> list[Negotiation]:
    rows = Negotiation.objects.filter(cycle=quarter.cycle_id).exclude(stage__in=[*OVER, "draft"])
    rows = rows.filter(Q(initiator=quarter.team_id) | Q(counterpart=quarter.team_id))
    rows = rows.filter(Q(objective=None) | Q(objective__in=readable(person, on=on).values("pk")))
    rows = rows.select_related("initiator", "counterpart", "owes", "terms", "terms__team")
    return list(rows.order_by("pk")[:MOST_ASKS])


def _nos(quarter: Quarter, *, person: User, on: date) -> list[No]:
    rows = No.objects.active().filter(team=quarter.team_id)
    rows = rows.filter(decided_at__date__lte=quarter.cycle.ends_on)
    rows = rows.filter(Q(objective=None) | Q(objective__in=readable(person, on=on).values("pk")))
    return list(rows.select_related("requester").order_by("-pk")[:MOST_NOS])
