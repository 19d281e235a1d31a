"""Markdown to safe HTML: for the help, which we wrote ourselves, and for long texts, which we did not."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}


def to_html(text: str) -> SafeString:
    """Return HTML without scripts, styles, images or unsafe addresses; raw HTML in the text shows as text."""
    return mark_safe(nh3.clean(_markdown.render(text), tags=_TAGS))  # noqa: S308 -- nh3 made it safe
