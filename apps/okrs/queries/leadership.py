"""What leadership looks at: how a cycle is negotiated, where it is stuck. Of units, never of persons."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.comments.models import Comment
from apps.okrs.models import (
    Act,
    Cycle,
    Finding,
    KeyResult,
    Loan,
    Move,
    Negotiation,
    No,
    NoException,
    Objective,
    Stage,
    State,
)
from apps.okrs.queries.finding import readable
from apps.okrs.queries.findings import present, visible_findings
from apps.okrs.rules.numbers import many
from apps.okrs.rules.overview import Figure, Pair, kappa_of, share

ROUNDS = 3
FEWEST_FOR_MEDIAN = 8
ONE_DAY = timedelta(days=1)
MOST = 60
DECIDED = (Act.ACCEPT, Act.DECLINE, Act.DEFER)


@dataclass(frozen=True)
class Waiting:
    """One team that owes answers to another."""

    owes: Team
    to: Team
    count: int
    since: date
    negotiations: list[Negotiation] = field(default_factory=list)


@dataclass(frozen=True)
class Balance:
    """What a team lent and borrowed in a cycle, in person-weeks."""

    team: str
    lent: Decimal
    borrowed: Decimal

    @property
    def net(self) -> Decimal:
        """Return what it gave more than it got."""
        return self.lent - self.borrowed


@dataclass(frozen=True)
class Overview:
    """The page of leadership."""

    waiting: list[Waiting]
    undecided: list[Pair]  # three rounds without agreement, both last terms side by side
    figures: list[Figure]
    loans: list[Loan]
    balances: list[Balance]
    findings: list[Finding]
    nos: list[No]


def leadership(cycle: Cycle, *, person: User, on: date) -> Overview:
    """Return how a cycle is negotiated. Twelve queries, however many teams there are."""
    seen = readable(person, on=on).values("pk")
    asks = Negotiation.objects.filter(cycle=cycle).filter(Q(objective=None) | Q(objective__in=seen))
    related = ("owes", "initiator", "counterpart", "objective", "terms")
    rows = list(asks.exclude(stage__in=[Stage.DRAFT, Stage.VOID]).select_related(*related).order_by("pk"))
    open_ones = [one for one in rows if one.stage == Stage.OPEN]
    loans = list(_loans(cycle))
    grave = visible_findings(person, on=on).open().filter(cycle=cycle, severity=Finding.Severity.HIGH)
    nos = No.objects.filter(decided_at__date__gte=cycle.starts_on, decided_at__date__lte=cycle.ends_on)
    nos = nos.filter(Q(objective=None) | Q(objective__in=seen))
    nos = nos.select_related("team", "requester", "holder", "metric")
    return Overview(
        waiting=_waiting(open_ones),
        undecided=_undecided(open_ones),
        figures=figures(cycle, rows),
        loans=loans,
        balances=balances(loans),
        findings=list(present(grave)[:MOST]),
        nos=list(nos.order_by("-pk")[:MOST]),
    )


def _waiting(rows: list[Negotiation]) -> list[Waiting]:
    pairs: dict[tuple[int, int], list[Negotiation]] = defaultdict(list)
    for one in rows:
        if one.owes is not None:
            pairs[one.owes.pk, one.other(one.owes.pk).pk].append(one)
    found = []
    for several in pairs.values():
        owes = several[0].owes
        if owes is not None:
            first = min(one.opened_at for one in several if one.opened_at is not None)
            found.append(Waiting(owes, several[0].other(owes.pk), len(several), first.date(), several))
    return sorted(found, key=lambda one: (one.since, -one.count))


def _undecided(rows: list[Negotiation]) -> list[Pair]:
    """Return what three rounds did not settle, with what each side said last. One query, or none."""
    stuck = [one for one in rows if one.rounds >= ROUNDS]
    if not stuck:
        return []
    last: dict[int, dict[int, dict[str, str]]] = defaultdict(dict)
    moves = Move.objects.filter(negotiation__in=stuck, terms__isnull=False).select_related("terms")
    for move in moves.order_by("negotiation", "seq"):
        if move.terms is not None:
            last[move.negotiation_id][move.terms.team_id] = move.terms.payload
    return [
        Pair.of(one, last[one.pk].get(one.initiator_id, {}), last[one.pk].get(one.counterpart_id, {}))
        for one in stuck
    ]


def _loans(cycle: Cycle) -> QuerySet[Loan]:
    rows = Loan.objects.filter(lender__cycle=cycle, ended_on=None)
    return rows.select_related("lender__team", "borrower__team", "negotiation").order_by("pk")


def balances(loans: list[Loan]) -> list[Balance]:
    """Return the balance of each team that lent or borrowed; they sum to nought. No query."""
    lent: dict[str, Decimal] = defaultdict(Decimal)
    got: dict[str, Decimal] = defaultdict(Decimal)
    for one in loans:
        lent[one.lender.team.name] += one.person_weeks
        got[one.borrower.team.name] += one.person_weeks
    return [Balance(name, lent[name], got[name]) for name in sorted({*lent, *got})]


def figures(cycle: Cycle, rows: list[Negotiation]) -> list[Figure]:
    """Return the measures of a cycle, each with its parts. Six queries.

    The names are slots: whoever negotiates may fill them by better means.
    """
    moves = list(
        Move.objects.filter(negotiation__in=[one.pk for one in rows])
        .order_by("negotiation", "seq")
        .values_list("negotiation_id", "act", "team_id", "at")
    )
    acts = Counter(act for _pk, act, _team, _at in moves)
    said_no = acts[Act.DECLINE] + acts[Act.DEFER]
    chose = bool(said_no) or _chose(cycle)
    decided = said_no + acts[Act.ACCEPT]
    lapsed = sum(one.stage == Stage.LAPSED for one in rows)
    return [
        share(
            "no_rate",
            "Nos",
            said_no,
            decided,
            "of the proposals that were decided were declined or put off",
            warning="Nothing was declined: nothing was chosen." if decided and not chose else "",
        ),
        _dictated(cycle),
        _who_moved(cycle),
        _answer_time(rows, moves),
        share("lapse_rate", "Lapsed", lapsed, len(rows), "of the asks got no answer in time"),
        _rounds(rows),
        _held(cycle),
    ]


def _chose(cycle: Cycle) -> bool:
    """Tell whether anybody said no in a cycle, also to themselves. One query, where nothing was declined."""
    during = {"decided_at__date__gte": cycle.starts_on, "decided_at__date__lte": cycle.ends_on}
    return No.objects.filter(**during).exists()


def _dictated(cycle: Cycle) -> Figure:
    """Return how many were written elsewhere and accepted within a day without a word. One query."""
    agreed = Objective.objects.filter(cycle=cycle, agreed_at__isnull=False)
    countered = Move.objects.filter(
        negotiation__objective=OuterRef("pk"), act=Act.COUNTER, team=OuterRef("team")
    )
    said = Comment.objects.filter(thread__subject_type="objective", thread__subject_id=OuterRef("pk"))
    asked = Negotiation.objects.filter(objective=OuterRef("pk")).order_by("opened_at").values("opened_at")
    rows = agreed.annotate(
        was_countered=Exists(countered), was_discussed=Exists(said), asked_at=Subquery(asked[:1])
    ).values_list(
        "team", "authored_by", "was_countered", "was_discussed", "agreed_at", "asked_at", "proposed_at"
    )
    told = count = 0
    for team_id, author_id, was_countered, was_discussed, agreed_at, asked_at, proposed_at in rows:
        count += 1
        since = asked_at or proposed_at
        is_quick = since is not None and agreed_at is not None and agreed_at - since <= ONE_DAY
        told += team_id != author_id and is_quick and not was_countered and not was_discussed
    words = "of the agreed objectives came from elsewhere and were accepted in a day without a word"
    return share("dictation", "Dictated", told, count, words)


def _who_moved(cycle: Cycle) -> Figure:
    """Return the median of who moved; 0 the team's number stood, 1 the other's. One query."""
    rows = KeyResult.objects.filter(
        objective__cycle=cycle,
        objective__agreed_at__isnull=False,
        asked_target__isnull=False,
        offered_target__isnull=False,
        target__isnull=False,
    ).exclude(asked_target=F("offered_target"))
    found = [
        kappa_of(asked, offered, target)
        for asked, offered, target in rows.values_list("asked_target", "offered_target", "target")
        if asked is not None and offered is not None and target is not None
    ]
    return Figure.median(
        "who_moved",
        "Who moved",
        found,
        fewest=FEWEST_FOR_MEDIAN,
        words="0: the team's number stood, 1: the asking side's stood",
        warns_from=Decimal("0.9"),
        warning="Goals are being dictated.",
    )


def _answer_time(rows: list[Negotiation], moves: Sequence[tuple[int, str, int | None, datetime]]) -> Figure:
    opened = {one.pk: (one.opened_at, one.counterpart_id) for one in rows}
    first: dict[int, int] = {}
    for pk, _act, team_id, at in moves:
        since, counterpart = opened[pk]
        if team_id == counterpart and pk not in first and since is not None:
            first[pk] = _working_days(since.date(), at.date())
    days = sorted(first.values())
    value = f"{median(days):g}" if days else ""
    return Figure(
        "answer_time",
        "Days to answer",
        value,
        f"median working days until the other side moved, of {len(days)}",
    )


def _working_days(since: date, until: date) -> int:
    days = (until - since).days
    return sum((since + timedelta(days=one)).isoweekday() <= 5 for one in range(1, days + 1))  # noqa: PLR2004 -- Friday


def _rounds(rows: list[Negotiation]) -> Figure:
    agreed = [one.rounds for one in rows if one.stage in {Stage.AGREED, Stage.REPORTED, Stage.CLOSED}]
    value = f"{sum(agreed) / len(agreed):.1f}" if agreed else ""
    return Figure(
        "rounds", "Rounds to agreement", value, f"counters, on average of {many(len(agreed), 'agreement')}"
    )


def _held(cycle: Cycle) -> Figure:
    """Return how many nos held: 1 - exceptions ÷ active entries. Two queries."""
    active = No.objects.active().filter(decided_at__date__lte=cycle.ends_on).count()
    granted = NoException.objects.filter(at__date__gte=cycle.starts_on, at__date__lte=cycle.ends_on)
    broken = granted.filter(no__state=No.State.ACTIVE).values("no").distinct().count()
    return share(
        "hold_rate", "Nos that hold", max(active - broken, 0), active, "of the active nos have no exception"
    )


def stopped(cycle: Cycle) -> list[Objective]:
    """Return what was stopped in a cycle and everybody may read. One query."""
    rows = Objective.objects.filter(cycle=cycle, state=State.STOPPED, visibility="open")
    return list(rows.select_related("team").order_by("pk"))
