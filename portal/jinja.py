"""How templates/jinja is drawn: the parts of pages that repeat a hundred times (ADR 8)."""

from datetime import date, datetime
from typing import Any

from django.utils.html import linebreaks
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from apps.core import drawing
from apps.core.templatetags import ui
from apps.core.text import inside_sentence


def environment(**options: Any) -> Environment:
    """Return Jinja's environment with the tags of our other templates; it escapes as they do."""
    drawn = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 -- autoescape is Django's default
    drawn.globals |= {"icon": ui.icon, "when": _when, "field": drawing.drawn, "radios": drawing.radios}
    drawn.filters |= {
        "day": _day,
        "day_and_month": _day_and_month,
        "written": _written,
        "linebreaks": _linebreaks,
        "inside_sentence": inside_sentence,
    }
    return drawn


@pass_context
def _when(context: Context, moment: date) -> SafeString:
    return ui.in_words(moment, zone=ui.zone_of(context.get("request")))


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"


def _written(moment: date, pattern: str) -> str:
    """Write a day, or a moment in our zone, as `strftime` has it."""
    shown = localtime(moment) if isinstance(moment, datetime) else moment
    return f"{shown:{pattern}}"


def _day_and_month(day: date) -> str:
    return f"{day:%-d %B}"


def _linebreaks(text: str) -> SafeString:
    return SafeString(linebreaks(text, autoescape=True))
