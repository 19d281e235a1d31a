"""What can happen to people and their sign-in."""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class PersonInvited(EventKind):
    """A person got a letter with a one-time link to choose a password."""

    verb = "accounts.invited"
    sentence = "{actor} invited {subject}"
    about = "Grace Obi"
    icon = "user-plus"
    example = {"email": "ada@example.org"}

    email: str


@dataclass(frozen=True)
class PersonImported(EventKind):
    """A catalog that was imported named a person."""

    verb = "accounts.imported"
    sentence = "{actor} imported {subject}"
    about = "Grace Obi"
    icon = "user-plus"
    example = {"handle": "ada.lind"}

    handle: str


@dataclass(frozen=True)
class RolesGiven(EventKind):
    """A person's roles became these."""

    verb = "accounts.roles_given"
    sentence = "{actor} changed the roles of {subject} (now: {now})"
    of_oneself = "{actor} changed their own roles (now: {now})"
    became = "now"
    about = "Grace Obi"
    icon = "user-cog"
    example = {"now": "Architect, Administrator", "before": "Architect"}

    now: str
    before: str


@dataclass(frozen=True)
class PersonDeactivated(EventKind):
    """A person can no longer sign in."""

    verb = "accounts.deactivated"
    sentence = "{actor} deactivated {subject}"
    about = "Grace Obi"
    icon = "circle-x"
    example = {}


@dataclass(frozen=True)
class PersonReactivated(EventKind):
    """A person can sign in again."""

    verb = "accounts.reactivated"
    sentence = "{actor} let {subject} sign in again"
    about = "Grace Obi"
    icon = "user-plus"
    example = {}


@dataclass(frozen=True)
class ProfileEdited(EventKind):
    """Fields of a person's profile changed."""

    verb = "accounts.profile_edited"
    sentence = "{actor} edited the profile of {subject}"
    of_oneself = "{actor} edited their own profile"
    about = "Grace Obi"
    icon = "user-cog"
    example = {
        "fields": ["name", "works_to"],
        "changes": {
            "name": {"before": "Grace Obi", "after": "Grace Obi-Lind"},
            "works_to": {"before": "17:00", "after": "15:00"},
        },
    }

    fields: list[str]
    changes: dict[str, Any]  # not in events of before November 2026


@dataclass(frozen=True)
class PasswordSet(EventKind):
    """A person chose a password; the first one makes an invited person a member of the portal."""

    verb = "accounts.password_set"
    sentence = "{actor} chose a new password"
    about = "Grace Obi"
    icon = "lock"
    example = {"is_first": True}

    is_first: bool


@dataclass(frozen=True)
class SignedIn(EventKind):
    """A person came in, by password or by a one-time link. For the person and administrators only."""

    verb = "accounts.signed_in"
    sentence = "{actor} signed in"
    about = "Grace Obi"
    icon = "user"
    example = {}


@dataclass(frozen=True)
class SignedOut(EventKind):
    """A person signed out themselves; sessions that run out leave nothing."""

    verb = "accounts.signed_out"
    sentence = "{actor} signed out"
    about = "Grace Obi"
    icon = "logout"
    example = {}


@dataclass(frozen=True)
class SignInRefused(EventKind):
    """Somebody gave this person's address and was refused: a wrong password or code, or no account any more.

    Neither what was typed nor from where: history is kept for ever. An address of nobody leaves no event,
    lest a stranger write history.
    """

    verb = "accounts.sign_in_refused"
    sentence = "Somebody tried to sign in as {subject} and was refused"
    about = "Grace Obi"
    icon = "lock"
    example = {}


@dataclass(frozen=True)
class SignInLocked(EventKind):
    """There were too many tries for this person's address; told once for each time that the door closes."""

    verb = "accounts.sign_in_locked"
    sentence = "Somebody tried to sign in as {subject} too often and must wait {minutes} minutes"
    about = "Grace Obi"
    icon = "lock"
    example = {"minutes": 15}

    minutes: int


@dataclass(frozen=True)
class SecondFactorChanged(EventKind):
    """A person switched their second factor on or off, or made new recovery codes."""

    verb = "accounts.second_factor_changed"
    sentence = "{actor} {what} the second factor of {subject}"
    of_oneself = "{actor} {what} their second factor"
    about = "Grace Obi"
    icon = "lock"
    example = {"what": "switched on"}

    what: str


@dataclass(frozen=True)
class SecondFactorTaken(EventKind):
    """An administrator took away the second factor of somebody who lost it, and ended all their sessions."""

    verb = "accounts.second_factor_taken"
    sentence = "{actor} took away the second factor of {subject} ({reason})"
    about = "Grace Obi"
    icon = "lock"
    example = {"reason": "Lost the phone, called from a number that we know"}

    reason: str


@dataclass(frozen=True)
class TokenMade(EventKind):
    """A person may now send a program that speaks for them."""

    verb = "accounts.token_made"
    sentence = "{actor} made the token “{token}” of {subject}"
    of_oneself = "{actor} made the token “{token}”"
    about = "Grace Obi"
    icon = "adjustments"
    example = {"token": "ci", "scope": "write", "expires_on": "2026-09-01", "team": "Payments"}

    token: str
    scope: str
    expires_on: str
    team: str


@dataclass(frozen=True)
class TokenRevoked(EventKind):
    """A program can no longer speak for a person."""

    verb = "accounts.token_revoked"
    sentence = "{actor} revoked the token “{token}” of {subject}"
    of_oneself = "{actor} revoked their token “{token}”"
    about = "Grace Obi"
    icon = "adjustments"
    example = {"token": "ci"}

    token: str
