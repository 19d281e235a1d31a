"""Fields of long forms as HTML: the same as Django's, without the templates that it looks up for each part.

A field of `forms` costs Django three to five templates; a check-in has dozens of them (ADR 8).
"""

from collections.abc import Mapping
from typing import Any

from django.forms import BoundField, RadioSelect, Select, Textarea
from django.utils.html import escape
from django.utils.safestring import SafeString


def drawn(field: BoundField) -> SafeString:
    """Draw an area, a choice from a list, or a line that is typed."""
    widget: Any = field.field.widget
    attributes = field.build_widget_attrs({}, widget)
    if field.auto_id and "id" not in widget.attrs:
        attributes["id"] = field.auto_id
    told = _attributes({**widget.attrs, **attributes})
    name, shown = escape(field.html_name), widget.format_value(field.value())
    if isinstance(widget, Textarea):
        return SafeString(f'<textarea name="{name}"{told}>\n{escape(shown or "")}</textarea>')
    if isinstance(widget, Select):
        return SafeString(f'<select name="{name}"{told}>{_options(widget, shown)}</select>')
    value = "" if shown is None else f' value="{escape(shown)}"'
    return SafeString(f'<input type="{escape(widget.input_type)}" name="{name}"{value}{told}>')


def radios(field: BoundField) -> list[tuple[SafeString, str]]:
    """Return each button of a choice with its label."""
    widget: Any = field.field.widget
    if not isinstance(widget, RadioSelect):
        message = f"{field.name} is no choice of buttons."
        raise TypeError(message)
    attributes = {**widget.attrs, **field.build_widget_attrs({})}
    name, chosen = escape(field.html_name), widget.format_value(field.value())
    found = []
    for index, (value, label) in enumerate(widget.choices):
        own = {"id": f"{field.auto_id}_{index}", **attributes, "checked": str(value) in chosen}
        tag = f'<input type="radio" name="{name}" value="{escape(value)}"{_attributes(own)}>'
        found.append((SafeString(tag), str(label)))
    return found


def _options(widget: Select, chosen: list[str]) -> str:
    told = []
    for value, label in widget.choices:
        is_chosen = " selected" if str(value) in chosen else ""
        told.append(f'<option value="{escape(value)}"{is_chosen}>{escape(label)}</option>')
    return "".join(told)


def _attributes(attributes: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
