"""Reading, putting off and putting away."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.db.models import F
from django.urls import reverse

from apps.accounts.http import PersonBackend
from apps.accounts.models import Actor
from apps.activity.models import Audience
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.notifications import queries, transitions
from apps.notifications.models import Notice
from apps.notifications.tasks import gather
from tests.factories import UserFactory
from tests.subjects import subject

pytestmark = pytest.mark.django_db
BEAT = Actor.system("notifications.gather")
DAY = timedelta(days=1)
STEPS = {"snooze": {"until": "tomorrow"}, "finish": {}, "bring_back": {}}


@pytest.fixture
def ada():
    return UserFactory(name="Ada", time_zone="UTC")


@pytest.fixture
def notice(tell, ada):
    tell([ada])
    return Notice.objects.get()


@pytest.fixture
def step(ada, now):
    """Take a step as Ada, now."""
    return lambda name, notice, **more: getattr(transitions, name)(
        notice, by=Actor(person=ada), at=now, **STEPS[name] | more
    )


def shelves(person):
    """Return on which shelves something lies."""
    return {name for name in queries.SHELVES if queries.shelf(person, name).exists()}


def unread(person):
    return PersonBackend().get_user(person.pk).unread


def test_a_notice_lies_in_the_inbox_unread(notice, ada):
    assert (shelves(ada), unread(ada)) == ({"", "unread"}, 1)


def test_what_is_done_lies_apart_and_is_read(notice, ada, step):
    step("finish", notice)

    assert (shelves(ada), unread(ada)) == ({"done"}, 0)


def test_what_is_snoozed_is_gone_until_its_morning_and_then_lies_on_top(notice, ada, step, tell, now):
    step("snooze", notice)
    tell([ada], key="later", at=now + timedelta(hours=5))
    assert (shelves(ada), unread(ada)) == ({"", "unread", "snoozed"}, 1)

    too_early = transitions.wake_snoozed(by=BEAT, at=now + DAY - timedelta(seconds=1))
    in_time = transitions.wake_snoozed(by=BEAT, at=now + DAY)

    assert (too_early, in_time) == (0, 1)
    assert (shelves(ada), unread(ada)) == ({"", "unread"}, 2)
    assert queries.shelf(ada, "").order_by("-at").first() == notice


def test_waking_twice_brings_back_once(notice, ada, step, now):
    step("snooze", notice)
    transitions.wake_snoozed(by=BEAT, at=now + DAY)
    transitions.read_all(by=Actor(person=ada), at=now + DAY)

    assert transitions.wake_snoozed(by=BEAT, at=now + 2 * DAY) == 0
    assert unread(ada) == 0


def test_the_task_of_each_minute_wakes_what_was_snoozed(notice, ada, step, now):
    step("snooze", notice)

    with time_machine.travel(now + DAY, tick=False):
        gather()

    assert shelves(ada) == {"", "unread"}


@pytest.mark.parametrize("before", ["snooze", "finish"])
def test_everything_can_be_brought_back(notice, ada, step, before):
    step(before, notice)

    step("bring_back", notice)

    assert (shelves(ada), unread(ada)) == ({""}, 0)


def test_snoozing_again_moves_the_morning(notice, step, now):
    step("snooze", notice)

    again = step("snooze", notice, until="week")

    assert again.snoozed_until == now + 7 * DAY


def test_what_was_snoozed_can_be_done(notice, ada, step):
    step("snooze", notice)
    step("finish", notice)

    assert shelves(ada) == {"done"}


def test_what_is_done_is_not_snoozed(notice, ada, step):
    step("finish", notice)

    with pytest.raises(InvalidMoveError, match="Bring it back"):
        step("snooze", notice)

    assert shelves(ada) == {"done"}


def test_a_day_that_has_passed_is_refused(notice, step, now, ada):
    with pytest.raises(InvalidInputError):
        step("snooze", notice, until="day", day=now.date())

    assert shelves(ada) == {"", "unread"}


@pytest.mark.parametrize("name", STEPS)
def test_nobody_puts_away_what_somebody_else_was_told(tell, step, name):
    bob = UserFactory()
    tell([bob])
    notice = Notice.objects.get()

    with pytest.raises(Notice.DoesNotExist):
        step(name, notice)

    assert shelves(bob) == {"", "unread"}


@pytest.mark.parametrize(
    "row",
    [
        {"done_at": "now"},
        {"snoozed_until": "now"},
        {"done_at": "now", "read_at": "now", "snoozed_until": "now"},
    ],
)
def test_impossible_rows_are_refused_by_the_database(notice, now, row):
    with pytest.raises(IntegrityError):
        Notice.objects.update(**dict.fromkeys(row, now))


@pytest.fixture
def browser(client, ada):
    client.force_login(ada, backend="apps.accounts.http.PersonBackend")
    return client


def address(name, notice):
    return reverse(f"notifications:{name}", args=[notice.pk])


@pytest.mark.parametrize(
    ("name", "data", "shelf"),
    [
        ("snooze", {"until": "tomorrow"}, "snoozed"),
        ("snooze", {"until": "week"}, "snoozed"),
        ("snooze", {"until": "day", "day": "2999-01-01"}, ""),
        ("finish", {}, "done"),
        ("bring_back", {}, ""),
    ],
)
def test_each_button_leads_back_to_its_shelf(browser, notice, ada, name, data, shelf):
    response = browser.post(address(name, notice), data | {"show": "unread"})

    if data.get("day"):
        assert response.status_code == 422
        assert "a day after today" in response.content.decode()
        assert shelves(ada) == {"", "unread"}
    else:
        assert (response.status_code, response.url) == (302, "/inbox/?show=unread")
        assert shelf in shelves(ada)


def test_after_a_row_comes_the_next_one(browser, tell, ada):
    tell([ada], key="one")
    tell([ada], key="two")
    second, first = queries.inbox(ada).order_by("pk")

    rows = browser.get(reverse("notifications:inbox")).context["notices"]
    answer = browser.post(reverse("notifications:finish", args=[first.pk]), {"then": rows[0].then})

    assert [(row.pk, row.then) for row in rows] == [(first.pk, second.pk), (second.pk, first.pk)]
    assert answer.url.endswith(f"#notice-{second.pk}")


@pytest.mark.parametrize("data", [{}, {"until": "never"}, {"until": "day"}, {"until": "day", "day": "soon"}])
def test_a_snooze_without_a_day_says_so(browser, notice, ada, data):
    response = browser.post(address("snooze", notice), data)

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode().partition('class="prose"')[2]
    assert shelves(ada) == {"", "unread"}


@pytest.mark.parametrize("show", ["//evil.example", "x", ""])
def test_a_shelf_that_does_not_exist_leads_to_the_inbox(browser, notice, show):
    assert browser.post(address("finish", notice), {"show": show}).url == "/inbox/"
    assert browser.get(reverse("notifications:inbox"), {"show": show}).status_code == 200


@pytest.mark.parametrize("name", STEPS)
def test_looking_changes_nothing(browser, notice, ada, name):
    assert browser.get(address(name, notice)).status_code == 405
    browser.get(address("open", notice))

    assert shelves(ada) == {"", "unread"}


@pytest.mark.parametrize("name", STEPS)
def test_what_one_may_no_longer_read_one_cannot_put_away(browser, tell, ada, name):
    tell([ada], key="secret", subject=subject(audience=Audience.SECURITY))

    assert browser.post(address(name, Notice.objects.get()), STEPS[name]).status_code == 404


def test_each_shelf_offers_what_can_be_done_there(browser, notice, step):
    def buttons(show):
        html = browser.get(reverse("notifications:inbox"), {"show": show}).content.decode()
        return [word for word in ("Open: ", "Snooze: ", "Done: ", "Back to the inbox: ") if word in html]

    inbox = buttons("")
    step("snooze", notice)
    snoozed = buttons("snoozed")
    step("finish", notice)

    assert inbox == ["Open: ", "Snooze: ", "Done: "]
    assert snoozed == ["Open: ", "Snooze: ", "Done: ", "Back to the inbox: "]
    assert buttons("done") == ["Open: ", "Back to the inbox: "]


@pytest.mark.parametrize(
    ("show", "words"),
    [
        ("", "Nothing lies here"),
        ("unread", "have read everything"),
        ("snoozed", "put off"),
        ("done", "Nothing is done"),
    ],
)
def test_an_empty_shelf_says_what_it_is_for(browser, show, words):
    assert words in browser.get(reverse("notifications:inbox"), {"show": show}).content.decode()


@pytest.mark.parametrize("show", queries.SHELVES)
@pytest.mark.parametrize("count", [1, 10])
def test_a_shelf_takes_the_same_queries_for_any_number(
    browser, tell, ada, show, count, django_assert_num_queries
):
    for number in range(count):
        tell([ada], key=str(number))
    put_there = {"done": {"done_at": F("at")}, "snoozed": {"snoozed_until": F("at")}}.get(show)
    if put_there:
        Notice.objects.update(read_at=F("at"), **put_there)

    with django_assert_num_queries(3):  # session, person, notices
        browser.get(reverse("notifications:inbox"), {"show": show})
