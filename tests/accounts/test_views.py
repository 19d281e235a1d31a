from datetime import time
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from apps.accounts import transitions
from apps.accounts.models import Actor, User
from apps.notifications.models import Delivery
from tests.factories import UserFactory
from tests.history import told

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PROFILE = {
    "name": "Ada",
    "time_zone": "Asia/Tokyo",
    "works_from": "09:00",
    "works_to": "17:30",
    "works_on": ["1", "2"],
    "expertise": "Kafka, on-call",
    "reviews": "on",
}


@pytest.fixture
def ada(client):
    ada = UserFactory(name="Ada", email="ada@example.org")
    client.force_login(ada, backend="apps.accounts.http.PersonBackend")
    return ada


@pytest.fixture
def admin(client):
    admin = UserFactory(name="Root", is_admin=True)
    client.force_login(admin, backend="apps.accounts.http.PersonBackend")
    return admin


def text(response):
    return response.content.decode()


def test_a_profile_without_days_shows_those_that_count(client, ada):
    User.objects.filter(pk=ada.pk).update(works_on=[])  # of somebody who came before there was a default

    form = client.get(reverse("accounts:profile")).context["form"]

    assert form["works_on"].value() == [1, 2, 3, 4, 5]


def test_a_person_edits_the_profile(client, ada):
    response = client.post(reverse("accounts:profile"), PROFILE, follow=True)

    ada.refresh_from_db()
    assert (ada.time_zone, ada.works_to, ada.works_on) == ("Asia/Tokyo", time(17, 30), [1, 2])
    assert (ada.expertise, ada.reviews, ada.has_keys) == (["kafka", "on-call"], True, False)
    assert "Your profile is saved." in text(response)
    assert 'value="kafka, on-call"' in text(response)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_zone", "Europe/Atlantis", "Select a valid choice"),
        ("name", "x" * 201, "at most 200"),
        ("name", "a\0b", "U+0000"),
        ("name", "Ada\nBcc: eve@example.org", "one line"),
        ("works_to", "08:00", "must end after"),
        ("works_on", ["8"], "Select a valid choice"),
        ("expertise", "x" * 61, "at most 60"),
    ],
)
def test_a_refused_profile_comes_back_with_what_was_typed(client, ada, field, value, words):
    response = client.post(reverse("accounts:profile"), PROFILE | {"expertise": "typed", field: value})

    assert response.status_code == 422
    assert words in text(response)
    assert field == "expertise" or 'value="typed"' in text(response)
    ada.refresh_from_db()
    assert ada.time_zone == "Europe/Berlin"


def test_a_rare_time_zone_stays_when_the_rest_is_edited(client, ada):
    User.objects.update(time_zone="Etc/GMT+5")

    client.post(reverse("accounts:profile"), PROFILE | {"time_zone": "Etc/GMT+5"})

    ada.refresh_from_db()
    assert (ada.time_zone, ada.reviews) == ("Etc/GMT+5", True)


@pytest.mark.parametrize(
    ("sent", "goes_to", "cookie"),
    [
        ({"theme": "dark", "next": "/inbox/"}, "/inbox/", "dark"),
        ({"theme": "dark", "next": "https://evil.example/"}, "/", "dark"),
        ({"theme": "<script>", "next": "/inbox/"}, "/inbox/", None),
        ({"theme": "dark", "next": "inbox"}, "/", "dark"),
        ({"theme": "dark", "next": "http://[::1"}, "/", "dark"),
        ({"theme": "light"}, "/", "light"),
    ],
)
def test_the_theme_is_a_cookie(client, ada, sent, goes_to, cookie):
    response = client.post(reverse("accounts:theme"), sent)

    assert response.url == goes_to
    assert (response.cookies["theme"].value if "theme" in response.cookies else None) == cookie


@pytest.mark.parametrize("path", ["people", "invite"])
def test_people_are_for_administrators(client, ada, path):
    method = client.get if path == "people" else client.post

    assert method(reverse(f"accounts:{path}")).status_code == 403


@pytest.mark.parametrize("step", ["roles", "invite_again", "deactivate", "reactivate"])
def test_steps_about_people_are_for_administrators(client, ada, step):
    bob = UserFactory(joined_at=None, is_active=step != "reactivate")

    response = client.post(reverse(f"accounts:{step}", args=[bob.pk]), {"email": "bob@example.org"})

    assert response.status_code == 403


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_takes_the_same_queries_for_any_number(client, admin, count, django_assert_num_queries):
    UserFactory.create_batch(count)

    with django_assert_num_queries(4):  # session, person, people, how many
        client.get(reverse("accounts:people"))


def test_one_person_is_no_people(client, admin):
    alone = text(client.get(reverse("accounts:people")))
    UserFactory()
    both = text(client.get(reverse("accounts:people")))

    assert (">1 person</p>" in alone, ">2 people</p>" in both) == (True, True)


def test_people_are_searched_and_paged_by_key(client, admin, monkeypatch):
    monkeypatch.setattr("apps.core.http.PAGE", 1)
    for name in ("Ada Lind", "Ada Lovelace"):
        UserFactory(name=name)

    first = text(client.get(reverse("accounts:people"), {"q": "ada l"}, headers=HTMX))
    after = User.objects.get(name="Ada Lind").pk
    second = text(client.get(reverse("accounts:people"), {"q": "ada l", "after": after}))

    assert first.strip().startswith('<div id="people">')
    assert ("Ada Lind" in first, "Ada Lovelace" in first, f"after={after}" in first) == (True, False, True)
    assert ("Ada Lind" in second, "Ada Lovelace" in second) == (False, True)


def test_a_search_for_nobody_says_so_and_is_plain_text(client, admin):
    html = text(client.get(reverse("accounts:people"), {"q": "<b>x\0"}))

    assert "holds “&lt;b&gt;x”" in html


@pytest.mark.parametrize("after", ["99999", "x", "-1", "9" * 30])
def test_a_page_that_never_was_is_the_first(client, admin, after):
    response = client.get(reverse("accounts:people"), {"after": after})

    assert (response.status_code, "Root" in text(response)) == (200, True)


def test_an_administrator_invites(client, admin):
    response = client.post(
        reverse("accounts:invite"),
        {"email": "New@Example.org", "name": "New", "roles": ["architect"]},
        follow=True,
    )

    new = User.objects.get(email="new@example.org")
    assert new.roles == ["architect"]
    assert "New gets a letter" in text(response)
    assert Delivery.objects.get().recipient == new


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "ada@example.org"}, "has an account already"),
        ({"email": "nowhere"}, "valid email"),
        ({"name": ""}, "required"),
        ({"name": "x" * 201}, "at most 200"),
        ({"name": "a\r\nBcc: b"}, "one line"),
        ({"roles": ["king"]}, "Select a valid choice"),
    ],
)
def test_a_refused_invitation_comes_back(client, admin, values, words):
    UserFactory(email="ada@example.org")

    response = client.post(reverse("accounts:invite"), {"email": "b@example.org", "name": "Typed"} | values)

    assert response.status_code == 422
    assert words in text(response)
    assert not Delivery.objects.exists()


def test_roles_are_given_by_checkboxes(client, admin):
    bob = UserFactory(name="Bob", is_architect=True)

    response = client.post(reverse("accounts:roles", args=[bob.pk]), {"roles": ["security"]}, follow=True)

    bob.refresh_from_db()
    assert bob.roles == ["security"]
    assert "The roles of Bob are saved." in text(response)


def test_the_last_administrator_is_told_why_not(client, admin):
    response = client.post(reverse("accounts:roles", args=[admin.pk]), {"roles": []})

    assert response.status_code == 409
    assert "only administrator" in text(response)


def test_a_person_is_deactivated_and_comes_back(client, admin):
    bob = UserFactory(name="Bob")

    gone = client.post(reverse("accounts:deactivate", args=[bob.pk]), follow=True)
    back = client.post(reverse("accounts:reactivate", args=[bob.pk]), follow=True)

    assert "Bob can no longer sign in." in text(gone)
    assert "Bob can sign in again." in text(back)


def test_a_fresh_link_goes_out(client, admin, now):
    bob = UserFactory(name="Bob", email=None, joined_at=None)

    response = client.post(
        reverse("accounts:invite_again", args=[bob.pk]), {"email": "bob@example.org"}, follow=True
    )

    assert "Bob gets a letter" in text(response)
    assert Delivery.objects.get().recipient.email == "bob@example.org"


def test_a_fresh_link_to_a_foreign_address_is_refused(client, admin):
    UserFactory(email="ada@example.org")
    bob = UserFactory(joined_at=None)

    response = client.post(reverse("accounts:invite_again", args=[bob.pk]), {"email": "ada@example.org"})

    assert (response.status_code, "belongs to" in text(response)) == (422, True)


def test_everybody_sees_a_person_and_administrators_the_history(client, ada):
    root = UserFactory(is_admin=True)
    bob = UserFactory(name="<i>Bob</i>", expertise=["kafka"])
    transitions.deactivate(bob, by=Actor(person=root), at=bob.joined_at)

    plain = text(client.get(bob.get_absolute_url()))
    client.force_login(root, backend="apps.accounts.http.PersonBackend")
    full = text(client.get(bob.get_absolute_url()))

    assert ("kafka" in plain, "&lt;i&gt;Bob" in plain, "<i>Bob" in plain) == (True, True, False)
    assert ("History" in plain, "History" in full) == (False, True)
    assert told(bob)[0] in unescape(strip_tags(full))


def test_nobody_is_offered_to_deactivate_themselves(client, admin):
    assert "deactivate/" not in text(client.get(admin.get_absolute_url()))


def test_who_is_not_there_is_not_found(client, ada):
    assert client.get(reverse("accounts:person", args=[999])).status_code == 404


@pytest.mark.parametrize("name", ["profile", "people", "theme"])
def test_strangers_see_nothing(client, name):
    response = client.get(reverse(f"accounts:{name}"))

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")
