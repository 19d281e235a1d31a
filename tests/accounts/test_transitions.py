from datetime import time, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError

from apps.accounts import transitions
from apps.accounts.models import Actor, User
from apps.accounts.transitions import (
    deactivate,
    edit_profile,
    give_roles,
    import_person,
    invite,
    invite_again,
    push_memberships,
    reactivate,
    set_password,
)
from apps.activity.models import Audience, Event
from apps.activity.queries import timeline
from apps.core.errors import DomainError, InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Delivery
from apps.notifications.transitions import deliver
from tests.factories import ActorFactory, UserFactory
from tests.history import told

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


@pytest.fixture
def admin():
    return ActorFactory(person__name="Root", person__is_admin=True)


@pytest.fixture
def ada():
    return UserFactory(name="Ada", email="ada@example.org")


def test_an_invited_person_gets_a_letter_with_a_link(now, admin):
    ada = invite(email=" Ada@Example.org ", name="Ada", roles=["architect"], by=admin, at=now)

    assert (ada.email, ada.roles, ada.invited_at, ada.joined_at) == (
        "ada@example.org",
        ["architect"],
        now,
        None,
    )
    assert not ada.has_usable_password()
    assert told(ada) == ["Root invited Ada"]
    deliver(by=SYSTEM, at=now)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["ada@example.org"], "Welcome to Roadworthy")
    assert "\nhttp://127.0.0.1:8000/accounts/password/reset/key/" in letter.body
    assert "Root invites you" in letter.body


def test_the_row_of_an_import_is_taken_over(now, admin):
    imported, _outcome = import_person("ada", "Ada L.", "ada@example.org", by=SYSTEM, at=now)

    invited = invite(email="ada@example.org", name="Ada Lind", roles=[], by=admin, at=now)

    assert (invited, invited.handle, invited.name) == (imported, "ada", "Ada Lind")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "ada@example.org\nBcc: eve@example.org"}, "email"),
        ({"name": "Ada\r\nBcc: eve@example.org"}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"roles": ["king"]}, "roles"),
    ],
)
def test_what_cannot_be_invited_is_refused_with_the_field(now, admin, values, field):
    valid = {"email": "new@example.org", "name": "New", "roles": []}

    with pytest.raises(InvalidInputError) as refused:
        invite(**(valid | values), by=admin, at=now)

    assert refused.value.field == field
    assert not Delivery.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("person", [{}, {"joined_at": None, "is_active": False}])
def test_who_has_an_account_is_not_invited(now, admin, person):
    UserFactory(email="ada@example.org", **person)

    with pytest.raises(InvalidInputError, match="belongs to"):
        invite(email="ada@example.org", name="Ada", roles=[], by=admin, at=now)


def test_only_administrators_and_the_system_invite(now):
    with pytest.raises(NotPermittedError):
        invite(email="ada@example.org", name="Ada", roles=[], by=ActorFactory(), at=now)

    assert invite(email="ada@example.org", name="Ada", roles=["admin"], by=SYSTEM, at=now).is_admin


def test_a_double_click_sends_one_letter_and_a_later_one_another(now, admin):
    values = {"email": "ada@example.org", "name": "Ada", "roles": ["architect"], "by": admin}

    ada = invite(**values, at=now)
    assert invite(**values, at=now + timedelta(seconds=2)) == ada
    invite_again(ada, email="ada@example.org", by=admin, at=now + timedelta(seconds=4))
    assert (Delivery.objects.count(), told(ada)) == (1, ["Root invited Ada"])

    invite(**values, at=now + timedelta(minutes=2))
    invite_again(ada, email="ada@example.org", by=admin, at=now + timedelta(minutes=4))
    assert Delivery.objects.count() == 3


def test_a_correction_goes_in_at_once(now, admin):
    invite(email="ada@example.org", name="Ada", roles=[], by=admin, at=now)

    ada = invite(email="ada@example.org", name="Ada Lind", roles=["architect"], by=admin, at=now)

    assert (ada.name, ada.roles) == ("Ada Lind", ["architect"])


def test_a_fresh_link_may_go_to_another_address(now, admin):
    ada = invite(email="ada@example.org", name="Ada", roles=[], by=admin, at=now)

    invite_again(ada, email="ada@example.com", by=admin, at=now + timedelta(days=1))

    ada.refresh_from_db()
    assert (ada.email, ada.invited_at) == ("ada@example.com", now + timedelta(days=1))
    assert Delivery.objects.count() == 2


def test_a_fresh_link_never_goes_to_who_has_joined_or_to_a_foreign_address(now, admin, ada):
    bob = UserFactory(joined_at=None)

    with pytest.raises(InvalidInputError, match="has an account already"):
        invite_again(ada, email="ada@example.org", by=admin, at=now)
    with pytest.raises(InvalidInputError, match="belongs to Ada"):
        invite_again(bob, email="ada@example.org", by=admin, at=now)
    with pytest.raises(NotPermittedError):
        invite_again(bob, email="bob@example.org", by=ActorFactory(), at=now)

    assert not Delivery.objects.exists()


def test_roles_are_replaced(now, admin, ada):
    give_roles(ada, roles=["architect", "security"], by=admin, at=now)

    changed = give_roles(ada, roles=["security", "leadership"], by=admin, at=now)

    assert changed.roles == ["security", "leadership"]
    assert told(ada)[0] == "Root changed the roles of Ada (now: Security engineer, Leadership)"


def test_roles_that_stay_the_same_leave_no_trace(now, admin, ada):
    give_roles(ada, roles=[], by=admin, at=now)

    assert told(ada) == []


@pytest.mark.parametrize("step", [deactivate, reactivate, lambda p, **who: give_roles(p, roles=[], **who)])
def test_only_administrators_decide_about_people(now, ada, step):
    with pytest.raises(NotPermittedError):
        step(ada, by=ActorFactory(person__is_enablement=True), at=now)

    assert not Event.objects.exists()


def test_the_last_administrator_stays(now, admin):
    UserFactory(is_admin=True, is_active=False)

    with pytest.raises(InvalidMoveError, match="only administrator"):
        give_roles(admin.person, roles=[], by=admin, at=now)
    with pytest.raises(InvalidMoveError, match="only administrator"):
        deactivate(admin.person, by=SYSTEM, at=now)

    assert User.objects.with_role("admin").get() == admin.person


def test_one_of_two_administrators_may_go(now, admin):
    second = UserFactory(is_admin=True)

    deactivate(second, by=admin, at=now)
    assert User.objects.with_role("admin").get() == admin.person


def test_nobody_deactivates_themselves(now, admin):
    UserFactory(is_admin=True)

    with pytest.raises(NotPermittedError, match="Nobody deactivates themselves"):
        deactivate(admin.person, by=admin, at=now)


def test_a_person_goes_and_comes_back(now, admin, ada):
    gone = deactivate(ada, by=admin, at=now)
    with pytest.raises(InvalidMoveError, match="deactivated already"):
        deactivate(ada, by=admin, at=now)
    back = reactivate(ada, by=admin, at=now)
    with pytest.raises(InvalidMoveError, match="can sign in already"):
        reactivate(ada, by=admin, at=now)

    assert (gone.is_active, back.is_active) == (False, True)
    assert told(ada) == ["Root let Ada sign in again", "Root deactivated Ada"]


def test_a_profile_keeps_what_changed(now, ada):
    by = ActorFactory(person=ada)

    changed = edit_profile(
        ada,
        by=by,
        at=now,
        name="Ada",
        time_zone="Asia/Tokyo",
        works_to=time(18),
        works_on=[3, 1, 1],
        expertise=["Kafka", " kafka", "", "On-Call"],
        reviews=True,
    )

    changed.refresh_from_db()
    assert (changed.time_zone, changed.works_to, changed.works_on) == ("Asia/Tokyo", time(18), [1, 3])
    assert (changed.expertise, changed.reviews) == (["kafka", "on-call"], True)
    assert Event.objects.get().data == {
        "fields": ["expertise", "reviews", "time_zone", "works_on", "works_to"],
        "changes": {
            "expertise": {"before": [], "after": ["kafka", "on-call"]},
            "reviews": {"before": False, "after": True},
            "time_zone": {"before": "Europe/Berlin", "after": "Asia/Tokyo"},
            "works_on": {
                "before": ["Mon", "Tue", "Wed", "Thu", "Fri"],
                "after": ["Mon", "Wed"],
            },
            "works_to": {"before": "17:00", "after": "18:00"},
        },
    }


def test_a_former_name_stays_in_history(now, ada):
    edit_profile(ada, by=ActorFactory(person=ada), at=now, name="Ada Lind")

    (line,) = timeline(ada.subject, audiences={Audience.EVERYONE})
    assert [(one.name, one.before, one.after) for one in line.changes] == [("name", "Ada", "Ada Lind")]
    assert line.details == []


def test_a_profile_that_stays_the_same_leaves_no_trace(now, ada):
    edit_profile(ada, by=ActorFactory(person=ada), at=now, time_zone=ada.time_zone, reviews=False)

    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"works_to": time(9)}, "works_to"),
        ({"works_on": [0]}, "works_on"),
        ({"expertise": ["x" * 61]}, "expertise"),
        ({"expertise": [f"word {n}" for n in range(21)]}, "expertise"),
        ({"name": "Ada\nEve"}, "name"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_what_a_profile_cannot_hold_is_refused_with_the_field(now, ada, fields, field):
    with pytest.raises(InvalidInputError) as refused:
        edit_profile(ada, by=ActorFactory(person=ada), at=now, **fields)

    assert refused.value.field == field
    assert not Event.objects.exists()


def test_somebody_elses_profile_is_for_administrators(now, admin, ada):
    with pytest.raises(NotPermittedError):
        edit_profile(ada, by=ActorFactory(), at=now, reviews=True)

    assert edit_profile(ada, by=admin, at=now, reviews=True).reviews


def test_the_first_password_is_when_a_person_joins(now):
    ada = UserFactory(name="Ada", joined_at=None)
    by = ActorFactory(person=ada)

    set_password(ada, password="one two three", by=by, at=now)
    set_password(ada, password="four five six", by=by, at=now + timedelta(days=1))

    ada.refresh_from_db()
    assert (ada.joined_at, ada.check_password("four five six")) == (now, True)
    assert told(ada) == ["Ada chose a new password"] * 2
    assert list(Event.objects.values_list("data", flat=True)) == [{"is_first": True}, {"is_first": False}]


def test_a_password_is_chosen_once_by_what_was_looked_at(now):
    ada = UserFactory(name="Ada", joined_at=None)
    seen_before = User.objects.get(pk=ada.pk)
    by = ActorFactory(person=ada)
    set_password(ada, password="one two three", by=by, at=now)

    with pytest.raises(InvalidMoveError, match="a moment ago"):
        set_password(seen_before, password="four five six", by=by, at=now)

    ada.refresh_from_db()
    assert ada.check_password("one two three")


@pytest.mark.parametrize("count", [1, 10])
def test_memberships_are_copied_down(now, count, django_assert_num_queries):
    people = UserFactory.create_batch(count, team_ids=[9], lead_ids=[9])
    gone = UserFactory(team_ids=[1], lead_ids=[1])
    pushed = {person.pk: ({3, 1}, {3}) for person in people}

    with django_assert_num_queries(4):
        push_memberships([*pushed, gone.pk], memberships=pushed, by=SYSTEM, at=now)

    rows = User.objects.exclude(pk=gone.pk).values_list("team_ids", "lead_ids")
    assert list(rows) == [([1, 3], [3])] * count
    gone.refresh_from_db()
    assert (gone.team_ids, gone.lead_ids) == ([], [])


@pytest.fixture
def take(now):
    """Import Ada, with what is said to be different."""

    def run(handle="ada", name="Ada", email="ada@example.org"):
        return import_person(handle, name, email, by=SYSTEM, at=now)

    return run


def test_an_import_makes_a_person_without_access(take):
    ada, outcome = take()

    assert (outcome, ada.handle, ada.name, ada.email) == ("created", "ada", "Ada", "ada@example.org")
    assert (ada.has_usable_password(), ada.roles, ada.invited_at) == (False, [], None)
    assert told(ada) == ["tests imported Ada"]


def test_whoever_is_new_works_from_monday_to_friday(now, admin, take):
    imported, _outcome = take()
    invited = invite(email="ben@example.org", name="Ben", by=admin, at=now)
    owner = transitions.add_admin("root@example.org", name="Root", by=SYSTEM, at=now)

    assert [person.works_on for person in (imported, invited, owner)] == [[1, 2, 3, 4, 5]] * 3


def test_a_second_import_changes_nothing(take):
    take()

    assert take()[1] == "unchanged"
    assert Event.objects.count() == 1


def test_a_person_without_name_and_address_has_their_handle(take):
    ada, _outcome = take(name="", email="")

    assert (ada.name, ada.email) == ("ada", None)


def test_an_import_updates_who_has_not_been_invited(take):
    take()

    ada, outcome = take(name="Ada Lind", email="lind@example.org")

    assert (outcome, ada.name, ada.email) == ("updated", "Ada Lind", "lind@example.org")


def test_an_import_never_changes_an_address_that_somebody_signs_in_with(take, ada):
    User.objects.update(handle="ada")

    person, outcome = take(name="Eve", email="eve@example.org")

    assert (person, outcome, person.name, person.email) == (ada, "drifted", "Ada", "ada@example.org")


def test_an_import_keeps_the_address_to_which_a_link_went(take, now):
    person, _outcome = take()
    invite_again(person, email="ada@example.com", by=SYSTEM, at=now)

    person, outcome = take(name="Ada Lind")

    assert (outcome, person.name, person.email) == ("drifted", "Ada Lind", "ada@example.com")


def test_an_import_finds_who_signs_in_with_its_address(take, ada):
    person, outcome = take()

    assert (person, outcome, person.handle) == (ada, "updated", "ada")


def test_an_import_leaves_out_an_address_of_somebody_with_another_handle(take):
    take()

    double, outcome = take(handle="eve", name="Eve")

    assert (outcome, double.email) == ("created", None)


@pytest.mark.parametrize(
    "wrong", [{"handle": "a\0"}, {"name": "x" * 201}, {"email": "nowhere"}, {"handle": ""}]
)
def test_an_import_refuses_what_cannot_be_kept(take, wrong):
    with pytest.raises(InvalidInputError):
        take(**wrong)

    assert not User.objects.exists()


def test_an_administrator_is_made_without_a_letter(now, ada):
    new = transitions.add_admin("root@example.org", name="Root", by=SYSTEM, at=now)
    old = transitions.add_admin("ada@example.org", name="ignored", by=SYSTEM, at=now)

    assert (new.is_admin, old.is_admin, old.pk, old.name) == (True, True, ada.pk, "Ada")
    assert not Delivery.objects.exists()


def test_a_deactivated_person_is_not_made_administrator(now):
    UserFactory(email="ada@example.org", is_active=False)

    with pytest.raises(DomainError, match="deactivated"):
        transitions.add_admin("ada@example.org", name="Ada", by=SYSTEM, at=now)


@pytest.mark.parametrize(("password", "joins"), [("roadworthy", True), ("", False)])
def test_people_of_the_demo_are_marked(now, password, joins):
    lead = transitions.add_demo_person(
        "lead@demo.example", name="Lena", roles=["security"], password=password, by=SYSTEM, at=now
    )

    assert (lead.is_demo, lead.is_security, lead.has_usable_password(), lead.joined_at is not None) == (
        True,
        True,
        joins,
        joins,
    )


@pytest.mark.parametrize("row", [{"name": ""}, {"email": ""}])
def test_impossible_people_are_refused_by_the_database(row):
    with pytest.raises(IntegrityError):
        UserFactory(**row)
