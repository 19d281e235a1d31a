"""The gaps of a team's services as candidates of its quarter."""

import pytest
from django.urls import reverse

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Candidate
from apps.okrs import queries, transitions
from apps.okrs.models import CycleState, No, Objective, Pothole
from tests.factories.accounts import ActorFactory
from tests.factories.catalog import TeamFactory, lead_of, member_of
from tests.factories.okrs import NextCycleFactory, QuarterFactory

pytestmark = pytest.mark.django_db
PATH = "tests.okrs.test_potholes.two"


def two(team):
    return [Candidate(key=f"test:{team.pk}:{n}", kind="Gap", title=f"Gap {n}", url="/x/") for n in range(2)]


@pytest.fixture
def quarter(settings):
    settings.CANDIDATES = [PATH]
    return QuarterFactory(cycle=NextCycleFactory())


def key(quarter, number=0):
    return f"test:{quarter.team_id}:{number}"


def test_a_candidate_becomes_a_draft(now, quarter):
    by = member_of(quarter.team)

    pothole = transitions.take_pothole(quarter, key=key(quarter), title="It recovers alone", by=by, at=now)

    objective = Objective.objects.get()
    assert (pothole.objective, objective.title, objective.state) == (objective, "It recovers alone", "draft")
    assert objective.cycle == quarter.cycle
    page = queries.potholes(quarter)
    assert ([one.title for one in page.open], page.taken) == (["Gap 1"], [pothole])


def test_a_double_click_takes_one(now, quarter):
    by = member_of(quarter.team)

    for _click in range(2):
        transitions.take_pothole(quarter, key=key(quarter), title="It recovers", by=by, at=now)

    assert (Pothole.objects.count(), Objective.objects.count()) == (1, 1)


def test_one_is_left_with_a_reason_and_taken_up_after_all(now, quarter):
    by = member_of(quarter.team)
    left = transitions.leave_pothole(quarter, key=key(quarter), reason="It ends in May.", by=by, at=now)
    assert (left.objective, left.reason, left.person_name) == (None, "It ends in May.", by.name)

    taken = transitions.take_pothole(quarter, key=key(quarter), title="It recovers", by=by, at=now)

    assert (taken.pk, taken.reason, taken.objective) == (left.pk, "", Objective.objects.get())


def test_taking_none_is_a_recorded_no(now, quarter):
    lead = lead_of(quarter.team)

    no = transitions.leave_all_potholes(quarter, reason="All are lent to Billing.", by=lead, at=now)

    assert (no.team, no.holder, no.until_on) == (quarter.team, lead.person, quarter.cycle.ends_on)
    assert [one.reason for one in Pothole.objects.all()] == ["All are lent to Billing."] * 2
    assert queries.potholes(quarter).no == no
    assert Event.objects.get(verb="okrs.potholes_left").data["count"] == 2


def test_none_is_not_said_when_one_is_taken(now, quarter):
    lead = lead_of(quarter.team)
    transitions.take_pothole(quarter, key=key(quarter), title="It recovers", by=lead, at=now)

    with pytest.raises(InvalidMoveError, match="taken up already"):
        transitions.leave_all_potholes(quarter, reason="No time.", by=lead, at=now)

    assert not No.objects.exists()


STEPS = {
    "take": lambda quarter, **who: transitions.take_pothole(quarter, key=key(quarter), title="T", **who),
    "leave": lambda quarter, **who: transitions.leave_pothole(quarter, key=key(quarter), reason="R", **who),
    "all": lambda quarter, **who: transitions.leave_all_potholes(quarter, reason="R", **who),
}


@pytest.mark.parametrize(
    ("step", "who"),
    [*((step, who) for step in STEPS for who in ("stranger", "lead of another")), ("all", "member")],
)
def test_only_the_team_decides_and_only_a_lead_says_none(now, quarter, step, who):
    by = {
        "stranger": ActorFactory,
        "lead of another": lambda: lead_of(TeamFactory()),
        "member": lambda: member_of(quarter.team),
    }[who]()

    with pytest.raises(NotPermittedError):
        STEPS[step](quarter, by=by, at=now)

    assert (Pothole.objects.count(), Objective.objects.count(), Event.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("step", STEPS)
def test_a_quarter_that_is_over_is_not_planned(now, quarter, step):
    quarter.cycle.state = CycleState.GRADING
    quarter.cycle.save()

    with pytest.raises(InvalidMoveError):
        STEPS[step](quarter, by=lead_of(quarter.team), at=now)


def test_what_is_no_candidate_any_more_is_refused(now, quarter):
    with pytest.raises(InvalidMoveError, match="no candidate"):
        transitions.take_pothole(quarter, key="test:0:9", title="T", by=lead_of(quarter.team), at=now)


def test_a_reason_is_needed(now, quarter):
    with pytest.raises(InvalidInputError):
        transitions.leave_pothole(quarter, key=key(quarter), reason="", by=lead_of(quarter.team), at=now)


def test_what_was_typed_for_a_candidate_stays_with_what_is_wrong(client, quarter):
    client.force_login(lead_of(quarter.team).person)
    url = reverse("okrs:leave_pothole", args=[quarter.cycle.slug, quarter.team.slug])
    typed = "No room " * 70

    answer = client.post(url, {"key": key(quarter), "reason": typed})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{typed.strip()}' in html
    assert "errorlist" in html
