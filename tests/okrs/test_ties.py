"""What objectives are tied to: who may, what closes a circle, what is told."""

from datetime import date
from itertools import pairwise

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.okrs import queries, transitions
from apps.okrs.models import AlignmentLink, KeyResult, ServiceLink, State, StrategyItem
from apps.okrs.rules import leads_back
from tests.factories.accounts import ActorFactory
from tests.factories.catalog import ServiceFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, KeyResultFactory, NextCycleFactory, ObjectiveFactory

pytestmark = pytest.mark.django_db


def tie(objective, target, now, *, by, kind="contributes", **more):
    return transitions.link_objective(
        objective, kind=kind, target=target, statement="Fewer late parcels", by=by, at=now, **more
    )


def test_a_member_ties_an_objective_to_a_goal_of_the_organisation(now):
    objective, sentence = ObjectiveFactory(), KeyResultFactory()

    link = tie(objective, sentence, now, by=member_of(objective.team))

    assert (link.objective, link.to_key_result, link.statement) == (objective, sentence, "Fewer late parcels")
    assert Event.objects.get(verb="okrs.linked").data["target"] == sentence.title


def test_the_same_tie_twice_is_one(now):
    objective, target = ObjectiveFactory(), ObjectiveFactory()
    by = member_of(objective.team)

    first, second = (tie(objective, target, now, by=by) for _ in range(2))

    assert first == second
    assert Event.objects.filter(verb="okrs.linked").count() == 1


@pytest.mark.parametrize("length", [0, 1, 3])
def test_no_circle_is_closed(now, length):
    first = ObjectiveFactory()
    chain = [first, *ObjectiveFactory.create_batch(length)]
    for source, target in pairwise(chain):
        tie(source, target, now, by=member_of(source.team))

    with pytest.raises(InvalidInputError, match=r"itself|already"):
        tie(chain[-1], first, now, by=member_of(chain[-1].team))

    assert AlignmentLink.objects.count() == length


def test_a_circle_through_a_key_result_is_one_too(now):
    first, second = ObjectiveFactory(), ObjectiveFactory()
    tie(first, KeyResultFactory(objective=second), now, by=member_of(first.team))

    with pytest.raises(InvalidInputError, match="already"):
        tie(second, KeyResultFactory(objective=first), now, by=member_of(second.team))


def test_dependencies_may_go_both_ways(now):
    first, second = ObjectiveFactory(), ObjectiveFactory()

    tie(first, second, now, by=member_of(first.team), kind="depends_on")
    tie(second, first, now, by=member_of(second.team), kind="depends_on")

    assert AlignmentLink.objects.count() == 2


def test_a_circle_is_found_in_any_graph():
    edges = {1: [2, 3], 2: [4], 3: [4], 4: []}

    assert leads_back(edges, start=1, goal=4)
    assert not leads_back(edges, start=4, goal=1)
    assert not leads_back({1: [2], 2: [1]}, start=1, goal=9)


def test_periods_overlap(now):
    objective = ObjectiveFactory(cycle=CycleFactory())
    later = ObjectiveFactory(cycle=NextCycleFactory())
    undated = ObjectiveFactory(cycle=None, horizon="next")

    tie(objective, undated, now, by=member_of(objective.team))
    with pytest.raises(InvalidInputError, match="do not overlap"):
        tie(objective, later, now, by=member_of(objective.team))

    assert AlignmentLink.objects.get().to_objective == undated


def test_who_is_depended_on_is_told(now):
    objective, target = ObjectiveFactory(), ObjectiveFactory()
    lead = lead_of(target.team)

    tie(objective, target, now, by=member_of(objective.team), kind="depends_on", needed_on=date(2026, 3, 20))

    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (lead.person, "okrs/depended_on")


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"kind": "likes"}, "Choose"),
        ({"needed_on": date(2026, 3, 9)}, "depends on"),
        ({"kind": "depends_on", "needed_on": date(2026, 6, 1)}, "over by then"),
    ],
)
def test_what_makes_no_sense_is_refused(now, fields, match):
    objective, target = ObjectiveFactory(), ObjectiveFactory()

    with pytest.raises(InvalidInputError, match=match):
        tie(objective, target, now, by=member_of(objective.team), **fields)

    assert not AlignmentLink.objects.exists()
    assert not Event.objects.exists()


def test_nobody_depends_on_a_sentence_of_the_strategy(now):
    objective = ObjectiveFactory()
    item = StrategyItem.objects.create(horizon="later", statement="Parcels find people")

    with pytest.raises(InvalidInputError, match="strategy"):
        tie(objective, item, now, by=member_of(objective.team), kind="depends_on")


@pytest.mark.parametrize("step", ["link", "unlink", "service", "unservice"])
def test_other_teams_do_not_tie(now, step):
    objective, other, service = ObjectiveFactory(), ObjectiveFactory(), ServiceFactory()
    link = tie(objective, other, now, by=member_of(objective.team))
    known = ServiceLink.objects.create(objective=objective, service=service)
    by = lead_of(other.team)
    events = Event.objects.count()

    with pytest.raises(NotPermittedError):
        {
            "link": lambda: tie(objective, KeyResultFactory(objective=other), now, by=by),
            "unlink": lambda: transitions.unlink_objective(link, by=by, at=now),
            "service": lambda: transitions.link_service(objective, service=service, by=by, at=now),
            "unservice": lambda: transitions.unlink_service(known, by=by, at=now),
        }[step]()

    assert (AlignmentLink.objects.count(), ServiceLink.objects.count()) == (1, 1)
    assert Event.objects.count() == events


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.STOPPED, State.DECLINED])
def test_what_is_over_stays_as_it_is(now, state):
    objective = ObjectiveFactory(state=state)

    with pytest.raises(InvalidMoveError):
        tie(objective, ObjectiveFactory(), now, by=member_of(objective.team))


def test_a_tie_is_taken_away_once(now):
    objective, target = ObjectiveFactory(), ObjectiveFactory()
    by = member_of(objective.team)
    link = tie(objective, target, now, by=by)

    transitions.unlink_objective(link, by=by, at=now)
    with pytest.raises(InvalidMoveError, match="already"):
        transitions.unlink_objective(link, by=by, at=now)

    assert not AlignmentLink.objects.exists()
    assert Event.objects.filter(verb="okrs.unlinked").count() == 1


def test_services_are_evidence_and_no_score(now):
    objective = ObjectiveFactory()
    service = ServiceFactory(team=objective.team)
    by = member_of(objective.team)
    before = list(KeyResult.objects.values())

    link = transitions.link_service(objective, service=service, by=by, at=now)
    transitions.link_service(objective, service=service, by=by, at=now)

    assert ServiceLink.objects.get() == link
    assert Event.objects.filter(verb="okrs.service_linked").count() == 1
    assert list(KeyResult.objects.values()) == before
    transitions.unlink_service(link, by=by, at=now)
    assert not ServiceLink.objects.exists()


def test_the_map_hides_what_only_a_team_reads(now):
    cycle = CycleFactory()
    root = TeamFactory(name="All of us")
    aim = ObjectiveFactory(team=root, cycle=cycle, title="Receivers trust us")
    own = ObjectiveFactory(cycle=cycle, title="Fewer calls")
    hidden = ObjectiveFactory(
        cycle=cycle, title="Marker", visibility="restricted", restricted_because="A merger"
    )
    for one in (own, hidden):
        tie(one, aim, now, by=member_of(one.team))

    def seen_by(person):
        return queries.alignment(cycle, root=root, person=person, on=now.date())

    outside = seen_by(ActorFactory().person)
    inside = seen_by(member_of(hidden.team).person)

    assert [tie.link.objective for tie in outside.ties] == [own]
    assert "Marker" not in str(outside)
    assert [tie.link.objective for tie in inside.ties] == [own, hidden]
    columns = {box.node.title: box.node.column for box in outside.layout.boxes}
    assert columns == {"Receivers trust us": 1, "Fewer calls": 2}
