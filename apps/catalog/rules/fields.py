"""What the fields of services and teams may hold, and how their changes read. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from django.utils.text import slugify

from apps.catalog.models import DataClass, Exposure, Kind, Team
from apps.catalog.rules.risks import TIER_POINTS
from apps.core.days import check_day
from apps.core.errors import InvalidInputError
from apps.core.text import clean_line, clean_text

MOST_LINES: Final = 50
TAKEN_SLUGS: Final = frozenset({"new", "export", "import", "orphans"})  # addresses of pages


def slug_of(name: str, *, taken: Iterable[str], fallback: str) -> str:
    """Return an address that nobody has yet: "ledger", else "ledger-2", "ledger-3" and so on."""
    base = slugify(name)[:180].strip("-_") or fallback
    gone = TAKEN_SLUGS.union(taken)
    slug, number = base, 1
    while slug in gone:
        number += 1
        slug = f"{base}-{number}"
    return slug


def differences(row: Any, values: dict[str, Any]) -> dict[str, dict[str, Any]]:  # noqa: ANN401 -- any model's
    """Return what setting these values would change, as before and after."""
    now = {field: getattr(row, field) for field in values}
    return {
        field: {"before": now[field], "after": value}
        for field, value in values.items()
        if now[field] != value
    }


def _choice(value: str, *, field: str, choices: Iterable[str]) -> str:
    if value not in choices:
        message = f"{field.replace('_', ' ').capitalize()} cannot be “{str(value)[:40]}”."
        raise InvalidInputError(message, field=field)
    return str(value)


def _tier(value: object, *, field: str) -> int:
    if isinstance(value, bool) or value not in TIER_POINTS:
        message = "Tier is a number from 1 (the most important) to 4."
        raise InvalidInputError(message, field=field)
    return int(str(value))


def _flag(value: object, *, field: str) -> bool:
    if not isinstance(value, bool):
        message = f"{field.replace('_', ' ').capitalize()} is yes or no."
        raise InvalidInputError(message, field=field)
    return value


def _date(value: object, *, field: str) -> date | None:
    if value is not None and type(value) is not date:
        message = "This is not a date."
        raise InvalidInputError(message, field=field)
    if value is not None:
        check_day(value, field=field)
    return value


def _team(value: object, *, field: str) -> Team | None:
    if value is not None and not isinstance(value, Team):
        message = "This is not a team."
        raise InvalidInputError(message, field=field)
    return value


def _lines(value: Iterable[object], *, field: str) -> list[str]:
    """Return up to 50 single lines, each once, in their order."""
    lines = [clean_line(str(line), field=field) for line in value]
    unique = list(dict.fromkeys(line for line in lines if line))
    if len(unique) > MOST_LINES:
        message = f"At most {MOST_LINES} entries are kept."
        raise InvalidInputError(message, field=field)
    return unique


def _links(value: Iterable[Mapping[str, str]], *, field: str) -> list[dict[str, str]]:
    """Return up to 50 links; only web addresses, so that no link runs a script."""
    links = []
    for link in value:
        url = clean_line(str(link["url"]), field=field, limit=1000)
        if not url.startswith(("https://", "http://")):
            message = f"A link begins with https:// or http://, not “{url[:40]}”."
            raise InvalidInputError(message, field=field)
        links.append({"title": clean_line(str(link.get("title", "")), field=field) or url[:200], "url": url})
    if len(links) > MOST_LINES:
        message = f"At most {MOST_LINES} links are kept."
        raise InvalidInputError(message, field=field)
    return links


Cleaner = Callable[..., Any]

SERVICE_FIELDS: Final[dict[str, Cleaner]] = {
    "name": partial(clean_line, is_required=True),
    "purpose": partial(clean_line, limit=300, is_required=True),
    "description": partial(clean_text, limit=20_000),
    "kind": partial(_choice, choices=Kind.values),
    "tier": _tier,
    "data_class": partial(_choice, choices=DataClass.values),
    "exposure": partial(_choice, choices=Exposure.values),
    "moves_money": _flag,
    "has_store": _flag,
    "expected_users": partial(clean_line, limit=300),
    "target_quarter": partial(clean_line, limit=20),
    "sponsor": partial(clean_line, limit=300),
    "launch_on": _date,
    "links": _links,
    "tags": _lines,
}
TEAM_FIELDS: Final[dict[str, Cleaner]] = {
    "name": partial(clean_line, is_required=True),
    "parent": _team,
    "mission": partial(clean_text, limit=2_000),
    "customers": _lines,
    "disciplines": _lines,
    "email": partial(clean_line, limit=254),
    "chat": clean_line,
}
WORDS: Final = {
    "launch_on": "the wanted launch date",
    "moves_money": "whether it moves money",
    "has_store": "whether it keeps data",
    "data_class": "the data class",
    "parent": "the parent team",
    "chat": "the chat channel",
    "email": "the mailbox",
}


def clean(values: Mapping[str, Any], *, fields: Mapping[str, Cleaner]) -> dict[str, Any]:
    """Return the values as they may be stored; an unknown field or an impossible value is refused."""
    for field in values:
        if field not in fields:
            message = f"“{field}” cannot be changed here."
            raise InvalidInputError(message, field=field)
    return {field: fields[field](value, field=field) for field, value in values.items()}


def in_words(fields: Iterable[str]) -> str:
    """Return the names of fields as a person would list them: "purpose, tier and the wanted launch date"."""
    names = [WORDS.get(field, field.replace("_", " ")) for field in fields]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def as_text(differences: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return differences as history keeps them: JSON has neither dates nor teams."""
    return {
        field: {side: _plain(value) for side, value in both.items()} for field, both in differences.items()
    }


def _plain(value: object) -> object:
    if isinstance(value, Team):
        return value.name
    return value.isoformat() if isinstance(value, date) else value
