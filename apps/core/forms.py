"""Form fields that follow the rules of core.text."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core.errors import InvalidInputError
from apps.core.text import LONGEST_LINE, clean_line, clean_text, is_visible


@contextmanager
def as_form_error() -> Iterator[None]:
    """Let a form say what a rule refuses, beside the field."""
    try:
        yield
    except InvalidInputError as error:
        raise ValidationError(str(error)) from error


class Line(forms.CharField):
    """One line of text, without line breaks and control characters."""

    def __init__(self, *, limit: int = LONGEST_LINE, **options: Any) -> None:
        super().__init__(max_length=limit, **options)
        self.limit = limit

    def to_python(self, value: object) -> str:
        """Return the clean line."""
        text = super().to_python(value) or ""
        with as_form_error():
            line = clean_line(text, field=str(self.label or "this"), limit=self.limit)
        return line if is_visible(line) else ""


class Text(forms.CharField):
    """Several lines of text in an area that grows."""

    widget = forms.Textarea

    def __init__(self, *, limit: int, **options: Any) -> None:
        super().__init__(max_length=limit, strip=False, **options)
        self.limit = limit

    def to_python(self, value: object) -> str:
        """Return the clean text."""
        text = super().to_python(value) or ""
        with as_form_error():
            return clean_text(text, field=str(self.label or "this"), limit=self.limit)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave the limit to the rule: a browser counts line ends differently and would cut text off."""
        attributes = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes
