"""The rules run over rows: what is stored, what stays decided, what goes away."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.comments.transitions import say
from apps.notifications.models import Notice
from apps.okrs import queries, transitions
from apps.okrs.models import (
    AlignmentLink,
    CapacityPlan,
    Finding,
    Look,
    Negotiation,
    No,
    NoException,
    Quarter,
    State,
    Terms,
)
from tests.factories.catalog import TeamFactory, lead_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    ObjectiveFactory,
    QuarterFactory,
)

pytestmark = pytest.mark.django_db
RULES = Actor.system("okrs.look")


def codes(**fields):
    return sorted(Finding.objects.filter(gone_at=None, **fields).values_list("code", flat=True))


def pushing(metric, baseline, target, **fields):
    """Return an objective with two key results, one of which moves a metric."""
    objective = ObjectiveFactory(**fields)
    KeyResultFactory(objective=objective)
    KeyResultFactory(
        objective=objective,
        kind="metric",
        metric=metric,
        baseline=Decimal(baseline),
        target=Decimal(target),
    )
    return objective


def look(now, **options):
    return transitions.look(by=RULES, at=now, **options)


def test_the_rules_see_what_the_rows_say(now):
    objective = ObjectiveFactory(title="Increase revenue by 20 %")
    KeyResultFactory(objective=objective, title="Launch the new checkout")

    look(now)

    assert codes(objective=objective) == ["K11", "L1", "L5", "L6", "L9"]
    assert codes(objective=None, team=objective.team) == ["L12"]
    blocking = Finding.objects.get(code="L9")
    assert (blocking.is_blocking, blocking.severity, blocking.cycle) == (True, "medium", objective.cycle)
    assert queries.blocking_of(objective) == [blocking]


def test_a_second_run_changes_nothing(now):
    ObjectiveFactory(title="Increase revenue by 20 %")
    look(now)
    before = list(Finding.objects.order_by("pk").values())
    events = Event.objects.count()

    look(now, is_whole=True)

    assert list(Finding.objects.order_by("pk").values()) == before
    assert Event.objects.count() == events


def test_a_quiet_cycle_is_left_alone(now):
    team = TeamFactory()
    objective = ObjectiveFactory(team=team)
    first = look(now)
    lead = lead_of(team)
    later = now.replace(hour=15)

    quiet = look(later)
    transitions.edit_objective(
        objective, title="People come back", why="", instead_of="", revision=0, by=lead, at=later
    )
    busy = look(later.replace(minute=5))

    assert (first, quiet, busy) == (1, 0, 1)
    assert Look.objects.get().at == later.replace(minute=5)


def test_what_is_dismissed_stays_dismissed_until_its_values_change(now):
    team = TeamFactory()
    lead = lead_of(team)
    objective = ObjectiveFactory(team=team, title="Increase revenue by 20 %")
    look(now)
    remark = Finding.objects.get(code="L5")
    transitions.dismiss(remark, reason="It is the name of the programme.", by=lead, at=now)

    look(now, is_whole=True)
    same = Finding.objects.filter(code="L5")
    assert [one.state for one in same] == ["dismissed"]

    transitions.edit_objective(
        objective, title="Increase revenue by 30 %", why="", instead_of="", revision=0, by=lead, at=now
    )
    look(now, is_whole=True)

    states = dict(Finding.objects.filter(code="L5").values_list("fingerprint", "state"))
    assert sorted(states.values()) == ["dismissed", "open"]
    assert Finding.objects.get(pk=remark.pk).gone_at == now


def test_what_is_gone_is_resolved_and_opens_again_when_it_returns(now):
    team = TeamFactory()
    lead = lead_of(team)
    objective = ObjectiveFactory(team=team)
    look(now)
    transitions.detail_objective(objective, revision=0, accountable=lead.person, by=lead, at=now)

    look(now, is_whole=True)
    gone = Finding.objects.get(code="L9")
    assert (gone.state, gone.gone_at) == ("resolved", now)

    transitions.detail_objective(objective, revision=1, accountable=None, by=lead, at=now)
    look(now, is_whole=True)

    back = Finding.objects.get(code="L9")
    assert (back.pk, back.state, back.gone_at) == (gone.pk, "open", None)


def test_two_ways_on_one_metric_are_told_to_both_teams(now):
    metric = MetricFactory(name="Discounts")
    up = pushing(metric, 4, 9, team=TeamFactory(name="Sales"))
    down = pushing(metric, 4, 2, team=TeamFactory(name="Finance"))
    leads = [lead_of(up.team), lead_of(down.team)]

    look(now)

    found = Finding.objects.get(code="K1")
    assert (found.severity, found.objective, found.other_objective) == ("high", up, down)
    assert queries.blocking_of(up)[0] == queries.blocking_of(down)[0] == found
    told = Notice.objects.filter(kind="okrs/findings").order_by("recipient_id")
    assert [one.recipient for one in told] == [one.person for one in leads]


def test_what_a_team_keeps_to_itself_is_told_to_no_other(now):
    metric = MetricFactory()
    secret = pushing(
        metric, 4, 9, title="Marker of the merger", visibility="restricted", restricted_because="A merger"
    )
    pushing(metric, 4, 2)

    look(now)

    assert codes(code="K1") == []
    others = Finding.objects.exclude(objective=secret)
    assert not any("Marker" in f"{one.message}{one.evidence}" for one in others)
    assert {one.subject(on=now.date()).audience for one in Finding.objects.filter(objective=secret)} == {
        f"team:{secret.team_id}"
    }


def test_a_dependency_without_an_ask_is_noticed_once_the_cycle_runs(now):
    consumer, provider = ObjectiveFactory(), ObjectiveFactory()
    AlignmentLink.objects.create(
        kind="depends_on", objective=consumer, to_objective=provider, statement="We wait for it"
    )

    look(now)

    found = Finding.objects.get(code="K5")
    assert found.other_team == provider.team
    assert "not asked" in found.message


def test_more_is_asked_than_there_is(now):
    cycle = CycleFactory()
    giver = QuarterFactory(cycle=cycle, team=TeamFactory(name="Platform"))
    CapacityPlan.objects.create(
        quarter=giver, people=Decimal(1), weeks=Decimal(10), upkeep_share=Decimal("0.5")
    )
    for number in range(2):
        ask = Negotiation.objects.create(
            kind="contribution",
            title=f"Ask {number}",
            initiator=TeamFactory(),
            counterpart=giver.team,
            cycle=cycle,
            stage="open",
            owes=giver.team,
            respond_by=now.date(),
            opened_at=now,
        )
        ask.terms = Terms.objects.create(
            negotiation=ask,
            version=1,
            team=ask.initiator,
            payload={"person_weeks": "4"},
            sha256="0" * 64,
            made_at=now,
        )
        ask.save()

    look(now)

    found = Finding.objects.get(code="K4")
    assert (found.team, found.severity) == (giver.team, "high")
    assert found.message == "8 person-weeks are asked of Platform, and it has 5."


def test_a_no_is_remembered_unless_somebody_passed_it(now):
    lead = lead_of(TeamFactory(name="Platform"))
    no = No.objects.create(
        kind="no",
        what="A second region",
        team_id=lead.person.team_ids[0],
        reason_code="no_capacity",
        reason="Nobody is free.",
        decided_by=lead.person,
        decided_at=now,
        holder=lead.person,
        tags=["region"],
    )
    objective = ObjectiveFactory(tags=["region"])
    look(now)
    found = Finding.objects.get(code="K9")
    assert found.message.startswith("On 2 March 2026 Platform said no to “A second region”")

    NoException.objects.create(no=no, granted_by=lead.person, reason="Law", objective=objective, at=now)
    look(now, is_whole=True)

    assert codes(code="K9") == []


def test_a_word_of_the_team_answers_what_others_wrote(now):
    team, author = TeamFactory(), TeamFactory(name="Leadership")
    objective = ObjectiveFactory(team=team, authored_by=author)
    look(now)
    assert codes(code="L13") == ["L13"]

    say(objective.subject(on=now.date()), text="Half of it, we think.", by=lead_of(team), at=now)
    look(now)

    assert codes(code="L13") == []


def test_ideas_and_what_was_left_are_not_judged(now):
    ObjectiveFactory(state=State.IDEA, title="Increase revenue by 20 %")
    ObjectiveFactory(state=State.WITHDRAWN, title="Increase revenue by 20 %")

    look(now)

    assert codes() == []


@pytest.mark.parametrize("count", [1, 10])
def test_the_number_of_queries_does_not_grow(now, count):
    metric = MetricFactory()
    cycle = CycleFactory()
    for number in range(count):
        objective = pushing(metric, 4, 9 if number % 2 else 2, cycle=cycle)
        quarter = QuarterFactory(team=objective.team, cycle=cycle, ordered_ids=[objective.pk])
        CapacityPlan.objects.create(quarter=quarter, people=Decimal(5), upkeep_share=Decimal("0.3"))

    with CaptureQueriesContext(connection) as counted:
        queries.noticed(cycle, on=now.date())

    assert len(counted) == 15


def test_a_quarter_of_nobody_has_no_findings(now):
    cycle = CycleFactory()

    look(now)

    assert (codes(), Quarter.objects.count(), Look.objects.get().cycle) == ([], 0, cycle)
