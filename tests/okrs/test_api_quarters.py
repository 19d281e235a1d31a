"""Cycles, teams' quarters, their order and check-ins for programs."""

from datetime import date, timedelta

import pytest
import time_machine

from apps.okrs.models import (
    Cycle,
    CycleState,
    MetricValue,
    Objective,
    Quarter,
    RankSnapshot,
    State,
    TeamCheckIn,
    Visibility,
)
from tests.api.asking import Program
from tests.factories import TeamFactory, UserFactory, lead_of
from tests.factories.okrs import KeyResultFactory, NextCycleFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.goals import Goals
from tests.okrs.programs import ask, program, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]


@pytest.fixture
def goals(settings):
    made = Goals()
    settings.ROOT_TEAM = made.team.slug
    made.values(100, 90, 75)
    return made


@pytest.fixture
def lead(goals):
    return program(goals.lead)


def place(goals, end=""):
    return f"cycles/2026-q1/teams/{goals.team.slug}/{end}"


def body_of(goals, **more):
    item = {"key_result": goals.calls.pk, "value": "70", "confidence": 6, "note": "Fewer"}
    line = {"objective": goals.objective.pk, "status": "on_track", "changed": "Less", "items": [item]}
    return {"priorities": "Calls", "lines": [line]} | more


def begun(goals):
    return {"team": goals.team.slug, "cycle": "2026-q1"} | body_of(goals)


# Cycles


def test_quarters_are_listed_and_turned_by_the_leads_of_the_root_team(goals, lead):
    following = NextCycleFactory()
    Objective.objects.update(state=State.STOPPED)
    stranger = program(lead_of(TeamFactory()))

    assert [one["slug"] for one in ask(lead, "GET", "cycles/", status=200)["results"]] == [
        "2026-q2",
        "2026-q1",
    ]
    assert refused(lead, "POST", "cycles/2026-q1/begin-grading/", {})[0] == 409  # four weeks early
    with time_machine.travel(date(2026, 4, 2), tick=False):
        for who in (stranger, Program(UserFactory(is_admin=True))):
            assert refused(who, "POST", "cycles/2026-q1/begin-grading/", {})[0] == 403
        ci = program(goals.lead, team_id=goals.team.pk, team_name=goals.team.name)
        assert refused(ci, "POST", "cycles/2026-q1/begin-grading/", {})[0] == 403
        later = program(goals.lead)
        assert ask(later, "POST", "cycles/2026-q1/begin-grading/", {}, status=200)["state"] == "grading"
        assert ask(later, "POST", f"cycles/{following.slug}/begin/", {}, status=200)["state"] == "active"
        assert ask(later, "POST", "cycles/2026-q1/close/", {}, status=200)["state"] == "closed"
        assert refused(later, "POST", "cycles/2026-q1/reopen/", {"reason": "x"})[0] == 403
        root = Program(UserFactory(is_admin=True))
        assert refused(root, "POST", "cycles/2026-q1/reopen/", {})[0] == 400
        assert (
            ask(root, "POST", "cycles/2026-q1/reopen/", {"reason": "One grade"}, status=200)["state"]
            == "grading"
        )


def test_closing_carries_over_what_is_kept(goals, lead):
    NextCycleFactory()
    Objective.objects.update(state=State.CLOSED, verdict="keep", closed_on="2026-03-01")
    Cycle.objects.filter(slug="2026-q1").update(state=CycleState.GRADING)

    ask(lead, "POST", "cycles/2026-q1/close/", {}, status=200)

    (copy,) = ask(lead, "GET", "objectives/?cycle=2026-q2", status=200)["results"]
    shown = ask(lead, "GET", f"objectives/{copy['id']}/", status=200)
    assert (shown["state"], shown["carried_from"]) == ("draft", goals.objective.pk)
    assert len(shown["key_results"]) == 3


# Quarters and their order


def test_a_quarter_is_shown_in_its_order_with_coverage(goals, lead):
    second = ObjectiveFactory(team=goals.team, cycle=goals.cycle)
    ObjectiveFactory(team=goals.team, cycle=goals.cycle, state=State.WITHDRAWN)
    Quarter.objects.update(ordered_ids=[second.pk, goals.objective.pk])

    shown = ask(lead, "GET", place(goals), status=200)
    (team,) = ask(lead, "GET", "cycles/2026-q1/teams/", status=200)["results"]

    assert [one["id"] for one in shown["objectives"]] == [second.pk, goals.objective.pk]
    assert [one["score"]["coverage"] for one in shown["objectives"]] == ["0", "0.666666666666666667"]
    assert team == shown
    assert ask(lead, "GET", "cycles/2026-q1/teams/nobody/").status_code == 404
    assert ask(lead, "GET", f"cycles/nothing/teams/{goals.team.slug}/").status_code == 404


def test_a_quarter_on_which_nobody_has_written_is_empty(goals, lead):
    other = TeamFactory()

    shown = ask(lead, "GET", f"cycles/2026-q1/teams/{other.slug}/", status=200)

    assert (shown["objectives"], shown["revision"]) == ([], 0)
    assert not Quarter.objects.filter(team=other).exists()


def test_the_sentence_above_a_quarter_is_saved_under_the_revision(goals, lead):
    seen = ask(lead, "GET", place(goals))["ETag"]

    saved = ask(lead, "PUT", place(goals, "toward/"), {"toward": "Quiet"}, If_Match=seen)
    again = ask(lead, "PUT", place(goals, "toward/"), {"toward": "Quiet"}, If_Match=seen)
    stale = ask(lead, "PUT", place(goals, "toward/"), {"toward": "Loud"}, If_Match=seen)

    assert (saved.status_code, again.status_code, stale.status_code) == (200, 200, 412)
    assert stale.json()["current"]["toward"] == "Quiet"
    assert refused(program(lead_of(TeamFactory())), "PUT", place(goals, "toward/"), {"toward": "x"})[0] == 403
    assert refused(lead, "PUT", place(goals, "toward/"), {"toward": "x" * 301})[0] == 422


def test_a_lead_says_what_comes_first_and_why(goals, lead):
    second = ObjectiveFactory(team=goals.team, cycle=goals.cycle)
    order = [second.pk, goals.objective.pk]
    Quarter.objects.update(ordered_ids=order[::-1])
    RankSnapshot.objects.create(quarter=goals.quarter, week_on="2026-02-23", ordered_ids=order[::-1])
    where = place(goals, "order/")
    seen = ask(lead, "GET", where)["ETag"]

    for wrong in ({"order": order}, {"order": [second.pk], "reason": "x"}, {"order": [1, 1], "reason": "x"}):
        assert refused(lead, "PUT", where, wrong)[0] == 422, wrong
    ci = program(goals.lead, team_id=goals.team.pk, team_name=goals.team.name)
    for who in (program(goals.member), ci, Program(UserFactory(is_admin=True))):
        assert refused(who, "PUT", where, {"order": order, "reason": "x"})[0] == 403
    told = ask(lead, "PUT", where, {"order": order, "reason": "Two outages"}, status=200, If_Match=seen)
    stale = ask(lead, "PUT", where, {"order": order[::-1], "reason": "No"}, If_Match=seen)

    assert (told["order"], told["needs_reason"], told["revision"]) == (order, True, 1)
    assert [(one["reason"], one["before"], one["after"]) for one in told["changes"]] == [
        ("Two outages", order[::-1], order)
    ]
    assert told["weeks"] == [{"week_on": "2026-02-23", "order": order[::-1]}]
    assert (stale.status_code, stale.json()["current"]["order"]) == (412, order)


def test_an_order_leaves_out_what_one_may_not_read(goals):
    secret = ObjectiveFactory(
        team=goals.team, cycle=goals.cycle, visibility=Visibility.RESTRICTED, restricted_because="People"
    )
    Quarter.objects.update(ordered_ids=[secret.pk, goals.objective.pk])

    told = ask(program(lead_of(TeamFactory())), "GET", place(goals, "order/"), status=200)

    assert (told["order"], told["hidden"]) == ([goals.objective.pk], 1)


def test_a_closed_quarter_keeps_its_order(goals, lead):
    Cycle.objects.update(state=CycleState.CLOSED)
    order = {"order": [goals.objective.pk], "reason": "x"}

    assert refused(lead, "PUT", place(goals, "order/"), order)[0] == 409
    assert refused(lead, "PUT", place(goals, "toward/"), {"toward": "x"})[0] == 409


def test_the_organisation_s_quarter_costs_the_same_for_any_number_of_teams(
    goals, lead, django_assert_max_num_queries
):
    for _number in range(25):
        page = QuarterFactory(team=TeamFactory(), cycle=goals.cycle)
        KeyResultFactory(objective=ObjectiveFactory(team=page.team, cycle=goals.cycle))
    ask(lead, "GET", "cycles/2026-q1/teams/", status=200)

    with django_assert_max_num_queries(8):
        first = ask(lead, "GET", "cycles/2026-q1/teams/", status=200)
    rest = ask(lead, "GET", first["next"].partition("/okrs/")[2], status=200)

    assert (len(first["results"]), len(rest["results"])) == (20, 6)


# Check-ins


def test_a_check_in_is_typed_published_corrected_and_acknowledged(goals, lead):
    reviewer = UserFactory()
    Objective.objects.update(reviewer=reviewer)

    draft = ask(lead, "POST", "check-ins/", begun(goals), status=201)
    where = f"check-ins/{draft['id']}/"
    saved = ask(lead, "PUT", where, body_of(goals, health="Fine"), If_Match='"1"')
    stale = ask(lead, "PUT", where, body_of(goals, health="Bad"), If_Match='"1"')
    early = ask(lead, "POST", f"{where}publish/", {}, If_Match='"1"')
    said = ask(lead, "POST", f"{where}publish/", {}, status=200, If_Match=saved["ETag"])

    assert (saved.status_code, stale.status_code, early.status_code) == (200, 412, 412)
    assert stale.json()["current"]["health"] == "Fine"
    (line,) = said["lines"]
    (item,) = [one for one in line["items"] if one["key_result"] == goals.calls.pk]
    assert (line["status"], item["value"], item["confidence"]) == ("on_track", "70", 6)
    assert item["snapshot"]["shown"] == "0.6"
    assert MetricValue.objects.get(on_date="2026-03-02").value == 70
    assert refused(lead, "PUT", where, body_of(goals))[0] == 409
    assert refused(lead, "POST", f"{where}acknowledge/", {})[0] == 403
    assert ask(Program(reviewer), "POST", f"{where}acknowledge/", {}, status=200)["acknowledged_by"] == {
        "id": reviewer.pk,
        "name": reviewer.name,
    }
    again = ask(lead, "POST", f"{where}correct/", {}, status=201)
    assert (again["corrects"], again["priorities"]) == (draft["id"], "Calls")
    assert refused(lead, "POST", f"{where}correct/", {})[0] == 409
    ask(lead, "POST", f"check-ins/{again['id']}/publish/", {}, status=200)
    assert ask(lead, "GET", where, status=200)["corrected_by"] == again["id"]
    told = ask(lead, "GET", f"objectives/{goals.objective.pk}/check-ins/", status=200)
    assert [one["check_in"] for one in told] == [again["id"]]


def test_a_page_has_one_draft(goals, lead):
    draft = ask(lead, "POST", "check-ins/", begun(goals), status=201)

    second = ask(program(goals.member), "POST", "check-ins/", begun(goals))

    assert (second.status_code, second.json()["current"]["id"]) == (409, draft["id"])
    ask(lead, "DELETE", f"check-ins/{draft['id']}/", status=204)
    assert not TeamCheckIn.objects.exists()


def test_a_draft_is_the_team_s_alone_and_a_person_publishes(goals, lead):
    draft = ask(lead, "POST", "check-ins/", begun(goals), status=201)
    where = f"check-ins/{draft['id']}/"
    ci = program(goals.lead, team_id=goals.team.pk, team_name=goals.team.name)
    stranger = program(lead_of(TeamFactory()))

    assert ask(stranger, "GET", where).status_code == 404
    assert ask(stranger, "GET", "check-ins/", status=200)["results"] == []
    assert [one["id"] for one in ask(ci, "GET", "check-ins/?cycle=2026-q1", status=200)["results"]] == [
        draft["id"]
    ]
    ask(ci, "PUT", where, body_of(goals), status=200)
    assert refused(ci, "POST", f"{where}publish/", {})[0] == 403
    assert refused(stranger, "POST", "check-ins/", begun(goals))[0] == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": [{"objective": 10**9, "status": "on_track"}]},
        {"lines": [{"objective": 0}]},
        {"lines": [{"objective": 10**30}]},
        {"lines": [{"status": "on_track"}]},
        {"lines": "none"},
        {"priorities": "x" * 5001},
        {"priorities": "x\0"},
        {"team": "nobody"},
        {"cycle": "nothing"},
    ],
)
def test_a_check_in_that_makes_no_sense_is_refused(goals, lead, wrong):
    assert refused(lead, "POST", "check-ins/", begun(goals) | wrong)[0] in {400, 422}


@pytest.mark.parametrize(
    "item",
    [
        {"value": "70,5"},
        {"value": "-1"},
        {"value": "1e30"},
        {"confidence": 11},
        {"confidence": -1},
        {"note": "two\nlines"},
        {"key_result": 10**9},
    ],
)
def test_an_item_that_makes_no_sense_is_refused(goals, lead, item):
    goals.metric.lower_bound = 0
    goals.metric.save()
    body = begun(goals)
    body["lines"][0]["items"][0] |= item

    assert refused(lead, "POST", "check-ins/", body)[0] in {400, 422}


def test_nothing_is_said_twice(goals, lead):
    body = begun(goals)
    body["lines"] *= 2

    assert refused(lead, "POST", "check-ins/", body)[0] == 422


def test_a_closed_quarter_takes_no_check_in(goals, lead):
    Cycle.objects.update(state=CycleState.CLOSED)
    assert refused(lead, "POST", "check-ins/", begun(goals))[0] == 409


def test_a_quarter_that_has_not_begun_takes_no_check_in(goals, lead):
    NextCycleFactory()
    assert refused(lead, "POST", "check-ins/", begun(goals) | {"cycle": "2026-q2", "lines": []})[0] == 409


def test_silence_is_not_published(goals, lead):
    body = begun(goals)
    body["lines"][0]["status"] = ""
    draft = ask(lead, "POST", "check-ins/", body, status=201)

    assert refused(lead, "POST", f"check-ins/{draft['id']}/publish/", {})[0] == 422


def test_what_waits_for_a_person_is_listed(goals, lead):
    reviewer = UserFactory()
    Objective.objects.update(reviewer=reviewer)
    draft = ask(lead, "POST", "check-ins/", begun(goals), status=201)

    (due,) = ask(lead, "GET", "waiting/", status=200)
    ask(lead, "POST", f"check-ins/{draft['id']}/publish/", {}, status=200)
    (read,) = ask(Program(reviewer), "GET", "waiting/", status=200)

    assert (due["action"], due["is_urgent"]) == ("Check in", True)
    assert due["url"] == f"/okrs/2026-q1/teams/{goals.team.slug}/check-in/"
    assert (read["action"], read["url"]) == ("Read", f"/okrs/check-ins/{draft['id']}/")
    assert ask(lead, "GET", "waiting/", status=200) == []
    ci = program(goals.lead, team_id=goals.team.pk, team_name=goals.team.name)
    assert ask(ci, "GET", "waiting/").status_code == 403


def test_lists_of_check_ins_cost_the_same_however_long(goals, lead, now, django_assert_max_num_queries):
    for number in range(50):
        TeamCheckIn.objects.create(
            quarter=goals.quarter,
            on_date=now.date() - timedelta(days=number),
            author=goals.lead.person,
            published_at=now,
        )
    ask(lead, "GET", "check-ins/", status=200)

    with django_assert_max_num_queries(2):
        rows = ask(lead, "GET", f"check-ins/?team={goals.team.slug}", status=200)["results"]

    assert len(rows) == 50
