"""Who may change what about people, and what a profile may hold. Pure: no queries, no clock, no writes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cache
from hashlib import sha256
from typing import Any, Final
from zoneinfo import available_timezones

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings as second_factor
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.accounts.models import Actor, Role, Scope, Token, User
from apps.activity.models import Audience
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.text import clean_line

PREFIX: Final = "roadworthy_"  # of every token, so that whoever finds one knows where it opens a door
LONGEST_TOKEN: Final = 366  # days
MOST_TOKENS: Final = 50  # of one person that still work
USE_NOTED_EVERY: Final = timedelta(minutes=5)  # a GET that writes each time would cost more than it reads
AT_THE_DOOR: Final = "accounts.sign_in"  # who writes down what happens before somebody is in
MOST_CODES: Final = 20  # wrong ones of the second step, then the door is closed
CODES_PAUSE: Final = timedelta(minutes=15)  # since the last of them; then they are forgotten
THEMES: Final = ("auto", "light", "dark")
NO_PLACES: Final = frozenset({"localtime", "Factory"})  # whatever the machine is set to; another has none
WHOLE_ADDRESS: Final = ("/", "http://", "https://")  # else redirects take it for the name of a view
FRESH: Final = timedelta(minutes=2)  # within which inviting again sends no second letter
MOST_WORDS: Final = 20  # of expertise
WEEKDAYS: Final = {1: "Mon", 2: "Tue", 3: "Wed", 4: "Thu", 5: "Fri", 6: "Sat", 7: "Sun"}


def may_sign_in(person: User) -> bool:
    """Tell whether a person is let in: not once deactivated, and people of the demo only where it runs."""
    return person.is_active and (settings.DEMO or not person.is_demo)


class LinkTokens(PasswordResetTokenGenerator):
    """Signs one-time links; what ends all sessions of a person voids their links too."""

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        if not isinstance(user, User):
            raise TypeError(user)
        ended = f".{user.sessions_ended}" if user.sessions_ended else ""
        return f"{super()._make_hash_value(user, timestamp)}{user.email or ''}{ended}"


def check_may_choose_password(row: User, shown: User) -> None:
    """Refuse who may not sign in, and a link or a password that somebody used since it was looked at."""
    if not may_sign_in(row):
        message = f"{row} may not sign in, so nobody chooses a password for them."
        raise NotPermittedError(message)
    if (row.password, row.email, row.sessions_ended) != (shown.password, shown.email, shown.sessions_ended):
        message = "Another password was chosen a moment ago, or this link was called back. It works once."
        raise InvalidMoveError(message)


def check_in_person(by: Actor) -> None:
    """Refuse a team's token what somebody does as themselves: to sign, to reply, to read their inbox."""
    if by.team_id is not None:
        message = "A team's token does not speak for its maker in person."
        raise NotPermittedError(message)


def may_administer(by: Actor) -> bool:
    """Administrators may, and the system: its commands are run by whoever owns the machine."""
    return by.person is None or by.has(Role.ADMIN)


def check_admin(by: Actor) -> None:
    """Refuse whoever is not an administrator."""
    if not may_administer(by):
        message = "Only administrators may do that."
        raise NotPermittedError(message)


def check_may_edit(by: Actor, person: User) -> None:
    """Refuse whoever edits somebody else's profile without being an administrator."""
    if not by.is_in_person(person.pk):
        check_admin(by)


def may_read_life(by: Actor, person: User) -> bool:
    """Tell whether somebody may read what a person did: themselves and administrators; we measure units."""
    return by.is_in_person(person.pk) or by.has(Role.ADMIN)


def check_may_read_life(by: Actor, person: User) -> None:
    """Refuse whoever is curious."""
    if not may_read_life(by, person):
        message = f"Only {person} and administrators may read that."
        raise NotPermittedError(message)


def audiences_of_life(by: Actor) -> frozenset[str]:
    """Return which events somebody reads who may read a person's: administrators read all."""
    if by.has(Role.ADMIN):
        return frozenset(Audience)
    return (by.person.audiences if by.person else frozenset()) | {Audience.PERSON}


def check_may_deactivate(by: Actor, person: User) -> None:
    """Refuse whoever wants to lock themselves out."""
    check_admin(by)
    if by.person_id == person.pk:
        message = "Nobody deactivates themselves; ask another administrator."
        raise NotPermittedError(message)
    if not person.is_active:
        message = f"{person} is deactivated already."
        raise InvalidMoveError(message)


def check_may_take_second_factor(by: Actor, person: User, *, has_one: bool) -> None:
    """Refuse whoever would open their own account so: a stolen session of an administrator is no phone."""
    check_admin(by)
    if by.person_id == person.pk:
        message = "Nobody takes away their own second factor: switch it off in your settings, with a code."
        raise NotPermittedError(message)
    if not has_one:
        message = f"{person} has no second factor."
        raise InvalidMoveError(message)


class Refusal(Enum):
    """Why a code of the second step opened nothing."""

    WRONG = auto()
    TOO_MANY = auto()


def wrong_codes(kept: Mapping[str, Any], *, at: datetime) -> int:
    """Return how many wrong codes stand against somebody, by what the row of their second factor holds."""
    last = kept.get("wrong_at")
    return int(kept["wrong"]) if last and at - datetime.fromisoformat(last) < CODES_PAUSE else 0


def step_of(code: str, secret: str, *, last: int, at: datetime) -> int | None:
    """Return the half minute that a code was made for, if it is near and later than the last used one.

    So a code works once, wherever it is typed, for as long as it is valid at all.
    """
    present = int(at.timestamp()) // second_factor.TOTP_PERIOD
    near = range(present - second_factor.TOTP_TOLERANCE, present + second_factor.TOTP_TOLERANCE + 1)
    for step in near:
        expected = format_hotp_value(hotp_value(secret, step))
        if step > last and compare_user_code(actual=code, expected=expected):
            return step
    return None


def check_an_admin_stays(person: User, admins: Iterable[User]) -> None:
    """Refuse to take the role or the sign-in of the only active administrator."""
    others = [admin for admin in admins if admin.pk != person.pk]
    if person.is_admin and person.is_active and not others:
        message = f"{person} is the only administrator. Give somebody else the role first."
        raise InvalidMoveError(message)


def check_may_invite(person: User) -> None:
    """Refuse to invite who has a password already, or may not sign in."""
    if person.joined_at is not None:
        message = f"{person.email} belongs to {person}, who has an account already."
        raise InvalidInputError(message, field="email")
    if not person.is_active:
        message = f"{person.email} belongs to {person}, who is deactivated."
        raise InvalidInputError(message, field="email")


def has_fresh_letter(person: User, email: str, *, at: datetime) -> bool:
    """Tell whether a link went to this address a moment ago: a double click asks for one letter."""
    return person.email == email and person.invited_at is not None and at - person.invited_at < FRESH


def clean_email(value: str) -> str:
    """Return the address in lower case; refuse what is none."""
    email = clean_line(value, field="email", limit=254, is_required=True).lower()
    try:
        validate_email(email)
    except ValidationError as error:
        message = f"{email} is not an e-mail address."
        raise InvalidInputError(message, field="email") from error
    return email


def clean_roles(values: Collection[str]) -> frozenset[Role]:
    """Return the roles; refuse one that does not exist."""
    unknown = sorted(set(values) - set(Role.values))
    if unknown:
        message = f"There is no role called {unknown[0][:40]}."
        raise InvalidInputError(message, field="roles")
    return frozenset(Role(value) for value in values)


@cache
def time_zones() -> list[str]:
    """Return the names of all time zones that people live in, in alphabetic order."""
    regions = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/")
    names = (name for name in _all_zones() if name.startswith((*regions, "Pacific/")))
    return ["UTC", *sorted(names)]


@cache
def _all_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads some 600 files


def is_time_zone(value: str) -> bool:
    """Say whether a clock knows this name; "localtime" is another zone on each machine."""
    return value in _all_zones() and value not in NO_PLACES


TWO_DAYS: Final = 2  # more of them in a row are said as "to"
HOURS: Final = frozenset({"time_zone", "works_from", "works_to", "works_on"})


def days_in_words(days: Collection[int]) -> str:
    """Return weekdays as people say them: "Mon to Fri", "Mon, Wed, Thu"."""
    found = sorted(days)
    if len(found) > TWO_DAYS and found[-1] - found[0] == len(found) - 1:
        return f"{WEEKDAYS[found[0]]} to {WEEKDAYS[found[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in found)


def has_said_hours(by: Actor, person: User, fields: Collection[str]) -> bool:
    """Tell whether somebody says for the first time themselves when they work, and pages need not ask."""
    return person.hours_kept_at is None and by.person_id == person.pk and not HOURS.isdisjoint(fields)


def clean_time_zone(value: str) -> str:
    """Return the name of a time zone; refuse one that nobody knows."""
    if not is_time_zone(value):
        message = f"{value[:64]!r} is not the name of a time zone; Europe/Berlin is one."
        raise InvalidInputError(message, field="time_zone")
    return value


def clean_expertise(words: Iterable[str]) -> list[str]:
    """Return words in lower case, each once, in the order given."""
    clean = [clean_line(word, field="expertise", limit=60).lower() for word in words]
    once = [word for word in dict.fromkeys(clean) if word]
    if len(once) > MOST_WORDS:
        message = f"At most {MOST_WORDS} words of expertise; more help nobody to choose."
        raise InvalidInputError(message, field="expertise")
    return once


def clean_weekdays(days: Iterable[int]) -> list[int]:
    """Return ISO weekdays in order, each once."""
    once = sorted(set(days))
    if not set(once) <= WEEKDAYS.keys():
        message = "A weekday is a number from 1 (Monday) to 7 (Sunday)."
        raise InvalidInputError(message, field="works_on")
    return once


def _clean_name(value: str) -> str:
    return clean_line(value, field="name", is_required=True)


CLEANERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": _clean_name,
    "time_zone": clean_time_zone,
    "works_from": lambda value: value,
    "works_to": lambda value: value,
    "works_on": clean_weekdays,
    "expertise": clean_expertise,
    "reviews": bool,
    "has_keys": bool,
}


def clean_profile(person: User, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those fields of a profile that would change, clean; refuse what a profile cannot hold."""
    clean = {name: CLEANERS[name](value) for name, value in values.items()}
    if clean.get("works_from", person.works_from) >= clean.get("works_to", person.works_to):
        message = "Working hours must end after they begin."
        raise InvalidInputError(message, field="works_to")
    return {name: value for name, value in clean.items() if getattr(person, name) != value}


def digest_of(secret: str) -> str:
    """Return what is stored of a secret; it is long and random, so one plain hash is enough."""
    return sha256(secret.encode()).hexdigest()


def check_may_make_token(by: Actor, person: User) -> None:
    """Refuse to make a token for somebody else, by another token, or for who may not sign in."""
    if by.token or (by.person is not None and by.person_id != person.pk):
        message = "People make their tokens themselves, in their settings."
        raise NotPermittedError(message)
    if not may_sign_in(person):
        message = f"{person} may not sign in, so no program may speak for them."
        raise InvalidMoveError(message)


def may_revoke(by: Actor, token: Token) -> bool:
    """Its person may, a lead of its team, administrators and the system."""
    return by.is_in_person(token.person_id) or by.leads(token.team_id) or may_administer(by)


def check_may_revoke(by: Actor, token: Token) -> None:
    """Refuse everybody else, and what is revoked already."""
    if not may_revoke(by, token):
        message = "Only its owner, a lead of its team or an administrator revokes a token."
        raise NotPermittedError(message)
    if token.revoked_at is not None:
        message = f"The token “{token}” is revoked already."
        raise InvalidMoveError(message)


def clean_token(person: User, *, name: str, scope: str, days: int, team_id: int | None) -> tuple[str, Scope]:
    """Return name and scope of a new token; refuse what one cannot be."""
    name = clean_line(name, field="name", limit=60, is_required=True)
    if scope not in Scope.values:
        message = f"There is no scope “{scope[:20]}”; read and write are the two."
        raise InvalidInputError(message, field="scope")
    if not 1 <= days <= LONGEST_TOKEN:
        message = f"A token lives from 1 to {LONGEST_TOKEN} days."
        raise InvalidInputError(message, field="days")
    if team_id is not None and team_id not in person.team_ids:
        message = f"{person} is not in that team."
        raise InvalidInputError(message, field="team")
    return name, Scope(scope)


def speaker(token: Token) -> User | None:
    """Return the person as far as a token speaks for them: nobody once they are out, one team at most."""
    return within(token.person, token.team_id)


def within(person: User, team_id: int | None) -> User | None:
    """Return a person who may sign in, narrowed to a team if one is named; nobody if they are not in it."""
    if not may_sign_in(person):
        return None
    if team_id is None:
        return person
    if team_id not in person.team_ids:
        return None
    person.lead_ids = [pk for pk in person.lead_ids if pk == team_id]
    person.team_ids = [team_id]
    for role in Role:
        setattr(person, f"is_{role.value}", False)
    return person


def is_use_news(token: Token, *, at: datetime) -> bool:
    """Tell whether a use is worth a write."""
    return token.last_used_at is None or at - token.last_used_at >= USE_NOTED_EVERY
