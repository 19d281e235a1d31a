"""Metrics and their values for programs."""

from datetime import date
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.okrs.models import Metric, MetricTension, MetricValue
from tests.api.asking import Program
from tests.factories import TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import MetricFactory, value_of
from tests.okrs.programs import ask, program, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]
DAY = "metrics/calls/values/2026-03-01/"


@pytest.fixture
def ci(goals):
    """The team's own token, as a pipeline has it."""
    return program(goals.lead, team_id=goals.team.pk, team_name=goals.team.name)


def test_a_value_is_put_by_its_date_and_twice_is_once(goals, ci):
    first = ask(ci, "PUT", DAY, {"value": "93.5", "note": "nightly"}, status=200)
    again = ask(ci, "PUT", DAY, {"value": 93.5, "note": "nightly"}, status=200)

    assert first == again
    assert (first["value"], first["on_date"], first["source"], first["note"]) == (
        "93.5",
        "2026-03-01",
        "api",
        "nightly",
    )
    assert first["author_name"].endswith("(token ci)")
    assert Event.objects.filter(verb="okrs.value_recorded").count() == 1


def test_another_number_corrects_and_the_older_one_is_kept(goals, ci):
    ask(ci, "PUT", DAY, {"value": "93.5"}, status=200)
    ask(ci, "PUT", DAY, {"value": "94"}, status=200)

    now = ask(ci, "GET", "metrics/calls/values/?since=2026-03-01&until=2026-03-02", status=200)["results"]
    ever = ask(ci, "GET", "metrics/calls/values/?corrected=true", status=200)["results"]

    assert [(one["value"], one["is_current"]) for one in now] == [("94", True)]
    assert [(one["value"], one["is_current"]) for one in ever] == [("94", True), ("93.5", False)]


@pytest.mark.parametrize(
    ("day", "body", "said"),
    [
        ("2026-03-03", {"value": "1"}, "has not come yet"),
        ("2026-02-30", {"value": "1"}, "day of the calendar"),
        ("20260301", {"value": "1"}, "day of the calendar"),
        ("1999-01-01", {"value": "1"}, "too far away"),
        ("2026-03-01", {"value": "12,5"}, "valid number"),
        ("2026-03-01", {"value": "12 %"}, "valid number"),
        ("2026-03-01", {"value": "NaN"}, "valid number"),
        ("2026-03-01", {"value": "1e999"}, "digits"),
        ("2026-03-01", {"value": "0.00001"}, "decimal places"),
        ("2026-03-01", {"value": "-1"}, "below 0"),
        ("2026-03-01", {"value": "101"}, "above 100"),
        ("2026-03-01", {"value": None}, "null"),
        ("2026-03-01", {}, "required"),
        ("2026-03-01", {"value": "1", "note": "x\0"}, "Null characters"),
        ("2026-03-01", {"value": "1", "note": "x" * 501}, "at most 500"),
        ("2026-03-01", {"value": "1", "nte": "x"}, "no such field"),
    ],
)
def test_a_wrong_value_is_refused_and_nothing_is_written(goals, ci, day, body, said):
    Metric.objects.update(unit_kind="percent")

    status, words = refused(ci, "PUT", f"metrics/calls/values/{day}/", body)

    assert status in {400, 422}
    assert said in words


def test_a_team_s_token_keeps_the_numbers_of_its_team_alone(goals, ci):
    other = MetricFactory(key="theirs")
    goals.lead.person.team_ids = [goals.team.pk, other.team_id]
    goals.lead.person.save()

    assert refused(ci, "PUT", "metrics/theirs/values/2026-03-01/", {"value": "1"})[0] == 403
    ask(program(goals.lead), "PUT", "metrics/theirs/values/2026-03-01/", {"value": "1"}, status=200)


def test_a_reading_token_and_strangers_put_nothing(goals):
    assert refused(program(goals.lead, scope="read"), "PUT", DAY, {"value": "1"})[0] == 403
    assert refused(program(lead_of(TeamFactory())), "PUT", DAY, {"value": "1"})[0] == 403


def test_an_archived_metric_takes_no_value_until_it_is_restored(goals, ci):
    ask(ci, "POST", "metrics/calls/archive/", {}, status=200)

    assert refused(ci, "PUT", DAY, {"value": "1"})[0] == 409
    assert refused(ci, "POST", "metrics/calls/archive/", {})[0] == 409
    ask(ci, "POST", "metrics/calls/restore/", {}, status=200)
    ask(ci, "PUT", DAY, {"value": "1"}, status=200)


def test_many_values_are_recorded_whole_or_not_at_all(goals, ci):
    rows = [{"on_date": f"2026-02-{day:02}", "value": str(day)} for day in range(1, 11)]
    bad = [*rows, {"on_date": "2026-04-01", "value": "1"}]

    assert refused(ci, "POST", "metrics/calls/values/", {"values": bad})[0] == 422
    assert refused(ci, "POST", "metrics/calls/values/", {"values": [rows[0], rows[0]]})[0] == 422
    assert refused(ci, "POST", "metrics/calls/values/", {"values": []})[0] == 400
    assert ask(ci, "POST", "metrics/calls/values/", {"values": rows}, status=200) == {"recorded": 10}
    assert ask(ci, "POST", "metrics/calls/values/", {"values": rows}, status=200) == {"recorded": 0}
    assert set(MetricValue.objects.values_list("source", flat=True)) == {"api"}


def test_a_paste_names_what_it_leaves_out(goals, ci):
    text = "day\tcalls\n2026-02-01\t1,200\n2026-04-01\t5\nnonsense"

    told = ask(ci, "POST", "metrics/calls/paste/", {"text": text}, status=200)

    assert told["recorded"] == 1
    assert [one["line"] for one in told["left_out"]] == [3, 4]
    assert MetricValue.objects.get().value == 1200


def test_a_metric_is_written_down_read_and_changed_under_its_revision(goals):
    lead = program(goals.lead)
    body = {"team": goals.team.slug, "name": "Refunds", "unit_kind": "percent", "lower_bound": "0.5"}

    made = ask(lead, "POST", "metrics/", body, status=201)
    read = ask(lead, "GET", f"metrics/{made['key']}/")
    ask(lead, "PATCH", "metrics/refunds/", {"unit": "%"}, status=428, If_Match="")
    ask(lead, "PATCH", "metrics/refunds/", {"unit": "%"}, status=200, If_Match=read["ETag"])
    stale = ask(lead, "PATCH", "metrics/refunds/", {"unit": "x"}, If_Match=read["ETag"])

    assert (made["key"], made["lower_bound"], made["newest"]) == ("refunds", "0.5", None)
    assert (stale.status_code, stale.json()["current"]["unit"]) == (412, "%")
    assert Metric.objects.get(key="refunds").lower_bound == Decimal("0.5")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"key": "Two words"},
        {"key": "calls"},
        {"lower_bound": "5", "upper_bound": "5"},
        {"lower_bound": "1,5"},
        {"cadence_days": 0},
        {"good": "sideways"},
        {"team": "nobody"},
        {"team": "x\0"},
    ],
)
def test_a_metric_that_makes_no_sense_is_refused(goals, wrong):
    body = {"team": goals.team.slug, "name": "Refunds"} | wrong

    assert refused(program(goals.lead), "POST", "metrics/", body)[0] in {400, 422}


def test_strangers_keep_no_metric(goals):
    stranger = program(lead_of(TeamFactory()))

    assert refused(stranger, "POST", "metrics/", {"team": goals.team.slug, "name": "X"})[0] == 403
    for method, path, body in (
        ("PATCH", "metrics/calls/", {"unit": "x"}),
        ("POST", "metrics/calls/archive/", {}),
        ("POST", "metrics/calls/values/", {"values": [{"on_date": "2026-03-01", "value": "1"}]}),
        ("POST", "metrics/calls/paste/", {"text": "2026-03-01 5"}),
    ):
        assert refused(stranger, method, path, body)[0] == 403, path


def test_a_tension_is_declared_and_ended(goals):
    lead = program(goals.lead)
    MetricFactory(key="quality")

    made = ask(lead, "POST", "metrics/calls/tensions/", {"other": "quality", "note": "Haste"}, status=201)
    shown = ask(lead, "GET", "metrics/quality/", status=200)

    assert made["other"] == "quality"
    assert shown["tensions"] == [{"id": made["id"], "other": "calls", "note": "Haste"}]
    assert refused(lead, "POST", "metrics/calls/tensions/", {"other": "calls", "note": "x"})[0] == 422
    assert (
        refused(program(lead_of(TeamFactory())), "DELETE", f"metrics/calls/tensions/{made['id']}/")[0] == 403
    )
    ask(lead, "DELETE", f"metrics/calls/tensions/{made['id']}/", status=204)
    assert refused(lead, "DELETE", f"metrics/calls/tensions/{made['id']}/")[0] == 404
    assert not MetricTension.objects.exists()


def test_a_metric_names_the_key_results_that_one_may_read(goals):
    goals.objective.visibility, goals.objective.restricted_because = "restricted", "People"
    goals.objective.save()

    own = ask(program(goals.member), "GET", "metrics/calls/", status=200)
    strange = ask(program(member_of(TeamFactory())), "GET", "metrics/calls/", status=200)

    assert (own["key_results"], strange["key_results"]) == ([goals.calls.pk], [])


def test_lists_of_metrics_and_values_cost_the_same_however_long(goals, django_assert_max_num_queries):
    reader = program(goals.member)
    for number in range(50):
        value_of(MetricFactory(team=goals.team), date(2026, 2, 1), number)
    goals.values(*range(50), every=1)
    ask(reader, "GET", "metrics/", status=200)

    with django_assert_max_num_queries(2):
        listed = ask(reader, "GET", "metrics/?mine=true", status=200)
    with django_assert_max_num_queries(3):
        values = ask(reader, "GET", "metrics/calls/values/", status=200)

    assert (len(listed["results"]), len(values["results"])) == (50, 50)
    assert ask(reader, "GET", "metrics/?q=calls", status=200)["results"][0]["newest"] == "49"
    assert ask(Program(UserFactory()), "GET", "metrics/?mine=true", status=200)["results"] == []
