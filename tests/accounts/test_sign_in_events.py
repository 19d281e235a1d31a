"""What the history says about coming and going, and to whom."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Actor
from apps.accounts.transitions import note_refusal
from apps.activity.models import Audience, Event
from apps.activity.queries import timeline
from tests.factories import PASSWORD, UserFactory
from tests.history import told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def proxy(settings):
    """Let a proxy give requests their ids."""
    settings.BEHIND_PROXY = True


def sign_in(client, password=PASSWORD, email="ada@example.org"):
    return client.post(
        reverse("account_login"), {"login": email, "password": password}, headers={"X-Request-ID": "4711"}
    )


def test_coming_and_going_is_written_down(client, ada):
    sign_in(client)
    client.post(reverse("account_logout"), headers={"X-Request-ID": "4712"})

    assert told(ada) == ["Ada signed out", "Ada signed in"]
    assert list(Event.objects.values_list("actor_id", "request_id", "audience").order_by("pk")) == [
        (ada.pk, "4711", Audience.PERSON),
        (ada.pk, "4712", Audience.PERSON),
    ]


def test_who_is_not_in_leaves_no_trace_of_going(client, ada):
    client.post(reverse("account_logout"))

    assert not Event.objects.exists()


@pytest.mark.parametrize("email", ["ada@example.org", "Ada@Example.ORG"])
def test_a_wrong_password_is_written_down_without_it(client, ada, email):
    sign_in(client, password="a secret with one wrong letter", email=email)

    event = Event.objects.get()
    assert told(ada) == ["Somebody tried to sign in as Ada and was refused"]
    assert (event.actor_id, event.actor_name, event.data) == (None, "accounts.sign_in", {})
    assert event.request_id == "4711"


def test_who_was_deactivated_is_refused_and_that_is_written_down(client):
    ada = UserFactory(name="Ada", email="ada@example.org", is_active=False)

    sign_in(client)

    assert told(ada) == ["Somebody tried to sign in as Ada and was refused"]


def test_strangers_write_no_history(client, ada):
    sign_in(client, email="my secret password")
    sign_in(client, email="eve@example.org")

    assert not Event.objects.exists()


def test_a_door_that_closes_is_told_once(client, ada):
    for _ in range(15):
        sign_in(client, password="wrong")

    refused = "Somebody tried to sign in as Ada and was refused"
    locked = "Somebody tried to sign in as Ada too often and must wait 15 minutes"
    assert told(ada) == [locked, *[refused] * 9]


def test_a_door_that_closes_again_is_told_again(now, ada):
    for minutes in (0, 5, 16):
        note_refusal(
            ada, is_locked=True, by=Actor.system("accounts.sign_in"), at=now + timedelta(minutes=minutes)
        )

    assert Event.objects.filter(verb="accounts.sign_in_locked").count() == 2


def test_only_the_person_and_administrators_read_it(client, ada):
    sign_in(client)
    others = [UserFactory(), UserFactory(is_security=True), UserFactory(is_enablement=True)]

    assert [timeline(ada.subject, audiences=other.audiences) for other in others] == [[], [], []]


def test_a_password_that_is_changed_is_written_down_without_it(client, ada):
    sign_in(client)
    new = "a brand new password"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
        headers={"X-Request-ID": "4713"},
    )

    assert told(ada)[0] == "Ada chose a new password"
    assert Event.objects.get(verb="accounts.password_set").request_id == "4713"
    assert not [data for data in Event.objects.values_list("data", flat=True) if new in str(data)]
    assert timezone.now() - Event.objects.latest("pk").at < timedelta(minutes=1)
