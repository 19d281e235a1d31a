"""The control that every item of a checklist repeats; it is drawn once and kept."""

from functools import cache

from django.utils.html import format_html_join
from django.utils.safestring import SafeString


@cache
def state_choices(states: tuple[tuple[str, str, bool], ...]) -> SafeString:
    """Draw one radio button for each state; a checklist has a handful of states, so all are kept."""
    return format_html_join(
        "",
        '<label><input type="radio" name="state" value="{}"{}>{}</label>',
        ((value, SafeString(" checked" if is_present else ""), word) for value, word, is_present in states),
    )
