"""What goals tell people: the kinds of all their parts."""

from typing import Final

from apps.notifications.rules import Kind
from apps.okrs.rules import notices_negotiating
from apps.okrs.rules.notices_measuring import MEASURING
from apps.okrs.rules.notices_quarter import QUARTER
from apps.okrs.rules.notices_strategy import STRATEGY

KINDS: Final[list[Kind]] = [*QUARTER, *MEASURING, *STRATEGY, *notices_negotiating.KINDS]
