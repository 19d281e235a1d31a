"""What somebody sees who saved too late: both values of every field that differs."""

from collections.abc import Iterable
from typing import Any

from django import forms


def both_of(mine: forms.Form, theirs: forms.Form, *, names: Iterable[str]) -> list[dict[str, str]]:
    """Return the fields that differ, each with both values in words."""
    found = []
    for name in names:
        ours, other = mine[name].value(), theirs[name].value()
        if ours != other:
            choices = dict(getattr(mine.fields[name], "choices", []))
            words = [_said(value, choices) for value in (ours, other)]
            found.append({"label": str(mine[name].label), "mine": words[0], "theirs": words[1], "name": name})
    return found


def _said(value: Any, choices: dict[Any, str]) -> str:  # noqa: ANN401 -- a field's value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return choices.get(value, "" if value is None else str(value)) or "nothing"
