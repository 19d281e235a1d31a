"""Fields that take numbers as people of several countries type them."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from apps.core.forms import as_form_error
from apps.okrs import imports, rules

DAY: Final = {"type": "date"}
LONGEST: Final = 40  # letters of a number


class Number(forms.Field):
    """A number: "93,5", "6,900", "-12 %"; a percent sign only where the metric is a percentage."""

    def __init__(self, *, is_percent: bool = True, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)
        self.is_percent = is_percent

    def prepare_value(self, value: object) -> object:
        """Write a stored number without closing noughts."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def to_python(self, value: object) -> Decimal | None:
        """Return the number; None for nothing typed."""
        text = str(value or "").strip()
        if not text:
            return None
        if len(text) > LONGEST:
            message = "This is too long for a number."
            raise ValidationError(message)
        if imports.has_percent_sign(text) and not self.is_percent:
            message = "This metric is no percentage: leave the percent sign out."
            raise ValidationError(message)
        try:
            number = imports.number_in(text)
        except imports.NumberError as error:
            raise ValidationError(str(error)) from error
        with as_form_error():
            rules.check_number(number, name=str(self.label or "number"))
        return number

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare what is shown with what came back."""
        return str(self.prepare_value(initial) or "") != str(data or "")


def day_field(**options: Any) -> forms.DateField:
    """Return a field for one day."""
    return forms.DateField(widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **options)
