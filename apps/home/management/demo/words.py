"""The gaps in the texts: dates that count from the moment of writing, numbers, and names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from zlib import crc32

from apps.home.management.demo.calendar import working_day

GAP: Final = re.compile(r"\{([^{}]+)\}")
DAY: Final = re.compile(r"([+-]\d+)d")
RANGE: Final = re.compile(r"(\d+)\.\.(\d+)")


@dataclass(frozen=True)
class Writer:
    """Fills gaps for one text, the same way at every start."""

    seed: str  # of numbers: the same text says other ones for another service
    written_on: date
    today: date
    names: Mapping[str, str]

    def fill(self, text: str) -> str:
        """Return a text without gaps; an unknown name is a mistake in the data."""
        return GAP.sub(lambda gap: self._one(gap[1], gap.start()), text)

    def _one(self, gap: str, place: int) -> str:
        if found := DAY.fullmatch(gap):
            day = working_day(self.written_on, int(found[1]))
            return f"{day:%-d %B}" if day.year == self.today.year else f"{day:%-d %B %Y}"
        if found := RANGE.fullmatch(gap):
            first, last = int(found[1]), int(found[2])
            return str(first + crc32(f"{self.seed}:{place}".encode()) % (last - first + 1))
        name = self.names[gap.lower()]
        return name[:1].upper() + name[1:] if gap[0].isupper() else name
