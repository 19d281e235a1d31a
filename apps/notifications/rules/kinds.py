"""What people can be told: the one place where a kind of notice gets its name, its reader and its way.

Each app lists its own as KINDS in `rules/notices.py`; settings.NOTICES names the lists, and
`queries.kinds()` has them all. The settings page, the help, the mails and their previews come from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from apps.notifications.models import Way

EXAMPLES_AT: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # the moment at which all examples play


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of notice. Its key is also its template: templates/notices/<key>.txt."""

    key: str
    group: str  # the heading under which settings and help show it
    title: str
    to: str  # who is told: "the leads"
    when: str  # "28, 14, 7, 3 and 1 days before"
    icon: str = "bell"  # of static/icons.svg
    action: str = "Look at it"  # the words on the button of a mail
    way: Way = Way.DAILY  # unless the person wants it otherwise
    is_urgent: bool = False  # it does not wait for quiet hours to end
    is_reminder: bool = False  # found by the clock, and asked about again when its mail leaves
    is_fixed: bool = False  # nobody can choose another way
    example: Mapping[str, Any] = field(default_factory=dict)  # what its template is given


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message that no inbox keeps: a sign-in link. Nobody can choose not to get it."""

    key: str
    template: str  # as Django finds it
    subject_template: str = ""  # else the first line is the subject
    title: str
    example: Mapping[str, Any] = field(default_factory=dict)


OWN: Final = [
    Kind(
        key="notifications/stopped",
        icon="alert-triangle",
        group="The portal itself",
        title="A message could not be delivered",
        to="administrators",
        when="once it is given up",
        action="See the outbox",
        way=Way.INBOX,
        is_fixed=True,  # by mail it could go in a circle
        example={
            "recipient": {"name": "Tomás Rey"},
            "problem": "SMTPRecipientsRefused: 550 no such user",
        },
    ),
    Kind(
        key="notifications/history_broken",
        icon="alert-triangle",
        group="The portal itself",
        title="The history has a break",
        to="administrators",
        when="when the nightly look along its seals finds one",
        action="See what was found",
        way=Way.AT_ONCE,
        is_urgent=True,
        example={"problem": "The chain has a gap at seal 4812: it is missing; the next one is 4813."},
    ),
]

_LINK: Final = "https://roadworthy.example/accounts/password/reset/key/…/"
LETTERS: Final = [
    Letter(
        key="letters/welcome",
        template="notices/accounts/welcome.txt",
        title="Welcome",
        example={
            "person": {"name": "Tomás Rey"},
            "actor": "Maya Sund",
            "link": _LINK,
            "ends_at": datetime(2026, 3, 5, 9, 0, tzinfo=UTC),
        },
    ),
    Letter(
        key="letters/second_factor_taken",
        template="notices/accounts/second_factor_taken.txt",
        title="Second factor taken away",
        example={
            "person": {"name": "Tomás Rey"},
            "actor": "Maya Sund",
            "link": "https://roadworthy.example/settings/second-factor/",
            "reason": "Lost the phone, called from a number that we know",
        },
    ),
    Letter(
        key="letters/password",
        template="account/email/password_reset_key_message.txt",
        subject_template="account/email/password_reset_key_subject.txt",
        title="A new password",
        example={"user": {"name": "Tomás Rey"}, "password_reset_url": _LINK},
    ),
]


def in_words(numbers: Iterable[int], *, unit: str = "day") -> str:
    """Return steps as people say them: "28, 14 and 1 days", "7 days"."""
    *first, last = [str(number) for number in numbers]
    words = f"{', '.join(first)} and {last}" if first else last
    return f"{words} {unit}{'' if words == '1' else 's'}"
