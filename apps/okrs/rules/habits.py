"""What is counted of the habits of teams in a quarter: the parts of the lash, and the signs of projects."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from apps.okrs.models import LOCKED, Ambition, Kind, NegotiationKind, State
from apps.okrs.rules import lash
from apps.okrs.rules.lash import Part
from apps.okrs.rules.lint import says_what_is_delivered
from apps.okrs.rules.lint.facts import DEFAULTS
from apps.okrs.rules.negotiation_measures import Share
from apps.okrs.rules.signs import Sign, signs_of


class Goal(NamedTuple):
    """What is counted of an objective of this quarter or of the two before it."""

    pk: int
    team_id: int
    cycle_id: int
    title: str
    state: str
    ambition: str
    agreed_at: datetime | None
    closed_on: date | None
    was_touched: bool  # stopped or changed, or one of its key results was

    @property
    def runs(self) -> bool:
        """Tell whether its team is bound to it."""
        return self.state in LOCKED

    @property
    def ran(self) -> bool:
        """Tell whether its team was ever bound to it."""
        return self.runs or self.agreed_at is not None

    @property
    def stopped_on(self) -> date | None:
        """Return the day on which it was stopped."""
        return self.closed_on if self.state == State.STOPPED else None


class Line(NamedTuple):
    """What is counted of a key result."""

    objective_id: int
    title: str
    kind: str
    metric_id: int | None
    ambition: str  # empty: that of the objective
    dropped_on: date | None

    @property
    def says_what_is_delivered(self) -> bool:
        """Tell what L1 remarks on."""
        return says_what_is_delivered(self.title, has_metric=self.metric_id is not None)


class Yes(NamedTuple):
    """What a team said yes to."""

    kind: str
    on: date | None
    displaced: str  # what makes room for it


@dataclass(frozen=True, kw_only=True)
class Habits:
    """All that is counted of a quarter; it tells it of any of its teams."""

    cycle_id: int
    begins: date | None  # None while the quarter is planned: nothing can come or go yet
    goals: Mapping[int, Sequence[Goal]]  # by team
    lines: Mapping[int, Sequence[Line]]  # by objective
    yeses: Mapping[int, Sequence[Yes]]  # by the team that gives
    dictated: Collection[int]  # objectives
    orders: Mapping[int, Sequence[Sequence[int]]]  # weekly, by team, the oldest first
    weights: Mapping[int, Decimal]  # person-weeks, by team
    root: int | None  # the team whose order is that of the whole organisation

    def parts(self, teams: Collection[int]) -> list[Part]:
        """Return the five parts of the lash, of one team or of several together."""
        running = [one for one in self._goals(teams) if one.runs]
        committed = sum(one.ambition == Ambition.COMMITMENT for one in running)
        return [
            self._load(teams),
            lash.inflation_part(Share(committed, len(running))),
            lash.flips_part(self._order(teams)),
            self._scope(teams),
            lash.unpaired_part(self._unpaired(teams)),
        ]

    def signs(self, teams: Collection[int]) -> list[Sign]:
        """Return the five signs of projects, of one team or of several together."""
        ambitions = {one.pk: one.ambition for one in self._goals(teams) if one.runs}
        lines = [one for pk in ambitions for one in self.lines.get(pk, ()) if one.dropped_on is None]
        milestones = [one for one in lines if one.kind == Kind.MILESTONE]
        dates = [(one.ambition or ambitions[one.objective_id]) for one in milestones]
        ran = [one for one in self._all_goals(teams) if one.ran]
        return signs_of(
            outputs=Share(sum(one.says_what_is_delivered for one in lines), len(lines)),
            milestones=Share(len(milestones), len(lines)),
            dictated=Share(len({*self.dictated} & ambitions.keys()), len(ambitions)),
            dates=Share(dates.count(Ambition.COMMITMENT), len(lines)),
            untouched=Share(sum(not one.was_touched for one in ran), len(ran)),
        )

    def _goals(self, teams: Collection[int]) -> list[Goal]:
        return [one for one in self._all_goals(teams) if one.cycle_id == self.cycle_id]

    def _all_goals(self, teams: Collection[int]) -> list[Goal]:
        return [one for team in teams for one in self.goals.get(team, ())]

    def _load(self, teams: Collection[int]) -> Part:
        if len(teams) == 1:
            (team,) = teams
            return lash.load_part(self._running(team), self._limit(team))
        known = [team for team in teams if team in self.weights]
        loads = [(lash.load(self._running(team), self._limit(team)), self.weights[team]) for team in known]
        return lash.load_of_all(loads)

    def _running(self, team: int) -> int:
        helps = [one.kind == NegotiationKind.CONTRIBUTION for one in self.yeses.get(team, ())]
        return sum(one.runs for one in self._goals({team})) + sum(helps)

    def _limit(self, team: int) -> int:
        return DEFAULTS.objectives_of_organisation if team == self.root else DEFAULTS.objectives

    def _order(self, teams: Collection[int]) -> Sequence[Sequence[int]]:
        if len(teams) == 1:
            (team,) = teams
            return self.orders.get(team, [])
        return self.orders.get(self.root, []) if self.root else []

    def _scope(self, teams: Collection[int]) -> Part:
        if self.begins is None:
            return lash.scope_part(added=0, dropped=0, committed=0)
        counts = Counter[str]()
        for goal in self._goals(teams):
            if goal.agreed_at is None:
                continue
            came = "committed" if goal.agreed_at.date() <= self.begins else "added"
            for line in self.lines.get(goal.pk, ()):
                gone_on = line.dropped_on or goal.stopped_on
                if gone_on is None or gone_on > self.begins:
                    counts[came] += 1
                    counts["dropped"] += gone_on is not None
        return lash.scope_part(
            added=counts["added"], dropped=counts["dropped"], committed=counts["committed"]
        )

    def _unpaired(self, teams: Collection[int]) -> Share:
        begins = self.begins or date.max
        yeses = [one for team in teams for one in self.yeses.get(team, ())]
        later = [one for one in yeses if one.on is not None and one.on > begins]
        return Share(sum(not one.displaced for one in later), len(later))
