"""What goes into the API of quarters, objectives and key results."""

from typing import Final

from rest_framework import serializers

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.api import LARGEST_KEY, Input, NamedField
from apps.okrs.api.numbers import Amount
from apps.okrs.models import (
    Ambition,
    Cause,
    Cycle,
    Horizon,
    KeyResult,
    Kind,
    Metric,
    State,
    TargetChange,
    Verdict,
    Visibility,
)

PEOPLE: Final = User.objects.active()
TEAM: Final = "The team's slug."
METRIC: Final = "The key of a metric."
MOST_TYPED: Final = 50  # sentences in one body; the rules allow fewer and say so
MOST_PLACED: Final = 500
AHEAD: Final = [choice for choice in Horizon.choices if choice[0] in {Horizon.NEXT, Horizon.LATER}]


class ObjectiveFilters(Input):
    """What the list of objectives is narrowed to."""

    cycle = serializers.SlugField(required=False, help_text="A quarter's slug, or none for the backlog.")
    team = serializers.SlugField(required=False, help_text=TEAM)
    state = serializers.ChoiceField(State.choices, required=False)
    q = serializers.CharField(required=False, max_length=200, help_text="Words of the title.")


class EntryFilters(Input):
    """Where a page of history begins."""

    before = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_KEY, help_text="The id of the last line of the page."
    )


class ObjectiveInput(Input):
    """A new objective; without a cycle it goes into the backlog."""

    team = NamedField("slug", queryset=Team.objects.filter(is_archived=False), help_text=TEAM)
    cycle = NamedField(
        "slug", queryset=Cycle.objects.all(), required=False, allow_null=True, help_text="A quarter's slug."
    )
    title = serializers.CharField()
    key_results = serializers.ListField(
        child=serializers.CharField(allow_blank=True), required=False, max_length=MOST_TYPED
    )
    why = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    instead_of = serializers.CharField(
        required=False, allow_blank=True, help_text="What the team will not do for it."
    )
    is_idea = serializers.BooleanField(required=False)


class WordsInput(Input):
    """The sentences of an objective."""

    title = serializers.CharField()
    why = serializers.CharField(allow_blank=True, trim_whitespace=False)
    instead_of = serializers.CharField(allow_blank=True)


class CorrectionInput(WordsInput):
    """The sentences of what was agreed, and why they are mended."""

    reason = serializers.CharField()


class DetailsInput(Input):
    """What stands around an objective."""

    accountable = serializers.PrimaryKeyRelatedField(queryset=PEOPLE, allow_null=True)
    reviewer = serializers.PrimaryKeyRelatedField(queryset=PEOPLE, allow_null=True)
    ambition = serializers.ChoiceField(Ambition.choices)
    tags = serializers.ListField(child=serializers.CharField(), max_length=MOST_TYPED)
    evidence_url = serializers.CharField(allow_blank=True)
    visibility = serializers.ChoiceField(Visibility.choices)
    embargo_until = serializers.DateField(allow_null=True)
    restricted_because = serializers.CharField(allow_blank=True)


class WhyInput(Input):
    """Why."""

    reason = serializers.CharField()


class PerhapsWhyInput(Input):
    """Why, if there is something to say."""

    reason = serializers.CharField(required=False, allow_blank=True)


class DeferInput(WhyInput):
    """A "not now": until when, or until what."""

    horizon = serializers.ChoiceField(
        [choice for choice in Horizon.choices if choice[0] in {"next", "later"}]
    )
    until_on = serializers.DateField(required=False, allow_null=True)
    reopen_when = serializers.CharField(required=False, allow_blank=True)


class StopInput(WhyInput):
    """Why it is stopped, and what becomes free."""

    frees = serializers.CharField(required=False, allow_blank=True)


class TakeUpInput(Input):
    """The quarter in which it is taken up."""

    cycle = NamedField("slug", queryset=Cycle.objects.all(), help_text="A quarter's slug.")


class CloseInput(Input):
    """What becomes of an objective whose work is over."""

    verdict = serializers.ChoiceField(Verdict.choices)
    note = serializers.CharField(help_text="What the team takes along.")


class TitlesInput(Input):
    """Sentences by which an objective is to be judged."""

    titles = serializers.ListField(child=serializers.CharField(), allow_empty=False, max_length=MOST_TYPED)


class TowardInput(Input):
    """What a quarter serves, in one sentence."""

    toward = serializers.CharField(allow_blank=True)


class OrderInput(Input):
    """The order of a team's objectives."""

    order = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_KEY),
        max_length=MOST_PLACED,
        help_text="The id of each objective once, the most important first.",
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, help_text="Needed once people rely on the order."
    )


class TitleInput(Input):
    """The sentence of a key result."""

    title = serializers.CharField()


class PlacesInput(Input):
    """How far a sentence moves among its own."""

    places = serializers.IntegerField(
        min_value=-MOST_TYPED, max_value=MOST_TYPED, help_text="Up where negative."
    )


class MeasuredFields(Input):
    """What a kind of measuring may need; what the chosen one does not use is put away."""

    kind = serializers.ChoiceField(Kind.choices)
    metric = NamedField(
        "key", queryset=Metric.objects.all(), required=False, allow_null=True, help_text=METRIC
    )
    baseline = Amount(required=False, allow_null=True)
    baseline_on = serializers.DateField(required=False, allow_null=True)
    target = Amount(required=False, allow_null=True)
    band_low = Amount(required=False, allow_null=True)
    band_high = Amount(required=False, allow_null=True)
    required_share = serializers.DecimalField(
        max_digits=4, decimal_places=3, required=False, help_text="Of days in the band, such as 0.95."
    )
    curve = serializers.ChoiceField(KeyResult.Curve.choices, required=False)


class MeasureInput(MeasuredFields):
    """How a draft's key result is measured, by whom it is owned, and when it runs."""

    new_metric = serializers.CharField(
        required=False, allow_blank=True, help_text="The name of a number that nobody has written down yet."
    )
    unit = serializers.CharField(required=False, allow_blank=True, help_text="Of the new metric.")
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    accountable = serializers.PrimaryKeyRelatedField(queryset=PEOPLE, required=False, allow_null=True)
    ambition = serializers.ChoiceField(Ambition.choices, required=False, allow_blank=True)
    indicator = serializers.ChoiceField(KeyResult.Indicator.choices, required=False, allow_blank=True)


class StepInput(Input):
    """One milestone among the terms; `id` is that of one that is there."""

    title = serializers.CharField()
    due_on = serializers.DateField(required=False, allow_null=True)
    id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_KEY)


class TermsInput(MeasuredFields):
    """All terms of a key result; after the agreement with what changed and a reason."""

    carry_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10_000)
    milestones = StepInput(many=True, required=False)
    why = serializers.ChoiceField(
        [choice for choice in TargetChange.Why.choices if choice[0] != TargetChange.Why.RENEGOTIATED],
        required=False,
        allow_blank=True,
    )
    reason = serializers.CharField(required=False, allow_blank=True)


class GradeInput(Input):
    """The grade of a key result; null is "not measured"."""

    grade = serializers.DecimalField(max_digits=2, decimal_places=1, allow_null=True, help_text="0.0 to 1.0.")
    reason = serializers.CharField()
    cause = serializers.ChoiceField(Cause.choices, required=False, allow_blank=True)
    learned = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)


class MilestoneInput(Input):
    """One more step of a draft."""

    title = serializers.CharField()
    due_on = serializers.DateField(required=False, allow_null=True)


class ReachInput(Input):
    """When a step was reached and where one sees it; without a day it is open again."""

    done_on = serializers.DateField(allow_null=True)
    evidence_url = serializers.CharField(required=False, allow_blank=True, default="")
