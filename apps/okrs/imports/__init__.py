"""What people paste and type, read into numbers and days. No database."""

from apps.okrs.imports.values import (
    LONGEST_PASTE,
    MOST_LINES,
    Line,
    NumberError,
    Pasted,
    has_percent_sign,
    number_in,
    read_lines,
)

__all__ = [
    "LONGEST_PASTE",
    "MOST_LINES",
    "Line",
    "NumberError",
    "Pasted",
    "has_percent_sign",
    "number_in",
    "read_lines",
]
