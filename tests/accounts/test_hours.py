"""When somebody works is assumed, and asked about once, in passing."""

import pytest
from django.urls import reverse

from apps.accounts import rules, transitions
from apps.accounts.models import Actor, User
from apps.core.errors import NotPermittedError
from tests.factories import UserFactory
from tests.history import told

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
HOURS = "/settings/hours/"
HOME = "/"
LINE = "Times are shown in"


@pytest.fixture
def ada(client):
    person = UserFactory(name="Ada", time_zone="UTC", hours_kept_at=None)
    client.force_login(person)
    return person


def fresh(person):
    return User.objects.get(pk=person.pk)


def asks(client, page=HOME):
    return LINE in client.get(page).content.decode()


def test_a_first_page_says_what_is_assumed_and_how_to_change_it(client, ada):
    html = client.get(HOME).content.decode()

    assert "Times are shown in UTC. You work Mon to Fri, 09:00 to 17:00." in html
    assert f'href="{reverse("accounts:profile")}#hours"' in html
    assert 'data-zone="UTC"' in html
    assert not asks(client, reverse("accounts:profile"))  # which has the fields themselves


def test_a_browser_says_its_zone_and_the_page_comes_anew(client, ada):
    answer = client.post(HOURS, {"time_zone": "Europe/Berlin"}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"
    assert fresh(ada).time_zone == "Europe/Berlin"
    assert "Times are shown in Europe/Berlin" in client.get(HOME).content.decode()
    assert told(ada) == ["Ada edited their own profile"]


def test_whoever_says_that_it_is_right_is_not_asked_again_and_goes_on_where_they_were(client, ada):
    answer = client.post(HOURS, {"is_right": "1", "next": "/inbox/"})

    assert answer.url == "/inbox/"
    assert fresh(ada).time_zone == "UTC"
    assert not asks(client)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "UTC\x00", "localtime"])
def test_a_zone_that_is_none_is_left_alone(client, ada, zone):
    answer = client.post(HOURS, {"time_zone": zone})

    assert answer.status_code == 302
    assert fresh(ada).time_zone == "UTC"
    assert asks(client)


def test_a_zone_that_was_chosen_stays(client, ada, now):
    transitions.edit_profile(ada, by=Actor(person=ada), at=now, time_zone="Asia/Tokyo")

    client.post(HOURS, {"time_zone": "Europe/Berlin"})

    assert (fresh(ada).time_zone, fresh(ada).hours_kept_at) == ("Asia/Tokyo", now)
    assert not asks(client)


def test_a_profile_that_is_saved_as_it_is_says_so_too(client, ada, now):
    transitions.edit_profile(ada, by=Actor(person=ada), at=now, time_zone="UTC")

    assert not asks(client)


def test_what_an_administrator_or_another_field_changes_is_no_word_of_the_person(client, ada, now):
    admin = Actor(person=UserFactory(is_admin=True))
    transitions.edit_profile(ada, by=admin, at=now, time_zone="Europe/Rome")
    transitions.edit_profile(ada, by=Actor(person=ada), at=now, reviews=True)

    assert asks(client)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([1, 2, 3, 4, 5], "Mon to Fri"),
        ([4, 1, 3], "Mon, Wed, Thu"),
        ([6, 7], "Sat, Sun"),
        ([2], "Tue"),
        ([], ""),
    ],
)
def test_days_are_said_as_people_do(days, words):
    assert rules.days_in_words(days) == words


def test_nobody_says_it_for_somebody_else(ada, now):
    with pytest.raises(NotPermittedError):
        transitions.settle(ada, time_zone="Europe/Berlin", by=Actor(person=UserFactory()), at=now)

    assert fresh(ada).time_zone == "UTC"


def test_it_comes_with_the_person_and_costs_no_query(client, ada, django_assert_num_queries):
    page = reverse("home:help")

    with django_assert_num_queries(2):  # session, person
        assert asks(client, page)
