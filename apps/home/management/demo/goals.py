"""How the goals of the demo come about: quarters, objectives, negotiations, nos, values and check-ins."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from apps.accounts.models import Actor
from apps.catalog.models import Service, Team
from apps.home.management.demo.scripts import Step
from apps.home.management.demo.stage import Stage, saved
from apps.okrs import queries, transitions
from apps.okrs.models import (
    Cycle,
    Finding,
    KeyResult,
    Kind,
    Metric,
    Milestone,
    Negotiation,
    No,
    Objective,
    OffsitePack,
    Quarter,
    StrategyItem,
)
from apps.okrs.rules import CheckInDraft, ItemDraft, LineDraft, MeasureDraft, mark_of, period_of
from apps.okrs.rules.negotiating import Ask


def turn(_stage: Stage, step: Step) -> None:
    """Let the job lay out quarters and move on those whose day has come."""
    transitions.turn(by=Actor.system("okrs.turn"), at=step.at)


def close(stage: Stage, step: Step) -> None:
    """Close the last quarter by hand; what goes on from it is planned anew at once."""
    transitions.close_cycle(_cycle(stage, -1), by=stage.actor(step.by), at=step.at)
    for key, pk in list(stage.goals.items()):
        copy = Objective.objects.filter(carried_from=pk).first() if key.startswith("objective:") else None
        if copy is not None and copy.team.slug == step.details["begins"]:
            stage.goals[f"{key}:again"] = copy.pk


def plan_again(stage: Stage, step: Step) -> None:
    """Give what was carried over the numbers of today, and begin it."""
    objective = _objective(stage, f"{step.details['objective']}:again")
    by, at = stage.actor(step.by), step.at
    for one in objective.key_results.order_by("position").filter(kind=Kind.METRIC):
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
    key, team = fields.pop("key"), _team(fields.pop("team"))
    transitions.create_metric(team, key=key.replace("_", "-"), by=stage.actor(step.by), at=step.at, **fields)


def values(stage: Stage, step: Step) -> None:
    """Paste the values of some weeks."""
    found = {day: Decimal(value) for day, value in step.details["values"]}
    by = stage.actor(step.by)
    transitions.record_values(_metric(step.details["metric"]), values=found, by=by, at=step.at)


def strategy(stage: Stage, step: Step) -> None:
    """Write a sentence of the strategy."""
    said, by = step.details, stage.actor(step.by)
    begins = _cycle_day(stage, said["begins"]) if "begins" in said else None
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
        _team(step.details["team"]),
        _cycle(stage, step.details["quarter"]),
        stage.actor(step.by),
    )
    quarter = _quarter(team, cycle)
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
        _team(said["team"]),
        title=said["title"],
        cycle=_cycle(stage, said["quarter"]),
        key_results=[_title(one) for one in said["key_results"]],
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
    objective = _objective(stage, said["key"])
    if "owner" in said:
        transitions.detail_objective(
            objective,
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
        quarter, weeks = _quarter(objective.team, _cycle(stage, said["quarter"])), Decimal(said["weeks"])
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
        measured["metric"] = _metric(said["metric"])
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
    transitions.adopt(_objective(stage, step.details["objective"]), by=stage.actor(step.by), at=step.at)


def begin(stage: Stage, step: Step) -> None:
    """Begin the work on an objective."""
    transitions.activate(_objective(stage, step.details["objective"]), by=stage.actor(step.by), at=step.at)


def reach(stage: Stage, step: Step) -> None:
    """Reach a milestone."""
    objective = _objective(stage, step.details["objective"])
    milestone = Milestone.objects.get(key_result__objective=objective, title=step.details["title"])
    by, url = stage.actor(step.by), "https://wiki.parcels.example/goals"
    transitions.reach_milestone(milestone, done_on=step.at.date(), evidence_url=url, by=by, at=step.at)


def stop(stage: Stage, step: Step) -> None:
    """Stop what is not worth its hands any more."""
    words = {"reason": step.details["reason"], "frees": step.details["frees"]}
    transitions.stop(
        _objective(stage, step.details["objective"]), by=stage.actor(step.by), at=step.at, **words
    )


def grade(stage: Stage, step: Step) -> None:
    """Grade the key results of an objective, and close it."""
    said, by = step.details, stage.actor(step.by)
    objective = _objective(stage, said["key"])
    rows = {one.title: one for one in objective.key_results.all()}
    for one in said["key_results"]:
        row = rows[_title(one)]
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


def negotiate(stage: Stage, step: Step) -> None:
    """Make one move of a negotiation."""
    said = step.details
    if said["move"] == "ask":
        made = _ask(stage, step)
        stage.goals[f"negotiation:{said['key']}"] = made.pk
        return
    found = Negotiation.objects.select_related("terms").get(pk=stage.goals[f"negotiation:{said['key']}"])
    by, at, terms = stage.actor(step.by), step.at, found.terms
    if terms is None:
        raise LookupError(step)
    match said["move"]:
        case "counter":
            payload, until = terms.payload | said["terms"], said["respond_by"]
            transitions.counter(
                found, payload=payload, message=said["message"], respond_by=until, by=by, at=at
            )
        case "accept":
            within = _objective(stage, said["within"]) if said["within"] else None
            words = {"displaced": said["displaced"]}
            transitions.accept(found, seen=terms.sha256, within=within, by=by, at=at, **words)
        case "decline":
            transitions.decline(found, reason_code=said["code"], reason=said["reason"], by=by, at=at)
        case "report":
            transitions.report(found, note=said["message"], by=by, at=at)


def _ask(stage: Stage, step: Step) -> Negotiation:
    said, by = step.details, stage.actor(step.by)
    first, other, cycle = _team(said["from"]), _team(said["to"]), _cycle(stage, said["quarter"])
    words = {"message": said["message"], "respond_by": said["respond_by"]}
    if said["kind"] == "objective":
        made = transitions.propose_objective(
            other, from_team=first, cycle=cycle, payload=said["terms"], by=by, at=step.at, **words
        )
        stage.goals[f"objective:{said['objective']}"] = made.objective_id or 0
        return made
    about = _objective(stage, said["objective"])
    wish = Ask(kind=said["kind"], initiator=first, counterpart=other, cycle=cycle, objective=about)
    return transitions.ask(wish, payload=said["terms"], by=by, at=step.at, **words)


def lapse(_stage: Stage, step: Step) -> None:
    """Let lapse what nobody answered."""
    transitions.lapse_all(by=Actor.system("okrs.lapse"), at=step.at)


def waive(stage: Stage, step: Step) -> None:
    """Allow a team to promise more than it has."""
    said = step.details
    quarter = _quarter(_team(said["team"]), _cycle(stage, 0))
    more = {"up_to": Decimal(str(said["up_to"])), "expires_on": said["expires"], "reason": said["reason"]}
    transitions.waive(quarter, by=stage.actor(step.by), at=step.at, **more)


def upkeep(stage: Stage, step: Step) -> None:
    """Promise hands to something that is no objective."""
    said = step.details
    quarter = _quarter(_team(said["team"]), _cycle(stage, 0))
    more = {"person_weeks": Decimal(said["weeks"]), "kind": said["kind"], "label": said["label"]}
    transitions.promise_weeks(quarter, by=stage.actor(step.by), at=step.at, **more)


def say_no(stage: Stage, step: Step) -> None:
    """Say no for a team."""
    said = step.details
    more: dict[str, Any] = {"what": said["what"], "reason_code": said["code"], "reason": said["reason"]}
    if "requester" in said:
        more["requester"] = _team(said["requester"])
    if "metric" in said:
        way, limit = said["way"], Decimal(said["threshold"])
        more |= {"metric": _metric(said["metric"]), "threshold_way": way, "threshold": limit}
    more |= {"reopen_when": said.get("reopen", ""), "until_on": said.get("until"), "tags": said.get("tags")}
    no = transitions.say_no(_team(said["team"]), by=stage.actor(step.by), at=step.at, **more)
    stage.goals[f"no:{said['key']}"] = no.pk


def except_from(stage: Stage, step: Step) -> None:
    """Make an exception from a no."""
    more = {"reason": step.details["reason"], "person_weeks": Decimal(str(step.details["weeks"]))}
    transitions.make_exception(_no(stage, step), by=stage.actor(step.by), at=step.at, **more)


def ask_again(stage: Stage, step: Step) -> None:
    """Ask the holder of a no to decide again."""
    reason = step.details["reason"]
    transitions.ask_to_reopen(_no(stage, step), reason=reason, by=stage.actor(step.by), at=step.at)


def hold_no(stage: Stage, step: Step) -> None:
    """Let a no stand on."""
    more = {"reason": step.details["reason"], "until_on": step.details["until"]}
    transitions.hold(_no(stage, step), by=stage.actor(step.by), at=step.at, **more)


def decide_again(_stage: Stage, step: Step) -> None:
    """Bring back the nos whose day has come."""
    transitions.decide_again(by=Actor.system("okrs.decide_again"), at=step.at)


def tie(stage: Stage, step: Step) -> None:
    """Say what an objective serves, or depends on."""
    said = step.details
    aim: Objective | KeyResult | StrategyItem = _to(stage, said)
    transitions.link_objective(
        _objective(stage, said["objective"]),
        kind=said.get("kind", "contributes"),
        target=aim,
        statement=said["statement"],
        needed_on=said.get("needed"),
        by=stage.actor(step.by),
        at=step.at,
    )


def _to(stage: Stage, said: Mapping[str, Any]) -> Objective | KeyResult | StrategyItem:
    if "strategy" in said:
        return StrategyItem.objects.get(pk=stage.goals[f"strategy:{said['strategy']}"])
    aim = _objective(stage, said["to"])
    return _part(aim, said["part"]) if "part" in said else aim


def serve(stage: Stage, step: Step) -> None:
    """Name a service that an objective is about."""
    service = Service.objects.get(slug=step.details["service"])
    objective = _objective(stage, step.details["objective"])
    transitions.link_service(objective, service=service, by=stage.actor(step.by), at=step.at)


def say(stage: Stage, step: Step) -> None:
    """Write into the margin of an objective."""
    objective = _objective(stage, step.details["objective"])
    transitions.say(objective, text=step.details["text"], by=stage.actor(step.by), at=step.at)


def rank(stage: Stage, step: Step) -> None:
    """Put a team's objectives into another order; what is not named stays behind."""
    quarter = _quarter(_team(step.details["team"]), _cycle(stage, 0))
    named = [stage.goals[f"objective:{key}"] for key in step.details["order"]]
    order = [*named, *(pk for pk in quarter.ordered_ids if pk not in named)]
    more = {"reason": step.details["reason"], "revision": quarter.revision}
    saved(transitions.rank(quarter, order=order, by=stage.actor(step.by), at=step.at, **more))


def snapshot(_stage: Stage, step: Step) -> None:
    """Write the orders of the week down."""
    transitions.snapshot_ranks(by=Actor.system("okrs.snapshot_ranks"), at=step.at)


def change(stage: Stage, step: Step) -> None:
    """Say what changed outside, and which target follows from that."""
    said = step.details
    row = _part(_objective(stage, said["objective"]), said["part"])
    numbers: dict[str, Any] = {
        "baseline": row.baseline,
        "target": Decimal(said["target"]),
        "curve": row.curve,
    }
    draft = MeasureDraft(kind=row.kind, metric=row.metric, **numbers)
    more = {"why": "external", "reason": said["reason"], "revision": row.revision}
    saved(transitions.change_terms(row, draft=draft, by=stage.actor(step.by), at=step.at, **more))


def check_in(stage: Stage, step: Step) -> None:
    """Fill in the fortnight's form, and publish it."""
    said, by = step.details, stage.actor(step.by)
    quarter = _quarter(_team(said["team"]), _cycle(stage, 0))
    words = {stage.goals[f"objective:{key}"]: line for key, line in said["lines"].items()}
    lines = {}
    for objective in queries.checked_objectives(quarter):
        status, changed, learned, wanted, *sure = words.get(objective.pk, ("on_track", "", "", ""))
        rows = objective.key_results.filter(dropped_on=None).order_by("position", "pk")
        items = {one.pk: ItemDraft(confidence=level) for one, level in zip(rows, sure, strict=False)}
        lines[objective.pk] = LineDraft(
            status=status, changed=changed, learned=learned, help_wanted=wanted, items=items
        )
    draft = CheckInDraft(
        priorities=said["priorities"], next_four_weeks=said["next"], health=said["health"], lines=lines
    )
    row = saved(transitions.save_check_in(quarter, draft=draft, revision=0, by=by, at=step.at))
    saved(transitions.publish_check_in(row, revision=row.revision, by=by, at=step.at))


def pack(_stage: Stage, step: Step) -> None:
    """Let the job freeze the offsite pack."""
    transitions.prepare_due_packs(by=Actor.system("okrs.prepare"), at=step.at)


def decide(stage: Stage, step: Step) -> None:
    """Write a decision of the offsite down."""
    said = step.details
    found = OffsitePack.objects.order_by("pk").first()
    if found is None:
        raise LookupError(step)
    more = {"text": said["text"], "owner": stage.people[said["owner"]], "due_on": said["due"]}
    made = transitions.decide(found, by=stage.actor(step.by), at=step.at, **more)
    stage.goals[f"decision:{said['text']}"] = made.pk


def take_pothole(stage: Stage, step: Step) -> None:
    """Take the first gap of a team's services up, and leave the second."""
    quarter = _quarter(_team(step.details["team"]), _cycle(stage, 1))
    first, second, *_rest = queries.potholes(quarter).open
    by, reason = stage.actor(step.by), "It goes with the launch, not with a quarter."
    transitions.take_pothole(quarter, key=first.key, title=step.details["title"], by=by, at=step.at)
    transitions.leave_pothole(quarter, key=second.key, reason=reason, by=by, at=step.at)


def leave_potholes(stage: Stage, step: Step) -> None:
    """Take none of the gaps up."""
    quarter = _quarter(_team(step.details["team"]), _cycle(stage, 1))
    reason = step.details["reason"]
    transitions.leave_all_potholes(quarter, reason=reason, by=stage.actor(step.by), at=step.at)


def finding(stage: Stage, step: Step) -> None:
    """Argue with what the rules found, or live with it."""
    said, by = step.details, stage.actor(step.by)
    found = Finding.objects.filter(code=said["code"], state=Finding.State.OPEN).order_by("pk").first()
    if found is None:
        raise LookupError(step)
    if said["move"] == "argue":
        transitions.argue(found, text=said["text"], by=by, at=step.at)
    else:
        transitions.accept_risk(found, reason=said["reason"], by=by, at=step.at)


def look(_stage: Stage, step: Step) -> None:
    """Let the rules look at everything."""
    transitions.look(by=Actor.system("okrs.look"), at=step.at)


def _cycle(stage: Stage, later: int) -> Cycle:
    """Return the quarter of today, an earlier or a later one."""
    return Cycle.objects.get(slug=period_of(_cycle_day(stage, later), year_starts=_year_starts()).slug)


def _cycle_day(stage: Stage, later: int) -> date:
    return stage.calendar.quarter_starts(later, year_starts=_year_starts())


def _year_starts() -> int:
    return int(settings.FISCAL_YEAR_STARTS)


def _team(slug: str) -> Team:
    return Team.objects.get(slug=slug)


def _metric(key: str) -> Metric:
    return Metric.objects.get(key=key.replace("_", "-"))


def _quarter(team: Team, cycle: Cycle) -> Quarter:
    known = Quarter.objects.select_related("team", "cycle").filter(team=team, cycle=cycle).first()
    return known or Quarter(team=team, cycle=cycle)


def _objective(stage: Stage, key: str) -> Objective:
    return Objective.objects.select_related("team", "cycle").get(pk=stage.goals[f"objective:{key}"])


def _part(objective: Objective, number: int) -> KeyResult:
    rows = KeyResult.objects.filter(objective=objective, dropped_on=None).select_related("metric")
    return rows.order_by("position", "pk")[number]


def _no(stage: Stage, step: Step) -> No:
    return No.objects.get(pk=stage.goals[f"no:{step.details['entry']}"])


def _title(one: str | Mapping[str, Any]) -> str:
    return one if isinstance(one, str) else str(one["title"])
