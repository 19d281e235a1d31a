"""The quarter of the world's team, in which every route of goals leads somewhere."""

from datetime import timedelta

from apps.okrs.models import CycleState, Kind, Milestone, State
from tests.factories.okrs import CycleFactory, KeyResultFactory, ObjectiveFactory, QuarterFactory

LATER = timedelta(days=2)


def quarter_names(team, *, today):
    """Return what the addresses of the table call the goals of a team."""
    active = CycleFactory(
        slug="2026-q9",
        name="Q9 2026",
        starts_on=today - timedelta(days=80),
        ends_on=today + LATER,
        state=CycleState.ACTIVE,
    )
    closed = CycleFactory(
        slug="2020-q1", starts_on="2020-01-01", ends_on="2020-03-31", state=CycleState.CLOSED
    )
    objectives = {
        f"okr_{state.value}": ObjectiveFactory(team=team, cycle=active, state=state)
        for state in (State.IDEA, State.DRAFT, State.AGREED, State.ACTIVE, State.GRADING)
    }
    names = {name: one.pk for name, one in objectives.items()}
    sentences = {name: KeyResultFactory.create_batch(2, objective=one)[0] for name, one in objectives.items()}
    steps = KeyResultFactory(objective=objectives["okr_draft"], kind=Kind.MILESTONE)
    milestone = Milestone.objects.create(key_result=steps, title="EU")
    QuarterFactory(team=team, cycle=active, ordered_ids=list(names.values()))
    waiting = ObjectiveFactory(team=team, cycle=None, horizon="next", state=State.DEFERRED)
    return names | {
        "cycle": active.slug,
        "closed_cycle": closed.slug,
        "cycle_pk": active.pk,
        "okr_waiting": waiting.pk,
        "kr_draft": sentences["okr_draft"].pk,
        "kr_active": sentences["okr_active"].pk,
        "kr_steps": steps.pk,
        "milestone": milestone.pk,
    }
