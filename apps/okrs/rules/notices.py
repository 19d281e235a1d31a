"""What goals tell people: each builder's kinds, joined."""

from typing import Final

from apps.okrs.rules.notices_quarter import QUARTER

KINDS: Final = [*QUARTER]
