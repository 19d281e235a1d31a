"""What is typed survives a refusal: the same page comes back with it, and says what is wrong."""

import pytest
from django.urls import reverse

from apps.comments.models import Comment
from apps.okrs import transitions
from apps.okrs.models import Objective
from tests.factories import TeamFactory, lead_of
from tests.factories.okrs import CycleFactory, KeyResultFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.sides import WORK, sides

pytestmark = pytest.mark.django_db
WORDS = "Our reason took an hour to write"
A_BOOK = f"{WORDS} {'a' * 10_001}"


@pytest.fixture
def team():
    return TeamFactory(name="Tracking", slug="tracking")


@pytest.fixture
def cycle():
    return CycleFactory(slug="2026-q9", state="active")


def refused(client, by, name, /, *args, status, **typed):
    client.force_login(by.person)
    answer = client.post(reverse(f"okrs:{name}", args=args), typed)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_step_that_is_not_possible_comes_back_with_its_reason(client, team, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle, state="draft")

    html = refused(client, lead_of(team), "objective_step", objective.pk, "stop", status=409, reason=WORDS)

    assert "cannot become stopped" in html
    assert f"{WORDS}</textarea>" in html
    assert Objective.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("field", "said"),
    [("restricted_because", "Say why only the team may read it."), ("embargo_until", "Say until when.")],
)
def test_details_that_do_not_go_together_are_refused_beside_them(client, team, cycle, field, said):
    objective = ObjectiveFactory(team=team, cycle=cycle, state="draft")
    visibility = "restricted" if field == "restricted_because" else "embargoed"
    typed = {"revision": objective.revision, "ambition": "roofshot", "tags": WORDS, "visibility": visibility}

    html = refused(client, lead_of(team), "objective_details", objective.pk, status=422, **typed)

    assert said in html
    assert f'value="{WORDS}"' in html
    assert Objective.objects.get().visibility == "open"


def test_the_last_key_result_is_not_dropped_and_the_reason_stays(client, team, cycle):
    row = KeyResultFactory(objective=ObjectiveFactory(team=team, cycle=cycle, state="agreed"))

    html = refused(client, lead_of(team), "drop_key_result", row.pk, status=409, reason=WORDS)

    assert "It is the last one." in html
    assert WORDS in html


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("add_objective", {"text": WORDS}),
        ("promise_weeks", {"kind": "upkeep", "label": WORDS, "person_weeks": "3"}),
    ],
)
def test_a_page_whose_quarter_is_over_says_why_nothing_was_written(client, team, name, typed):
    over = CycleFactory(slug="2026-q9", name="Q9 2026", state="closed")
    QuarterFactory(team=team, cycle=over)

    html = refused(client, lead_of(team), name, over.slug, team.slug, status=409, **typed)

    assert "Q9 2026 is closed" in html


def test_a_plan_that_cannot_be_keeps_its_numbers(client, team, cycle):
    QuarterFactory(team=team, cycle=cycle)
    typed = {"people": "5", "weeks": "80", "upkeep": "25", "revision": "0"}

    html = refused(client, lead_of(team), "capacity", cycle.slug, team.slug, status=422, **typed)

    assert "Weeks must be more than 0 and less than 60." in html
    assert 'value="80"' in html


def test_the_backlog_keeps_what_is_too_long(client, team):
    html = refused(
        client, lead_of(team), "add_to_backlog", "tracking", status=422, text=f"{WORDS}{'s' * 300}"
    )

    assert f"{WORDS}sss" in html
    assert 'role="alert"' in html
    assert 'name="is_idea" checked' not in html  # the tick was taken away, and stays so


@pytest.mark.parametrize("act", ["counter", "report"])
def test_an_act_that_came_too_late_keeps_the_words(client, now, act):
    two = sides()
    asked = two.ask(now)
    field = "message" if act == "counter" else "reason"
    typed = {field: WORDS, "deliverable": "A page", "person_weeks": "3", "ends_on": "2026-03-20", "seen": "x"}
    Objective.objects.filter(pk=two.objective.pk).update(state="stopped")

    client.force_login(two.giver.person)
    answer = client.post(reverse("okrs:act", args=[asked.pk, act]), typed)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert ("The terms changed while you wrote" in html) == (act == "counter")
    assert (asked.terms.sha256 in html) == (act == "counter")  # sent again, it counts
    assert WORDS in html


def test_whoever_changes_an_ask_after_a_colleague_keeps_the_words(client, now):
    two = sides()
    asked = two.ask(now)
    shown = asked.terms.sha256
    said = WORK | {"person_weeks": "9"}
    asked = transitions.amend(asked, payload=said, seen=shown, by=lead_of(two.checkout), at=now)

    typed = WORK | {"message": WORDS, "seen": shown}
    html = refused(client, two.buyer, "act", asked.pk, "amend", status=409, **typed)

    assert "The terms changed while you wrote" in html
    assert WORDS in html
    assert asked.terms.sha256 in html  # sent again, it counts


def test_remarks_come_back_when_they_are_a_book(client, now):
    two = sides()
    asked = two.ask(now)
    lead = two.buyer

    for name, pk in (
        ("say", asked.pk),
        ("say_of_objective", two.objective.pk),
        ("objective_thread", two.objective.pk),
    ):
        assert A_BOOK in refused(client, lead, name, pk, status=422, text=A_BOOK)
    assert not Comment.objects.exists()
