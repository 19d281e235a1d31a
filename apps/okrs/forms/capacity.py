"""What people type about person-weeks."""

from decimal import Decimal
from typing import Any, Final

from django import forms

from apps.core.forms import Line
from apps.okrs.forms.negotiating import DAY, Data, RowField
from apps.okrs.models import Allocation, CapacityPlan, Objective

NUMBER: Final = {"inputmode": "decimal", "autocomplete": "off"}
PERCENT: Final = Decimal(100)


def _number(label: str, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, widget=forms.TextInput(attrs=NUMBER), **options)


class PlanForm(forms.Form):
    """People, weeks, and what never becomes a promise; shares are typed in percent."""

    people = _number("People", max_digits=5, decimal_places=1, help_text="In full-time equivalents.")
    weeks = _number("Weeks", max_digits=4, decimal_places=1)
    upkeep = _number(
        "Keeps the lights on, %",
        max_digits=4,
        decimal_places=1,
        min_value=0,
        max_value=99,
        help_text="Nobody knows it but you: it has no default.",
    )
    leave = _number(
        "Leave and absence, %", max_digits=4, decimal_places=1, min_value=0, max_value=99, required=False
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, plan: CapacityPlan | None, data: Data = None) -> "PlanForm":
        """Return the form as it starts: the plan that stands, else thirteen weeks and nothing more."""
        if plan is None:
            return cls(data, initial={"weeks": 13, "revision": 0})
        return cls(
            data,
            initial={
                "people": _short(plan.people),
                "weeks": _short(plan.weeks),
                "upkeep": _short(plan.upkeep_share * PERCENT),
                "leave": _short(plan.leave_share * PERCENT),
                "revision": plan.revision,
            },
        )

    def clean(self) -> None:
        """Refuse shares that leave nothing."""
        said = self.cleaned_data
        if (said.get("upkeep") or 0) + (said.get("leave") or 0) >= PERCENT:
            self.add_error("upkeep", "Upkeep and leave together leave nothing for anything else.")
        for name in ("people", "weeks"):
            if said.get(name) is not None and said[name] <= 0:
                self.add_error(name, "It must be more than 0.")

    @property
    def plan(self) -> dict[str, Any]:
        """Return what the transition takes."""
        said = self.cleaned_data
        return {
            "people": said["people"],
            "weeks": said["weeks"],
            "upkeep_share": said["upkeep"] / PERCENT,
            "leave_share": (said.get("leave") or Decimal(0)) / PERCENT,
            "revision": said.get("revision") or 0,
        }


class PromiseForm(forms.Form):
    """Person-weeks for an objective, for upkeep or for repair."""

    person_weeks = _number("Person-weeks", max_digits=7, decimal_places=2, min_value=Decimal("0.01"))
    kind = forms.ChoiceField(label="Of which kind", choices=Allocation.Kind.choices)
    label = Line(label="For what", required=False, help_text="Needed where no objective is chosen.")

    def __init__(self, data: Data = None, *, objectives: list[Objective], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["objective"] = RowField(
            label="For which objective", rows=objectives, required=False, empty_label="None of them"
        )
        self.order_fields(["objective", "label", "kind", "person_weeks"])

    def clean(self) -> None:
        """Refuse a promise to nothing."""
        said = self.cleaned_data
        if not said.get("objective") and not said.get("label"):
            self.add_error("label", "Choose an objective, or say what it is for.")


class WeeksForm(forms.Form):
    """Other person-weeks for the same."""

    person_weeks = _number("Person-weeks", max_digits=7, decimal_places=2, min_value=Decimal("0.01"))


class WaiverForm(forms.Form):
    """More than the team has, until a day."""

    up_to = _number("Up to", max_digits=4, decimal_places=2, help_text="Of what it has: 1.15 is 15 % more.")
    expires_on = forms.DateField(label="Until", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    reason = Line(label="Why", limit=500)

    def clean_up_to(self) -> Decimal:
        """Refuse what allows nothing."""
        up_to: Decimal = self.cleaned_data["up_to"]
        if not 1 < up_to <= 3:  # noqa: PLR2004 -- as in the transition
            message = "More than 1.00, at most 3.00."
            raise forms.ValidationError(message)
        return up_to


def _short(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
