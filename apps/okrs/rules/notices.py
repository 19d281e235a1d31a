"""What goals tell people: the kinds of all parts, joined."""

from typing import Final

from apps.okrs.rules import notices_negotiating

KINDS: Final = [*notices_negotiating.KINDS]
