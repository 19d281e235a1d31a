"""What people type about nos."""

from typing import Any

from django import forms

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.forms import Line
from apps.okrs.forms.negotiating import DAY, Data, RowField
from apps.okrs.models import Metric, No, ReasonCode


class SayNoForm(forms.Form):
    """A no that nobody had asked for in a negotiation."""

    what = Line(label="What you do not do", limit=300)
    reason_code = forms.ChoiceField(label="Why", choices=[("", "Choose a reason"), *ReasonCode.choices])
    reason = Line(label="In a sentence", limit=1000)
    until_on = forms.DateField(
        label="Decide again on",
        required=False,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
    )
    reopen_when = Line(label="Or when", limit=300, required=False, help_text="In words.")
    threshold = forms.DecimalField(
        label="This number", required=False, max_digits=15, decimal_places=4, localize=False
    )
    tags = Line(
        label="Tags",
        limit=200,
        required=False,
        help_text="Between commas; plans with the same tag see this no.",
    )

    def __init__(
        self, data: Data = None, *, mine: list[Team], teams: list[Team], metrics: list[Metric], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["team"] = RowField(label="Who says no", rows=mine)
        self.fields["requester"] = RowField(
            label="Who had asked", rows=teams, required=False, empty_label="Nobody in particular"
        )
        self.fields["dependency"] = RowField(
            label="Whom it would have needed", rows=teams, required=False, empty_label="Nobody"
        )
        self.fields["metric"] = RowField(
            label="Or when this metric", rows=metrics, required=False, empty_label="No metric"
        )
        self.fields["threshold_way"] = forms.ChoiceField(
            label="Falls or rises", required=False, choices=[("", "…"), *No.Way.choices]
        )

    def clean_tags(self) -> list[str]:
        """Return the words between commas."""
        return [word.strip() for word in str(self.cleaned_data["tags"]).split(",") if word.strip()]

    def clean(self) -> None:
        """Refuse a condition that is not whole."""
        said = self.cleaned_data
        if said.get("threshold") is not None and not said.get("metric"):
            self.add_error("metric", "Say which metric it is about.")
        if said.get("threshold") is not None and not said.get("threshold_way"):
            self.add_error("threshold_way", "Say whether it falls below that, or rises above it.")


class StepForm(forms.Form):
    """A reason for a step about a no."""

    reason = Line(label="Why", limit=500)


class ExceptionForm(forms.Form):
    """An exception, with what it costs."""

    reason = Line(label="Why all the same", limit=500)
    person_weeks = forms.DecimalField(
        label="Person-weeks", required=False, min_value=0, max_digits=7, decimal_places=2
    )


class HoldForm(forms.Form):
    """Until when a no stands on."""

    until_on = forms.DateField(
        label="Decide again on", required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    reopen_when = Line(label="Or when", limit=300, required=False)
    reason = Line(label="Why it stands", limit=500, required=False)

    def __init__(self, data: Data = None, *, no: No, **options: Any) -> None:
        super().__init__(data, **options)
        self.no = no

    def clean(self) -> None:
        """Refuse a "not now" that would last for ever."""
        said = self.cleaned_data
        is_open = not said.get("until_on") and not said.get("reopen_when") and "until_on" in said
        if self.no.kind == No.Kind.NOT_NOW and is_open:
            self.add_error(
                "until_on", "Say when it is decided again: on a day, or when something has come true."
            )


class HolderForm(forms.Form):
    """Who holds a no from now on."""

    def __init__(self, data: Data = None, *, people: list[User], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["holder"] = RowField(label="Who holds it", rows=people)
