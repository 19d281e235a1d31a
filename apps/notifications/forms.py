"""What people choose about notices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms

from apps.accounts.models import User
from apps.core.errors import InvalidInputError
from apps.notifications import queries, rules
from apps.notifications.models import Preferences, Way

HOURS: Final = [(hour, f"{hour:02}:00") for hour in range(24)]


class SnoozeForm(forms.Form):
    """Until when a notice is put off: one of the usual mornings, or a day."""

    until = forms.ChoiceField(
        choices=[*((key, title) for key, (title, _find) in rules.SNOOZES.items()), ("day", "On a day")]
    )
    day = forms.DateField(label="Day", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, person: User, now: datetime) -> None:
        super().__init__(*args)
        self.person, self.now = person, now
        tomorrow = rules.day_of(now, person) + timedelta(days=1)
        self.fields["day"].widget.attrs["min"] = tomorrow.isoformat()

    def clean(self) -> None:
        """Refuse a day that has passed."""
        until, day = self.cleaned_data.get("until"), self.cleaned_data.get("day")
        if until and "day" not in self.errors:
            try:
                rules.snooze_until(until, day, person=self.person, now=self.now)
            except InvalidInputError as error:
                self.add_error("day", str(error))


@dataclass(frozen=True)
class Row:
    """One kind in the table of the settings page."""

    kind: rules.Kind
    name: str  # of its radio buttons
    value: str


class PreferencesForm(forms.Form):
    """Everything about mail; a kind that is not sent along keeps the default."""

    has_daily_mail = forms.BooleanField(
        label="Send me a daily mail",
        required=False,
        help_text="One mail with everything of the day, on the days on which you work.",
    )
    mail_hour = forms.TypedChoiceField(label="At", coerce=int, choices=HOURS)
    quiet_from = forms.TimeField(
        label="Quiet from", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_to = forms.TimeField(
        label="Until",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="No mail at once in these hours, unless it is urgent. Empty: none are quiet.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind in queries.kinds().values():
            if not kind.is_fixed:
                self.fields[_name(kind)] = forms.ChoiceField(
                    label=kind.title, choices=Way.choices, required=False
                )

    def clean(self) -> None:
        """Refuse half of the quiet hours."""
        values: dict[str, time | None] = self.cleaned_data
        try:
            rules.clean_quiet(values.get("quiet_from"), values.get("quiet_to"))
        except InvalidInputError as error:
            self.add_error("quiet_to", str(error))

    def values(self) -> dict[str, Any]:
        """Return what `choose` takes."""
        names = ("has_daily_mail", "mail_hour", "quiet_from", "quiet_to")
        ways = {
            kind.key: self.cleaned_data[_name(kind)]
            for kind in queries.kinds().values()
            if self.cleaned_data.get(_name(kind))
        }
        return {name: self.cleaned_data[name] for name in names} | {"ways": ways}

    def groups(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield the rows of the table under their headings."""
        for group, kinds in queries.kinds_by_group().items():
            rows = [
                Row(kind, _name(kind), self[_name(kind)].value() or kind.way)
                for kind in kinds
                if not kind.is_fixed
            ]
            if rows:
                yield group, rows

    @property
    def ways(self) -> list[tuple[str, str]]:
        """Return the columns of the table."""
        return [(way.value, way.label) for way in Way]


def preferences_form(preferences: Preferences) -> PreferencesForm:
    """Return the form with what somebody chose, or the defaults."""
    names = ("has_daily_mail", "mail_hour", "quiet_from", "quiet_to")
    chosen = rules.chosen_ways(preferences, queries.kinds())
    ways = {_name(queries.kinds()[key]): way for key, way in chosen.items()}
    return PreferencesForm(initial=ways | {name: getattr(preferences, name) for name in names})


def _name(kind: rules.Kind) -> str:
    return f"way:{kind.key}"


class WishForm(forms.Form):
    """The one preference of which a link speaks."""

    way = forms.ChoiceField(label="How do you want to hear of it?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, wish: rules.Wish, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = Way.choices
        if wish.scope == rules.DAILY:
            choices = [(rules.DAILY, "One mail each working day"), (rules.FEWEST, "No daily mail")]
        self.fields["way"].choices = choices  # type: ignore[attr-defined]
