"""What the sides of a negotiation put on the table: fields by kind, canonical form, digest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from hashlib import sha256
from typing import Final

from apps.core.days import check_day
from apps.core.errors import InvalidInputError
from apps.core.text import clean_line, clean_text
from apps.okrs.models import Cycle, Negotiation, NegotiationKind
from apps.okrs.rules.fingerprints import canonical, number
from apps.okrs.rules.numbers import many, plain

Payload = dict[str, str]
MOST_KEY_RESULTS: Final = 20
LARGEST: Final = Decimal(10) ** 11  # 15 digits, 4 of them behind the point
MOST_WEEKS: Final = Decimal(10_000)
WEEK_PLACES, NUMBER_PLACES = -2, -4
CUT: Final = 200


class Type(StrEnum):
    """How a field is typed, kept and compared."""

    LINE = "line"
    TEXT = "text"
    LINES = "lines"  # a sentence on each
    NUMBER = "number"
    WEEKS = "weeks"  # person-weeks
    SHARE = "share"
    DAY = "day"


@dataclass(frozen=True)
class Field:
    """One field of the terms; `group` keeps together what forms fold away."""

    name: str
    label: str
    type: Type = Type.LINE
    is_required: bool = False
    limit: int = 300
    help: str = ""
    group: str = ""


LENT: Final = "lent"
_LENT: Final = (
    Field("lent_weeks", "Lent for it", Type.WEEKS, help="Person-weeks from the asking side.", group=LENT),
    Field("lent_from", "Lent from", Type.DAY, group=LENT),
    Field("lent_to", "Lent until", Type.DAY, group=LENT),
)
_COMMON: Final = (
    Field("conditions", "Conditions", Type.TEXT, limit=1000),
    Field(
        "instead_of",
        "Instead of",
        limit=500,
        help="What the side that does it will drop, slow down or not start.",
    ),
)
FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    NegotiationKind.OBJECTIVE: (
        Field("title", "Objective", is_required=True, limit=200, help="What will be better, and for whom."),
        Field("why", "Why", Type.TEXT, limit=2000),
        Field(
            "key_results",
            "Key results",
            Type.LINES,
            is_required=True,
            limit=6000,
            help="One sentence on each line: how will both sides know?",
        ),
        *_LENT,
        *_COMMON,
    ),
    NegotiationKind.TARGET: (
        Field("target", "Target", Type.NUMBER, is_required=True),
        Field("baseline", "Baseline", Type.NUMBER),
        Field("by", "By", Type.DAY),
        *_LENT,
        *_COMMON,
    ),
    NegotiationKind.CONTRIBUTION: (
        Field("deliverable", "What", is_required=True, help="What somebody will have who did not before."),
        Field("person_weeks", "Costs", Type.WEEKS, help="Person-weeks of the side that does it."),
        Field("starts_on", "From", Type.DAY),
        Field("ends_on", "Promised for", Type.DAY),
        Field("needed_on", "Needed by", Type.DAY),
        *_LENT,
        *_COMMON,
    ),
    NegotiationKind.LOAN: (
        Field("person_weeks", "How much", Type.WEEKS, is_required=True, help="In person-weeks."),
        Field("starts_on", "From", Type.DAY, is_required=True),
        Field("ends_on", "Until", Type.DAY, is_required=True),
        Field("skills", "Skills", limit=200),
        Field(
            "ramp",
            "Lost in getting to know",
            Type.SHARE,
            help="A share: 0.20 means that a fifth of the time goes into it.",
        ),
        Field("return_note", "Coming back", help="What the lender wants to find when they return."),
        *_COMMON,
    ),
}


def shape_of(negotiation: Negotiation) -> str:
    """Return which fields its terms have: a change has those of what it changes. Load `changes` first."""
    if negotiation.kind != NegotiationKind.CHANGE:
        return negotiation.kind
    if negotiation.changes is not None:
        return negotiation.changes.kind
    return NegotiationKind.TARGET if negotiation.key_result_id else NegotiationKind.OBJECTIVE


def clean_payload(shape: str, said: Mapping[str, object], *, cycle: Cycle) -> Payload:
    """Return the terms in their canonical form: what is empty is left out, numbers and days are text."""
    fields = {field.name: field for field in FIELDS[shape]}
    if unknown := sorted(said.keys() - fields.keys()):
        message = f"These terms have no field “{unknown[0][:40]}”."
        raise InvalidInputError(message, field=unknown[0][:40])
    payload = {}
    for name, field in fields.items():
        value = _CLEANED[field.type](field, said.get(name))
        if value:
            payload[name] = value
        elif field.is_required:
            message = f"{field.label} is needed."
            raise InvalidInputError(message, field=name)
    _check_days(payload, ("starts_on", "ends_on"))
    if shape == NegotiationKind.LOAN:
        payload.setdefault("ramp", "0.2")
        _check_inside(payload, ("starts_on", "ends_on"), cycle)
    _check_lent(payload, cycle)
    return payload


def digest(payload: Mapping[str, str]) -> str:
    """Return what accepting binds: the sha256 of the terms as canonical JSON."""
    return sha256(canonical(payload).encode("utf-8", "replace")).hexdigest()


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the fields in which two terms differ."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def title_of(shape: str, payload: Mapping[str, str], *, about: str) -> str:
    """Return what lists call a negotiation; `about` is the key result or objective that it concerns."""
    words = {
        NegotiationKind.OBJECTIVE: payload.get("title", about),
        NegotiationKind.CONTRIBUTION: payload.get("deliverable", about),
        NegotiationKind.LOAN: f"{_weeks(payload.get('person_weeks', '0'))} for “{about}”",
        NegotiationKind.TARGET: about,
    }[NegotiationKind(shape)]
    return words if len(words) <= CUT else f"{words[: CUT - 1]}…"


def weeks_of(payload: Mapping[str, str], name: str = "person_weeks") -> Decimal:
    """Return person-weeks; nothing said is nought."""
    return Decimal(payload.get(name) or 0)


def day_in(payload: Mapping[str, str], name: str) -> date | None:
    """Return a day of the terms."""
    return date.fromisoformat(payload[name]) if name in payload else None


def number_in(payload: Mapping[str, str], name: str) -> Decimal | None:
    """Return a number of the terms."""
    return Decimal(payload[name]) if name in payload else None


def sentences_in(payload: Mapping[str, str]) -> list[str]:
    """Return the key results of an objective's terms."""
    return payload.get("key_results", "").splitlines()


def in_words(field: Field, value: str | None, *, between: str = " · ") -> str:  # noqa: PLR0911 -- one for each type
    """Return a value as people read it: "4 person-weeks", "15 December 2026", "5,000"."""
    if not value:
        return ""
    match field.type:
        case Type.WEEKS:
            return _weeks(value)
        case Type.NUMBER:
            return plain(Decimal(value))
        case Type.SHARE:
            return plain(Decimal(value) * 100, "%")
        case Type.DAY:
            return f"{date.fromisoformat(value):%-d %B %Y}"
        case Type.LINES:
            return between.join(value.splitlines())
    return value


def difference(  # noqa: PLR0911 -- one for each type
    field: Field, asked: str | None, offered: str | None
) -> str:
    """Return what lies between the two sides in one field, seen from what was asked."""
    if asked == offered:
        return "same"
    if not asked or not offered:
        return "only asked" if asked else "only offered"
    match field.type:
        case Type.DAY:
            days = (date.fromisoformat(offered) - date.fromisoformat(asked)).days
            return f"{many(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"
        case Type.NUMBER | Type.WEEKS | Type.SHARE:
            gap = Decimal(offered) - Decimal(asked)
            return f"{plain(abs(gap))} {'more' if gap > 0 else 'less'}"
        case Type.LINES:
            return _lines_apart(asked.splitlines(), offered.splitlines())
    return "in other words"


def lines_of(
    shape: str, payload: Mapping[str, str], names: list[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield label and words of what the terms say, in the form's order; of some fields if named."""
    for field in FIELDS[shape]:
        if field.name in payload and (names is None or field.name in names):
            yield field.label, in_words(field, payload[field.name])


def _lines_apart(asked: list[str], offered: list[str]) -> str:
    fewer, more = len(set(asked) - set(offered)), len(set(offered) - set(asked))
    words = [f"{fewer} left out"] if fewer else []
    return ", ".join([*words, *([f"{more} new"] if more else [])]) or "in another order"


def _weeks(value: str) -> str:
    return many_weeks(Decimal(value))


def many_weeks(weeks: Decimal) -> str:
    """Write "1 person-week", "4.5 person-weeks"."""
    return f"{plain(weeks)} person-week{'' if weeks == 1 else 's'}"


def _line(field: Field, value: object) -> str:
    return clean_line(str(value or ""), field=field.name, limit=field.limit)


def _text(field: Field, value: object) -> str:
    return clean_text(str(value or ""), field=field.name, limit=field.limit).strip()


def _lines(field: Field, value: object) -> str:
    said = "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")
    text = clean_text(said, field=field.name, limit=field.limit)
    lines = [clean_line(line, field=field.name, limit=300) for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_KEY_RESULTS:
        message = f"At most {MOST_KEY_RESULTS} key results: few are kept, many are forgotten."
        raise InvalidInputError(message, field=field.name)
    return "\n".join(dict.fromkeys(lines))


def _day(field: Field, value: object) -> str:
    if value in (None, ""):
        return ""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        message = f"{field.label} is a date such as 2026-12-15."
        raise InvalidInputError(message, field=field.name) from error
    check_day(day, field=field.name)
    return day.isoformat()


def _decimal(field: Field, value: object, places: int) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation as error:
        message = f"{field.label} is a number such as 12.5."
        raise InvalidInputError(message, field=field.name) from error
    # Compared before it is normalised: arithmetic with 1e1000000 overflows.
    is_small = found.is_finite() and -LARGEST < found < LARGEST
    exponent = found.normalize().as_tuple().exponent if is_small else None
    if not isinstance(exponent, int) or exponent < places:
        message = f"{field.label} has too many digits."
        raise InvalidInputError(message, field=field.name)
    return found


def _number(field: Field, value: object) -> str:
    found = _decimal(field, value, NUMBER_PLACES)
    return "" if found is None else number(found)


def _weeks_said(field: Field, value: object) -> str:
    found = _decimal(field, value, WEEK_PLACES)
    if not found:  # nought says nothing
        return ""
    if not 0 < found < MOST_WEEKS:
        message = f"{field.label} is more than 0 and less than {MOST_WEEKS:,}."
        raise InvalidInputError(message, field=field.name)
    return number(found)


def _share(field: Field, value: object) -> str:
    found = _decimal(field, value, -3)
    if found is None:
        return ""
    if not 0 <= found < 1:
        message = f"{field.label} is a share from 0 to below 1."
        raise InvalidInputError(message, field=field.name)
    return number(found)


_CLEANED: Final[dict[Type, Callable[[Field, object], str]]] = {
    Type.LINE: _line,
    Type.TEXT: _text,
    Type.LINES: _lines,
    Type.NUMBER: _number,
    Type.WEEKS: _weeks_said,
    Type.SHARE: _share,
    Type.DAY: _day,
}


def _check_days(payload: Payload, names: tuple[str, str]) -> None:
    first, last = (day_in(payload, name) for name in names)
    if first and last and first > last:
        message = "The end lies before the beginning."
        raise InvalidInputError(message, field=names[1])


def _check_inside(payload: Payload, names: tuple[str, str], cycle: Cycle) -> None:
    for name in names:
        day = day_in(payload, name)
        if day and not cycle.starts_on <= day <= cycle.ends_on:
            message = (
                f"People are lent inside {cycle}: from {cycle.starts_on:%-d %B} to {cycle.ends_on:%-d %B %Y}."
            )
            raise InvalidInputError(message, field=name)


def _check_lent(payload: Payload, cycle: Cycle) -> None:
    """Let a loan that goes with something be whole: it runs as long as the cycle unless days are said."""
    if "lent_weeks" not in payload:
        if name := next((name for name in ("lent_from", "lent_to") if name in payload), ""):
            message = "Say how many person-weeks are lent."
            raise InvalidInputError(message, field="lent_weeks" if name else name)
        return
    payload.setdefault("lent_from", cycle.starts_on.isoformat())
    payload.setdefault("lent_to", cycle.ends_on.isoformat())
    _check_days(payload, ("lent_from", "lent_to"))
    _check_inside(payload, ("lent_from", "lent_to"), cycle)


@dataclass(frozen=True)
class Compared:
    """One field of the terms: asked, offered, and what lies between."""

    field: Field
    asked: str
    offered: str
    difference: str

    @property
    def is_same(self) -> bool:
        """Tell whether both sides say the same."""
        return self.difference == "same"


def compared(shape: str, asked: Payload | None, offered: Payload | None) -> list[Compared]:
    """Return both sides' terms field by field; without one of them nothing lies between."""
    ours, theirs = asked or {}, offered or {}
    return [
        Compared(
            field=one,
            asked=in_words(one, ours.get(one.name), between="\n"),
            offered=in_words(one, theirs.get(one.name), between="\n"),
            difference=difference(one, ours.get(one.name), theirs.get(one.name))
            if asked is not None and offered is not None
            else "",
        )
        for one in FIELDS[shape]
        if one.name in ours or one.name in theirs
    ]
