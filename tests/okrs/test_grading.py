"""Grades and the end of an objective; grades leave no other page."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from apps.activity.models import Event
from apps.activity.queries import kinds
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from apps.okrs import transitions
from apps.okrs.models import KeyResult, Objective, State
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of
from tests.okrs.goals import Goals

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR)


@pytest.fixture
def goals():
    return Goals(state=State.GRADING)


def grade(key_result, by, now, value="0.7", revision=0, reason="Most of it", **more):
    number = None if value is None else Decimal(value)
    return transitions.grade_key_result(
        key_result, grade=number, reason=reason, revision=revision, by=by, at=now, **more
    )


def graded(goals, now):
    for row in (goals.calls, goals.steps, goals.words):
        grade(row, goals.lead, now)


def test_a_lead_grades_and_grades_anew_until_it_is_closed(goals, now):
    grade(goals.calls, goals.lead, now)
    grade(goals.calls, goals.lead, now, value="0.8", revision=1)

    row = KeyResult.objects.get(pk=goals.calls.pk)
    assert (row.grade, row.grade_note, row.graded_at, row.revision) == (Decimal("0.8"), "Most of it", now, 2)
    assert isinstance(grade(goals.calls, goals.lead, now, value="0.8"), Saved)
    assert Event.objects.count() == 2


def test_not_measured_is_an_answer(goals, now):
    grade(goals.words, goals.lead, now, value=None, reason="Nobody counted")

    row = KeyResult.objects.get(pk=goals.words.pk)
    assert (row.grade, row.is_not_measured) == (None, True)


def test_who_is_accountable_grades_too(goals, now):
    Objective.objects.filter(pk=goals.objective.pk).update(accountable=goals.member.person)

    assert isinstance(grade(goals.calls, goals.member, now), Saved)


def test_nobody_else_grades(goals, now):
    for by in (goals.member, ActorFactory(person__is_admin=True), lead_of(TeamFactory())):
        with pytest.raises(NotPermittedError):
            grade(goals.calls, by, now)

    assert not Event.objects.exists()


@pytest.mark.parametrize("state", [State.DRAFT, State.AGREED, State.ACTIVE, State.STOPPED])
def test_grades_come_when_the_work_has_ended(now, state):
    goals = Goals(state=state)

    with pytest.raises(InvalidMoveError):
        grade(goals.calls, goals.lead, now)


@pytest.mark.parametrize(
    ("ambition", "fields", "field"),
    [
        ("roofshot", {"value": "1.1"}, "grade"),
        ("roofshot", {"value": "-0.1"}, "grade"),
        ("roofshot", {"value": "0.65"}, "grade"),
        ("roofshot", {"value": "NaN"}, "grade"),
        ("roofshot", {"reason": " "}, "reason"),
        ("roofshot", {"cause": "weather"}, "cause"),
        ("commitment", {"value": "0.9"}, "cause"),
        ("moonshot", {"value": "0.1"}, "learning"),
    ],
)
def test_a_grade_that_says_nothing_is_refused(goals, now, ambition, fields, field):
    KeyResult.objects.filter(pk=goals.calls.pk).update(ambition=ambition)

    with pytest.raises(InvalidInputError) as refusal:
        grade(goals.calls, goals.lead, now, **fields)

    assert refusal.value.field == field
    assert KeyResult.objects.get(pk=goals.calls.pk).graded_at is None


def test_a_miss_names_its_cause_and_what_was_learned(goals, now):
    KeyResult.objects.filter(pk=goals.calls.pk).update(ambition="commitment")
    KeyResult.objects.filter(pk=goals.words.pk).update(ambition="moonshot")

    grade(goals.calls, goals.lead, now, value="0.9", cause="capacity")
    grade(goals.words, goals.lead, now, value="0.0", learned="People want a time, not a place.")

    assert KeyResult.objects.get(pk=goals.calls.pk).cause == "capacity"
    assert KeyResult.objects.get(pk=goals.words.pk).learned == "People want a time, not a place."


def test_the_slower_grade_is_not_lost(goals, now):
    grade(goals.calls, goals.lead, now)

    assert isinstance(grade(goals.calls, goals.lead, now, value="0.1"), Conflict)
    assert KeyResult.objects.get(pk=goals.calls.pk).grade == Decimal("0.7")


def test_what_was_dropped_has_no_grade(goals, now):
    KeyResult.objects.filter(pk=goals.calls.pk).update(dropped_on=date(2026, 2, 2), drop_reason="Moved")

    with pytest.raises(InvalidMoveError):
        grade(goals.calls, goals.lead, now)


def test_late_values_never_open_a_frozen_grade(goals, now):
    grade(goals.calls, goals.lead, now)

    transitions.record_value(goals.metric, on_date=now.date(), value=Decimal(50), by=goals.member, at=now)

    assert KeyResult.objects.get(pk=goals.calls.pk).grade == Decimal("0.7")


def test_an_objective_is_closed_with_a_verdict(goals, now):
    graded(goals, now)

    transitions.close_objective(
        goals.objective, verdict="change", note="On to the couriers", by=goals.lead, at=now
    )

    row = Objective.objects.get(pk=goals.objective.pk)
    assert (row.state, row.verdict, row.close_note, row.closed_on) == (
        "closed",
        "change",
        "On to the couriers",
        date(2026, 3, 2),
    )
    with pytest.raises(InvalidMoveError):
        grade(goals.calls, goals.lead, now, value="1.0", revision=1)
    with pytest.raises(InvalidMoveError):
        transitions.close_objective(goals.objective, verdict="keep", note="Again", by=goals.lead, at=now)


def test_what_was_dropped_does_not_hold_the_end_up(goals, now):
    grade(goals.calls, goals.lead, now)
    grade(goals.steps, goals.lead, now)
    KeyResult.objects.filter(pk=goals.words.pk).update(dropped_on=date(2026, 2, 2), drop_reason="Moved")

    closed = transitions.close_objective(
        goals.objective, verdict="stop", note="Enough", by=goals.lead, at=now
    )

    assert closed.state == State.CLOSED


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"verdict": "maybe"}, InvalidInputError), ({"note": " "}, InvalidInputError)],
)
def test_a_verdict_says_something(goals, now, fields, error):
    graded(goals, now)
    values = {"verdict": "keep", "note": "Go on"}

    with pytest.raises(error):
        transitions.close_objective(goals.objective, **values | fields, by=goals.lead, at=now)

    assert Objective.objects.get(pk=goals.objective.pk).state == State.GRADING


def test_every_key_result_is_looked_at(goals, now):
    grade(goals.calls, goals.lead, now)

    with pytest.raises(InvalidMoveError, match="no grade yet"):
        transitions.close_objective(goals.objective, verdict="keep", note="Go on", by=goals.lead, at=now)


@pytest.mark.parametrize("state", [State.ACTIVE, State.AGREED, State.DRAFT])
def test_only_what_is_graded_is_closed(now, state):
    goals = Goals(state=state)

    with pytest.raises(InvalidMoveError):
        transitions.close_objective(goals.objective, verdict="keep", note="Go on", by=goals.lead, at=now)


def test_others_do_not_close(goals, now):
    for by in (goals.member, ActorFactory(person__is_admin=True)):
        with pytest.raises(NotPermittedError):
            transitions.close_objective(goals.objective, verdict="keep", note="Go on", by=by, at=now)


# Grades leave no other page


def test_history_and_notices_hold_no_grade(goals, now):
    KeyResult.objects.filter(pk=goals.calls.pk).update(ambition="commitment")
    grade(goals.calls, goals.lead, now, value="0.3", reason="Zaubernuss", cause="rhythm", learned="Haselnuss")
    grade(goals.steps, goals.lead, now, value="0.3")
    grade(goals.words, goals.lead, now, value="0.3")
    transitions.close_objective(goals.objective, verdict="keep", note="Go on", by=goals.lead, at=now)

    said = repr(list(Event.objects.values())) + repr(list(Notice.objects.values()))

    assert Event.objects.filter(verb="okrs.key_result_graded").count() == 3
    assert [word for word in ("0.3", "Zaubernuss", "rhythm", "Haselnuss") if word in said] == []


def test_no_kind_of_event_carries_a_grade():
    fields = {name for kind in kinds().values() for name in kind.__annotations__}

    assert not {"grade", "grades", "cause", "learned", "confidence"} & fields


def test_no_other_app_and_no_other_page_knows_of_grades():
    """Who wants to show grades elsewhere meets this test first: they are for the team that gave them."""
    word = re.compile(r"\bgrades?\b|grade_note|\bgraded\b")
    # The demo plays a team that grades; it shows nothing.
    sources = [path for path in (ROOT / "apps").rglob("*.py") if not {"okrs", "demo"} & set(path.parts)]
    # Words may say that there are grades; nothing else shows one.
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "okrs" not in path.parts]
    mails = list((ROOT / "templates").rglob("*.txt"))
    shown = re.compile(r"\{[{%][^}]*grade")

    assert [path for path in sources if word.search(path.read_text())] == []
    assert [path for path in [*pages, *mails] if shown.search(path.read_text())] == []


def test_grades_show_on_the_page_of_the_objective_and_nowhere_about_people(goals, now, client):
    for row in (goals.calls, goals.steps, goals.words):
        grade(row, goals.lead, now, value="0.3", reason="Zaubernuss")
    reader = UserFactory(is_leadership=True)
    client.force_login(reader)

    page = client.get(goals.objective.get_absolute_url()).content.decode()
    assert page.count("Zaubernuss") == 3
    others = [
        reverse("home:my_work"),
        reverse("catalog:team", args=[goals.team.slug]),
        reverse("home:team_history", args=[goals.team.slug]),
        reverse("okrs:objective_history", args=[goals.objective.pk]),
        reverse("okrs:metric", args=[goals.metric.key]),
        reverse("okrs:check_ins"),
        goals.lead.person.get_absolute_url(),
    ]
    for url in others:
        html = client.get(url).content.decode()
        assert "Zaubernuss" not in html, url
