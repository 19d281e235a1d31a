"""What people type into their quarter."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core.errors import InvalidInputError
from apps.core.forms import Line, Text, as_form_error
from apps.okrs import rules
from apps.okrs.models import Ambition, Cycle, Horizon, KeyResult, Kind, Metric, Objective, Visibility

DAY = forms.DateInput(attrs={"type": "date"})
LONGEST_TYPED = 20_000


class Sentence(Line):
    """One sentence typed into an area that grows: where it was broken, there is a space."""

    widget = forms.Textarea

    def to_python(self, value: object) -> str:
        """Return the sentence on one line."""
        return super().to_python(" ".join(str(value or "").split()))


class Number(forms.DecimalField):
    """A number of at most 15 digits; a comma is read as a point, and a percent sign may stand behind it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(required=False, max_digits=15, decimal_places=4, widget=widget, **options)

    def to_python(self, value: object) -> Any:  # noqa: ANN401 -- Django's signature
        """Read "9,4" as 9.4 and refuse "9,400", which could be either."""
        text = str(value or "").strip().replace("\u202f", "").replace(" ", "").removesuffix("%")
        if "," in text:
            whole, _comma, rest = text.partition(",")
            if "." in text or "," in rest or len(rest) == 3:  # noqa: PLR2004 -- a group of thousands
                message = f"Write {text} without separators of thousands: 9400, or 9.4."
                raise ValidationError(message)
            text = f"{whole}.{rest}"
        return super().to_python(text)


class Revised(forms.Form):
    """Something of which the person had a revision on screen."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)

    @property
    def problem(self) -> str:
        """Return the first thing that is wrong, in one sentence."""
        return next((str(problems[0]) for problems in self.errors.values()), "")


class ObjectiveForm(Revised):
    """The sentences of one objective."""

    title = Sentence(limit=rules.LONGEST_TITLE, label="Objective")
    why = Text(limit=rules.LONGEST_WHY, required=False, label="Why")
    instead_of = Sentence(limit=rules.LONGEST_INSTEAD, required=False, label="Instead of")


class CorrectForm(ObjectiveForm):
    """The same, by an administrator, with a reason."""

    reason = Line(limit=500, label="Why it is corrected")


class SentenceForm(Revised):
    """The sentence of one key result."""

    title = Sentence(limit=rules.LONGEST_KEY_RESULT, label="Key result")


class TowardForm(Revised):
    """What the quarter serves."""

    toward = Sentence(limit=rules.LONGEST_TOWARD, required=False, label="Toward")


class TypedForm(forms.Form):
    """An objective as it is typed: its sentence, and a key result in each further line."""

    text = Text(limit=LONGEST_TYPED, label="Objective")
    is_idea = forms.BooleanField(required=False, label="Only an idea so far")

    def clean_text(self) -> tuple[str, list[str]]:
        """Return the sentence and its key results."""
        title, lines = rules.lines_of(self.cleaned_data["text"])
        with as_form_error():
            rules.clean_words(title, "", "")
            return title, rules.clean_key_results(lines)


class TypedLinesForm(forms.Form):
    """Key results as they are typed, one in each line."""

    text = Text(limit=LONGEST_TYPED, label="Key result")

    def clean_text(self) -> list[str]:
        """Return the sentences."""
        first, rest = rules.lines_of(self.cleaned_data["text"])
        with as_form_error():
            return rules.clean_key_results([first, *rest])


class SayForm(forms.Form):
    """A word in the margin."""

    text = Text(limit=10_000, label="Comment")


class PlaceForm(forms.Form):
    """One place up or down."""

    places = forms.TypedChoiceField(choices=[("-1", "Up"), ("1", "Down")], coerce=int)


class OrderForm(Revised):
    """The order of a team's objectives: a place for each, or one of them moved up or down."""

    reason = Line(limit=500, required=False, label="Why the order changes")
    up = forms.IntegerField(required=False)
    down = forms.IntegerField(required=False)

    def __init__(
        self, *args: Any, objectives: list[Objective], needs_reason: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.ids = [one.pk for one in objectives]
        for place, one in enumerate(objectives, start=1):
            self.fields[f"place_{one.pk}"] = forms.IntegerField(
                required=False,
                initial=place,
                min_value=1,
                max_value=999,
                widget=forms.NumberInput(attrs={"aria-label": f"Place of objective {place}"}),
            )

    @property
    def places(self) -> list[tuple[int, Any]]:
        """Return the fields of the places with the keys of their objectives."""
        return [(pk, self[f"place_{pk}"]) for pk in self.ids]

    def clean(self) -> dict[str, Any]:
        """Put the objectives into the order of their numbers; what was moved passes what it meets."""
        values = self.cleaned_data
        if self.errors:
            return values
        wanted = {pk: values.get(f"place_{pk}") or place for place, pk in enumerate(self.ids, start=1)}
        now = {pk: place for place, pk in enumerate(self.ids, start=1)}
        # A 1 beside the third means "before the first", and a 3 beside the first "behind the third".
        order = sorted(self.ids, key=lambda pk: (wanted[pk], (wanted[pk] > now[pk]) - (wanted[pk] < now[pk])))
        for name, by in (("up", -1), ("down", 1)):
            if values.get(name):
                order = rules.moved(order, values[name], by=by)
        values["order"] = order
        return values


class ReasonForm(forms.Form):
    """A step that may say why."""

    reason = Text(limit=500, required=False, label="Why", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason

    def clean_reason(self) -> str:
        """Return the reason on one line."""
        return " ".join(self.cleaned_data["reason"].split())


class StopForm(ReasonForm):
    """Why something stops, and what that frees."""

    frees = Line(
        limit=250, required=False, label="What becomes free", help_text="For example: two people until March."
    )


class DropForm(ReasonForm):
    """Why a key result goes."""


class DeferForm(ReasonForm):
    """Not now, and how it comes back."""

    horizon = forms.ChoiceField(choices=[(Horizon.NEXT, "Next"), (Horizon.LATER, "Later")], label="To when")
    until_on = forms.DateField(required=False, label="Decide again on", widget=DAY)
    reopen_when = Line(
        limit=300, required=False, label="Or when", help_text="What would bring it back, in your words."
    )

    field_order = ("horizon", "reason", "until_on", "reopen_when")


class TakeUpForm(forms.Form):
    """Into which quarter something comes."""

    cycle = forms.ModelChoiceField(Cycle.objects.none(), label="Quarter", empty_label=None)

    def __init__(self, *args: Any, cycles: list[Cycle], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cycle"]
        rows = Cycle.objects.filter(pk__in=[one.pk for one in cycles]).order_by("starts_on")
        field.queryset = rows  # type: ignore[attr-defined]


def _people(members: list[User], chosen: User | None) -> list[tuple[str, str]]:
    people = {person.pk: person.in_a_choice for person in members}
    if chosen is not None and chosen.pk not in people:
        people[chosen.pk] = f"{chosen.name} (left)"
    return [("", "Nobody yet"), *((str(pk), name) for pk, name in people.items())]


class Owned(forms.Form):
    """Something that somebody of the team is accountable for."""

    accountable = forms.ChoiceField(required=False, label="Accountable")

    def __init__(self, *args: Any, members: list[User], owner: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in [*members, *([owner] if owner else [])]}
        self.fields["accountable"].choices = _people(members, owner)  # type: ignore[attr-defined]

    def clean_accountable(self) -> User | None:
        """Return the person."""
        return self.people.get(self.cleaned_data["accountable"])


class DetailsForm(Owned, Revised):
    """What an objective says beyond its sentences; who may read it, only some choose."""

    ambition = forms.ChoiceField(
        choices=Ambition,
        label="Ambition",
        help_text="Committed: all of it. Roof shot: 0.7 is good. Moon shot: 0.4 is good.",
    )
    tags = Line(limit=300, required=False, label="Tags", help_text="Words with commas between.")
    evidence_url = Line(
        limit=500, required=False, label="What was learned before", help_text="A link, if there is one."
    )
    visibility = forms.ChoiceField(choices=Visibility, label="Who may read it")
    embargo_until = forms.DateField(
        required=False, label="Until", widget=DAY, help_text="Needed where the team is alone until a date."
    )
    restricted_because = Line(
        limit=300,
        required=False,
        label="Why only the team",
        help_text="Needed where the team alone reads it.",
    )

    def __init__(self, *args: Any, may_choose_readers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_choose_readers:
            for name in rules.READERS:
                del self.fields[name]

    def clean_tags(self) -> list[str]:
        """Return the words."""
        return self.cleaned_data["tags"].split(",") if self.cleaned_data["tags"] else []


class MeasureForm(Owned, Revised):
    """How a key result is measured: everything is optional but the kind."""

    kind = forms.ChoiceField(choices=Kind, label="How it is measured", widget=forms.RadioSelect)
    metric = forms.ModelChoiceField(
        Metric.objects.none(), required=False, label="Metric", empty_label="none, or a new one"
    )
    new_metric = Line(
        limit=200, required=False, label="A new metric", help_text="“Calls that ask where a parcel is”"
    )
    unit = Line(limit=40, required=False, label="Its unit", help_text="“calls a week”, “%”")
    baseline = Number(label="From")
    target = Number(label="To")
    baseline_on = forms.DateField(required=False, label="Measured on", widget=DAY)
    band_low = Number(label="At least")
    band_high = Number(label="At most")
    required_share = forms.DecimalField(
        label="Share of days inside", min_value=0, max_value=1, decimal_places=3, initial="0.95"
    )
    ambition = forms.ChoiceField(required=False, label="Ambition")
    indicator = forms.ChoiceField(required=False, label="Indicator")
    curve = forms.ChoiceField(choices=KeyResult.Curve, label="Expected pace")
    starts_on = forms.DateField(required=False, label="Starts on", widget=DAY)
    ends_on = forms.DateField(required=False, label="Ends on", widget=DAY)

    def __init__(self, *args: Any, metrics: QuerySet[Metric], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].queryset = metrics  # type: ignore[attr-defined]
        self.fields["ambition"].choices = [  # type: ignore[attr-defined]
            ("", "as the objective"),
            *Ambition.choices,
        ]
        self.fields["indicator"].choices = [  # type: ignore[attr-defined]
            ("", "not said"),
            *KeyResult.Indicator.choices,
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse numbers that go nowhere here, where they can be mended: the rule is the transition's."""
        said = self.cleaned_data
        if self.errors:
            return said
        is_new = bool(said["new_metric"].strip())
        metric = Metric(unit_kind=rules.unit_kind_of(said["unit"])) if is_new else said["metric"]
        names = ("kind", "baseline", "target", "band_low", "band_high", "required_share")
        draft = rules.MeasureDraft(metric=metric, **{name: said[name] for name in names})
        try:
            rules.check_numbers(draft)
        except InvalidInputError as error:
            self.add_error(error.field if error.field in self.fields else None, str(error))
        return said


class MilestoneForm(forms.Form):
    """One step."""

    title = Line(limit=200, label="Milestone")
    due_on = forms.DateField(required=False, label="Due on", widget=DAY)


class ReachForm(forms.Form):
    """That a step was reached, and where one sees it."""

    done_on = forms.DateField(required=False, label="Reached on", widget=DAY)
    evidence_url = Line(limit=500, required=False, label="Evidence")
