"""How a message reads: plain text and HTML of the same words. Pure: templates in, strings out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from unicodedata import category
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from apps.accounts.models import User
from apps.core.text import BREAKS
from apps.notifications.models import Delivery, Notice
from apps.notifications.rules.kinds import Kind, Letter

LONGEST_TITLE: Final = 250


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What a mail server is given."""

    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One notice in a mail."""

    title: str
    text: str
    action: str
    url: str
    told: str


def title_of(line: str) -> str:
    """Return a title that fits its column and the header of a mail: one line, single spaces, no controls."""
    visible = (" " if category(letter) in BREAKS else letter for letter in line)
    return " ".join("".join(visible).split())[:LONGEST_TITLE]


def words_of(template: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return title and text of a notice, or subject and body of a letter: the first line, and the rest."""
    title, *lines = render_to_string(template, dict(context)).strip().splitlines()
    return title_of(title), "\n".join(lines).strip()


def letter_of(letter: Letter) -> tuple[str, str]:
    """Return subject and body of a letter's example."""
    if not letter.subject_template:
        return words_of(letter.template, letter.example)
    subject = render_to_string(letter.subject_template, dict(letter.example))
    return title_of(subject), render_to_string(letter.template, dict(letter.example)).strip()


WHEN_DARK: Final = "@media (prefers-color-scheme: dark)"  # as the style sheet of mails says it


@cache
def style() -> SafeString:
    """Return the style sheet that every mail carries in its head; no element has a style of its own."""
    return mark_safe(render_to_string("mails/style.css").strip())  # noqa: S308 -- our own file


def compose(
    notices: Sequence[Notice], *, to: User, kinds: Mapping[str, Kind], is_daily: bool, fewer_url: str
) -> Mail:
    """Return one mail for these notices, grouped by service, each with its next action.

    `fewer_url` is the signed address that shows one preference; mail programs post to it by themselves
    (RFC 8058).
    """
    first, *others = notices
    context = {
        "is_daily": is_daily,
        "is_single": not others,
        "groups": _groups(notices, to, kinds),
        "kind": kinds.get(first.kind),
        "fewer_url": fewer_url,
        "settings_url": f"{settings.SITE_URL}{reverse('notifications:preferences')}",
        "inbox_url": f"{settings.SITE_URL}{reverse('notifications:inbox')}",
    }
    headers = {"List-Unsubscribe": f"<{fewer_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    subject = f"{first.title} (and {len(others)} more)" if others else first.title
    return _mail(subject, "notices", context, headers)


def compose_letter(subject: str, body: str) -> Mail:
    """Return a letter: it has no preference, so it has no link to one."""
    context = {"body": body}
    html = render_to_string("mails/letter.html", context | {"subject": subject, "style": style()})
    return Mail(subject=subject, text=body, html=html, headers={"Auto-Submitted": "auto-generated"})


def message_id(delivery: Delivery) -> str:
    """Return the same id at each attempt, so that a reader's program can tell a repeated mail."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<delivery.{delivery.pk}.{delivery.made_at:%Y%m%d%H%M%S}@{host}>"


def _groups(notices: Sequence[Notice], to: User, kinds: Mapping[str, Kind]) -> list[tuple[str, list[_Entry]]]:
    """Return the notices by service, each service where it comes first; the rest stands at the end."""
    groups: dict[str, list[_Entry]] = {}
    for notice in sorted(notices, key=lambda notice: not notice.service_name):
        groups.setdefault(notice.service_name, []).append(_entry(notice, to, kinds))
    return list(groups.items())


def _entry(notice: Notice, to: User, kinds: Mapping[str, Kind]) -> _Entry:
    kind = kinds.get(notice.kind)  # a later release may have renamed it
    return _Entry(
        title=notice.title,
        text=notice.text,
        action=kind.action if kind else "Look at it",
        url=f"{settings.SITE_URL}{notice.url}" if notice.url else "",
        told=f"{notice.at.astimezone(ZoneInfo(to.time_zone)):%a %-d %b, %H:%M}",
    )


def _mail(subject: str, template: str, context: dict[str, Any], headers: dict[str, str]) -> Mail:
    context |= {"subject": subject, "style": style()}
    return Mail(
        subject=subject,
        text=render_to_string(f"mails/{template}.txt", context).strip(),
        html=render_to_string(f"mails/{template}.html", context),
        headers={"Auto-Submitted": "auto-generated"} | headers,
    )
