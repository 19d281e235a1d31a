"""The organisation that `make bench` measures is one that the app could have made itself."""

from contextlib import nullcontext

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Actor, User
from apps.activity.models import Event, EventSeal
from apps.catalog.models import Membership, Phase, Service, ServiceSummary
from apps.okrs.models import Cycle, KeyResult, Objective, Quarter
from apps.readiness.models import Answer, Area, Assessment
from apps.readiness.transitions.counting import NUMBERS, recount
from apps.walkthroughs.models import State, Walkthrough
from bench import steps
from bench.measuring import Measured, Result
from bench.organisation import fill, multiply
from bench.pages import Page, Who, form, goal_pages
from bench.sites import Organisation, block_of
from bench.table import growth, misses, table
from bench.visitor import Passes

pytestmark = pytest.mark.thorough


@pytest.fixture
def scene(db, now):
    return fill(20, at=now)


def numbers():
    return list(Area.objects.order_by("pk").values_list("pk", *NUMBERS))


def test_the_scene_is_a_lead_and_a_service_before_its_launch(scene):
    service = Service.objects.get(slug=scene.service)
    answer = Answer.objects.get(pk=scene.answer_id)

    assert Service.objects.count() == ServiceSummary.objects.count() == 20
    assert service.phase == Phase.READY
    assert service.team_id in User.objects.get(pk=scene.person_id).lead_ids
    assert Service.objects.get(slug=scene.conversation).phase == Phase.GREEN_LIGHT
    assert Walkthrough.objects.get(pk=scene.walkthrough_id).state == State.HELD
    assert (answer.assessment.service, answer.area.lower()) == (service, scene.area)


def pushed():
    return {
        (person.pk, team_id, team_id in person.lead_ids)
        for person in User.objects.all()
        for team_id in person.team_ids
    }


def test_all_rows_belong_together(scene):
    connection.check_constraints()
    assert set(Membership.objects.values_list("person", "team", "is_lead")) == pushed()


def test_copies_are_whole_organisations_of_their_own(scene):
    first = Service.objects.get(slug=scene.service)
    multiply(2)

    copies = Service.objects.filter(slug__startswith=f"{scene.service}-").order_by("pk")
    connection.check_constraints()
    assert Service.objects.count() == ServiceSummary.objects.count() == 60
    assert [copy.slug for copy in copies] == [f"{first.slug}-1", f"{first.slug}-2"]
    assert len({first.team_id, *(copy.team_id for copy in copies)}) == 3
    assert set(Membership.objects.values_list("person", "team", "is_lead")) == pushed()
    for model, path in (
        (Answer, "assessment__service"),
        (Event, "service_id"),
        (EventSeal, "event__service_id"),
    ):
        assert len({model.objects.filter(**{path: one.pk}).count() for one in (first, *copies)}) == 1


def test_goals_are_whole_in_each_copy(scene):
    multiply(1)

    wanted = dict.fromkeys(Quarter.objects.values_list("cycle", "team"), frozenset())
    for pk, *key in Objective.objects.values_list("pk", "cycle", "team"):
        wanted[tuple(key)] |= {pk}
    ordered = {(one.cycle_id, one.team_id): set(one.ordered_ids) for one in Quarter.objects.all()}
    assert ordered == wanted
    assert Cycle.objects.count() == 3
    assert KeyResult.objects.filter(objective__cycle__state="active").count() == 2 * 3 * 9


def test_pages_of_goals_answer(client, db, settings):
    settings.ROOT_TEAM = "team-0"
    scene = fill(20, at=timezone.now())
    answers = {}

    for asked in goal_pages(scene):
        pk = scene.admin_id if asked.who == Who.ADMIN else scene.person_id
        client.force_login(User.objects.get(pk=pk))
        answers[asked.title] = client.get(asked.path).status_code

    assert set(answers.values()) == {200}, answers


def test_areas_hold_what_the_app_would_count(scene, now):
    before = numbers()

    for assessment in Assessment.objects.select_related("service__summary", "service__team", "edition"):
        recount(assessment, by=Actor.system("tests"), at=now)

    assert numbers() == before


@pytest.mark.parametrize("is_recorded", [True, False])
def test_steps_leave_events_each_time_unless_these_are_left_out(scene, is_recorded):
    one = Organisation(20, "", scene, Passes({}))
    told = []

    with nullcontext() if is_recorded else steps._without_events():
        for _title, step in steps._steps(one):
            step(1)  # the first one may find what it is to bring about
            before = Event.objects.count()
            for number in range(2, 4):
                step(number)
            told.append(Event.objects.count() - before)

    # One author's saves within a quarter of an hour are one version and no event.
    assert [count >= 2 for count in told] == [is_recorded and number != 1 for number in range(4)]
    assert is_recorded or not sum(told)


def test_saves_take_turns():
    page = Page("save", "/save/", 8, states=("in_place", "gap"))

    first, second = (form(page, revision=revision) for revision in (4, 5))

    assert (first["state"], second["state"]) == ("in_place", "gap")
    assert first["text"] != second["text"]


def test_the_table_marks_what_misses_a_goal():
    slow = Measured(
        Page("slow", "/", 10), ratio=10.1, milliseconds=5.0, queries=13, size=9000, compressed=2000
    )
    lost = Measured(Page("lost", "/", 10), problem="/ answered 500")

    assert misses(slow) == ["too slow", "too many queries"]
    assert table([slow, lost]).splitlines()[2:] == [
        "| slow |    10.1 |   10 |    5.0 |      13 | 9.0 |     2.0 | too slow, too many queries |",
        "| lost |       - |   10 |      - |       - |   - |       - |               not measured |",
    ]


def test_sizes_are_multiples_of_what_is_made_first():
    assert block_of([1000, 100_000]) == 1000
    assert block_of([20, 60]) == 20
    with pytest.raises(SystemExit):
        block_of([20, 50])


def test_growth_is_told_round_by_round():
    page, lost = Page("list", "/", 10), Page("lost", "/", 10)
    small, large = (
        Result(
            size, [Measured(page, ratio=ratios[1], ratios=ratios), Measured(lost, problem="500")], floor=1.0
        )
        for size, ratios in ((1000, (4.0, 5.0, 8.0)), (100_000, (5.0, 6.0, 8.0)))
    )

    assert growth([small]) == ""
    assert growth([small, large]).splitlines() == [
        "| x floor at | 1,000 | 100,000 | growth |       |",
        "|------------|------:|--------:|-------:|------:|",
        "| list       |   5.0 |     6.0 |  +20 % | grows |",
    ]
