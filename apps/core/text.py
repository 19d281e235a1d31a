"""What text must be before it is stored: forms, importers and transitions share these rules."""

from typing import Final
from unicodedata import category

from apps.core.errors import InvalidInputError

LONGEST_LINE: Final = 200
LONGEST_KEY: Final = 18  # digits of the largest key that both databases take
SMALL_WORDS: Final = frozenset({"the", "an", "any", "all", "our", "another", "new", "more", "some", "two"})
UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})  # nothing of these has ink
BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})  # control characters and the ends of lines and paragraphs


def clean_text(value: str, *, field: str, limit: int) -> str:
    """Return the text with plain line ends and nothing after its last word; refuse what cannot be stored."""
    text = value.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    _check(text, field=field, limit=limit)
    return text


def clean_line(value: str, *, field: str, limit: int = LONGEST_LINE, is_required: bool = False) -> str:
    """Return one line without outer spaces; refuse line breaks, which could become headers of a mail."""
    line = value.strip()
    _check(line, field=field, limit=limit)
    if any(category(letter) in BREAKS for letter in line):
        message = f"{_named(field)} must be one line without control characters."
        raise InvalidInputError(message, field=field)
    if is_required and not is_visible(line):
        message = f"{_named(field)} is needed."
        raise InvalidInputError(message, field=field)
    return line


def is_visible(text: str) -> bool:
    """Tell whether anything would be seen: a name of zero-width characters could not even be clicked."""
    return any(category(letter) not in UNSEEN for letter in text)


def key_in(text: str) -> int | None:
    """Return the key of a row that an address names; what cannot be one is left out, not refused."""
    is_key = text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY
    return int(text) if is_key else None


def words_in(text: str, *, limit: int) -> str:
    """Return the words that an address asks for; what PostgreSQL cannot look up is left out, not refused."""
    return text.replace("\0", "").strip()[:limit]


def _check(text: str, *, field: str, limit: int) -> None:
    if "\0" in text:
        message = f"{_named(field)} holds a character that cannot be stored (U+0000)."
        raise InvalidInputError(message, field=field)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        message = f"{_named(field)} holds half a character (a lone surrogate)."
        raise InvalidInputError(message, field=field)
    if len(text) > limit:
        message = f"{_named(field)} has {len(text):,} characters; at most {limit:,} are kept."
        raise InvalidInputError(message, field=field)


def _named(field: str) -> str:
    return field.replace("_", " ").capitalize()


def inside_sentence(text: str) -> str:
    """Return words as they go on inside a sentence: "Rebuilding it" becomes "rebuilding it", names stay.

    Only a word that can hardly be a name loses its capital: one that ends in -ing, or an article.
    """
    first = text.split(" ", 1)[0]
    is_plain = first[:1].isupper() and first[1:].islower() and len(first) > 1
    if is_plain and (first.endswith("ing") or first.lower() in SMALL_WORDS):
        return text[0].lower() + text[1:]
    return text
