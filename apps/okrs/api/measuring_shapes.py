"""What goes into the API of metrics and check-ins, and what comes out."""

from typing import Any, Final

from rest_framework import serializers

from apps.accounts.http import PersonOut
from apps.catalog.models import Team
from apps.core.api import LARGEST_KEY, Input, NamedField, Search
from apps.core.errors import InvalidInputError
from apps.okrs import imports, queries, rules
from apps.okrs.api.goal_shapes import METRIC, TEAM, person_out
from apps.okrs.api.numbers import Amount, text
from apps.okrs.models import (
    CheckIn,
    CheckInItem,
    Cycle,
    Good,
    Metric,
    MetricTension,
    MetricValue,
    Status,
    TeamCheckIn,
    UnitKind,
    ValueSource,
)

TEAMS: Final = Team.objects.filter(is_archived=False)
MOST_LINES: Final = 100  # objectives in one check-in


class MetricFilters(Search):
    """What the list of metrics is narrowed to: words of the name, the key or the team, and more."""

    mine = serializers.BooleanField(required=False)
    archived = serializers.BooleanField(required=False)


class MetricFields(Input):
    """What a metric says of itself."""

    name = serializers.CharField()
    unit = serializers.CharField(required=False, allow_blank=True, help_text="For example: calls a week.")
    unit_kind = serializers.ChoiceField(UnitKind.choices, required=False)
    good = serializers.ChoiceField(Good.choices, required=False, help_text="Which way is better.")
    numerator = serializers.CharField(required=False, allow_blank=True)
    denominator = serializers.CharField(required=False, allow_blank=True)
    lower_bound = Amount(required=False, allow_null=True)
    upper_bound = Amount(required=False, allow_null=True)
    cadence_days = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=rules.LONGEST_CADENCE,
        help_text="Days between two values.",
    )
    source = serializers.CharField(  # type: ignore[assignment]  # a field of our own
        required=False, allow_blank=True, help_text="Where it comes from."
    )
    segment = serializers.CharField(required=False, allow_blank=True)


class MetricInput(MetricFields):
    """A new metric of an own team."""

    team = NamedField("slug", queryset=TEAMS, help_text=TEAM)
    key = serializers.CharField(required=False, allow_blank=True, help_text="Else it is made of the name.")


class ValueFilters(Input):
    """Which values of a metric."""

    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    corrected = serializers.BooleanField(required=False, help_text="Those that were corrected too.")


class ValueInput(Input):
    """What a metric was on one date."""

    value = Amount()
    note = serializers.CharField(required=False, allow_blank=True)


class DatedInput(Input):
    """A value with its date."""

    on_date = serializers.DateField()
    value = Amount()


class ValuesInput(Input):
    """Many values, which are recorded whole or not at all."""

    values = serializers.ListField(child=DatedInput(), allow_empty=False, max_length=imports.MOST_LINES)


class PasteInput(Input):
    """Two columns, a date and a number, as they come out of a spreadsheet."""

    text = serializers.CharField(max_length=imports.LONGEST_PASTE, trim_whitespace=False)


class TensionInput(Input):
    """Another metric that may get worse when this one is pushed."""

    other = NamedField("key", queryset=Metric.objects.filter(archived_at=None), help_text=METRIC)
    note = serializers.CharField()


class CheckInFilters(Input):
    """What the list of check-ins is narrowed to."""

    cycle = serializers.SlugField(required=False, help_text="A quarter's slug.")
    team = serializers.SlugField(required=False, help_text=TEAM)


class ItemInput(Input):
    """What is said of one key result."""

    key_result = serializers.IntegerField(min_value=1, max_value=LARGEST_KEY)
    value = Amount(required=False, allow_null=True)
    confidence = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=rules.CONFIDENT
    )
    note = serializers.CharField(required=False, allow_blank=True)


class LineInput(Input):
    """What is said of one objective."""

    objective = serializers.IntegerField(min_value=1, max_value=LARGEST_KEY)
    status = serializers.ChoiceField(Status.choices, required=False, allow_blank=True)
    changed = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    learned = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    help_wanted = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    items = serializers.ListField(child=ItemInput(), required=False, max_length=MOST_LINES)


class CheckInInput(Input):
    """The form of a team; an objective that is left out keeps what was said of it."""

    priorities = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    next_four_weeks = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    health = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    lines = serializers.ListField(child=LineInput(), required=False, max_length=MOST_LINES)


class CheckInBegun(CheckInInput):
    """The first words of a draft."""

    team = NamedField("slug", queryset=TEAMS, help_text=TEAM)
    cycle = NamedField("slug", queryset=Cycle.objects.all(), help_text="A quarter's slug.")


class MetricRow(serializers.Serializer[Any]):
    """A metric in a list, with its newest value."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField(help_text=TEAM)
    unit = serializers.CharField()
    unit_kind = serializers.ChoiceField(UnitKind.choices)
    good = serializers.ChoiceField(Good.choices)
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    lower_bound = Amount(allow_null=True)
    upper_bound = Amount(allow_null=True)
    cadence_days = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of our own
    segment = serializers.CharField()
    archived_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField()
    newest = Amount(allow_null=True)
    newest_on = serializers.DateField(allow_null=True)
    used = serializers.IntegerField(help_text="How many key results that you may read run on it.")


class TensionOut(serializers.Serializer[Any]):
    """Another metric that may get worse."""

    id = serializers.IntegerField()
    other = serializers.CharField(help_text=METRIC)
    note = serializers.CharField()


class MetricOut(MetricRow):
    """A metric with what is measured by it, as far as one may read that."""

    key_results = serializers.ListField(child=serializers.IntegerField())
    tensions = TensionOut(many=True)


class ValueOut(serializers.ModelSerializer[MetricValue]):
    """What a metric was on one date."""

    value = Amount()
    source = serializers.ChoiceField(ValueSource.choices)  # type: ignore[assignment]  # a field of our own

    class Meta:
        model = MetricValue
        fields = ["id", "on_date", "value", "note", "source", "author_name", "recorded_at", "is_current"]
        read_only_fields = fields


class RecordedOut(serializers.Serializer[Any]):
    """How many dates got another number."""

    recorded = serializers.IntegerField()


class LeftOutOut(serializers.Serializer[Any]):
    """A line that cannot be recorded, and why."""

    line = serializers.IntegerField()
    text = serializers.CharField()
    problem = serializers.CharField()


class PastedOut(RecordedOut):
    """What a paste did, and which lines were left out."""

    left_out = LeftOutOut(many=True)


class ItemOut(serializers.Serializer[Any]):
    """What was said of one key result, with its numbers as they were then."""

    key_result = serializers.IntegerField()
    value = Amount(allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    snapshot = serializers.DictField(help_text="Its numbers when it was published.")


class LineOut(serializers.Serializer[Any]):
    """What was said of one objective."""

    objective = serializers.IntegerField()
    status = serializers.ChoiceField(Status.choices, allow_blank=True)
    hint = serializers.ChoiceField(Status.choices, allow_blank=True)
    changed = serializers.CharField()
    learned = serializers.CharField()
    help_wanted = serializers.CharField()
    items = ItemOut(many=True)


class CheckInRow(serializers.Serializer[Any]):
    """A check-in in a list."""

    id = serializers.IntegerField()
    team = serializers.CharField(help_text=TEAM)
    cycle = serializers.CharField()
    on_date = serializers.DateField()
    author = PersonOut()
    published_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is a draft.")
    corrects = serializers.IntegerField(allow_null=True)
    acknowledged_by = PersonOut(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField()


class CheckInOut(CheckInRow):
    """A check-in with what it says, as far as one may read the objectives."""

    priorities = serializers.CharField()
    next_four_weeks = serializers.CharField()
    health = serializers.CharField()
    corrected_by = serializers.IntegerField(allow_null=True)
    lines = LineOut(many=True)


class SaidOut(LineOut):
    """What one check-in said of an objective."""

    check_in = serializers.IntegerField()
    on_date = serializers.DateField()
    author = PersonOut()


class WaitingOut(serializers.Serializer[Any]):
    """One thing that waits for a person."""

    title = serializers.CharField()
    detail = serializers.CharField()
    url = serializers.CharField()
    action = serializers.CharField()
    when = serializers.DateTimeField(allow_null=True, help_text="By then, or since then.")
    is_urgent = serializers.BooleanField()


def metric_out(row: Metric) -> dict[str, Any]:
    """Return a metric of `queries.metrics` as an answer has it. No query."""
    same = ("id", "key", "name", "unit", "unit_kind", "good", "numerator", "denominator", "cadence_days")
    more = ("source", "segment", "archived_at", "revision", "newest_on", "used")
    amounts = ("lower_bound", "upper_bound", "newest")
    return {
        **{name: getattr(row, name) for name in (*same, *more)},
        **{name: text(getattr(row, name)) for name in amounts},
        "team": row.team.slug,
    }


def tension_out(one: MetricTension, metric: Metric) -> dict[str, Any]:
    """Return a tension as its metric sees it. No query."""
    other = one.b if one.a_id == metric.pk else one.a
    return {"id": one.pk, "other": other.key, "note": one.note}


def draft_of(values: dict[str, Any]) -> rules.CheckInDraft:
    """Return what a body says as the transition takes it; nothing may be said twice."""
    lines: dict[int, rules.LineDraft] = {}
    for line in values.pop("lines", []):
        items: dict[int, rules.ItemDraft] = {}
        for item in line.pop("items", []):
            key_result = _once(item.pop("key_result"), items, "key_result")
            items[key_result] = rules.ItemDraft(**item)
        objective = _once(line.pop("objective"), lines, "objective")
        lines[objective] = rules.LineDraft(items=items, **line)
    return rules.CheckInDraft(lines=lines, **values)


def _once(key: int, known: dict[int, Any], field: str) -> int:
    if key in known:
        message = f"{field.replace('_', ' ').capitalize()} {key} stands there twice."
        raise InvalidInputError(message, field=field)
    return key


def check_in_row(row: TeamCheckIn) -> dict[str, Any]:
    """Return a check-in as a list has it. No query."""
    same = ("id", "on_date", "published_at", "acknowledged_at", "revision")
    return {
        **{name: getattr(row, name) for name in same},
        "team": row.quarter.team.slug,
        "cycle": row.quarter.cycle.slug,
        "author": person_out(row.author),
        "corrects": row.corrects_id,
        "acknowledged_by": person_out(row.acknowledged_by),
    }


def check_in_out(row: TeamCheckIn, lines: list[CheckIn], later: TeamCheckIn | None) -> dict[str, Any]:
    """Return a check-in in full. No query."""
    squares = {name: getattr(row, name) for name in rules.SQUARES}
    return check_in_row(row) | {
        **squares,
        "corrected_by": later.pk if later else None,
        "lines": [_line(line, list(line.items.all())) for line in lines],
    }


def said_out(row: queries.SaidRow) -> dict[str, Any]:
    """Return what one check-in said of an objective. No query."""
    return _line(row.line, row.items) | {
        "check_in": row.check_in.pk,
        "on_date": row.check_in.on_date,
        "author": person_out(row.check_in.author),
    }


def _line(line: CheckIn, items: list[CheckInItem]) -> dict[str, Any]:
    words = {name: getattr(line, name) for name in ("status", "hint", "changed", "learned", "help_wanted")}
    return words | {"objective": line.objective_id, "items": [_item(item) for item in items]}


def _item(item: CheckInItem) -> dict[str, Any]:
    return {
        "key_result": item.key_result_id,
        "value": text(item.value),
        "confidence": item.confidence,
        "note": item.note,
        "snapshot": item.snapshot,
    }
