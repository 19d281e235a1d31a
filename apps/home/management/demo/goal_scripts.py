"""What the files under data/goals/ say → steps with their moments; one objective becomes several."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zlib import crc32

from django.conf import settings

from apps.home.management.demo import data
from apps.home.management.demo.calendar import Calendar
from apps.home.management.demo.scripts import Step

FIRST: Final = -129  # the working day after which everybody is in a team
WEEKS: Final = 13
# When teams write, agree and begin: of the last quarter, which was the first with goals, and of this one.
WRITTEN: Final = {-1: "q-1+8", 0: "q0-18", 1: "d-14"}
PLANNED: Final = {-1: "q-1+7", 0: "q0-26", 1: "d-15"}
AGREED: Final = {-1: "q-1+9", 0: "q0-5"}
BEGUN: Final = {-1: "q-1+10", 0: "q0+1"}
PASTED: Final = {-1: ("q-1+45", "q0-1"), 0: ("q0+11", "q0+25", "q0+39", "q0+53", "q0+67", "d-1")}
DAYS: Final = frozenset({"due", "until", "needed", "expires"})
PLACES: Final = frozenset({"day", "do", "by"})
ANSWERS_IN: Final = 14


@dataclass
class GoalScript:
    """The goals of the demo, while they become steps."""

    calendar: Calendar
    teams: dict[str, str] = field(default_factory=dict)  # of whom it is, by objective

    def steps(self) -> Iterator[Step]:
        """Yield what has happened by now; what lies ahead of today has not."""
        return (step for step in self._all() if step.at < self.calendar.now)

    def _all(self) -> Iterator[Step]:
        yield from self._quarters()
        yield from self._metrics()
        story = data.goals("story")
        yield from self._strategy(story["strategy"])
        yield from self._plans(story["capacity"], story["toward"])
        objectives = data.goals("objectives")
        self.teams = {one["key"]: one["team"] for one in objectives} | {"saturday": "hubs"}
        for one in objectives:
            yield from self._objective(one)
        for deal in data.goals("deals"):
            yield from self._deal(deal, {one["key"]: one for one in objectives})
        for entry in story["steps"]:
            yield self._story(entry)
        for entry in story["check_ins"]:
            yield self._step(entry["day"], entry["by"], "goal_check_in", entry)

    def _quarters(self) -> Iterator[Step]:
        yield self._step("q-1+7 08:00", "", "goal_turn", {})
        yield self._step("q0-13 06:00", "", "goal_pack", {})
        yield self._step("q0+0 05:00", "", "goal_turn", {})
        yield self._step("q0+9 17:30", "elif", "goal_close", {"begins": "routes"})
        yield self._step("q0+1 05:30", "", "goal_lapse", {})
        yield self._step("q0+31 05:45", "", "goal_decide_again", {})
        yield self._step("d-2 05:30", "", "goal_lapse", {})
        yield self._step("q0+2 12:30", "", "goal_snapshot", {})
        for week in range(1, WEEKS):
            yield self._step(f"q0+{7 * week} 04:00", "", "goal_snapshot", {})
        for place in ("q0+12 04:30", "q0+39 04:30", "d-1 04:30"):
            yield self._step(place, "", "goal_look", {})

    def _metrics(self) -> Iterator[Step]:
        for key, entry in data.goals("metrics").items():
            fields = {name: value for name, value in entry.items() if name != "step"}
            yield self._step("q-1+7 08:30", self._lead(entry["team"]), "goal_metric", {"key": key} | fields)

    def _strategy(self, entries: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
        for entry in entries:
            yield self._step("q-1+20 10:00", "elif", "goal_strategy", entry)

    def _plans(self, capacity: Mapping[int, Mapping[str, Any]], toward: Mapping[str, str]) -> Iterator[Step]:
        for quarter, plans in capacity.items():
            for team, numbers in plans.items():
                said = toward.get(team, "") if quarter == 0 else ""
                details = {"team": team, "quarter": quarter, "capacity": numbers, "toward": said}
                yield self._step(f"{PLANNED[quarter]} 09:30", self._lead(team), "goal_plan", details)

    def _objective(self, said: Mapping[str, Any]) -> Iterator[Step]:
        quarter, key, lead = said["quarter"], said["key"], self._lead(said["team"])
        details: dict[str, Any] = {"lead": lead, **said}
        if "proposed" in said:
            yield self._step("q0-16 16:00", lead, "goal_measure", details)
        else:
            yield self._step(f"{WRITTEN[quarter]} 10:00", lead, "goal_write", details)
        if quarter not in AGREED:
            return
        if "proposed" not in said:
            agreed = said.get("agreed", AGREED[quarter])
            yield self._step(f"{agreed} 11:00", lead, "goal_adopt", {"objective": key})
        yield self._step(f"{BEGUN[quarter]} 12:00", lead, "goal_begin", {"objective": key})
        for one in said["key_results"]:
            if not isinstance(one, str):
                yield from self._happened(said, one, quarter)
        yield from self._later(details, quarter, lead)

    def _later(self, said: Mapping[str, Any], quarter: int, lead: str) -> Iterator[Step]:
        """Yield what becomes of an objective: its tie to the strategy, a stop, grades, and how it goes on."""
        key = said["key"]
        if "strategy" in said:
            tie = {"objective": key, "strategy": said["strategy"], "statement": "It is how one would see it."}
            yield self._step(f"q{quarter}+2 13:00", lead, "goal_tie", tie)
        if "stopped" in said:
            words = {"objective": key, "reason": said["stopped"], "frees": said["frees"]}
            yield self._step(f"q{quarter}+38 15:00", lead, "goal_stop", words)
        if "verdict" in said:
            yield self._step("q0+6 14:00", lead, "goal_grade", said)
        if "again" in said:
            again = said["again"]
            numbers = {"objective": key, "title": again["title"]}
            numbers |= {"baseline": str(again["from"]), "target": str(again["to"])}
            yield self._step("q0+12 10:00", lead, "goal_plan_again", numbers)
            yield from self._happened(said, again, 0)

    def _happened(self, said: Mapping[str, Any], one: Mapping[str, Any], quarter: int) -> Iterator[Step]:
        """Yield the values and the milestones of a key result."""
        by = self._lead(said["team"])
        for title, _due, done in one.get("steps", ()):
            if done:
                details = {"objective": said["key"], "title": title}
                yield self._step(f"q{quarter}+{done} 15:00", by, "goal_reach", details)
        if "metric" not in one or one.get("silent"):
            return
        series = self._series(one, quarter)
        for place in PASTED[quarter]:
            at = self._at(f"{place} 17:00")
            last = at.date()
            if values := [(day, value) for day, value in series if day <= last]:
                details = {"metric": one["metric"], "values": values}
                yield self._step(f"{place} 17:00", by, "goal_values", details)

    def _series(self, one: Mapping[str, Any], quarter: int) -> list[tuple[date, str]]:
        """Return a value for each week, on its way from the baseline, with the noise that numbers have."""
        starts_on = self.calendar.quarter_starts(quarter, year_starts=_year_starts())
        step = Decimal(str(data.goals("metrics")[one["metric"]]["step"]))
        found = []
        for week in range(one.get("until_week", WEEKS)):
            day = starts_on + timedelta(days=7 * week + 4)
            noise = (crc32(f"{one['metric']}:{quarter}:{week}".encode()) % 200 - 100) / 100
            if "keep" in one:
                low, high = one["around"]
                value = (low + high) / 2 + noise * (high - low) / 2
            else:
                way = one["to"] - one["from"]
                part = one.get("reach", 1) * ((week + 1) / WEEKS) ** one.get("bend", 1) + noise * 0.035
                value = one["from"] + way * part
            rounded = (Decimal(value) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
            found.append((day, f"{max(rounded, Decimal(0)):f}"))
        return found

    def _deal(self, deal: Mapping[str, Any], objectives: Mapping[str, Mapping[str, Any]]) -> Iterator[Step]:
        same = {name: deal[name] for name in ("key", "kind", "from", "to", "quarter", "objective")}
        known = objectives.get(deal["objective"], deal)
        for move in deal["moves"]:
            at = self._at(move["day"])
            turn = "from" if move["do"] == "ask" else "to"
            details = same | {
                "move": move["do"],
                "message": move.get("message", ""),
                "terms": self._terms(deal, move, known),
                "respond_by": at.date() + timedelta(days=move.get("respond", ANSWERS_IN)),
                "within": deal.get("within", ""),
            }
            details |= {name: move.get(name, "") for name in ("displaced", "code", "reason")}
            yield self._step(move["day"], move.get("by", self._lead(deal[turn])), "goal_negotiate", details)

    def _terms(
        self, deal: Mapping[str, Any], move: Mapping[str, Any], known: Mapping[str, Any]
    ) -> dict[str, str]:
        terms = (deal.get("terms", {}) if move["do"] == "ask" else {}) | move.get("terms", {})
        if deal["kind"] == "objective" and ("more" in move or move["do"] == "ask"):
            titles = [one if isinstance(one, str) else one["title"] for one in known["key_results"]]
            terms = {
                "title": known["title"],
                "why": known.get("why", ""),
                "instead_of": known.get("instead", ""),
                "key_results": "\n".join([*titles, *move.get("more", ())]),
            }
        return {name: self._day(value) if name.endswith("_on") else value for name, value in terms.items()}

    def _story(self, entry: Mapping[str, Any]) -> Step:
        details: dict[str, Any] = {
            name: date.fromisoformat(self._day(value)) if name in DAYS else value
            for name, value in entry.items()
            if name not in PLACES
        }
        team = details.get("team") or self.teams.get(details.get("objective", ""), "parcels")
        return self._step(entry["day"], entry.get("by", self._lead(team)), f"goal_{entry['do']}", details)

    def _day(self, place: str) -> str:
        """Return a day of the terms; unlike a step it may lie on a weekend, and never beyond its quarter."""
        return self.calendar.placed(place, year_starts=_year_starts())[0].isoformat()

    def _step(self, place: str, by: str, do: str, details: Mapping[str, Any]) -> Step:
        return Step(self._at(place), by, do, "", dict(details))

    def _at(self, place: str) -> datetime:
        """Return the moment of a place, not before there are teams; without an hour, in the morning."""
        day, hour = self.calendar.placed(place, year_starts=_year_starts())
        return max(self.calendar.on(day, hour or "10:00"), self.calendar.moment(FIRST, hour or "10:00"))

    def _lead(self, team: str) -> str:
        return next(name for name, one in data.people().items() if one.get("lead") and one["team"] == team)


def _year_starts() -> int:
    return int(settings.FISCAL_YEAR_STARTS)
