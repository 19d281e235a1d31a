"""Who may change what about people, and what a profile may hold. Pure: no queries, no clock, no writes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.accounts.models import Actor, Role, User
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.text import clean_line

THEMES: Final = ("auto", "light", "dark")
WHOLE_ADDRESS: Final = ("/", "http://", "https://")  # else redirects take it for the name of a view
FRESH: Final = timedelta(minutes=2)  # within which inviting again sends no second letter
MOST_WORDS: Final = 20  # of expertise
WEEKDAYS: Final = {1: "Mon", 2: "Tue", 3: "Wed", 4: "Thu", 5: "Fri", 6: "Sat", 7: "Sun"}


def may_sign_in(person: User) -> bool:
    """Tell whether a person is let in: not once deactivated, and people of the demo only where it runs."""
    return person.is_active and (settings.DEMO or not person.is_demo)


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
    if by.person_id != person.pk:
        check_admin(by)


def check_may_deactivate(by: Actor, person: User) -> None:
    """Refuse whoever wants to lock themselves out."""
    check_admin(by)
    if by.person_id == person.pk:
        message = "Nobody deactivates themselves; ask another administrator."
        raise NotPermittedError(message)
    if not person.is_active:
        message = f"{person} is deactivated already."
        raise InvalidMoveError(message)


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
    names = (name for name in available_timezones() if name.startswith((*regions, "Pacific/")))
    return ["UTC", *sorted(names)]


def clean_time_zone(value: str) -> str:
    """Return the name of a time zone; refuse one that nobody knows."""
    if value not in available_timezones():
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
