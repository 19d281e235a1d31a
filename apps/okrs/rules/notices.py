"""What goals tell people: the kinds of all their parts."""

from typing import Final

from apps.notifications.rules import Kind
from apps.okrs.rules.notices_measuring import MEASURING

KINDS: Final[list[Kind]] = [*MEASURING]
