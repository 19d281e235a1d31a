"""How people come in, by the pages of allauth."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Actor, User
from apps.accounts.transitions import deactivate, import_person, invite, reactivate
from apps.activity.models import Event
from apps.notifications.models import Delivery
from apps.notifications.transitions import deliver
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
SYSTEM = Actor.system("tests")
NEW = "a brand new password"


def sign_in(client, password=PASSWORD, email="ada@example.org"):
    client.post(reverse("account_login"), {"login": email, "password": password})
    return "_auth_user_id" in client.session


def is_in(client):
    return client.get(reverse("notifications:inbox")).status_code == 200


def ask_for_a_password(client, email="ada@example.org"):
    return client.post(reverse("account_reset_password"), {"email": email})


def link():
    """Send what waits; return the path of the link in the last letter."""
    deliver(by=SYSTEM, at=timezone.now())
    return re.search(r"http://127.0.0.1:8000(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)[1]


def choose(client, path, password=NEW):
    form = client.get(path, follow=True)
    where = form.redirect_chain[-1][0] if form.redirect_chain else path
    return client.post(where, {"password1": password, "password2": password})


@pytest.mark.parametrize("email", ["ada@example.org", "Ada@Example.ORG"])
def test_a_person_signs_in_by_address_and_password(client, ada, email):
    assert sign_in(client, email=email)
    assert is_in(client)


def test_a_wrong_password_opens_nothing(client, ada):
    assert not sign_in(client, password="wrong")


def test_who_was_deactivated_is_out_at_once_and_stays_out(client, ada):
    sign_in(client)

    deactivate(ada, by=SYSTEM, at=timezone.now())

    assert not is_in(client)
    client.logout()
    assert not sign_in(client)


def test_a_session_does_not_come_back_with_its_person(client, ada):
    sign_in(client)

    deactivate(ada, by=SYSTEM, at=timezone.now())
    reactivate(ada, by=SYSTEM, at=timezone.now())

    assert not is_in(client)
    assert sign_in(client)


@pytest.mark.parametrize("is_back", [False, True])
def test_a_link_of_who_was_deactivated_is_dead(client, is_back):
    ada = invite(email="ada@example.org", name="Ada", roles=[], by=SYSTEM, at=timezone.now())
    path = link()
    deactivate(ada, by=SYSTEM, at=timezone.now())
    if is_back:
        reactivate(ada, by=SYSTEM, at=timezone.now())

    page = client.get(path, follow=True)

    assert "was used already, or is too old" in page.content.decode()
    choose(client, path)
    ada.refresh_from_db()
    assert (ada.joined_at, ada.has_usable_password()) == (None, False)


def test_a_form_that_was_open_when_its_person_was_deactivated_keeps_nothing(client):
    ada = invite(email="ada@example.org", name="Ada", roles=[], by=SYSTEM, at=timezone.now())
    form = client.get(link(), follow=True).redirect_chain[-1][0]
    deactivate(ada, by=SYSTEM, at=timezone.now())

    client.post(form, {"password1": NEW, "password2": NEW})

    ada.refresh_from_db()
    assert (ada.joined_at, ada.has_usable_password()) == (None, False)


@pytest.mark.parametrize("is_demo_running", [True, False])
def test_people_of_the_demo_sign_in_only_where_it_runs(client, settings, is_demo_running):
    settings.DEMO = True
    UserFactory(email="ada@example.org", is_demo=True)
    sign_in(client)
    settings.DEMO = is_demo_running

    assert is_in(client) is is_demo_running
    client.logout()
    assert sign_in(client) is is_demo_running


def test_an_imported_person_has_no_way_in(client):
    import_person("ada", "Ada", "ada@example.org", by=SYSTEM, at=timezone.now())

    ask_for_a_password(client)

    assert not Delivery.objects.exists()
    assert not sign_in(client, password="")


def test_an_invited_person_chooses_a_password_and_is_in(client):
    ada = invite(email="ada@example.org", name="Ada", roles=[], by=SYSTEM, at=timezone.now())
    path = link()

    choose(client, path)

    ada.refresh_from_db()
    assert ada.joined_at is not None
    assert is_in(client)
    assert Event.objects.filter(verb="accounts.password_set").get().data == {"is_first": True}


def test_the_page_says_once_what_a_password_needs(client):
    invite(email="ada@example.org", name="Ada", roles=[], by=SYSTEM, at=timezone.now())

    html = client.get(link(), follow=True).content.decode()

    assert html.count("Ten characters or more") == 1
    assert ("common" in html, "<li>" in html, "placeholder" in html) == (False, False, False)
    assert re.findall(r"<label [^>]*>([^<]*)</label>", html) == ["New password", "New password, again"]


def test_the_link_works_once(client):
    invite(email="ada@example.org", name="Ada", roles=[], by=SYSTEM, at=timezone.now())
    path = link()
    choose(client, path)
    client.logout()

    choose(client, path, password="somebody else was here")

    assert not sign_in(client, password="somebody else was here")
    assert sign_in(client, password=NEW)


def test_a_weak_password_is_refused(client):
    invite(email="ada@example.org", name="Ada", roles=[], by=SYSTEM, at=timezone.now())

    choose(client, link(), password="password")

    assert User.objects.get().joined_at is None


def test_a_forgotten_password_is_replaced_by_mail(client, ada):
    ask_for_a_password(client)
    path = link()

    choose(client, path)

    assert (mail.outbox[0].subject, mail.outbox[0].to) == (
        "Choose a new password for Roadworthy",
        ["ada@example.org"],
    )
    assert (
        Delivery.objects.filter(letter_subject="Choose a new password for Roadworthy").get().letter_body == ""
    )
    client.logout()
    assert (sign_in(client), sign_in(client, password=NEW)) == (False, True)


def test_the_link_leads_to_the_portal_whatever_host_was_asked(client, ada):
    client.post(
        reverse("account_reset_password"), {"email": "ada@example.org"}, headers={"Host": "localhost"}
    )

    assert link()


@pytest.mark.parametrize("person", [{"is_active": False}, {"is_demo": True}])
def test_who_may_not_sign_in_gets_no_letter(client, person):
    UserFactory(email="ada@example.org", **person)

    ask_for_a_password(client)

    assert not Delivery.objects.exists()


def test_strangers_learn_nothing_and_get_no_letter(client, ada):
    known = ask_for_a_password(client)
    Delivery.objects.all().delete()
    unknown = ask_for_a_password(client, email="eve@example.org")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert not Delivery.objects.exists()


def test_public_sign_up_is_closed(client):
    address = {"email": "eve@example.org", "password1": NEW, "password2": NEW}
    try:
        client.post(reverse("account_signup"), address)
    finally:
        assert not User.objects.exists()


def test_a_password_is_changed_in_the_settings(client, ada):
    sign_in(client)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )

    assert is_in(client)
    client.logout()
    assert sign_in(client, password=NEW)


def test_ten_wrong_passwords_close_the_door_for_a_while(client, ada):
    for _ in range(10):
        sign_in(client, password="wrong")

    assert not sign_in(client)


def test_a_stranger_shuts_nobody_out(client, ada):
    stranger = Client(REMOTE_ADDR="127.0.0.2")
    for number in range(25):
        sign_in(stranger, password=f"wrong {number}")

    assert not sign_in(stranger)
    assert sign_in(client)


def test_capitals_are_no_other_person(client, ada):
    for email in ("ada@example.org", "Ada@example.org") * 5:
        sign_in(client, password="wrong", email=email)

    assert not sign_in(client)


@pytest.mark.parametrize("address", ["127.0.0.2", "2001:db8::{:x}"])
def test_one_address_cannot_try_one_password_on_everybody(client, ada, settings, address):
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 20
    answers = [
        Client(REMOTE_ADDR=address.format(number)).post(
            reverse("account_login"), {"login": f"nobody{number}@example.org", "password": "Summer2026"}
        )
        for number in range(21)
    ]

    assert [answer.status_code for answer in answers] == [*[200] * 20, 429]
    assert not sign_in(Client(REMOTE_ADDR=address.format(99)))
    assert sign_in(client)


def test_behind_a_proxy_counts_the_address_that_it_added(ada, settings):
    settings.BEHIND_PROXY = True
    stranger = Client(headers={"X-Forwarded-For": "192.0.2.7, 192.0.2.66"})
    for _ in range(10):
        sign_in(stranger, password="wrong")

    assert not sign_in(Client(headers={"X-Forwarded-For": "198.51.100.1, 192.0.2.66"}))
    assert sign_in(Client(headers={"X-Forwarded-For": "192.0.2.66, 192.0.2.7"}))


def test_who_asks_too_often_gets_a_page_that_says_what_to_do(client, ada):
    reset = reverse("account_reset_password")
    answers = [client.post(reset, {"email": f"nobody{number}@example.org"}) for number in range(21)]

    assert answers[-1].status_code == 429
    assert "Wait a minute, go back and send it again" in answers[-1].content.decode()


@pytest.mark.parametrize("wrong", ["inbox", "http://[::1", "https://evil.example/", "http://a\0b"])
@pytest.mark.parametrize("page", ["account_login", "account_logout", "account_reset_password"])
def test_a_way_on_that_is_no_page_of_ours_is_passed_over(client, ada, page, wrong):
    shown = client.get(reverse(page), {"next": wrong})
    client.force_login(ada)
    left = client.post(reverse("account_logout"), {"next": wrong})
    sent = client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD, "next": wrong})

    assert shown.status_code in {200, 302}
    assert (left["Location"], sent["Location"]) == (reverse("account_login"), "/")


@pytest.mark.parametrize("value", [r'"\000aaaaaaaa"', r'"\377\000abcdefgh"', "a b c d e f g", "a" * 5000])
@pytest.mark.parametrize("cookie", ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"])
def test_a_cookie_that_cannot_be_ours_is_none(client, settings, cookie, value):
    client.handler.enforce_csrf_checks = True
    headers = {"Cookie": f"{getattr(settings, cookie)}={value}"}

    assert client.get(reverse("account_login"), headers=headers).status_code == 200
    assert client.get(reverse("notifications:inbox"), headers=headers).status_code == 302
    assert client.post(reverse("account_login"), headers=headers).status_code == 403
