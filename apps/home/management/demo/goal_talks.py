"""What people of the demo say about goals: asks and answers, nos, ties, orders, check-ins, decisions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.accounts.models import Actor
from apps.catalog.models import Service
from apps.home.management.demo.goal_rows import (
    cycle_of,
    metric_of,
    no_of,
    objective_of,
    part_of,
    quarter_of,
    team_of,
)
from apps.home.management.demo.scripts import Step
from apps.home.management.demo.stage import Stage, saved
from apps.okrs import queries, transitions
from apps.okrs.models import Finding, KeyResult, Negotiation, Objective, OffsitePack, StrategyItem
from apps.okrs.rules import CheckInDraft, ItemDraft, LineDraft, MeasureDraft
from apps.okrs.rules.asking import Ask


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
            within = objective_of(stage, said["within"]) if said["within"] else None
            words = {"displaced": said["displaced"]}
            transitions.accept(found, seen=terms.sha256, within=within, by=by, at=at, **words)
        case "decline":
            transitions.decline(found, reason_code=said["code"], reason=said["reason"], by=by, at=at)
        case "report":
            transitions.report(found, note=said["message"], by=by, at=at)


def _ask(stage: Stage, step: Step) -> Negotiation:
    said, by = step.details, stage.actor(step.by)
    first, other, cycle = team_of(said["from"]), team_of(said["to"]), cycle_of(stage, said["quarter"])
    words = {"message": said["message"], "respond_by": said["respond_by"]}
    if said["kind"] == "objective":
        made = transitions.propose_objective(
            other, from_team=first, cycle=cycle, payload=said["terms"], by=by, at=step.at, **words
        )
        stage.goals[f"objective:{said['objective']}"] = made.objective_id or 0
        return made
    about = objective_of(stage, said["objective"])
    wish = Ask(kind=said["kind"], initiator=first, counterpart=other, cycle=cycle, objective=about)
    return transitions.ask(wish, payload=said["terms"], by=by, at=step.at, **words)


def lapse(_stage: Stage, step: Step) -> None:
    """Let lapse what nobody answered."""
    transitions.lapse_all(by=Actor.system("okrs.lapse"), at=step.at)


def waive(stage: Stage, step: Step) -> None:
    """Allow a team to promise more than it has."""
    said = step.details
    quarter = quarter_of(team_of(said["team"]), cycle_of(stage, 0))
    more = {"up_to": Decimal(str(said["up_to"])), "expires_on": said["expires"], "reason": said["reason"]}
    transitions.waive(quarter, by=stage.actor(step.by), at=step.at, **more)


def upkeep(stage: Stage, step: Step) -> None:
    """Promise hands to something that is no objective."""
    said = step.details
    quarter = quarter_of(team_of(said["team"]), cycle_of(stage, 0))
    more = {"person_weeks": Decimal(said["weeks"]), "kind": said["kind"], "label": said["label"]}
    transitions.promise_weeks(quarter, by=stage.actor(step.by), at=step.at, **more)


def say_no(stage: Stage, step: Step) -> None:
    """Say no for a team."""
    said = step.details
    more: dict[str, Any] = {"what": said["what"], "reason_code": said["code"], "reason": said["reason"]}
    if "requester" in said:
        more["requester"] = team_of(said["requester"])
    if "metric" in said:
        way, limit = said["way"], Decimal(said["threshold"])
        more |= {"metric": metric_of(said["metric"]), "threshold_way": way, "threshold": limit}
    more |= {"reopen_when": said.get("reopen", ""), "until_on": said.get("until"), "tags": said.get("tags")}
    no = transitions.say_no(team_of(said["team"]), by=stage.actor(step.by), at=step.at, **more)
    stage.goals[f"no:{said['key']}"] = no.pk


def except_from(stage: Stage, step: Step) -> None:
    """Make an exception from a no."""
    more = {"reason": step.details["reason"], "person_weeks": Decimal(str(step.details["weeks"]))}
    transitions.make_exception(no_of(stage, step), by=stage.actor(step.by), at=step.at, **more)


def ask_again(stage: Stage, step: Step) -> None:
    """Ask the holder of a no to decide again."""
    reason = step.details["reason"]
    transitions.ask_to_reopen(no_of(stage, step), reason=reason, by=stage.actor(step.by), at=step.at)


def hold_no(stage: Stage, step: Step) -> None:
    """Let a no stand on."""
    more = {"reason": step.details["reason"], "until_on": step.details["until"]}
    transitions.hold(no_of(stage, step), by=stage.actor(step.by), at=step.at, **more)


def decide_again(_stage: Stage, step: Step) -> None:
    """Bring back the nos whose day has come."""
    transitions.decide_again(by=Actor.system("okrs.decide_again"), at=step.at)


def tie(stage: Stage, step: Step) -> None:
    """Say what an objective serves, or depends on."""
    said = step.details
    aim: Objective | KeyResult | StrategyItem = _to(stage, said)
    transitions.link_objective(
        objective_of(stage, said["objective"]),
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
    aim = objective_of(stage, said["to"])
    return part_of(aim, said["part"]) if "part" in said else aim


def serve(stage: Stage, step: Step) -> None:
    """Name a service that an objective is about."""
    service = Service.objects.get(slug=step.details["service"])
    objective = objective_of(stage, step.details["objective"])
    transitions.link_service(objective, service=service, by=stage.actor(step.by), at=step.at)


def say(stage: Stage, step: Step) -> None:
    """Write into the margin of an objective."""
    objective = objective_of(stage, step.details["objective"])
    transitions.say(objective, text=step.details["text"], by=stage.actor(step.by), at=step.at)


def rank(stage: Stage, step: Step) -> None:
    """Put a team's objectives into another order; what is not named stays behind."""
    quarter = quarter_of(team_of(step.details["team"]), cycle_of(stage, 0))
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
    row = part_of(objective_of(stage, said["objective"]), said["part"])
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
    quarter = quarter_of(team_of(said["team"]), cycle_of(stage, 0))
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
    quarter = quarter_of(team_of(step.details["team"]), cycle_of(stage, 1))
    first, second, *_rest = queries.potholes(quarter).open
    by, reason = stage.actor(step.by), "It goes with the launch, not with a quarter."
    transitions.take_pothole(quarter, key=first.key, title=step.details["title"], by=by, at=step.at)
    transitions.leave_pothole(quarter, key=second.key, reason=reason, by=by, at=step.at)


def leave_potholes(stage: Stage, step: Step) -> None:
    """Take none of the gaps up."""
    quarter = quarter_of(team_of(step.details["team"]), cycle_of(stage, 1))
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
