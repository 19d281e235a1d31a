"""What goals tell people: each builder's kinds, joined."""

from typing import Final

from apps.okrs.rules.notices_quarter import QUARTER
from apps.okrs.rules.notices_strategy import STRATEGY

KINDS: Final = [*QUARTER, *STRATEGY]
