"""What makes a remark or a finding the same one tomorrow: its code, its rows and the values that matter."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256


@dataclass(frozen=True, order=True)
class About:
    """A row by its kind and key: `About("key_result", 7)`."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def fingerprint(code: str, about: Iterable[About], salient: Mapping[str, object]) -> str:
    """Return the digest under which something is dismissed; 1, 1.0 and 1.00 are one value."""
    content = {"code": code, "about": sorted(str(one) for one in about), "salient": salient}
    return sha256(canonical(content).encode("utf-8", "replace")).hexdigest()


def canonical(content: Mapping[str, object]) -> str:
    """Return JSON that is the same for the same content; decimals and dates are text."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)


def number(value: Decimal) -> str:
    """Return a decimal as a person writes it: 90, 0.5, -3."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, date):
        return value.isoformat()
    message = f"{type(value).__name__} has no canonical form."
    raise TypeError(message)
