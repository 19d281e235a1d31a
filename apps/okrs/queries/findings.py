"""How findings are read."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from zlib import crc32

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.accounts.models import User
from apps.activity.models import Subject
from apps.comments.models import Comment
from apps.comments.queries import conversation
from apps.core.statements import statement
from apps.okrs import rules
from apps.okrs.models import Cycle, Finding, FindingQuerySet, Objective, Quarter
from apps.okrs.queries.finding import readable

SHOWN = 200
RULE_TYPE = "okr_rule"
GRAVEST_FIRST = Case(
    When(severity="high", then=Value(0)),
    When(is_blocking=True, then=Value(1)),
    When(severity="medium", then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)
BESIDE = (  # of findings in the margin: what the template and `findings_of` touch
    "code",
    "severity",
    "is_blocking",
    "team_id",
    "message",
    "resolution",
    "objective__id",
    "objective__visibility",
    "objective__embargo_until",
    "other_objective__visibility",
    "other_objective__embargo_until",
    "key_result__title",
)


def visible_findings(person: User, *, on: date) -> FindingQuerySet:
    """Return the findings whose objectives somebody may read, both of them."""
    seen = readable(person, on=on).values("pk")
    left = Q(objective=None) | Q(objective__in=seen)
    right = Q(other_objective=None) | Q(other_objective__in=seen)
    return Finding.objects.filter(left, right)


@dataclass(frozen=True)
class Noticed:
    """What a list of findings is narrowed to."""

    cycle: str = ""
    team: str = ""
    state: str = ""
    severity: str = ""
    code: str = ""
    objective: int | None = None
    gone: bool = False


def findings(person: User, asked: Noticed, *, on: date) -> FindingQuerySet:
    """Return the findings that somebody may read, as far as they were asked for. One query."""
    rows = visible_findings(person, on=on).filter(gone_at__isnull=not asked.gone)
    if asked.team:
        rows = rows.filter(Q(team__slug=asked.team) | Q(other_team__slug=asked.team))
    if asked.objective:
        rows = rows.filter(Q(objective=asked.objective) | Q(other_objective=asked.objective))
    wanted = {"cycle__slug": asked.cycle, "state": asked.state, "severity": asked.severity}
    wanted["code"] = asked.code.upper()
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return rows.select_related("cycle", "team", "other_team", "decided_by")


def finding(pk: int, *, person: User, on: date) -> Finding:
    """Return one finding with all around it, or 404. One query."""
    around = ("team", "other_team", "objective__team", "objective__cycle", "other_objective__team")
    rows = visible_findings(person, on=on).select_related(*around, "key_result", "cycle", "decided_by")
    return get_object_or_404(rows, pk=pk)


def present(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Return what is still so, the gravest first."""
    around = ("team", "other_team", "objective", "key_result", "decided_by")
    found = rows.filter(gone_at=None).select_related(*around).annotate(weight=GRAVEST_FIRST)
    return found.order_by("weight", "code", "pk")


def findings_of(quarter: Quarter, *, ids: Collection[int], on: date) -> dict[int, list[Finding]]:
    """Return the open findings of a team's page by objective, those of the page under 0. One query.

    `ids` are the objectives on the page, which the reader may read; what only another team reads is left
    out. templates/jinja/okrs/margin/finding.jinja draws one.
    """
    found: dict[int, list[Finding]] = {}
    for one in _beside(cycle_id=quarter.cycle_id, team_id=quarter.team_id):
        is_own = one.team_id == quarter.team_id
        own, other = (one.objective, one.other_objective) if is_own else (one.other_objective, one.objective)
        is_seen = own is None or own.pk in ids
        if is_seen and (other is None or other.pk in ids or other.is_open(on=on)):
            found.setdefault(own.pk if own else 0, []).append(one)
    return found


@statement()
def _beside(*, cycle_id: int, team_id: int) -> QuerySet[Finding]:
    rows = Finding.objects.open().filter(cycle=cycle_id, gone_at=None)
    rows = rows.filter(Q(team=team_id) | Q(other_team=team_id))
    rows = rows.select_related("objective", "other_objective", "key_result").only(*BESIDE)
    return rows.annotate(weight=GRAVEST_FIRST).order_by("weight", "code", "pk")[:SHOWN]


def blocking_of(objective: Objective) -> list[Finding]:
    """Return what stands against beginning the work, and nobody decided. One query.

    Those are what blocks and what is grave about it or its key results, and what blocks its team's quarter.
    """
    own = Q(objective=objective) | Q(other_objective=objective)
    grave = Q(is_blocking=True) | Q(severity=Finding.Severity.HIGH)
    whole = Q(objective=None, is_blocking=True, team=objective.team_id, cycle=objective.cycle_id)
    return list(Finding.objects.open().filter(own & grave | whole, gone_at=None).order_by("code", "pk"))


@dataclass(frozen=True)
class FindingsPage:
    """All findings of a cycle, or of one team in it."""

    findings: list[Finding]
    more: bool
    counts: dict[str, int] = field(default_factory=dict)


def findings_page(
    cycle: Cycle, *, person: User, on: date, team: str = "", state: str = "open"
) -> FindingsPage:
    """Return the findings of a cycle, the gravest first. One query."""
    rows = visible_findings(person, on=on).filter(cycle=cycle)
    if team:
        rows = rows.filter(Q(team__slug=team) | Q(other_team__slug=team))
    rows = rows.filter(state__in=rules.DECIDED) if state == "decided" else rows.open()
    found = list(present(rows)[: SHOWN + 1])
    return FindingsPage(found[:SHOWN], more=len(found) > SHOWN)


@dataclass(frozen=True)
class RulePage:
    """One rule with its examples, and what people say about it."""

    rule: "rules.AnyRule"
    comments: list[Comment]
    is_check: bool


def rule_page(code: str) -> RulePage:
    """Return one rule by its code, or 404. One query."""
    rule = rules.CATALOGUE.get(code.upper())
    if rule is None:
        raise Http404
    subject = rule_subject(rule.code)
    return RulePage(rule, conversation(subject.type, subject.id), is_check=rule.code.startswith("K"))


def rule_subject(code: str) -> Subject:
    """Return the labels of a rule for its conversation; it is no row, so its number is made of its code."""
    rule = rules.CATALOGUE[code]
    url = reverse("okrs:rule", args=[code.lower()])
    return Subject(type=RULE_TYPE, id=crc32(code.encode()), name=f"{code}: {rule.title}", url=url)
