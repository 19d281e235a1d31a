"""What people type about metrics, and the values that they type and paste."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms

from apps.catalog.models import Team
from apps.core.errors import InvalidInputError
from apps.core.forms import Line, Text, as_form_error
from apps.okrs import imports, rules
from apps.okrs.forms.fields import Number, day_field
from apps.okrs.models import Good, Metric, UnitKind

DESCRIBED: Final = (
    "name",
    "unit_kind",
    "unit",
    "good",
    "numerator",
    "denominator",
    "lower_bound",
    "upper_bound",
    "cadence_days",
    "source",
    "segment",
)


class _Described(forms.Form):
    """What a metric says of itself."""

    name = Line(label="Name", help_text="What is counted, in words that another team understands.")
    unit_kind = forms.ChoiceField(label="It is", choices=UnitKind)
    unit = Line(
        limit=40, required=False, label="Unit", help_text="For example: calls a week, minutes, euros."
    )
    good = forms.ChoiceField(label="Better is", choices=Good)
    numerator = Line(
        required=False, label="What is counted", help_text="For a ratio or percentage: the upper part."
    )
    denominator = Line(required=False, label="Out of what", help_text="“90 %” of what? Say it here.")
    lower_bound = Number(required=False, label="The least it can be")
    upper_bound = Number(required=False, label="The most it can be")
    cadence_days = forms.IntegerField(
        label="Days between two values", initial=7, min_value=1, max_value=rules.LONGEST_CADENCE
    )
    source = Line(required=False, label="Where it comes from", help_text="A system, a query, a person.")
    segment = Line(limit=100, required=False, label="Segment", help_text="If it is only a part: “US market”.")

    def clean(self) -> dict[str, Any]:
        """Refuse here what the transition would refuse, so that it is said beside the field."""
        values = self.cleaned_data
        if not self.errors:
            with as_form_error():
                rules.clean_metric(values)
        return values


class MetricForm(_Described):
    """A new metric, of one of the person's teams."""

    team = forms.ModelChoiceField(Team.objects.none(), label="Team", empty_label=None)
    key = forms.SlugField(
        max_length=60,
        required=False,
        label="Key",
        help_text="Programs send values to it; it never changes. Left empty, it is made from the name.",
    )
    field_order = ["team", "name"]

    def __init__(self, *args: Any, person_teams: Iterable[int], **options: Any) -> None:
        super().__init__(*args, **options)
        teams = Team.objects.filter(pk__in=list(person_teams), is_archived=False).in_order("name")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class MetricEditForm(_Described):
    """What changes; `revision` is the one that the person had on screen."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)


def metric_form(metric: Metric) -> MetricEditForm:
    """Return the form with what a metric says now."""
    values = {name: getattr(metric, name) for name in DESCRIBED}
    return MetricEditForm(initial=values | {"revision": metric.revision})


class ValueForm(forms.Form):
    """One value."""

    on_date = day_field(label="Date")
    value = Number(label="Value")
    note = Line(limit=500, required=False, label="Note")

    def __init__(self, *args: Any, metric: Metric, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.metric, self.today = metric, today
        self.fields["value"].is_percent = metric.unit_kind == UnitKind.PERCENT  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse here what the transition would refuse, so that it is said beside the field."""
        values = self.cleaned_data
        if not self.errors:
            if values["value"] is None:
                self.add_error("value", "The number is missing.")
                return values
            try:
                rules.check_metric_value(self.metric, values["value"], on=values["on_date"], today=self.today)
            except InvalidInputError as error:
                self.add_error(error.field, str(error))
        return values


class PasteForm(forms.Form):
    """Two columns out of a spreadsheet."""

    text = Text(
        limit=imports.LONGEST_PASTE,
        label="Dates and values",
        help_text="Two columns: the date, then the number. A first line without numbers is left out.",
    )


class TensionForm(forms.Form):
    """Another metric that gets worse when this one is pushed."""

    other = forms.ModelChoiceField(Metric.objects.none(), label="The other metric")
    note = Line(limit=300, label="Why", help_text="“Faster releases wake more people at night.”")

    def __init__(self, *args: Any, others: Any, **options: Any) -> None:  # noqa: ANN401 -- a QuerySet
        super().__init__(*args, **options)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]
        self.fields["other"].label_from_instance = lambda one: f"{one.name} ({one.team.name})"  # type: ignore[attr-defined]
