"""Goals of three quarters: a closed one, the present one near its end, and the next that is planned.

Each team that owns services has three objectives with three key results each, and a value for each of
thirteen weeks: 200 teams (4,000 services) have 600 objectives and 1,800 key results. In the closed quarter
a team had one objective with three key results: its first page is one of 20 teams and 60 key results.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final, Self

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.okrs.models import (
    Act,
    AlignmentLink,
    Allocation,
    CapacityPlan,
    CheckIn,
    CheckInItem,
    Cycle,
    CycleState,
    Good,
    KeyResult,
    Kind,
    Loan,
    Metric,
    MetricValue,
    Move,
    Negotiation,
    NegotiationKind,
    No,
    Objective,
    Quarter,
    RankChange,
    RankSnapshot,
    ReasonCode,
    Stage,
    State,
    Status,
    StrategyItem,
    TeamCheckIn,
    Terms,
    ValueSource,
    Verdict,
)
from apps.okrs.rules.terms import digest
from bench.organisation import words
from bench.organisation.people import BATCH, People

WEEKS: Final = 13
OBJECTIVES: Final = 3
KEY_RESULTS: Final = 3
GONE: Final = timedelta(days=85)  # of the present quarter
DAYS: Final = timedelta(days=91)
CHECK_INS: Final = 6
WORK: Final = {"deliverable": "The state of an order in one call", "person_weeks": "4"}


@dataclass(frozen=True)
class Cycles:
    """The three quarters."""

    closed: Cycle
    active: Cycle
    planned: Cycle

    @classmethod
    def make(cls, *, at: datetime) -> Self:
        """Insert them around today; their days are no calendar's, so that every run measures the same."""
        begin = at.date() - GONE - DAYS
        states = (CycleState.CLOSED, CycleState.ACTIVE, CycleState.PLANNING)
        rows = [
            Cycle(
                slug=f"{at.year}-q{number}",
                name=f"Q{number} {at.year}",
                starts_on=begin + (number - 1) * DAYS,
                ends_on=begin + number * DAYS - timedelta(days=1),
                state=state,
            )
            for number, state in enumerate(states, start=1)
        ]
        return cls(*Cycle.objects.bulk_create(rows))


@dataclass
class Goals:
    """Everything that teams want, have said and have counted; each kind of row is inserted at once."""

    cycles: Cycles
    teams: list[Team]
    leads: dict[int, User]
    random: Random
    at: datetime
    strategy: StrategyItem
    quarters: dict[tuple[int, int], Quarter] = field(default_factory=dict)  # by cycle and team
    objectives: dict[tuple[int, int], list[Objective]] = field(default_factory=dict)
    key_results: list[KeyResult] = field(default_factory=list)
    asks: list[Negotiation] = field(default_factory=list)
    nos: list[No] = field(default_factory=list)

    @classmethod
    def make(cls, people: People, random: Random, *, at: datetime) -> Self:
        """Insert the goals of all teams that own services."""
        teams = people.teams[1:]
        strategy = StrategyItem.objects.create(
            horizon="now", statement="Depots know before they ask.", theme="Trust"
        )
        leads = {team.pk: people.lead_of(team.pk) for team in teams}
        goals = cls(Cycles.make(at=at), teams, leads, random, at, strategy)
        goals._plan()
        goals._write()
        goals._measure()
        goals._negotiate()
        goals._check_in()
        goals._rank()
        return goals

    def of(self, team_id: int, cycle: Cycle) -> list[Objective]:
        """Return what a team wants in a quarter."""
        return self.objectives[cycle.pk, team_id]

    def first(self, team_id: int) -> tuple[Objective, Negotiation, No, Metric]:
        """Return what the measured pages are about: a team's first objective, ask, no and metric."""
        objective = self.of(team_id, self.cycles.active)[0]
        ask = next(one for one in self.asks if one.owes_id == team_id)
        no = next(one for one in self.nos if one.team_id == team_id)
        metric = next(
            one.metric for one in self.key_results if one.objective_id == objective.pk and one.metric
        )
        return objective, ask, no, metric

    def _plan(self) -> None:
        """Insert the pages of all teams with what they have."""
        every = (self.cycles.closed, self.cycles.active, self.cycles.planned)
        toward = "Depots know before they ask."
        rows = [
            Quarter(team=team, cycle=cycle, toward=toward, agreed_at=self.at - GONE)
            for cycle in every
            for team in self.teams
        ]
        Quarter.objects.bulk_create(rows, BATCH)
        self.quarters = {(one.cycle_id, one.team_id): one for one in rows}
        plans = [
            CapacityPlan(
                quarter=one,
                people=Decimal(4 + number % 3),
                weeks=Decimal(WEEKS),
                upkeep_share=Decimal("0.3"),
                leave_share=Decimal("0.08"),
            )
            for number, one in enumerate(rows)
        ]
        CapacityPlan.objects.bulk_create(plans, BATCH)

    def _write(self) -> None:
        """Insert objectives, their order, and the person-weeks that they get."""
        rows = [
            self._objective(team, cycle, number)
            for cycle, count in (
                (self.cycles.closed, 1),
                (self.cycles.active, OBJECTIVES),
                (self.cycles.planned, 2),
            )
            for team in self.teams
            for number in range(count)
        ]
        Objective.objects.bulk_create(rows, BATCH)
        for one in rows:
            self.objectives.setdefault((one.cycle_id or 0, one.team_id), []).append(one)
        for key, quarter in self.quarters.items():
            quarter.ordered_ids = [one.pk for one in self.objectives[key]]
        Quarter.objects.bulk_update(self.quarters.values(), ["ordered_ids"], 500)
        promises = [
            Allocation(
                quarter=self.quarters[one.cycle_id or 0, one.team_id],
                objective=one,
                label=one.title,
                person_weeks=Decimal(8),
            )
            for one in rows
        ]
        Allocation.objects.bulk_create(promises, BATCH)

    def _objective(self, team: Team, cycle: Cycle, number: int) -> Objective:
        is_planned, is_closed = cycle is self.cycles.planned, cycle is self.cycles.closed
        one = Objective(
            title=f"{words.thing(team.pk * 7 + number)} is where people look first",
            why="Every question that nobody has to ask is a call that nobody waits for.",
            instead_of="a third depot this year",
            team=team,
            authored_by=team,
            accountable=self.leads[team.pk],
            cycle=cycle,
            tags=[f"tag {team.pk % 40}"],
            state=State.DRAFT,
            made_at=self.at - GONE - timedelta(days=20),
        )
        if not is_planned:
            one.state = State.CLOSED if is_closed else State.ACTIVE
            one.agreed_at = one.activated_at = self.at - GONE
            one.strategy_item = self.strategy
        if is_closed:
            one.verdict, one.close_note, one.closed_on = Verdict.STOP, "Done.", cycle.ends_on
        return one

    def _measure(self) -> None:
        """Insert key results, a metric for each of those that run or ran, and its values by week."""
        wholes = [one for rows in self.objectives.values() for one in rows]
        measured = [one for one in wholes if one.cycle_id != self.cycles.planned.pk]
        metrics = [self._metric(one, number) for one in measured for number in range(KEY_RESULTS)]
        Metric.objects.bulk_create(metrics, BATCH)
        rest = iter(metrics)
        self.key_results = [
            self._key_result(one, number, next(rest) if one in running else None)
            for running in [set(measured)]
            for one in wholes
            for number in range(KEY_RESULTS)
        ]
        KeyResult.objects.bulk_create(self.key_results, BATCH)
        starts = {one.pk: one.starts_on for one in (self.cycles.closed, self.cycles.active)}
        self._insert_values(
            [(one, starts[one.objective.cycle_id or 0]) for one in self.key_results if one.metric]
        )

    def _metric(self, objective: Objective, number: int) -> Metric:
        is_band = number == KEY_RESULTS - 1
        return Metric(
            key=f"metric-{objective.pk}-{number}",
            name=f"Calls about {words.thing(objective.pk + number)}",
            unit="calls a week",
            good=Good.BAND if is_band else Good.DOWN,
            source="the phone system",
            team_id=objective.team_id,
        )

    def _key_result(self, objective: Objective, number: int, metric: Metric | None) -> KeyResult:
        one = KeyResult(
            objective=objective,
            title=f"Calls about {words.thing(objective.pk + number)} fall from 940 to 500 a week",
            position=number,
            metric=metric,
        )
        if metric and metric.good == Good.BAND:
            one.kind, one.band_low, one.band_high = Kind.MAINTAIN, Decimal(400), Decimal(900)
        elif metric:
            one.kind, one.baseline, one.target = Kind.METRIC, Decimal(940), Decimal(500)
        if objective.state == State.CLOSED:
            one.grade, one.grade_note, one.graded_at = Decimal("0.7"), "As counted.", self.at - GONE
        return one

    def _insert_values(self, measured: list[tuple[KeyResult, date]]) -> None:
        rows: list[MetricValue] = []
        for one, starts_on in measured:
            for week in range(WEEKS):
                day = starts_on + timedelta(days=7 * week)
                value = Decimal(940 - 30 * week + self.random.randint(-20, 20))
                rows.append(
                    MetricValue(
                        metric=one.metric,
                        on_date=day,
                        value=value,
                        source=ValueSource.API,
                        author_name="ci",
                        recorded_at=self.at,
                    )
                )
        for start in range(0, len(rows), BATCH):
            MetricValue.objects.bulk_create(rows[start : start + BATCH])

    def _negotiate(self) -> None:
        """Let each team have an agreement in the present quarter, an open ask in the next one, and a no."""
        active, planned = self.cycles.active, self.cycles.planned
        for number, team in enumerate(self.teams):
            other = self.teams[(number + 1) % len(self.teams)]
            about = self.of(team.pk, active)[0]
            self.asks.append(self._ask(team, other, active, about, Stage.AGREED))
            self.asks.append(self._ask(team, other, planned, self.of(team.pk, planned)[0], Stage.OPEN))
            self.asks.append(self._ask(team, other, active, self.of(team.pk, active)[1], Stage.DECLINED))
        Negotiation.objects.bulk_create(self.asks, BATCH)
        said = [
            Terms(
                negotiation=one,
                version=version,
                team=team,
                payload=payload,
                sha256=digest(payload),
                made_at=self.at,
            )
            for one in self.asks
            for version, team, payload in self._terms(one)
        ]
        Terms.objects.bulk_create(said, BATCH)
        for terms in said:
            terms.negotiation.terms = terms
        Negotiation.objects.bulk_update(self.asks, ["terms"], 500)
        Move.objects.bulk_create([move for terms in said for move in self._moves(terms)], BATCH)
        self._promise()
        self._say_no()
        self._tie()

    def _ask(self, team: Team, other: Team, cycle: Cycle, about: Objective, stage: Stage) -> Negotiation:
        is_open = stage == Stage.OPEN
        return Negotiation(
            kind=NegotiationKind.CONTRIBUTION,
            title=WORK["deliverable"],
            initiator=team,
            counterpart=other,
            cycle=cycle,
            objective=about,
            stage=stage,
            owes=team if is_open else None,
            rounds=1,
            respond_by=self.at.date() + timedelta(days=5),
            opened_at=self.at - timedelta(days=9),
            closed_at=None if is_open else self.at - timedelta(days=3),
        )

    @staticmethod
    def _terms(one: Negotiation) -> list[tuple[int, Team, dict[str, str]]]:
        countered = WORK | {"person_weeks": "3", "instead_of": "a third depot"}
        return [(1, one.initiator, WORK), (2, one.counterpart, countered)]

    def _moves(self, terms: Terms) -> list[Move]:
        """Return the move that put terms on the table; behind the last ones how it ended."""
        act = Act.PROPOSE if terms.version == 1 else Act.COUNTER
        one = terms.negotiation
        said = {"negotiation": one, "at": terms.made_at}
        moves = [
            Move(
                seq=terms.version,
                act=act,
                terms=terms,
                team=terms.team,
                person=self.leads[terms.team_id],
                **said,
            )
        ]
        ends = {Stage.AGREED: Act.ACCEPT, Stage.DECLINED: Act.DECLINE}
        if terms.version > 1 and (end := ends.get(Stage(one.stage))):
            lead = self.leads[one.initiator_id]
            moves.append(
                Move(seq=3, act=end, terms=terms, team=one.initiator, person=lead, reason="So be it.", **said)
            )
        return moves

    def _promise(self) -> None:
        """Insert what agreements bind: person-weeks of the giver, and a loan with every fifth."""
        agreed = [one for one in self.asks if one.stage == Stage.AGREED]
        Allocation.objects.bulk_create(
            [
                Allocation(
                    quarter=self.quarters[one.cycle_id, one.counterpart_id],
                    label=one.title,
                    negotiation=one,
                    person_weeks=Decimal(3),
                )
                for one in agreed
            ],
            BATCH,
        )
        Loan.objects.bulk_create(
            [
                Loan(
                    negotiation=one,
                    lender=self.quarters[one.cycle_id, one.counterpart_id],
                    borrower=self.quarters[one.cycle_id, one.initiator_id],
                    person_weeks=Decimal(2),
                    starts_on=one.cycle.starts_on,
                    ends_on=one.cycle.ends_on,
                )
                for one in agreed[::5]
            ],
            BATCH,
        )

    def _say_no(self) -> None:
        declined = [one for one in self.asks if one.stage == Stage.DECLINED]
        ends = self.cycles.planned.ends_on
        for one in declined:
            lead = self.leads[one.initiator_id]
            same = {"decided_by": lead, "holder": lead, "decided_at": self.at - timedelta(days=3)}
            said = {
                "team": one.initiator,
                "reason_code": ReasonCode.NO_CAPACITY,
                "reason": "The depots come first.",
            }
            self.nos.append(
                No(
                    kind=No.Kind.NO,
                    what=one.title,
                    negotiation=one,
                    requester=one.counterpart,
                    **said,
                    **same,
                )
            )
            self.nos.append(No(kind=No.Kind.NOT_NOW, what="A third depot", until_on=ends, **said, **same))
            tags = {"tags": [f"tag {one.initiator_id % 40}"], "reopen_when": "when depots ask"}
            self.nos.append(No(kind=No.Kind.NOT_NOW, what="A second region", **tags, **said, **same))
        No.objects.bulk_create(self.nos, BATCH)

    def _tie(self) -> None:
        """Let each team serve its neighbour, and need the next one."""
        kinds, active = AlignmentLink.Kind, self.cycles.active
        rows = []
        for number, team in enumerate(self.teams[:-1]):
            first, second, _third = self.of(team.pk, active)
            aim = self.of(self.teams[number + 1].pk, active)
            words_of = {"statement": "Half of it is theirs."}
            rows.append(
                AlignmentLink(kind=kinds.CONTRIBUTES, objective=first, to_objective=aim[0], **words_of)
            )
            rows.append(
                AlignmentLink(kind=kinds.DEPENDS_ON, objective=second, to_objective=aim[2], **words_of)
            )
        AlignmentLink.objects.bulk_create(rows, BATCH)

    def _check_in(self) -> None:
        """Insert a published check-in for every fortnight."""
        forms = [
            TeamCheckIn(
                quarter=self.quarters[self.cycles.active.pk, team.pk],
                on_date=self.at.date() - timedelta(days=14 * (CHECK_INS - number)),
                priorities="Calls",
                next_four_weeks="The depots in the south",
                health="Good.",
                author=self.leads[team.pk],
                published_at=self.at - timedelta(days=14 * (CHECK_INS - number)),
            )
            for team in self.teams
            for number in range(CHECK_INS)
        ]
        TeamCheckIn.objects.bulk_create(forms, BATCH)
        statuses = list(Status)
        lines = [
            CheckIn(
                team_check_in=one,
                objective=objective,
                status=statuses[(objective.pk + one.pk) % 3],
                hint=Status.ON_TRACK,
                changed="Fewer calls than a fortnight ago.",
            )
            for one in forms
            for objective in self.of(one.quarter.team_id, self.cycles.active)
        ]
        CheckIn.objects.bulk_create(lines, BATCH)
        sentences: dict[int, list[KeyResult]] = {}
        for row in self.key_results:
            sentences.setdefault(row.objective_id, []).append(row)
        shown = {
            "value": "700",
            "raw": "0.5",
            "shown": "0.5",
            "target": "500",
            "baseline": "940",
            "words": "700",
        }
        items = [
            CheckInItem(check_in=line, key_result=row, confidence=(row.pk + line.pk) % 11, snapshot=shown)
            for line in lines
            for row in sentences[line.objective_id]
        ]
        CheckInItem.objects.bulk_create(items, BATCH)

    def _rank(self) -> None:
        """Insert the order of each week; in the fifth the second objective comes first."""
        active = self.cycles.active
        snapshots, changes = [], []
        for team in self.teams:
            order = [one.pk for one in self.of(team.pk, active)]
            other = [order[1], order[0], *order[2:]]
            quarter = self.quarters[active.pk, team.pk]
            monday = active.starts_on - timedelta(days=active.starts_on.weekday())
            for week in range(WEEKS):
                found = other if week == 4 else order  # noqa: PLR2004 -- the fifth
                snapshots.append(
                    RankSnapshot(
                        quarter=quarter, week_on=monday + timedelta(days=7 * week), ordered_ids=found
                    )
                )
            lead = self.leads[team.pk]
            said = {"reason": "The depots asked twice.", "person_id": lead.pk, "person_name": lead.name}
            changes.append(
                RankChange(
                    quarter=quarter, before=order, after=other, at=self.at - timedelta(days=50), **said
                )
            )
        RankSnapshot.objects.bulk_create(snapshots, BATCH)
        RankChange.objects.bulk_create(changes, BATCH)
