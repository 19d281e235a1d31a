"""How the goals of the demo come about: quarters, metrics, objectives from their first words to grades."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.accounts.models import Actor
from apps.home.management.demo.goal_rows import (
    cycle_day,
    cycle_of,
    metric_of,
    objective_of,
    quarter_of,
    team_of,
    title_of,
)
from apps.home.management.demo.scripts import Step
from apps.home.management.demo.stage import Stage, saved
from apps.okrs import transitions
from apps.okrs.models import KeyResult, Kind, Milestone, Objective
from apps.okrs.rules import mark_of


def turn(_stage: Stage, step: Step) -> None:
    """Let the job lay out quarters and move on those whose day has come."""
    transitions.turn(by=Actor.system("okrs.turn"), at=step.at)


def close(stage: Stage, step: Step) -> None:
    """Close the last quarter by hand; what goes on from it is planned anew at once."""
    transitions.close_cycle(cycle_of(stage, -1), by=stage.actor(step.by), at=step.at)
    for key, pk in list(stage.goals.items()):
        copy = Objective.objects.filter(carried_from=pk).first() if key.startswith("objective:") else None
        if copy is not None and copy.team.slug == step.details["begins"]:
            stage.goals[f"{key}:again"] = copy.pk


def plan_again(stage: Stage, step: Step) -> None:
    """Give what was carried over the numbers of today, and begin it."""
    objective = objective_of(stage, f"{step.details['objective']}:again")
    by, at = stage.actor(step.by), step.at
    for row in objective.key_results.order_by("position").filter(kind=Kind.METRIC):
        title = step.details["title"]
        one = saved(transitions.edit_key_result(row, title=title, revision=row.revision, by=by, at=at))
        numbers: dict[str, Any] = {name: Decimal(step.details[name]) for name in ("baseline", "target")}
        saved(
            transitions.measure_key_result(
                one, kind=Kind.METRIC, metric=one.metric, revision=one.revision, by=by, at=at, **numbers
            )
        )
    transitions.adopt(objective, by=by, at=at)
    transitions.activate(objective, by=by, at=at)


def metric(stage: Stage, step: Step) -> None:
    """Write a metric down."""
    fields = dict(step.details)
    key, team = fields.pop("key"), team_of(fields.pop("team"))
    transitions.create_metric(team, key=key.replace("_", "-"), by=stage.actor(step.by), at=step.at, **fields)


def values(stage: Stage, step: Step) -> None:
    """Paste the values of some weeks."""
    found = {day: Decimal(value) for day, value in step.details["values"]}
    by = stage.actor(step.by)
    transitions.record_values(metric_of(step.details["metric"]), values=found, by=by, at=step.at)


def strategy(stage: Stage, step: Step) -> None:
    """Write a sentence of the strategy."""
    said, by = step.details, stage.actor(step.by)
    begins = cycle_day(stage, said["begins"]) if "begins" in said else None
    numbers: dict[str, Any] = {
        name: Decimal(str(said[key]))
        for name, key in (("target_low", "low"), ("target_high", "high"), ("planned_change", "change"))
        if key in said
    }
    words: dict[str, Any] = {
        name: said[name]
        for name in ("horizon", "statement", "theme", "precision", "unit", "confidence")
        if name in said
    }
    sentence = transitions.Sentence(begins_on=begins, **numbers, **words)
    item = transitions.write_strategy(sentence, by=by, at=step.at)
    stage.goals[f"strategy:{said['key']}"] = item.pk
    if "verdict" in said:
        transitions.revalidate(item, verdict=said["verdict"], by=by, at=step.at)


def plan(stage: Stage, step: Step) -> None:
    """Say how many hands a team has, and what its quarter serves."""
    team, cycle, by = (
        team_of(step.details["team"]),
        cycle_of(stage, step.details["quarter"]),
        stage.actor(step.by),
    )
    quarter = quarter_of(team, cycle)
    people, upkeep, leave = (Decimal(str(one)) for one in step.details["capacity"])
    shares: dict[str, Any] = {"upkeep_share": upkeep, "leave_share": leave}
    transitions.plan_capacity(quarter, people=people, weeks=Decimal(13), by=by, at=step.at, **shares)
    if step.details["toward"]:
        before, after = mark_of(quarter.toward), step.details["toward"]
        transitions.say_toward(quarter, toward=after, revision=before, by=by, at=step.at)


def write(stage: Stage, step: Step) -> None:
    """Type an objective with its key results, and measure them."""
    said = step.details
    objective = transitions.add_objective(
        team_of(said["team"]),
        title=said["title"],
        cycle=cycle_of(stage, said["quarter"]),
        key_results=[title_of(one) for one in said["key_results"]],
        why=said.get("why", ""),
        instead_of=said.get("instead", ""),
        is_idea=said.get("idea", False),
        by=stage.actor(step.by),
        at=step.at,
    )
    stage.goals[f"objective:{said['key']}"] = objective.pk
    measure(stage, step)


def measure(stage: Stage, step: Step) -> None:
    """Say who owns an objective, how its key results are measured, and how many hands it gets."""
    said, by, at = step.details, stage.actor(step.by), step.at
    objective = objective_of(stage, said["key"])
    if "owner" in said:
        transitions.detail_objective(
            objective,
            revision=objective.revision,
            accountable=stage.people[said["owner"]],
            reviewer=stage.people[said["reviewer"]] if "reviewer" in said else None,
            ambition=said.get("ambition", "roofshot"),
            tags=said.get("tags", ()),
            evidence_url=said.get("evidence", ""),
            visibility=said.get("visibility", "open"),
            restricted_because=said.get("restricted", ""),
            by=by,
            at=at,
        )
    rows = {one.title: one for one in objective.key_results.all()}
    for one in said["key_results"]:
        if not isinstance(one, str):
            _measure(rows[one["title"]], one, by=by, at=at)
    if "weeks" in said:
        quarter, weeks = quarter_of(objective.team, cycle_of(stage, said["quarter"])), Decimal(said["weeks"])
        lead = stage.actor(said["lead"])
        transitions.promise_weeks(quarter, objective=objective, person_weeks=weeks, by=lead, at=at)


def _measure(row: KeyResult, said: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    if "steps" in said:
        cycle = row.objective.cycle
        for title, due, _done in said["steps"]:
            due_on = cycle.starts_on + timedelta(days=due) if cycle else None
            transitions.add_milestone(row, title=title, due_on=due_on, by=by, at=at)
        return
    measured: dict[str, Any] = {"ambition": said.get("ambition", "")}
    if "metric" in said:
        measured["metric"] = metric_of(said["metric"])
    if "new_metric" in said:
        measured |= {"new_metric": said["new_metric"], "unit": said.get("unit", "")}
    if "keep" in said:
        low, high = (Decimal(one) for one in said["keep"])
        measured |= {"kind": Kind.MAINTAIN, "band_low": low, "band_high": high}
    elif "to" in said:
        measured |= {"kind": Kind.METRIC, "target": Decimal(str(said["to"]))}
        measured["baseline"] = Decimal(str(said["from"])) if "from" in said else None
    if "kind" in measured:
        saved(transitions.measure_key_result(row, revision=row.revision, by=by, at=at, **measured))


def adopt(stage: Stage, step: Step) -> None:
    """Agree to an own draft, which concerns nobody else."""
    transitions.adopt(objective_of(stage, step.details["objective"]), by=stage.actor(step.by), at=step.at)


def begin(stage: Stage, step: Step) -> None:
    """Begin the work on an objective."""
    transitions.activate(objective_of(stage, step.details["objective"]), by=stage.actor(step.by), at=step.at)


def reach(stage: Stage, step: Step) -> None:
    """Reach a milestone."""
    objective = objective_of(stage, step.details["objective"])
    milestone = Milestone.objects.get(key_result__objective=objective, title=step.details["title"])
    by, url = stage.actor(step.by), "https://wiki.parcels.example/goals"
    transitions.reach_milestone(milestone, done_on=step.at.date(), evidence_url=url, by=by, at=step.at)


def stop(stage: Stage, step: Step) -> None:
    """Stop what is not worth its hands any more."""
    words = {"reason": step.details["reason"], "frees": step.details["frees"]}
    transitions.stop(
        objective_of(stage, step.details["objective"]), by=stage.actor(step.by), at=step.at, **words
    )


def grade(stage: Stage, step: Step) -> None:
    """Grade the key results of an objective, and close it."""
    said, by = step.details, stage.actor(step.by)
    objective = objective_of(stage, said["key"])
    rows = {one.title: one for one in objective.key_results.all()}
    for one in said["key_results"]:
        row = rows[title_of(one)]
        transitions.grade_key_result(
            row,
            grade=Decimal(str(one["grade"])),
            reason=one["because"],
            cause=one.get("cause", ""),
            learned=one.get("learned", ""),
            revision=row.revision,
            by=by,
            at=step.at,
        )
    transitions.close_objective(objective, verdict=said["verdict"], note=said["note"], by=by, at=step.at)
