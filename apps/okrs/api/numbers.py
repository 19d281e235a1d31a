"""Numbers as programs read and write them: decimals in text, so that no digit is lost on the way."""

from decimal import Decimal
from typing import Any, Final

from rest_framework import serializers

from apps.okrs.models import DIGITS, PLACES

HELP: Final = "A number with a point, such as 93.5."


class Amount(serializers.DecimalField):
    """What a metric can be: up to eleven digits before the point and four behind it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", HELP)
        super().__init__(max_digits=DIGITS, decimal_places=PLACES, normalize_output=True, **options)


class Exact(serializers.DecimalField):
    """What was computed, with all of its digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)


def text(value: Decimal | None) -> str | None:
    """Return a decimal as an answer has it."""
    return None if value is None else f"{value.normalize():f}"
