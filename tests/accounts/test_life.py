"""What a person did and what was done about them: for themselves and administrators."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from apps.accounts.events import ProfileEdited
from apps.accounts.models import Actor
from apps.accounts.transitions import give_roles, note_sign_in
from apps.activity.models import Audience
from apps.activity.queries import of_person
from apps.activity.transitions import record
from tests.factories import ActorFactory, UserFactory
from tests.subjects import subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(now):
    """Somebody with a life: came in, did something elsewhere and about themselves, was given a role."""
    ada = UserFactory(name="Ada")
    by = Actor(person=ada)
    note_sign_in(ada, by=by, at=now)
    for what in (subject(), ada.subject, subject(audience=Audience.SECURITY)):
        record(ProfileEdited([], {}), by=by, at=now, subject=what)
    give_roles(ada, roles=["architect"], by=ActorFactory(person__name="Max", person__is_admin=True), at=now)
    return ada


def lines(client, person, reader):
    client.force_login(reader)
    return strip_tags(client.get(reverse("accounts:person", args=[person.pk])).content.decode())


def test_a_person_reads_their_own_life(client, ada):
    html = lines(client, ada, ada)

    assert html.count("Ada signed in") == 1
    assert html.count("Ada edited the profile of R&amp;D") == 1  # not what is for security people
    assert html.count("Ada edited their own profile") == 1
    assert "Max changed the roles of Ada" in html
    assert "for you and administrators" in html


def test_administrators_read_all_of_it(client, ada):
    html = lines(client, ada, UserFactory(is_admin=True))

    assert html.count("Ada signed in") == 1
    assert html.count("Ada edited the profile of R&amp;D") == 2


@pytest.mark.parametrize("role", ["", "is_security", "is_enablement", "is_leadership", "is_architect"])
def test_nobody_else_reads_any_of_it(client, ada, role):
    other = UserFactory(**({role: True} if role else {}))

    html = lines(client, ada, other)
    answer = client.get(reverse("accounts:history", args=[ada.pk]))

    assert "signed in" not in html
    assert "changed the roles" not in html
    assert answer.status_code == 403


def test_a_long_life_is_paged_by_key(client, now, ada):
    for _ in range(60):
        record(ProfileEdited([], {}), by=Actor(person=ada), at=now, subject=subject())
    client.force_login(ada)
    address = reverse("accounts:history", args=[ada.pk])

    first = client.get(address)
    second = client.get(address, {"before": first.context["before"]})

    assert [len(page.context["entries"]) for page in (first, second)] == [50, 14]
    assert "all of it" in lines(client, ada, ada)


@pytest.mark.parametrize("count", [1, 10])
def test_a_life_takes_two_queries(now, django_assert_num_queries, count):
    ada = ActorFactory(person__name="Ada")
    for _ in range(count):
        record(ProfileEdited([], {}), by=ada, at=now, subject=subject())

    with django_assert_num_queries(2):
        entries = of_person(ada.person_id, audiences=[Audience.EVERYONE])

    assert len(entries) == count
