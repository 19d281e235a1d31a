"""Rules without a database: panels, agendas, contents, days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.models import RiskLevel, Service
from apps.walkthroughs import rules
from apps.walkthroughs.models import Capacity
from apps.walkthroughs.rules import reminders as steps
from tests.factories import UserFactory
from tests.factories.walkthroughs import ROLES

RELIABILITY = rules.WeakArea("REL", "Reliability / Failover")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def person(pk, name="", **fields):
    return UserFactory.build(pk=pk, name=name or f"Person {pk}", **fields)


def room(people, *, weak=(), team_ids=(1,), open_seats=None, advisor_id=None):
    return rules.Room(people, weak, team_ids, open_seats or {}, advisor_id)


@pytest.mark.parametrize(
    ("level", "data_class", "expected"),
    [
        ("low", "internal", ["peer", "enablement"]),
        ("low", "restricted", ["peer", "security", "enablement"]),
        ("medium", "internal", ["peer", "architect", "enablement"]),
        ("medium", "restricted", ["peer", "architect", "security", "enablement"]),
        ("high", "internal", ["peer", "architect", "security", "enablement"]),
        ("high", "restricted", ["peer", "architect", "security", "enablement"]),
        ("critical", "public", ["peer", "peer", "architect", "security", "enablement"]),
    ],
)
def test_risk_decides_the_panel(level, data_class, expected):
    assert rules.needed(level, data_class) == expected


def test_expertise_of_the_weak_areas_comes_before_free_seats():
    busy = person(2, reviews=True, expertise=["failover"])
    free = person(3, reviews=True)
    helper = person(4, is_enablement=True)

    peer, enablement = rules.propose(
        Service(data_class="internal"),
        "low",
        room([free, busy, helper], weak=[RELIABILITY], open_seats={2: 3}),
    )

    assert (peer.person, peer.reason) == (busy, "knows Reliability / Failover; 3 open seats")
    assert (enablement.person, enablement.reason) == (helper, "0 open seats")


def test_of_two_who_know_the_same_the_freer_one_is_asked():
    people = [person(2, reviews=True, expertise=["rel"]), person(3, reviews=True, expertise=["rel"])]

    (peer, _nobody) = rules.propose(
        Service(data_class="internal"), "low", room(people, weak=[RELIABILITY], open_seats={2: 1})
    )

    assert (peer.person.pk, peer.reason) == (3, "knows Reliability / Failover; 0 open seats")


def test_whoever_never_came_in_is_asked_last_although_nobody_is_freer():
    people = [
        person(2, reviews=True, expertise=["rel"], joined_at=None),
        person(3, reviews=True),
        person(4, is_enablement=True, joined_at=None),
    ]

    peer, enablement = rules.propose(
        Service(data_class="internal"), "low", room(people, weak=[RELIABILITY], open_seats={3: 5})
    )

    assert (peer.person.pk, enablement.person.pk) == (3, 4)


def test_the_advisor_is_asked_when_all_else_is_equal():
    people = [person(2, is_enablement=True), person(3, is_enablement=True), person(4, reviews=True)]

    _peer, seat = rules.propose(Service(data_class="internal"), "low", room(people, advisor_id=3))

    assert (seat.person.pk, seat.reason) == (3, "the advisor; 0 open seats")


def test_whoever_has_two_roles_is_kept_for_the_seat_that_nobody_else_can_take():
    both = person(2, is_architect=True, is_security=True, reviews=True)
    architect = person(3, is_architect=True)
    others = [person(4, reviews=True), person(5, is_enablement=True)]

    places = rules.propose(Service(data_class="internal"), "high", room([both, architect, *others]))

    assert [place.person.pk for place in places] == [4, 3, 2, 5]


def test_nobody_of_the_owning_team_and_nobody_twice():
    own = person(2, reviews=True, is_enablement=True, team_ids=[1])
    only = person(3, reviews=True, is_enablement=True)

    peer, enablement = rules.propose(Service(data_class="internal"), "low", room([own, only]))

    assert (peer.person, enablement.person) == (only, None)
    assert enablement.reason == "Nobody outside the team has the role for the enablement seat."


@pytest.mark.parametrize("level", list(RiskLevel))
def test_an_empty_organisation_is_told_who_is_missing(level):
    places = rules.propose(Service(data_class="internal"), level, room([]))

    assert all(place.person is None and place.reason for place in places)


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        (["peer"], "peer"),
        (["peer", "peer"], "two peers"),
        (["peer", "peer", "architect", "security"], "two peers, architect and security"),
    ],
)
def test_seats_in_words(seats, words):
    assert rules.in_words(seats) == words


def test_an_observer_and_a_presenter_need_no_role():
    assert rules.why_not(person(2), Capacity.OBSERVER, [1]) == ""
    assert rules.why_not(person(2, team_ids=[1]), Capacity.PRESENTER, [1]) == ""
    assert rules.why_not(person(2, team_ids=[7]), Capacity.PRESENTER, [1]) != ""
    assert rules.why_not(person(2, email=None), Capacity.OBSERVER, [1]) == "Person 2 cannot sign in."


@pytest.mark.parametrize("capacity", list(ROLES))
def test_every_signing_seat_refuses_the_owning_team(capacity):
    own = person(2, team_ids=[1], **ROLES[capacity])

    assert rules.why_not(own, capacity, [1]) == "Person 2 belongs to the owning team, which never signs."
    assert rules.why_not(own, capacity, [7]) == ""


area_states = st.builds(
    rules.AreaState,
    key=st.just("A"),
    title=st.text(max_size=20),
    is_weak=st.booleans(),
    open_high=st.integers(0, 5),
    unanswered=st.integers(0, 9),
    verdicts=st.frozensets(st.sampled_from(["strong", "weak"])),
)


@given(st.integers(rules.SHORTEST, rules.LONGEST), st.lists(area_states, max_size=10))
def test_the_minutes_of_an_agenda_add_up(minutes, areas):
    points = rules.agenda(minutes, areas)

    assert sum(point.minutes for point in points) == minutes
    assert all(point.minutes >= 1 for point in points)
    assert [point.at for point in points] == [
        sum(point.minutes for point in points[:number]) for number in range(len(points))
    ]


def test_an_agenda_begins_with_what_is_weak_and_disputed():
    quiet = rules.AreaState("DEP", "Deployment")
    opened = rules.AreaState("COST", "Costs", unanswered=2)
    disputed = rules.AreaState("SEC", "Security", verdicts=frozenset({"strong", "weak"}), is_weak=True)

    points = rules.agenda(80, [quiet, opened, disputed])

    assert [(point.title, point.reason) for point in points[1:-1]] == [
        ("Security", "weak, reviewers disagree"),
        ("Costs", "2 not answered"),
    ]
    assert points[1].minutes > points[2].minutes


def content(**items):
    return {
        "schema": rules.SCHEMA,
        "risk": {"level": "medium", "points": 3},
        "needs": {"event-store": "hard"},
        "verdicts": {},
        "items": {"REL-01": {"state": "in_place", "text": "Yes.", "evidence": [], "exemption": None}} | items,
    }


def item(**values):
    return {"state": "in_place", "text": "Yes.", "evidence": [], "exemption": None} | values


LINK = {"title": "Plan", "url": "https://example.org/plan"}
EXEMPT = {"reason": "Later", "ends_on": "2026-06-01"}
LONGER = EXEMPT | {"ends_on": "2026-09-01"}


@pytest.mark.parametrize(
    ("before", "after", "what", "is_worse"),
    [
        (item(), item(state="planned"), "in place became planned", True),
        (item(), item(state="gap"), "in place became gap", True),
        (item(state="planned"), item(state="open"), "planned became open", True),
        (item(state="gap"), item(state="open"), "gap became open", True),
        (item(), item(state="not_applicable"), "in place became not applicable", True),
        (item(state="open"), item(state="not_applicable"), "open became not applicable", True),
        (item(state="not_applicable"), item(state="open"), "not applicable became open", True),
        (item(state="open"), item(), "open became in place", False),
        (item(state="gap"), item(state="planned"), "gap became planned", False),
        (item(), item(text="No."), "text changed", False),
        (item(owner="Ana"), item(owner="Bo"), "owner changed", False),
        (item(evidence=[LINK]), item(), "evidence was taken away", True),
        (item(), item(evidence=[LINK]), "evidence was added", False),
        (item(exemption=EXEMPT), item(), "its exemption is gone", True),
        (item(), item(exemption=EXEMPT), "got an exemption", False),
        (
            item(exemption=EXEMPT),
            item(exemption=EXEMPT | {"ends_on": "2026-09-01"}),
            "its exemption changed",
            False,
        ),
    ],
)
def test_what_changed_in_an_item_and_whether_it_is_worse(before, after, what, is_worse):
    found = rules.differences(content(**{"OPS-07": before}), content(**{"OPS-07": after}))

    assert found == [rules.Difference("OPS-07", what, is_worse)]


def test_an_item_that_vanishes_is_worse_and_a_new_one_is_not():
    assert rules.differences(content(**{"OPS-07": item()}), content()) == [
        rules.Difference("OPS-07", "no longer applies", is_worse=True)
    ]
    assert rules.differences(content(), content(**{"OPS-07": item()})) == [
        rules.Difference("OPS-07", "is new")
    ]


@pytest.mark.parametrize(
    ("risk", "is_worse"),
    [
        ({"level": "high", "points": 5}, True),
        ({"level": "low", "points": 1}, False),
        ({"level": "medium", "points": 4}, False),
    ],
)
def test_a_higher_risk_is_worse(risk, is_worse):
    (found,) = rules.differences(content(), content() | {"risk": risk})

    assert (found.place, found.is_worse) == ("risk", is_worse)


def test_what_it_needs_and_verdicts_are_shown_only():
    present = content() | {"needs": {}, "verdicts": {"REL": {"7": {"reviewer": "Priya", "value": "weak"}}}}

    found = rules.differences(content(), present)

    assert [(one.place, one.is_worse) for one in found] == [("needs", False), ("verdicts", False)]


def test_a_part_that_did_not_exist_when_it_was_signed_is_no_difference():
    signed = content()
    del signed["needs"], signed["verdicts"]

    assert rules.differences(signed, content()) == []


@pytest.mark.parametrize(("value", "places"), [("weak", []), ("strong", ["verdicts"])])
def test_what_was_signed_by_the_names_of_reviewers_is_compared_by_names(value, places):
    signed = content() | {"schema": 1, "verdicts": {"REL": {"Priya": "weak"}}}
    present = content() | {"verdicts": {"REL": {"7": {"reviewer": "Priya", "value": value}}}}

    assert [one.place for one in rules.differences(signed, present)] == places


def test_equal_contents_have_one_digest_whatever_their_order():
    one = content(A=item(), B=item())
    other = {key: one[key] for key in reversed(one)}

    assert rules.digest(one) == rules.digest(other)
    assert rules.digest(one) != rules.digest(content())


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-03-02", "2026-03-02", 0),
        ("2026-03-02", "2026-03-09", 5),
        ("2026-03-06", "2026-03-08", 0),  # a weekend
        ("2026-03-06", "2026-03-13", 5),
        ("2026-03-09", "2026-03-02", 0),
    ],
)
def test_working_days(since, until, days):
    assert rules.working_days_between(date.fromisoformat(since), date.fromisoformat(until)) == days


@pytest.mark.parametrize(
    ("ahead", "step"),
    [(29, None), (28, 28), (20, 28), (14, 14), (8, 14), (7, 7), (2.5, 3), (0.5, 1), (0, None), (-1, None)],
)
def test_only_the_newest_step_of_a_countdown_counts(ahead, step):
    starts_at = NOW + timedelta(days=ahead)

    assert steps.countdown(starts_at, since=NOW - timedelta(days=60), now=NOW) == step


def test_a_step_from_before_the_invitation_is_not_counted():
    starts_at = NOW + timedelta(days=5)

    assert steps.countdown(starts_at, since=NOW - timedelta(hours=1), now=NOW) is None
    assert steps.countdown(starts_at, since=NOW - timedelta(hours=1), now=NOW + timedelta(days=2)) == 3


def test_overdue_is_counted_in_weeks():
    due = date(2026, 3, 2)

    assert [steps.overdue(due, today=due + timedelta(days=days)) for days in (0, 1, 6, 7, 14)] == [
        None,
        0,
        0,
        1,
        2,
    ]
