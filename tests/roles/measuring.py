"""Goals of the owning team for the table: a metric, check-ins, objectives in the states that matter here."""

from datetime import timedelta
from decimal import Decimal

from apps.okrs import rules, transitions
from apps.okrs.models import Cycle, CycleState, Kind, Objective, Participant, State, Visibility
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    ObjectiveFactory,
    QuarterFactory,
    value_of,
)


def named(world):
    """Return what the addresses of the table call goals."""
    today = world.now.date()
    cycle = Cycle.objects.get(state=CycleState.ACTIVE)
    before = {"starts_on": today - timedelta(days=150), "ends_on": today - timedelta(days=1)}
    old = CycleFactory(slug="2026-q3", name="Q3", state="grading", **before)
    metric, other = (MetricFactory(team=world.team, key=key) for key in ("calls", "pages"))
    third = MetricFactory(key="theirs")
    value_of(metric, today - timedelta(days=7), "90")
    tension = transitions.declare_tension(metric, other=other, note="So it is", by=world.lead, at=world.now)
    rows = {"goal": _goal(world, cycle, State.ACTIVE, reviewer=world.people["archit"])}
    rows |= {
        "sketch": _goal(world, cycle, State.DRAFT),
        "grading": _goal(world, old, State.GRADING),
        "graded": _goal(world, old, State.GRADING),
        "hidden": _goal(
            world, cycle, State.DRAFT, visibility=Visibility.RESTRICTED, restricted_because="People"
        ),
    }
    names = {"cycle": cycle.slug, "metric": metric.key, "tension": tension.pk, "other_metric": third.pk}
    for name, objective in rows.items():
        key_result = KeyResultFactory(
            objective=objective, kind=Kind.METRIC, metric=metric, baseline=Decimal(100), target=Decimal(50)
        )
        names |= {f"{name}_objective": objective.pk, f"{name}_key_result": key_result.pk}
        if name == "graded":
            transitions.grade_key_result(
                key_result, grade=Decimal("0.7"), reason="So", revision=0, by=world.lead, at=world.now
            )
    helped = ObjectiveFactory(team__slug="helped", cycle=cycle, state=State.ACTIVE)
    Participant.objects.create(objective=helped, team=world.team, part=Participant.Part.CONTRIBUTOR)
    return names | {"helped_team": "helped"} | _said(world, cycle, old)


def _goal(world, cycle, state, **fields):
    return ObjectiveFactory(team=world.team, cycle=cycle, state=state, **fields)


def _said(world, cycle, old):
    active = Objective.objects.running().filter(team=world.team, cycle=cycle)
    draft = rules.CheckInDraft(lines={one.pk: rules.LineDraft(status="on_track") for one in active})
    quarters = [QuarterFactory(team=world.team, cycle=each) for each in (cycle, old)]
    row = transitions.save_check_in(quarters[0], draft=draft, revision=0, by=world.lead, at=world.now).row
    said = transitions.publish_check_in(row, revision=1, by=world.lead, at=world.now).row
    begun = transitions.save_check_in(
        quarters[1], draft=rules.CheckInDraft(priorities="Grades"), revision=0, by=world.lead, at=world.now
    ).row
    return {"said": said.pk, "begun": begun.pk}


def bodies(world):
    """Return what the rows of goals send, by the end of their address."""
    today = world.now.date().isoformat()
    metric = {"name": "Calls", "unit_kind": "count", "good": "down", "cadence_days": 7}
    terms = {"revision": 0, "kind": "sentence", "curve": "linear"}
    return {
        "/okrs/metrics/new/": metric | {"team": world.team.pk},
        "/okrs/metrics/{metric}/edit/": metric | {"revision": 0},
        "/okrs/metrics/{metric}/archive/": {"archive": "1"},
        "/okrs/metrics/{metric}/values/": {"on_date": today, "value": "80"},
        "/okrs/metrics/{metric}/paste/": {"text": f"{today}\t80"},
        "/okrs/metrics/{metric}/tensions/": {"other": world.names["other_metric"], "note": "So"},
        "/check-in/": {"revision": 0, "priorities": "Calls"},
        "/say/": {"text": "What about returns?"},
        "/close/": {"verdict": "keep", "note": "Go on"},
        "/terms/": terms | {"why": "external", "reason": "Nobody counts any more"},
        "/grade/": {"revision": 0, "grade": "0.7", "reason": "So"},
    }
