"""The inbox and what one wants by mail, for programs: the same steps as in the pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.activity.models import Audience
from apps.notifications import queries
from apps.notifications.models import Delivery, Notice, Preferences
from tests.api.asking import Program
from tests.factories import TeamFactory, UserFactory, member_of
from tests.subjects import subject

pytestmark = pytest.mark.django_db
PLACE = "me/notifications/"
WISHES = {
    "has_daily_mail": True,
    "mail_hour": 17,
    "quiet_from": "20:00",
    "quiet_to": "07:30",
    "ways": {"tests/news": "inbox"},
}


@pytest.fixture
def ada():
    return UserFactory(name="Ada", time_zone="UTC")


@pytest.fixture
def program(ada):
    return Program(ada)


@pytest.fixture
def notice(tell, ada):
    tell([ada])
    return Notice.objects.get()


def shelf(program, show=""):
    return [row["id"] for row in program("GET", f"inbox/?show={show}", status=200)["results"]]


def test_a_notice_is_put_off_brought_back_and_put_away(program, notice):
    place = f"inbox/{notice.pk}/"

    put_off = program("POST", f"{place}snooze/", {"until": "tomorrow"}, status=200)
    assert put_off["snoozed_until"] > timezone.now().isoformat()
    assert (shelf(program), shelf(program, "snoozed")) == ([], [notice.pk])

    back = program("POST", f"{place}bring-back/", {}, status=200)
    assert (back["snoozed_until"], shelf(program)) == (None, [notice.pk])

    done = program("POST", f"{place}finish/", {}, status=200)
    assert done["done_at"]
    assert (shelf(program), shelf(program, "done")) == ([], [notice.pk])
    program("POST", f"{place}snooze/", {"until": "tomorrow"}, status=409)


def test_a_notice_is_put_off_to_a_day(program, notice):
    day = timezone.now().date() + timedelta(days=9)

    put_off = program("POST", f"inbox/{notice.pk}/snooze/", {"until": "day", "day": day}, status=200)

    assert put_off["snoozed_until"].startswith(day.isoformat())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"until": "never"}, 400),
        ({"until": "day", "day": "2026-02-30"}, 400),
        ({"until": "day"}, 422),
        ({"until": "day", "day": "2001-01-01"}, 422),
        ({"until": "day", "day": "9999-12-31"}, 422),
    ],
)
def test_a_notice_is_not_put_off_to_a_day_that_is_none(program, notice, body, status):
    program("POST", f"inbox/{notice.pk}/snooze/", body, status=status)

    assert shelf(program, "unread") == [notice.pk]


@pytest.mark.parametrize("step", ["snooze", "finish", "bring-back"])
def test_what_one_may_not_read_one_cannot_put_away(program, tell, ada, notice, step):
    other = UserFactory()
    tell([other], key="theirs")
    tell([ada], key="hidden", subject=subject(audience=Audience.SECURITY))

    for row in Notice.objects.exclude(pk=notice.pk):
        program("POST", f"inbox/{row.pk}/{step}/", {"until": "tomorrow"}, status=404)

    assert not Notice.objects.exclude(read_at=None, done_at=None, snoozed_until=None).exists()


def test_who_never_chose_reads_what_holds(program):
    chosen = program("GET", PLACE, status=200)

    assert (chosen["has_daily_mail"], chosen["mail_hour"], chosen["quiet_from"]) == (True, 8, None)
    assert chosen["ways"]["walkthroughs/invitation"] == "at_once"
    assert "notifications/stopped" not in chosen["ways"]  # nobody can choose that one
    assert not Preferences.objects.exists()


def test_what_one_wants_is_kept_whole(program, ada):
    program("PUT", PLACE, WISHES, status=200)

    wishes = queries.preferences_of([ada])[ada.pk]
    assert (wishes.mail_hour, wishes.ways) == (17, {"tests/news": "inbox"})


def test_what_was_read_can_be_sent_back(program):
    program("PUT", PLACE, WISHES, status=200)
    read = program("GET", PLACE, status=200)

    assert (read["quiet_to"], read["ways"]["tests/news"]) == ("07:30:00", "inbox")
    assert program("PUT", PLACE, read, status=200) == read


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"mail_hour": 24}, 400),
        ({"quiet_to": None}, 422),
        ({"quiet_to": "20:00"}, 422),
        ({"ways": {"tests/nothing": "inbox"}}, 422),
        ({"ways": {"notifications/stopped": "at_once"}}, 422),
        ({"ways": {"tests/news": "by pigeon"}}, 400),
        ({"ways": None}, 400),
    ],
)
def test_what_cannot_be_wanted_is_refused(program, change, status):
    program("PUT", PLACE, WISHES | change, status=status)

    assert not Preferences.objects.exists()


def test_a_team_wants_nothing_by_mail():
    team = TeamFactory()
    program = Program(member_of(team).person, team_id=team.pk, team_name=team.name)

    for method in ("GET", "PUT"):
        program(method, PLACE, WISHES, status=403)


def test_an_administrator_sends_a_stopped_message_once_more(ada, delivery, now):
    Delivery.objects.filter(pk=delivery.pk).update(state="stopped", problem="550 nobody of that name")
    root, place = Program(UserFactory(is_admin=True)), f"deliveries/{delivery.pk}/"

    (stopped,) = root("GET", "deliveries/?state=stopped", status=200)["results"]
    again = root("POST", f"{place}retry/", status=200)

    assert stopped["problem"] == "550 nobody of that name"
    assert (again["state"], again["problem"], again["attempts"]) == ("waiting", "", 0)
    assert root("GET", place, status=200) == again
    assert root("GET", "deliveries/?state=stopped", status=200)["results"] == []
    root("POST", f"{place}retry/", status=409)


def test_messages_are_for_administrators(program, delivery):
    program("GET", "deliveries/", status=403)
    program("GET", f"deliveries/{delivery.pk}/", status=403)
    program("POST", f"deliveries/{delivery.pk}/retry/", status=403)


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_of_messages_takes_as_many_queries_as_one(tell, django_assert_num_queries, count):
    root = Program(UserFactory(is_admin=True))
    root("GET", "me/", status=200)  # the token's first use is noted
    tell(UserFactory.create_batch(count))

    with django_assert_num_queries(3):
        assert len(root("GET", "deliveries/", status=200)["results"]) == count
