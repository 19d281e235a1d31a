"""A quarter leaves as a file and comes back the same, or not at all."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.errors import NotPermittedError
from apps.notifications.models import Notice
from apps.okrs import imports, queries, transitions
from apps.okrs.models import Cycle, Finding, KeyResult, Objective, Quarter, TeamCheckIn
from tests.factories import UserFactory
from tests.factories.okrs import CycleFactory, MetricFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.whole_quarter import LEARNED, SECRET_GRADE, emptied, whole_quarter

pytestmark = pytest.mark.django_db
COMMAND = Actor.system("okrs.import_okrs")
RULES = Actor.system("okrs.look")


def file_of(cycle):
    return queries.written(queries.quarter_file(cycle).content)


def restore(content, now, **options):
    return transitions.restore_quarter(content, by=COMMAND, at=now, **options)


def edited(content, change):
    whole = json.loads(content)
    change(whole)
    return json.dumps(whole).encode()


def paths(outcome):
    return [problem.path for problem in outcome.problems]


def test_every_part_has_a_row_and_the_file_comes_back_byte_by_byte(now):
    cycle = whole_quarter(now)
    before = file_of(cycle)
    emptied(cycle)

    outcome = restore(before, now)

    assert outcome.problems == []
    assert outcome.state == "restored"
    assert file_of(Cycle.objects.get()) == before
    assert set(outcome.created) == {part.name for part in imports.PARTS}


def test_a_second_import_changes_nothing(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    events = Event.objects.count()

    outcome = restore(content, now)

    assert (outcome.state, outcome.problems) == ("unchanged", [])
    assert Event.objects.count() == events


def test_restoring_leaves_one_event_and_tells_nobody(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)
    events, notices = Event.objects.count(), Notice.objects.count()

    restore(content, now)

    assert Event.objects.count() == events + 1
    assert Event.objects.latest("pk").verb == "okrs.cycle_restored"
    assert Notice.objects.count() == notices


def test_a_preview_writes_nothing(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)
    events = Event.objects.count()

    outcome = restore(content, now, is_preview=True)

    assert (outcome.state, outcome.created["objectives"]) == ("preview", 3)
    assert not Objective.objects.exists()
    assert not Cycle.objects.exists()
    assert Event.objects.count() == events


def test_what_was_dismissed_stays_dismissed(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)
    restore(content, now)
    states = sorted(Finding.objects.filter(gone_at=None).values_list("code", "state"))

    transitions.look(by=RULES, at=now, is_whole=True)

    assert sorted(Finding.objects.filter(gone_at=None).values_list("code", "state")) == states
    assert ("dismissed" in {state for _code, state in states}) is True


def test_no_grade_leaves(now):
    cycle = whole_quarter(now)
    text = file_of(cycle).decode()

    assert SECRET_GRADE not in text
    assert LEARNED not in text
    assert "rhythm" not in text
    assert not {name for part in imports.PARTS for name in part.names if "grade" in name}


def test_every_column_is_in_the_file_or_left_out_on_purpose():
    """A column that somebody adds tomorrow must not get lost without a word."""
    grades = {"grade", "is_not_measured", "grade_note", "learned", "cause", "graded_at"}
    apart = {"id", "revision", "cycle", "carried_from", "fingerprint"}
    for part in imports.PARTS:
        columns = {column.name for column in part.model._meta.concrete_fields}
        there = {part.column(name) for name in part.names - {"key", "is_in_backlog"}}
        there |= {"key"} if part.name in {"metrics", "potholes"} else set()
        assert columns - there - apart - (grades if part.model is KeyResult else set()) == set(), part.name


def test_the_description_lists_every_part_and_field():
    text = (Path(settings.BASE_DIR) / "docs" / "QUARTER-FILE.md").read_text()
    lines = {line.split("**")[1]: line for line in text.splitlines() if line.startswith("| **")}

    assert list(lines) == [part.name for part in imports.PARTS]
    for part in imports.PARTS:
        assert {name for name in part.names if f"`{name}`" not in lines[part.name]} == set()


def test_a_draft_of_a_check_in_stays_with_its_team(now):
    cycle = whole_quarter(now)

    assert TeamCheckIn.objects.filter(published_at=None).exists()
    assert all(row["published_at"] for row in queries.quarter_file(cycle).content["check_ins"])


def test_missing_teams_people_and_services_are_named_with_their_place(now):
    cycle = whole_quarter(now)

    def strangers(whole):
        whole["objectives"][0]["team"] = "strangers"
        whole["waivers"][0]["approver"] = "who@example.org"
        whole["services"][0]["service"] = "nothing"

    content = edited(file_of(cycle), strangers)
    emptied(cycle)

    outcome = restore(content, now)

    assert sorted(paths(outcome)) == ["objectives[0].team", "services[0].service", "waivers[0].approver"]
    assert "Create the team" in outcome.problems[0].todo
    assert not Objective.objects.exists()


def test_a_quarter_that_says_something_else_is_kept_and_the_differences_are_named(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    Objective.objects.filter(team__slug="tracking").update(title="Somebody changed this")

    outcome = restore(content, now)

    assert (outcome.state, paths(outcome)) == ("refused", ["objectives[0].title"])
    assert "Somebody changed this" in outcome.problems[0].message
    assert "kept" in outcome.problems[0].kept
    assert Objective.objects.filter(title="Somebody changed this").exists()


def test_a_metric_that_another_quarter_uses_is_taken_as_it_is(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle, with_shared=False)

    outcome = restore(content, now)

    assert outcome.state == "restored"
    assert not set(imports.SHARED) & set(outcome.created)
    assert file_of(Cycle.objects.get()) == content


def test_a_metric_with_another_meaning_ends_the_import_without_a_trace(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)
    MetricFactory(key="calls", unit="minutes")

    outcome = restore(content, now)

    assert "metrics[1].unit" in paths(outcome)
    assert not Objective.objects.exists()
    assert not Cycle.objects.exists()


def test_pages_that_were_only_opened_do_not_stand_in_the_way(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    team = Quarter.objects.get(team__slug="checkout").team
    emptied(cycle)
    QuarterFactory(cycle=CycleFactory(state="planning"), team=team)

    assert restore(content, now).state == "restored"
    assert file_of(Cycle.objects.get()) == content


def test_two_active_quarters_are_refused(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)
    CycleFactory(slug="2025-q4", name="Q4 2025", starts_on="2025-10-01", ends_on="2025-12-31")

    outcome = restore(content, now)

    assert paths(outcome) == ["cycle.state"]
    assert "Q4 2025 is active here" in outcome.problems[0].message


def test_what_the_database_refuses_is_named_by_its_row(now):
    cycle = whole_quarter(now)
    content = edited(file_of(cycle), lambda whole: whole["negotiations"][1].update(owes=None))
    emptied(cycle)

    outcome = restore(content, now)

    assert paths(outcome) == ["negotiations[1]"]
    assert "negotiation_open_waits_for_somebody" in outcome.problems[0].message
    assert not Objective.objects.exists()


def test_terms_that_somebody_changed_are_no_agreement(now):
    cycle = whole_quarter(now)
    content = edited(file_of(cycle), lambda whole: whole["terms"][0]["payload"].update(person_weeks="20"))
    emptied(cycle)

    assert paths(restore(content, now)) == ["terms[0].sha256"]


@pytest.mark.parametrize("role", ["is_leadership", "is_enablement"])
def test_only_administrators_restore(now, role):
    with pytest.raises(NotPermittedError):
        transitions.restore_quarter(b"{}", by=Actor(person=UserFactory(**{role: True})), at=now)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[]", "a list"),
        (b'{"format": NaN}', "NaN is not a number"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"{%b}" % b",".join(b'"k%d":0' % (number % 99_999) for number in range(100_000)), "stands twice"),
        (b"[" * 100_000, "levels deep"),
        (b'{"format": ' + b"[" * 13 + b"]" * 13 + b"}", "levels deep"),
        (b'{"format": "x\\u0000"}', "cannot be stored"),
        (b'{"format": "\\ud800"}', "cannot be stored"),
        (b'{"format": "other"}', "no export of a quarter"),
        (b'{"format": "roadworthy.okrs", "version": 2}', "reads version 1"),
        (b'{"format": "roadworthy.okrs", "version": true}', "reads version 1"),
        (b'{"format": "roadworthy.okrs", "version": 1}', "This part is missing"),
        (b" " * (imports.LARGEST + 1), "at most"),
    ],
    ids=range(15),
)
def test_what_is_no_file_of_a_quarter_is_refused_in_words(now, content, words):
    outcome = restore(content, now)

    assert outcome.state == "refused"
    assert words in outcome.problems[0].message
    assert outcome.problems[0].todo


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("objectives", "title", 7),
        ("objectives", "title", "x" * 201),
        ("objectives", "state", "sleeping"),
        ("objectives", "made_at", "2026-01-02T09:00:00"),
        ("objectives", "made_at", None),
        ("objectives", "tags", {"a": 1}),
        ("objectives", "tags", [1]),
        ("objectives", "activated_over", ["L1"]),
        ("objectives", "is_in_backlog", 1),
        ("objectives", "strategy_item", "strategy-99"),
        ("objectives", "key", None),
        ("objectives", "key", "objective-2"),
        ("key_results", "target", 5000),
        ("key_results", "target", "1e400"),
        ("key_results", "target", "0.00001"),
        ("key_results", "target", "NaN"),
        ("key_results", "objective", "objective-99"),
        ("key_results", "position", -1),
        ("key_results", "position", True),
        ("milestones", "done_on", "31.12.2026"),
        ("milestones", "done_on", "9999-12-31"),
        ("rank_snapshots", "ordered_ids", ["objective-99"]),
        ("rank_snapshots", "ordered_ids", [1]),
        ("rank_snapshots", "quarter", "nobody"),
        ("terms", "payload", {"person_weeks": 2}),
        ("check_in_items", "snapshot", []),
    ],
)
def test_each_wrong_value_is_named_by_its_place(now, part, name, value):
    content = edited(file_of(whole_quarter(now)), lambda whole: whole[part][0].update({name: value}))

    outcome = restore(content, now)

    assert outcome.state == "refused"
    assert outcome.problems[0].path.startswith(f"{part}[0].{name}")
    assert "Traceback" not in outcome.problems[0].message


def test_a_row_with_other_fields_and_a_key_that_stands_twice_are_refused(now):
    def odd(whole):
        del whole["milestones"][0]["title"]

    def twice(whole):
        whole["objectives"][1]["key"] = whole["objectives"][0]["key"]

    content = file_of(whole_quarter(now))

    assert paths(restore(edited(content, odd), now)) == ["milestones[0]"]
    assert "objectives[1].key" in paths(restore(edited(content, twice), now))


def test_what_leads_out_of_the_quarter_is_left_out_and_counted(now):
    cycle = whole_quarter(now)
    elsewhere = ObjectiveFactory(
        cycle=CycleFactory(slug="2026-q2", starts_on="2026-04-01", ends_on="2026-06-30", state="planning")
    )
    one = Objective.objects.filter(cycle=cycle).first()
    one.links.create(kind="depends_on", to_objective=elsewhere, statement="Later.")

    exported = queries.quarter_file(cycle)

    assert exported.left_out == {"ties": 1}
    emptied(cycle, with_shared=False)


def test_an_agreement_that_nobody_made_is_refused(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)

    def forge(whole):
        number = next(n for n, row in enumerate(whole["negotiations"]) if row["stage"] == "deferred")
        whole["negotiations"][number]["stage"] = "agreed"

    outcome = restore(edited(content, forge), now)

    assert outcome.state == "refused"
    assert [path for path in paths(outcome) if path.endswith(".stage")]
    assert not Objective.objects.exists()


def test_contributions_in_a_circle_are_refused(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)

    def bend(whole):
        tie = {"kind": "contributes", "statement": "So", "needed_on": None, "to_key_result": None}
        tie |= {"to_strategy_item": None}
        begun = len(whole["ties"])
        for place, (one, other) in enumerate([(1, 2), (2, 1)], start=begun + 1):
            ends = {"objective": f"objective-{one}", "to_objective": f"objective-{other}"}
            whole["ties"].append(tie | ends | {"key": f"tie-{place}"})

    outcome = restore(edited(content, bend), now)

    assert outcome.state == "refused"
    assert "ties" in paths(outcome)


def test_a_value_that_supersedes_itself_is_refused(now):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)

    def bend(whole):
        whole["values"][0]["supersedes"] = whole["values"][0]["key"]

    assert "values.supersedes" in paths(restore(edited(content, bend), now))


@pytest.mark.parametrize("number", ["1e1000000", "-1e1000000", "1e-1000000", "NaN", "Infinity"])
def test_a_number_that_overflows_is_refused(now, number):
    cycle = whole_quarter(now)
    content = file_of(cycle)
    emptied(cycle)

    def blow_up(whole):
        whole["values"][0]["value"] = number

    assert "values[0].value" in paths(restore(edited(content, blow_up), now))
