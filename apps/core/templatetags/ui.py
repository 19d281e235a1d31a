"""The components that are tags: icons, moments, and blocks that wrap other markup."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import template
from django.http import HttpRequest
from django.template import Context, engines
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.text import inside_sentence

register = template.Library()

SOON: Final = timedelta(days=14)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)


@register.simple_tag
@cache
def icon(name: str, tone: str = "") -> SafeString:
    """Draw one symbol of static/icons.svg; it is decoration, so the words stand beside it."""
    classes = f"icon tone-{tone}" if tone else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, _sprite(), name
    )


@register.simple_tag
@cache
def asset(path: str) -> str:
    """Return the address of a static file; it is looked up once for each process."""
    return static(path)


@cache
def _sprite() -> str:
    """Return the address of the symbols; it does not change while the process lives."""
    return static("icons.svg")


@register.simple_tag(takes_context=True)
def when(context: Context, moment: datetime | date | None) -> SafeString:
    """Say a moment as people do ("in 9 days"), with the exact local time of the reader on hover."""
    request = getattr(context, "request", None)  # also inside `only`, where the variable is missing
    return in_words(moment, zone=zone_of(request))


def in_words(moment: datetime | date | None, *, zone: ZoneInfo) -> SafeString:
    """Draw a moment for a reader of this zone; nothing for none."""
    if moment is None:
        return SafeString("")
    now = timezone.now().astimezone(zone)
    if not isinstance(moment, datetime):
        words, exact, machine = _day(moment, now.date()), f"{moment:%A %-d %B %Y}", moment.isoformat()
    else:
        local = moment.astimezone(zone)
        words = relative(local, now)
        exact = f"{local:%A %-d %B %Y, %H:%M} ({zone.key})"
        machine = moment.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, exact, words)


def relative(moment: datetime, now: datetime) -> str:
    """Return "3 minutes ago", "tomorrow", "in 9 days", or the date when it is further than two weeks away."""
    distance = moment - now
    if abs(distance) < MINUTE:
        return "just now"
    if abs(distance) < 12 * HOUR:
        count, unit = (
            (round(abs(distance) / MINUTE), "minute")
            if abs(distance) < HOUR
            else (round(abs(distance) / HOUR), "hour")
        )
        words = f"{count} {unit}{'' if count == 1 else 's'}"
        return f"in {words}" if distance > timedelta() else f"{words} ago"
    return _day(moment.date(), now.date())


def _day(day: date, today: date) -> str:
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    days = (day - today).days
    if days in near:
        return near[days]
    if abs(days) <= SOON.days:
        return f"in {days} days" if days > 0 else f"{-days} days ago"
    return f"{day:%-d %b}" if day.year == today.year else f"{day:%-d %b %Y}"


@dataclass(frozen=True)
class Day:
    """What happened on one day, as the reader counts days."""

    date: date
    words: str
    entries: list[Any]


@register.simple_tag(takes_context=True)
def by_day(context: Context, entries: Iterable[Any]) -> list[Day]:
    """Return entries that have an `at`, which come in order, under the days of the reader."""
    zone = zone_of(getattr(context, "request", None))
    today = timezone.now().astimezone(zone).date()
    days = groupby(entries, key=lambda entry: entry.at.astimezone(zone).date())
    return [Day(day, heading(day, today), list(those)) for day, those in days]


def heading(day: date, today: date) -> str:
    """Return a day as one says it above what happened then."""
    near = {0: "Today", -1: "Yesterday"}.get((day - today).days)
    exact = f"{day:%A %-d %B}" if day.year == today.year else f"{day:%A %-d %B %Y}"
    return f"{near}, {exact}" if near else exact


@register.simple_tag(takes_context=True)
def clock(context: Context, moment: datetime) -> SafeString:
    """Say the time of day alone, where the day stands above; the whole moment shows on hover."""
    local = moment.astimezone(zone_of(getattr(context, "request", None)))
    exact = f"{local:%A %-d %B %Y, %H:%M} ({local.tzinfo})"
    return format_html(
        '<time class="meta clock" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        exact,
        f"{local:%H:%M}",
    )


def zone_of(request: HttpRequest | None) -> ZoneInfo:
    """Return the zone of the reader; UTC where nobody is signed in."""
    person = getattr(request, "user", None)
    return ZoneInfo(getattr(person, "time_zone", "") or "UTC")


@register.simple_tag(takes_context=True)
def jinja(context: Context, name: str, **props: Any) -> SafeString:
    """Draw a template of templates/jinja with this context: what repeats, in a fraction of the time."""
    values: Any = context.flatten() | props
    return SafeString(engines["jinja2"].get_template(name).render(values, getattr(context, "request", None)))


register.filter("inside_sentence", inside_sentence)


@register.filter
def in_one_line(text: str) -> str:
    """Write lines and paragraphs behind each other, with a dot between them."""
    return " · ".join(line.strip() for line in text.splitlines() if line.strip())


@register.simple_block_tag
def panel(content: str, title: str, note: str = "") -> SafeString:
    """Wrap content in a titled box."""
    return render_to_string("components/panel.html", {"content": content, "title": title, "note": note})
