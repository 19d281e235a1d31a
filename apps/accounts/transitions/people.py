"""How people come, change and go."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Q

from apps.accounts import rules
from apps.accounts.events import (
    PasswordSet,
    PersonDeactivated,
    PersonImported,
    PersonInvited,
    PersonReactivated,
    ProfileEdited,
    RolesGiven,
    SignedIn,
    SignedOut,
    SignInLocked,
    SignInRefused,
)
from apps.accounts.models import Actor, Role, Token, User
from apps.accounts.queries import welcome_link
from apps.accounts.transitions.letters import send_letter
from apps.accounts.transitions.tokens import revoke_token
from apps.activity.queries import has_happened
from apps.activity.transitions import record
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.text import clean_line
from apps.core.transactions import one_transaction

Teams = tuple[Collection[int], Collection[int]]  # those of a person, and those that they lead


@one_transaction
def invite(*, email: str, name: str, roles: Collection[str] = (), by: Actor, at: datetime) -> User:
    """Let a person in: make their row, or take the one that an import made, and send the one-time link."""
    email = rules.clean_email(email)
    name = clean_line(name, field="name", is_required=True)
    roles = rules.clean_roles(roles)
    rules.check_admin(by)
    # Of two who invite the same person at once, one makes the row and the other finds it.
    person, is_new = User.objects.select_for_update(no_key=True).get_or_create(
        email=email, defaults={"name": name, "password": make_password(None)}
    )
    if not is_new:
        rules.check_may_invite(person)
    is_same = (person.name, set(person.roles)) == (name, {role.value for role in roles})
    if is_same and rules.has_fresh_letter(person, email, at=at):
        return person

    person.name = name
    _set_roles(person, roles)
    person.invited_at = at
    person.save()

    record(PersonInvited(email), by=by, at=at, subject=person.subject)
    _send_welcome(person, by=by, at=at)
    return person


@one_transaction
def invite_again(person: User, *, email: str, by: Actor, at: datetime) -> User:
    """Send a fresh link to somebody who has not joined yet, to another address if that is known now."""
    person = User.objects.locked(person.pk)
    email = rules.clean_email(email)
    rules.check_admin(by)
    rules.check_may_invite(person)
    _check_free(email, person)
    if rules.has_fresh_letter(person, email, at=at):
        return person

    person.email = email
    person.invited_at = at
    person.save(update_fields=["email", "invited_at"])

    record(PersonInvited(email), by=by, at=at, subject=person.subject)
    _send_welcome(person, by=by, at=at)
    return person


@one_transaction
def add_admin(email: str, *, name: str, by: Actor, at: datetime) -> User:
    """Make somebody administrator without a letter: whoever owns the machine hands over the link."""
    email = rules.clean_email(email)
    name = clean_line(name, field="name", is_required=True)
    rules.check_admin(by)
    person = User.objects.select_for_update(no_key=True).filter(email=email).first()
    if person and not person.is_active:
        message = f"{email} belongs to {person}, who is deactivated."
        raise InvalidInputError(message, field="email")

    if person is None:
        person = User(email=email, name=name)
        person.set_unusable_password()
    person.is_admin = True
    person.invited_at = person.invited_at or at
    person.save()

    record(PersonInvited(email), by=by, at=at, subject=person.subject)
    return person


@one_transaction
def add_demo_person(
    email: str, *, name: str, roles: Collection[str], password: str, by: Actor, at: datetime
) -> User:
    """Add somebody of the demo organisation, who signs in only where the demo runs; "" is no password."""
    person = User(email=rules.clean_email(email), name=name, is_demo=True, invited_at=at, hours_kept_at=at)
    _set_roles(person, rules.clean_roles(roles))
    person.set_unusable_password()
    if password:
        person.set_password(password)
        person.joined_at = at
    person.save()

    record(PersonInvited(email), by=by, at=at, subject=person.subject)
    return person


@one_transaction
def give_roles(person: User, *, roles: Collection[str], by: Actor, at: datetime) -> User:
    """Make these the roles of a person; one administrator always stays."""
    person, admins = _locked_with_admins(person)
    wanted = rules.clean_roles(roles)
    rules.check_admin(by)
    if Role.ADMIN not in wanted:
        rules.check_an_admin_stays(person, admins)

    before = person.roles
    _set_roles(person, wanted)
    person.save(update_fields=[f"is_{role.value}" for role in Role])

    if person.roles != before:
        event = RolesGiven(now=_named(person.roles), before=_named(before))
        record(event, by=by, at=at, subject=person.subject)
    return person


@one_transaction
def deactivate(person: User, *, by: Actor, at: datetime) -> User:
    """End a person's access for good: sessions, links and tokens stay dead. What they did stays theirs."""
    person, admins = _locked_with_admins(person)
    rules.check_may_deactivate(by, person)
    rules.check_an_admin_stays(person, admins)

    person.is_active = False
    person.sessions_ended += 1
    person.save(update_fields=["is_active", "sessions_ended"])

    record(PersonDeactivated(), by=by, at=at, subject=person.subject)
    for token in Token.objects.filter(person=person, revoked_at=None).order_by("pk"):
        revoke_token(token, by=by, at=at)
    return person


@one_transaction
def reactivate(person: User, *, by: Actor, at: datetime) -> User:
    """Let a person sign in again."""
    person = User.objects.locked(person.pk)
    rules.check_admin(by)
    if person.is_active:
        message = f"{person} can sign in already."
        raise InvalidMoveError(message)

    person.is_active = True
    person.save(update_fields=["is_active"])

    record(PersonReactivated(), by=by, at=at, subject=person.subject)
    return person


@one_transaction
def edit_profile(person: User, *, by: Actor, at: datetime, **fields: Any) -> User:
    """Change some of the fields of rules.CLEANERS: of one's own profile, or as administrator."""
    person = User.objects.locked(person.pk)
    rules.check_may_edit(by, person)
    changes = rules.clean_profile(person, fields)
    if rules.has_said_hours(by, person, fields):
        person.hours_kept_at = at
        person.save(update_fields=["hours_kept_at"])
    if not changes:
        return person

    event = ProfileEdited(sorted(changes), rules.profile_changes(person, changes))
    for name, value in changes.items():
        setattr(person, name, value)
    person.save(update_fields=list(changes))

    record(event, by=by, at=at, subject=person.subject)
    return person


@one_transaction
def settle(person: User, *, time_zone: str = "", is_right: bool = False, by: Actor, at: datetime) -> User:
    """Take the zone of somebody's browser until they say that zone and hours are right.

    A zone that we do not know is left alone: nobody typed it.
    """
    person = User.objects.locked(person.pk)
    rules.check_may_edit(by, person)
    if person.hours_kept_at is not None:
        return person
    is_new = rules.is_time_zone(time_zone) and time_zone != person.time_zone

    event = ProfileEdited(["time_zone"], rules.profile_changes(person, {"time_zone": time_zone}))
    person.time_zone = time_zone if is_new else person.time_zone
    person.hours_kept_at = at if is_right else None
    person.save(update_fields=["time_zone", "hours_kept_at"])

    if is_new:
        record(event, by=by, at=at, subject=person.subject)
    return person


@one_transaction
def set_password(person: User, *, password: str, by: Actor, at: datetime) -> User:
    """Keep a new password; the first one is the moment in which an invited person joins."""
    row = User.objects.locked(person.pk)
    rules.check_may_choose_password(row, person)

    is_first = row.joined_at is None
    person.set_password(password)  # the caller's object: its session goes on with the new one
    person.joined_at = row.joined_at or at
    person.save(update_fields=["password", "joined_at"])

    record(PasswordSet(is_first=is_first), by=by, at=at, subject=person.subject)
    return person


@one_transaction
def note_sign_in(person: User, *, by: Actor, at: datetime) -> None:
    """Write down that somebody came in."""
    record(SignedIn(), by=by, at=at, subject=person.private_subject)


@one_transaction
def note_sign_out(person: User, *, by: Actor, at: datetime) -> None:
    """Write down that somebody left."""
    record(SignedOut(), by=by, at=at, subject=person.private_subject)


@one_transaction
def note_refusal(person: User, *, is_locked: bool, by: Actor, at: datetime) -> None:
    """Write down that somebody was not let in; while the door is closed, that it is, once.

    So at most AXES_FAILURE_LIMIT events come of one guesser and address before each pause. The lock lets
    two tries take turns.
    """
    person = User.objects.locked(person.pk)
    pause = settings.AXES_COOLOFF_TIME
    if not is_locked:
        record(SignInRefused(), by=by, at=at, subject=person.private_subject)
    elif not has_happened(person.subject, verb=SignInLocked.verb, since=at - pause):
        minutes = pause // timedelta(minutes=1)
        record(SignInLocked(minutes), by=by, at=at, subject=person.private_subject)


@one_transaction
def push_memberships(
    person_ids: Iterable[int],
    *,
    memberships: Mapping[int, Teams],
    by: Actor,  # noqa: ARG001 -- the event is catalog's
    at: datetime,  # noqa: ARG001
) -> None:
    """Copy teams and leads down to people; only catalog calls this, and leaves the event itself."""
    people = User.objects.select_for_update(no_key=True).filter(pk__in=list(person_ids)).order_by("pk")
    changed = []
    for person in people:
        team_ids, lead_ids = memberships.get(person.pk, ((), ()))
        now = (sorted(team_ids), sorted(lead_ids))
        if now != (person.team_ids, person.lead_ids):
            person.team_ids, person.lead_ids = now
            changed.append(person)
    User.objects.bulk_update(changed, ["team_ids", "lead_ids"], batch_size=500)


@one_transaction
def import_person(handle: str, name: str, email: str, *, by: Actor, at: datetime) -> tuple[User, str]:
    """Make or update the person of an imported catalog; return them and what became of it.

    The second value is "created", "updated", "unchanged" or "drifted". Somebody who has joined owns
    their name, and an address that a letter went to stays: what differs then is drift. An address that
    belongs to somebody with another handle is left out (compare `person.email`). Gives no access: only
    an invitation does.
    """
    handle = clean_line(handle, field="handle", is_required=True)
    name = clean_line(name, field="name") or handle
    address = rules.clean_email(email) if email else None
    known = User.objects.select_for_update(no_key=True)
    person = known.filter(handle=handle).first() or (
        known.filter(email=address, handle=None).first() if address else None
    )
    is_free = address is not None and not User.objects.filter(email=address).exists()
    if person is None:
        person = User(handle=handle, name=name, email=address if is_free else None)
        person.set_unusable_password()
        person.save()
        record(PersonImported(handle), by=by, at=at, subject=person.subject)
        return person, "created"
    return person, _take_over(person, handle=handle, name=name, email=address if is_free else person.email)


def _take_over(person: User, *, handle: str, name: str, email: str | None) -> str:
    """Write what the import may change; return what became of it."""
    wanted = {"handle": handle, "name": name, "email": email or person.email}
    differs = {field for field, value in wanted.items() if getattr(person, field) != value}
    kept = {"name"} if person.joined_at else set()
    kept |= {"email"} if person.joined_at or person.invited_at else set()
    changes = differs - kept
    for field in changes:
        setattr(person, field, wanted[field])
    if changes:
        person.save(update_fields=sorted(changes))
    if differs & kept:
        return "drifted"
    return "updated" if changes else "unchanged"


def _locked_with_admins(person: User) -> tuple[User, list[User]]:
    """Lock a person and every active administrator, by id: two who demote each other take turns."""
    rows = User.objects.select_for_update(no_key=True).filter(
        Q(pk=person.pk) | Q(is_admin=True, is_active=True)
    )
    locked = {row.pk: row for row in rows.order_by("pk")}
    admins = [row for row in locked.values() if row.is_admin and row.is_active]
    return locked[person.pk], admins


def _set_roles(person: User, roles: Collection[Role]) -> None:
    for role in Role:
        setattr(person, f"is_{role.value}", role in roles)


def _named(roles: Collection[Role]) -> str:
    return ", ".join(role.label for role in roles) or "none"


def _check_free(email: str, person: User) -> None:
    other = User.objects.filter(email=email).exclude(pk=person.pk).first()
    if other:
        message = f"{email} belongs to {other} already."
        raise InvalidInputError(message, field="email")


def _send_welcome(person: User, *, by: Actor, at: datetime) -> None:
    """Write the letter with the one-time link."""
    ends_at = at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    send_letter(person, "welcome", by=by, at=at, link=welcome_link(person), ends_at=ends_at)
