"""How a key result is measured, and after the agreement why it changes."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from apps.core.forms import Line, as_form_error
from apps.okrs import rules
from apps.okrs.forms.fields import Number, day_field
from apps.okrs.models import KeyResult, Kind, Metric, Milestone, TargetChange

TERMS: Final = (
    "kind",
    "metric",
    "baseline",
    "baseline_on",
    "target",
    "band_low",
    "band_high",
    "required_share",
    "carry_days",
    "curve",
    "milestones",
)


class _Steps(forms.CharField):
    """Milestones, one a line: "2026-11-30 Both markets see it"; the date may be left out."""

    widget = forms.Textarea


class TermsForm(forms.Form):
    """All that a kind may need; what the chosen one does not use is ignored."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="How it is measured", choices=Kind)
    metric = forms.ModelChoiceField(Metric.objects.none(), required=False, label="Metric")
    baseline = Number(required=False, label="From", help_text="Where it stands when the quarter begins.")
    baseline_on = day_field(required=False, label="Read on")
    target = Number(required=False, label="To", help_text="Where it should stand at the end.")
    band_low = Number(required=False, label="At least")
    band_high = Number(required=False, label="At most")
    required_share = Number(required=False, label="On which share of days", help_text="0.95 unless stated.")
    carry_days = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=rules.LONGEST_CADENCE,
        label="A value stands for so many days",
        help_text="Without: twice the days between two values.",
    )
    curve = forms.ChoiceField(label="Progress comes", choices=KeyResult.Curve)
    milestones = _Steps(
        required=False,
        max_length=8_000,
        label="Milestones",
        help_text="One a line; a date in front says by when: 2026-11-30 Both markets see it.",
    )
    why = forms.ChoiceField(
        required=False,
        label="Why it changes",
        choices=[("", "–")]  # noqa: RUF001 -- a dash
        + [choice for choice in TargetChange.Why.choices if choice[0] != TargetChange.Why.RENEGOTIATED],
    )
    reason = Line(limit=500, required=False, label="Reason")

    def __init__(
        self,
        *args: Any,
        metrics: QuerySet[Metric],
        steps: Iterable[Milestone],
        is_agreed: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.steps = {step.title: step for step in steps}
        self.fields["metric"].queryset = metrics  # type: ignore[attr-defined]
        if not is_agreed:
            del self.fields["why"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Ask for the reason here, where it can be typed."""
        said = self.cleaned_data
        if said.get("why") and not said.get("reason") and not self.has_error("reason"):
            self.add_error("reason", rules.SAY_WHY)
        return said

    def clean_milestones(self) -> list[rules.MilestoneDraft]:
        """Return the steps; one that is known by its title keeps what was done."""
        found = []
        for line in self.cleaned_data["milestones"].splitlines():
            first, _space, rest = line.strip().partition(" ")
            if not first:
                continue
            day, title = None, line.strip()
            try:
                day = forms.DateField(input_formats=["%Y-%m-%d"]).clean(first)
                title = rest.strip()
            except ValidationError:
                pass
            known = self.steps.get(title)
            found.append(rules.MilestoneDraft(title, day, known.pk if known else None))
        return found

    @property
    def draft(self) -> rules.MeasureDraft:
        """Return the terms as the transition takes them."""
        names = ("kind", "metric", "baseline", "baseline_on", "target", "band_low", "band_high", "carry_days")
        values = {name: self.cleaned_data[name] for name in (*names, "curve", "milestones")}
        if self.cleaned_data["required_share"] is not None:
            values["required_share"] = self.cleaned_data["required_share"]
        return rules.MeasureDraft(**values)

    def refuse(self, key_result: KeyResult) -> bool:
        """Say beside a field what the rules refuse about the terms; tell whether they do."""
        try:
            with as_form_error():
                rules.check_draft(self.draft, key_result.objective)
        except ValidationError as error:
            field = getattr(error.__cause__, "field", "")
            self.add_error(field if field in self.fields else None, error)
            return True
        return False


def terms_of(key_result: KeyResult, steps: Iterable[Milestone]) -> dict[str, Any]:
    """Return what the form shows at first."""
    names = ("kind", "metric", "baseline", "baseline_on", "target", "band_low", "band_high", "carry_days")
    values = {name: getattr(key_result, name) for name in (*names, "curve", "required_share", "revision")}
    lines = (f"{step.due_on} {step.title}" if step.due_on else step.title for step in steps)
    return values | {"milestones": "\n".join(lines)}
