"""What people type about findings, ties, potholes, horizons and at the offsite."""

from typing import Any

from django import forms

from apps.accounts.models import User
from apps.core.forms import Line, Text
from apps.okrs.forms.quarter import DAY, Number, ReasonForm, Revised
from apps.okrs.models import AlignmentLink, Finding, Horizon, Precision, StrategyItem
from apps.okrs.queries import Target
from apps.okrs.rules import LONGEST_STATEMENT


class DecideForm(ReasonForm):
    """Why a finding is accepted or dismissed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, needs_reason=True, **kwargs)


class ResolveForm(DecideForm):
    """How two sides come together."""

    resolution = forms.ChoiceField(choices=Finding.Resolution, label="How", widget=forms.RadioSelect)
    field_order = ("resolution", "reason")


class TieForm(forms.Form):
    """What an objective contributes to or depends on."""

    kind = forms.ChoiceField(choices=AlignmentLink.Kind, label="It", widget=forms.RadioSelect)
    target = forms.ChoiceField(label="What", widget=forms.RadioSelect)
    statement = Line(limit=LONGEST_STATEMENT, label="How", help_text="“Fewer late parcels, fewer calls.”")
    needed_on = forms.DateField(required=False, label="Needed by", widget=DAY)

    def __init__(self, *args: Any, targets: list[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.key, f"{one.title} ({one.unit})") for one in targets]
        self.fields["target"].choices = choices  # type: ignore[attr-defined]

    @property
    def kind_of_fields(self) -> dict[str, Any]:
        """Return what the step takes beside the target."""
        return {name: self.cleaned_data[name] for name in ("kind", "statement", "needed_on")}


class ServiceForm(forms.Form):
    """A service that an objective is about."""

    service = forms.SlugField(max_length=200, label="Service", help_text="Its address: parcel-tracking.")
    note = Line(limit=200, required=False, label="Why")


class TakeForm(forms.Form):
    """A candidate that becomes an objective."""

    key = forms.CharField(max_length=100)
    title = Line(limit=200, label="As an objective")


class LeaveForm(forms.Form):
    """A candidate that is left."""

    key = forms.CharField(max_length=100)
    reason = Line(limit=500, label="Why not now")


class LeaveAllForm(forms.Form):
    """Why none of them is taken."""

    reason = Line(limit=500, label="Why none of them")


class ItemForm(Revised):
    """One sentence of the strategy."""

    horizon = forms.ChoiceField(choices=Horizon, label="Horizon")
    statement = Text(limit=10_000, label="In words", widget=forms.Textarea(attrs={"rows": 3}))
    theme = Line(limit=100, required=False, label="Theme")
    precision = forms.ChoiceField(choices=Precision, label="Time is named as")
    begins_on = forms.DateField(
        required=False, label="Any day inside it", widget=DAY, help_text="15 May for the second quarter."
    )
    target_low = Number(label="From")
    target_high = Number(label="To")
    planned_change = Number(label="Planned change", help_text="The range is judged by it.")
    unit = Line(limit=40, required=False, label="Unit")
    confidence = forms.IntegerField(
        required=False, min_value=0, max_value=100, label="How sure are we", help_text="In percent."
    )


class VerdictForm(forms.Form):
    """Whether a sentence of the strategy still holds."""

    verdict = forms.ChoiceField(choices=StrategyItem.Verdict, label="It")


class DecisionForm(forms.Form):
    """What was decided at the offsite."""

    text = Line(limit=500, label="We decided")
    owner = forms.ModelChoiceField(User.objects.none(), label="Who does it")
    due_on = forms.DateField(label="By", widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.active().order_by("name", "pk")  # type: ignore[attr-defined]


class TeamFilter(forms.Form):
    """Whose findings, and which."""

    team = forms.SlugField(required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=[("open", "Open"), ("decided", "Decided")])
