"""Objectives and key results for programs: what is written, moved, graded, and who reads what."""

from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.okrs.models import KeyResult, Kind, Objective, State, Visibility
from tests.api.asking import Program
from tests.factories import TeamFactory, UserFactory, lead_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    NextCycleFactory,
    ObjectiveFactory,
)
from tests.okrs.goals import Goals
from tests.okrs.programs import ask, program, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]


@pytest.fixture
def goals():
    made = Goals()
    made.values(100, 90, 75)
    return made


@pytest.fixture
def lead(goals):
    return program(goals.lead)


def draft_of(goals, **fields):
    made = ObjectiveFactory(team=goals.team, cycle=goals.cycle, **fields)
    KeyResultFactory(objective=made)
    return made


def test_an_objective_is_shown_with_scores_and_what_they_are_made_of(goals, lead):
    answer = ask(lead, "GET", f"objectives/{goals.objective.pk}/")
    shown = answer.json()

    assert (answer["ETag"], shown["team"], shown["cycle"]) == ('"0"', goals.team.slug, "2026-q1")
    calls, steps, words = shown["key_results"]
    assert (calls["metric"], calls["baseline"], calls["target"]) == ("calls", "100", "50")
    assert (calls["progress"]["value"], calls["progress"]["shown"]) == ("75", "0.5")
    assert "(75 - 100) / (50 - 100) = 0.50" in calls["progress"]["explained"]
    assert (steps["progress"]["shown"], words["progress"]["missing"]) == ("0.5", "no measure yet")
    score = shown["score"]
    assert (score["measured"], score["counted"], score["dropped"]) == (2, 3, 0)
    assert Decimal(score["value"]).quantize(Decimal("0.01")) == Decimal("0.33")
    assert score["explained"] == ["(0.50 + 0.50 + 0 (not measured)) / 3 = 0.33"]


def test_grades_have_an_address_of_their_own_that_names_nobody(goals, lead):
    Objective.objects.update(state=State.GRADING, accountable=goals.lead.person)
    KeyResult.objects.update(accountable=goals.lead.person)
    body = {"grade": "0.7", "reason": "Half of the depots"}
    ask(lead, "PUT", f"key-results/{goals.calls.pk}/grade/", body, status=200)

    told = ask(lead, "GET", f"objectives/{goals.objective.pk}/grades/")
    elsewhere = [
        ask(lead, "GET", path).content.decode()
        for path in (
            "objectives/",
            f"objectives/{goals.objective.pk}/",
            f"key-results/{goals.calls.pk}/",
            f"objectives/{goals.objective.pk}/history/",
            f"cycles/2026-q1/teams/{goals.team.slug}/",
        )
    ]

    graded = told.json()[0]
    assert (graded["grade"], graded["colour"], graded["proposed"]) == ("0.7", "green", "0.5")
    assert goals.lead.person.name not in told.content.decode()
    assert not any('"grade"' in text or "Half of the depots" in text for text in elsewhere)


def test_a_list_is_narrowed(goals, lead):
    other = ObjectiveFactory(title="Depots breathe", state=State.IDEA)
    waiting = ObjectiveFactory(team=goals.team, cycle=None, horizon="next", state=State.DEFERRED)

    def listed(asked):
        return [one["id"] for one in ask(lead, "GET", f"objectives/?{asked}", status=200)["results"]]

    assert listed("") == [waiting.pk, other.pk, goals.objective.pk]
    assert listed(f"team={goals.team.slug}&cycle=2026-q1") == [goals.objective.pk]
    assert listed("cycle=none") == [waiting.pk]
    assert listed("state=idea") == [other.pk]
    assert listed("q=DEPOTS") == [other.pk]
    assert listed("team=nobody") == []


@pytest.mark.parametrize("asked", ["state=great", "team=two words", "cycle=%00", "q=%00", "stte=idea"])
def test_a_filter_that_makes_no_sense_is_refused(lead, asked):
    assert list(ask(lead, "GET", f"objectives/?{asked}", status=400)["errors"]) == [asked.partition("=")[0]]


def test_fifty_objectives_cost_as_much_as_two(goals, lead, django_assert_max_num_queries):
    for _number in range(49):
        one = draft_of(goals, state=State.ACTIVE)
        KeyResultFactory(
            objective=one, kind=Kind.METRIC, metric=goals.metric, baseline=Decimal(100), target=Decimal(50)
        )
        KeyResultFactory(objective=one, kind=Kind.MILESTONE)
    ask(lead, "GET", "objectives/", status=200)

    with django_assert_max_num_queries(5):  # the token, objectives, key results, values, milestones
        rows = ask(lead, "GET", "objectives/", status=200)["results"]
    with django_assert_max_num_queries(8):
        (team,) = ask(lead, "GET", "cycles/2026-q1/teams/", status=200)["results"]
    with django_assert_max_num_queries(9):
        ask(lead, "GET", f"objectives/{goals.objective.pk}/", status=200)

    assert (len(rows), len(team["objectives"])) == (50, 50)


def test_what_only_the_team_reads_is_not_there_for_others(goals):
    Objective.objects.update(visibility=Visibility.RESTRICTED, restricted_because="People")
    stranger = program(lead_of(TeamFactory()))
    pk, row = goals.objective.pk, goals.calls.pk

    for method, path in (
        ("GET", f"objectives/{pk}/"),
        ("GET", f"objectives/{pk}/grades/"),
        ("GET", f"objectives/{pk}/history/"),
        ("GET", f"objectives/{pk}/thread/"),
        ("GET", f"objectives/{pk}/check-ins/"),
        ("POST", f"objectives/{pk}/thread/"),
        ("POST", f"objectives/{pk}/stop/"),
        ("GET", f"key-results/{row}/"),
        ("GET", f"key-results/{row}/milestones/"),
        ("PUT", f"key-results/{row}/grade/"),
    ):
        body = None if method == "GET" else {"text": "x"}
        assert ask(stranger, method, path, body).status_code == 404, path
    assert ask(stranger, "GET", "objectives/", status=200)["results"] == []
    (team,) = ask(stranger, "GET", "cycles/2026-q1/teams/", status=200)["results"]
    assert team["objectives"] == []
    assert ask(program(goals.member), "GET", f"objectives/{pk}/", status=200)["visibility"] == "restricted"


def test_a_token_of_one_team_reads_nothing_in_confidence_of_another_of_its_maker(goals):
    Objective.objects.update(visibility=Visibility.RESTRICTED, restricted_because="People")
    other = TeamFactory()
    goals.lead.person.team_ids = [goals.team.pk, other.pk]
    goals.lead.person.save()
    ci = program(goals.lead, team_id=other.pk, team_name=other.name)

    assert ask(ci, "GET", f"objectives/{goals.objective.pk}/").status_code == 404


def test_an_administrator_who_reads_in_confidence_leaves_a_trace(goals):
    Objective.objects.update(visibility=Visibility.RESTRICTED, restricted_because="People")
    root = Program(UserFactory(is_admin=True))

    ask(root, "GET", f"objectives/{goals.objective.pk}/", status=200)
    ask(root, "GET", f"key-results/{goals.calls.pk}/", status=200)

    assert Event.objects.filter(verb="okrs.read_in_confidence").count() == 1


def test_a_member_writes_and_changes_a_draft(goals):
    member = program(goals.member)
    body = {
        "team": goals.team.slug,
        "cycle": "2026-q1",
        "title": "Nights are quiet",
        "key_results": ["A", "B"],
    }

    made = ask(member, "POST", "objectives/", body, status=201)
    again = ask(member, "POST", "objectives/", body, status=201)
    where = f"objectives/{made['id']}/"
    saved = ask(member, "PATCH", where, {"why": "Sleep"}, If_Match='"0"')
    ask(member, "PATCH", where, {"why": "Sleep"}, status=200, If_Match='"0"')  # equal words are no conflict
    stale = ask(member, "PATCH", where, {"why": "Rest"}, If_Match='"0"')
    more = ask(member, "POST", f"{where}key-results/", {"titles": ["B", "C"]}, status=201)

    assert again["id"] == made["id"]
    assert (made["state"], saved["ETag"], saved.json()["title"]) == ("draft", '"1"', "Nights are quiet")
    assert (stale.status_code, stale.json()["current"]["why"], stale["ETag"]) == (412, "Sleep", '"1"')
    assert [one["title"] for one in more["key_results"]] == ["A", "B", "C"]
    assert ask(member, "PATCH", where, {"why": "x"}, If_Match="").status_code == 428


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"title": "x\0"},
        {"title": "\ud800"},
        {"title": "two\nlines"},
        {"cycle": "2099-q9"},
        {"team": "nobody"},
        {"key_results": ["x"] * 51},
        {"key_results": ["x" * 301]},
        {"key_results": "one"},
        {"titel": "x"},
    ],
)
def test_an_objective_that_cannot_be_kept_is_refused(goals, lead, wrong):
    body = {"team": goals.team.slug, "cycle": "2026-q1", "title": "Nights are quiet"} | wrong

    assert refused(lead, "POST", "objectives/", body)[0] in {400, 422}


def test_a_closed_quarter_takes_nothing_new(goals, lead):
    CycleFactory(slug="2025-q4", name="Q4", starts_on="2025-10-01", ends_on="2025-12-31", state="closed")
    body = {"team": goals.team.slug, "cycle": "2025-q4", "title": "Nights are quiet"}

    assert refused(lead, "POST", "objectives/", body)[0] == 409


def test_an_objective_goes_through_its_states(goals, lead):
    one = draft_of(goals, state=State.IDEA)
    NextCycleFactory()
    stop = {"reason": "Nobody asks any more", "frees": "Two people"}
    defer = {"horizon": "next", "reason": "After the move", "reopen_when": "The depot is there"}
    path = [
        ("make-draft", {}, "draft"),
        ("make-idea", {}, "idea"),
        ("make-draft", {}, "draft"),
        ("defer", defer, "deferred"),
        ("take-up", {"cycle": "2026-q1"}, "draft"),
        ("adopt", {}, "agreed"),
        ("activate", {"reason": "We know"}, "active"),
        ("begin-grading", {}, "grading"),
        ("back-to-work", {}, "active"),
        ("stop", stop, "stopped"),
    ]

    for step, body, state in path:
        assert ask(lead, "POST", f"objectives/{one.pk}/{step}/", body, status=200)["state"] == state, step

    assert refused(lead, "POST", f"objectives/{one.pk}/stop/", stop)[0] == 409
    second = draft_of(goals)
    ask(lead, "POST", f"objectives/{second.pk}/withdraw/", {}, status=200)
    verbs = set(Event.objects.filter(subject_id=one.pk).values_list("verb", flat=True))
    assert {
        f"okrs.objective_{word}" for word in ("adopted", "activated", "stopped", "taken_up", "deferred")
    } <= verbs


def test_what_binds_a_team_is_not_said_by_its_token(goals):
    ci = program(goals.lead, team_id=goals.team.pk, team_name=goals.team.name)
    draft, agreed = draft_of(goals), draft_of(goals, state=State.AGREED)
    graded = draft_of(goals, state=State.GRADING)
    row = graded.key_results.get()

    for method, path, body in (
        ("POST", f"objectives/{draft.pk}/adopt/", {}),
        ("POST", f"objectives/{draft.pk}/defer/", {"horizon": "next", "reason": "x"}),  # it would be a no
        ("POST", f"objectives/{agreed.pk}/activate/", {}),
        ("POST", f"objectives/{agreed.pk}/stop/", {"reason": "x"}),
        ("POST", f"objectives/{graded.pk}/close/", {"verdict": "keep", "note": "x"}),
        ("PUT", f"key-results/{row.pk}/grade/", {"grade": None, "reason": "x"}),
        ("POST", f"key-results/{agreed.key_results.get().pk}/drop/", {"reason": "x"}),
    ):
        assert refused(ci, method, path, body)[0] == 403, path
    ask(ci, "POST", f"objectives/{draft.pk}/key-results/", {"titles": ["Typed by a program"]}, status=201)


def test_the_wrong_person_takes_no_step(goals):
    draft, agreed = draft_of(goals), draft_of(goals, state=State.AGREED)
    stranger = program(lead_of(TeamFactory()))
    member, root = program(goals.member), Program(UserFactory(is_admin=True))

    assert refused(stranger, "PATCH", f"objectives/{draft.pk}/", {"title": "Mine"})[0] == 403
    assert refused(stranger, "POST", f"objectives/{draft.pk}/withdraw/", {})[0] == 403
    for who in (stranger, member, root):  # an administrator never speaks for a team
        assert refused(who, "POST", f"objectives/{draft.pk}/adopt/", {})[0] == 403
        assert refused(who, "POST", f"objectives/{agreed.pk}/stop/", {"reason": "x"})[0] == 403
    ask(stranger, "POST", f"objectives/{draft.pk}/thread/", {"text": "Why not the other way?"}, status=201)
    assert len(ask(member, "GET", f"objectives/{draft.pk}/thread/", status=200)) == 1


def test_what_is_agreed_is_corrected_by_an_administrator_with_a_reason(goals, lead):
    words = {"title": "Customers call less", "why": "", "instead_of": ""}
    where = f"objectives/{goals.objective.pk}/"
    root = Program(UserFactory(is_admin=True))

    assert refused(lead, "PATCH", where, {"title": "Else"})[0] == 409
    assert refused(lead, "PUT", f"{where}correction/", words | {"reason": "Typo"})[0] == 403
    assert refused(root, "PUT", f"{where}correction/", words)[0] == 400
    assert refused(root, "PUT", f"{where}correction/", words | {"reason": "x"}, If_Match='"5"')[0] == 412
    shown = ask(root, "PUT", f"{where}correction/", words | {"reason": "Typo"}, status=200)

    assert shown["title"] == "Customers call less"


def test_details_are_changed_one_by_one(goals, lead):
    where = f"objectives/{draft_of(goals).pk}/details/"
    member = goals.member.person

    shown = ask(lead, "PATCH", where, {"accountable": member.pk, "tags": ["Returns"]}, status=200)
    shown = ask(lead, "PATCH", where, {"ambition": "moonshot"}, status=200)

    assert (shown["accountable"]["id"], shown["tags"], shown["ambition"]) == (
        member.pk,
        ["returns"],
        "moonshot",
    )
    for wrong in (
        {"accountable": UserFactory().pk},
        {"accountable": 10**30},
        {"visibility": "restricted"},
        {"visibility": "embargoed"},
        {"visibility": "embargoed", "embargo_until": "9999-01-01"},
        {"evidence_url": "javascript:alert(1)"},
        {"ambition": "great"},
    ):
        assert refused(lead, "PATCH", where, wrong)[0] in {400, 422}, wrong


def test_a_key_result_is_typed_measured_placed_and_dropped(goals, lead):
    one = draft_of(goals)
    other = KeyResultFactory(objective=one, position=1)
    where = f"key-results/{one.key_results.first().pk}/"
    measure = {"kind": "metric", "metric": "calls", "baseline": "100", "target": "40"}

    typed = ask(lead, "PATCH", where, {"title": "Calls fall"}, If_Match='"0"')
    stale = ask(lead, "PATCH", where, {"title": "Calls rise"}, If_Match='"0"')
    measured = ask(lead, "PUT", f"{where}measure/", measure, status=200)
    ask(lead, "POST", f"{where}place/", {"places": 1}, status=200)
    dropped = ask(lead, "POST", f"{where}drop/", {"reason": "Too many"}, status=200)

    assert (typed["ETag"], stale.status_code, stale.json()["current"]["title"]) == ('"1"', 412, "Calls fall")
    assert measured["progress"]["shown"] == "0.416666666666666667"
    assert one.key_results.order_by("position").first() == other
    assert (dropped["dropped_on"], dropped["drop_reason"]) == ("2026-03-02", "Too many")
    assert refused(lead, "POST", f"{where}drop/", {"reason": "Again"})[0] == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": "100"},  # the baseline is the target
        {"target": "12,5"},
        {"target": "-5"},  # calls are not negative: the metric says so
        {"metric": "nothing"},
        {"metric": None},
        {"kind": "maintain", "band_low": "5", "band_high": "5"},
        {"kind": "maintain"},
        {"kind": "great"},
        {"required_share": "1.5"},
        {"starts_on": "2026-03-01", "ends_on": "2026-02-01"},
        {"baseline_on": "9999-01-01"},
        {"curve": "steep"},
        {"accountable": 0},
    ],
)
@pytest.mark.parametrize("way", ["measure", "terms"])
def test_a_measure_that_makes_no_sense_is_refused(goals, lead, wrong, way):
    if way == "terms" and wrong.keys() & {"starts_on", "accountable"}:
        return
    goals.metric.lower_bound = Decimal(0)
    goals.metric.save()
    pk = draft_of(goals).key_results.get().pk
    body = {"kind": "metric", "metric": "calls", "baseline": "100", "target": "50"} | wrong

    assert refused(lead, "PUT", f"key-results/{pk}/{way}/", body)[0] in {400, 422}


def test_an_archived_metric_measures_nothing_new(goals, lead, now):
    MetricFactory(key="old", team=goals.team, archived_at=now)
    pk = draft_of(goals).key_results.get().pk
    body = {"kind": "metric", "metric": "old", "baseline": "100", "target": "50"}

    for way in ("measure", "terms"):
        assert refused(lead, "PUT", f"key-results/{pk}/{way}/", body)[0] == 409


def test_agreed_terms_change_with_what_changed_and_a_reason(goals, lead):
    where = f"key-results/{goals.calls.pk}/terms/"
    terms = {"kind": "metric", "metric": "calls", "baseline": "100", "target": "60"}
    outside = {"why": "external", "reason": "The market is gone"}

    assert refused(lead, "PUT", where, terms)[0] == 409
    assert refused(lead, "PUT", where, terms | {"why": "external"})[0] == 422
    assert refused(lead, "PUT", where, terms | {"why": "correction", "reason": "x"})[0] == 403
    assert refused(program(goals.member), "PUT", where, terms | outside)[0] == 403
    assert ask(lead, "PUT", where, terms | outside, status=200)["target"] == "60"
    history = ask(lead, "GET", f"objectives/{goals.objective.pk}/history/", status=200)

    assert [(one["field"], one["old"], one["new"]) for one in history["changes"]] == [("target", "50", "60")]


def test_history_says_who_did_what_by_which_token(goals, lead):
    one = draft_of(goals, state=State.IDEA)
    ask(lead, "POST", f"objectives/{one.pk}/make-draft/", {}, status=200)

    told = ask(lead, "GET", f"objectives/{one.pk}/history/", status=200)["entries"]
    older = ask(lead, "GET", f"objectives/{one.pk}/history/?before={told[-1]['id']}", status=200)["entries"]

    assert told[0]["actor"] == f"{goals.lead.person.name} (token ci)"
    assert told[0]["sentence"]
    assert older == []


def test_milestones_are_added_reached_and_removed(goals, lead):
    pk = draft_of(goals).key_results.get().pk
    step = ask(
        lead, "POST", f"key-results/{pk}/milestones/", {"title": "EU", "due_on": "2026-03-20"}, status=201
    )
    where = f"milestones/{step['id']}/"
    proof = {"done_on": "2026-03-01", "evidence_url": "https://example.org/x"}

    for wrong in (
        {"done_on": "2026-03-05", "evidence_url": "https://example.org/x"},
        {"done_on": "2026-03-01"},
        {"done_on": "2026-03-01", "evidence_url": "javascript:alert(1)"},
        {"done_on": "yesterday"},
    ):
        assert refused(lead, "PUT", f"{where}reach/", wrong)[0] in {400, 422}, wrong
    assert refused(program(lead_of(TeamFactory())), "PUT", f"{where}reach/", proof)[0] == 403
    assert ask(lead, "PUT", f"{where}reach/", proof, status=200)["done_on"] == "2026-03-01"
    assert len(ask(lead, "GET", f"key-results/{pk}/milestones/", status=200)) == 1
    ask(lead, "DELETE", where, status=204)
    assert refused(lead, "DELETE", where)[0] == 404


def test_terms_replace_the_milestones(goals, lead):
    pk = draft_of(goals).key_results.get().pk
    body = {"kind": "milestone", "milestones": [{"title": "EU", "due_on": "2026-03-20"}, {"title": "US"}]}

    ask(lead, "PUT", f"key-results/{pk}/terms/", body, status=200)
    steps = ask(lead, "GET", f"key-results/{pk}/milestones/", status=200)
    foreign = {"kind": "milestone", "milestones": [{"title": "EU", "id": 10**9}]}

    assert [(one["title"], one["due_on"]) for one in steps] == [("EU", "2026-03-20"), ("US", None)]
    assert refused(lead, "PUT", f"key-results/{pk}/terms/", foreign)[0] == 422


def test_what_is_graded_is_closed_with_a_verdict(goals, lead):
    one = draft_of(goals, state=State.GRADING)
    where = f"key-results/{one.key_results.get().pk}/grade/"
    close = {"verdict": "keep", "note": "It works"}

    assert refused(lead, "POST", f"objectives/{one.pk}/close/", close)[0] == 409  # no grade yet
    for wrong in ({"grade": "0.65"}, {"grade": "1.1"}, {"grade": "0,7"}, {"grade": "NaN"}, {"reason": ""}):
        assert refused(lead, "PUT", where, {"grade": "0.7", "reason": "So"} | wrong)[0] in {400, 422}, wrong
    assert refused(program(goals.member), "PUT", where, {"grade": "0.7", "reason": "So"})[0] == 403
    graded = ask(lead, "PUT", where, {"grade": None, "reason": "Nobody counted"}, status=200)
    assert (graded["grade"], graded["is_graded"]) == (None, True)
    assert refused(lead, "PUT", where, {"grade": "0.7", "reason": "So"}, If_Match='"0"')[0] == 412
    assert refused(lead, "POST", f"objectives/{one.pk}/close/", close | {"verdict": "maybe"})[0] == 400
    assert ask(lead, "POST", f"objectives/{one.pk}/close/", close, status=200)["verdict"] == "keep"
    assert refused(lead, "PUT", where, {"grade": "0.7", "reason": "So"})[0] == 409


@pytest.mark.parametrize("name", ["9" * 30, "0", "x", "%00", "-1"])
@pytest.mark.parametrize(
    "path",
    [
        "objectives/{}/",
        "key-results/{}/",
        "check-ins/{}/",
        "metrics/{}/",
        "cycles/{}/",
        "milestones/{}/reach/",
    ],
)
def test_what_is_not_there_is_not_found(lead, path, name):
    method = "PUT" if "reach" in path else "GET"

    assert ask(lead, method, path.format(name), {"done_on": None}).status_code == 404


def test_nobody_is_asked_without_a_token(goals):
    assert Program()("GET", "okrs/objectives/").status_code == 401
