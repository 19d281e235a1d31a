"""What people type when they sign, look at a veto again, and launch."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django import forms

from apps.core.errors import InvalidInputError
from apps.core.forms import Text, as_form_error
from apps.walkthroughs import rules
from apps.walkthroughs.forms.meetings import DAY
from apps.walkthroughs.models import SignOff, Veto

REVIEW_IN: Final = timedelta(days=14)


class _Codes(forms.CharField):
    """Codes of items between commas or spaces."""

    def to_python(self, value: object) -> list[str]:  # type: ignore[override]
        return [word.upper() for word in str(value or "").replace(",", " ").split()]


class SignForm(forms.Form):
    """One seat's signature; `seen` names the content that was on screen."""

    NEEDED: ClassVar = {  # what a browser cannot require, because it hangs on the decision
        "note": "needed unless you approve",
        "lifted_by_what": "needed for a veto",
        "review_on": "needed for a veto",
    }

    decision = forms.ChoiceField(
        label="Your decision", choices=SignOff.Decision.choices, widget=forms.RadioSelect
    )
    note = Text(
        label="Conditions, or the reason",
        limit=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    lifted_by_what = Text(
        label="What would lift the veto",
        limit=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    review_on = forms.DateField(
        label="Look at it again on", required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    items = _Codes(
        label="Items it is about", required=False, help_text="Codes, such as SEC-04.", max_length=1_000
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, may_veto: bool, known: Iterable[str], now: datetime, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.may_veto, self.known, self.now = may_veto, set(known), now
        self.fields["review_on"].initial = (now + REVIEW_IN).date()
        for name, when in self.NEEDED.items():
            self.fields[name].needed = when  # type: ignore[attr-defined]  # the template reads it
        if not may_veto:
            choices = [choice for choice in SignOff.Decision.choices if choice[0] != SignOff.Decision.VETO]
            self.fields["decision"].choices = choices  # type: ignore[attr-defined]

    def clean_items(self) -> list[str]:
        """Refuse codes that the checklist does not have."""
        items: list[str] = self.cleaned_data["items"]
        if unknown := [item for item in items if item not in self.known]:
            message = f"There is no item {unknown[0][:12]} in this checklist."
            raise forms.ValidationError(message)
        return items

    def clean(self) -> None:
        """Refuse a decision without its reason, and a veto that is not whole."""
        said = self.cleaned_data
        decision, note = said.get("decision"), said.get("note", "").strip()
        if decision in rules.NEEDS and not note:
            self.add_error("note", rules.NEEDS[decision])
        if decision == SignOff.Decision.VETO:
            self._clean_veto()

    def _clean_veto(self) -> None:
        said = self.cleaned_data
        if not said.get("lifted_by_what", "").strip():
            self.add_error("lifted_by_what", "Say what would lift the veto.")
        if "review_on" in said:
            try:
                rules.check_review_day(said["review_on"] or self.now.date(), today=self.now.date())
            except InvalidInputError as error:
                self.add_error("review_on", str(error))

    @property
    def signature(self) -> dict[str, Any]:
        """Return what the transition takes."""
        said = self.cleaned_data
        values = {name: said[name] for name in ("decision", "note", "seen")}
        if said["decision"] != SignOff.Decision.VETO:
            return values
        terms = {name: said[name] for name in ("items", "lifted_by_what", "review_on")}
        return values | {"terms": rules.VetoTerms(**terms)}


class KeepForm(forms.Form):
    """Until when a veto stands, as its author says after another look."""

    review_on = forms.DateField(
        label="Look at it again on", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    note = Text(label="What you saw", limit=5_000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, veto: Veto, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now
        self.fields["review_on"].initial = max(veto.review_on, now.date()) + REVIEW_IN

    def clean_review_on(self) -> Any:  # noqa: ANN401 -- a date
        """Refuse the past, and a day far away."""
        with as_form_error():
            rules.check_review_day(self.cleaned_data["review_on"], today=self.now.date())
        return self.cleaned_data["review_on"]


class LaunchForm(forms.Form):
    """The reason for passing conditions; a launch through an open gate needs none."""

    reason = Text(
        label="Why it is launched all the same",
        limit=5_000,
        required=False,
        help_text="It stands in the report and on leadership's page.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, needs_reason: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = needs_reason
