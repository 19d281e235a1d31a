"""What comes out of the API of quarters, objectives and key results."""

from typing import Any, Final

from rest_framework import serializers

from apps.accounts.http import PersonOut
from apps.accounts.models import User
from apps.okrs import queries, rules
from apps.okrs.api.numbers import Amount, Exact, text
from apps.okrs.models import (
    Ambition,
    Cause,
    Cycle,
    Horizon,
    KeyResult,
    Kind,
    Milestone,
    Quarter,
    State,
    Status,
    TargetChange,
    Verdict,
    Visibility,
)

PEOPLE: Final = User.objects.active()
TEAM: Final = "The team's slug."
METRIC: Final = "The key of a metric."
MOST_TYPED: Final = 50  # sentences in one body; the rules allow fewer and say so
MOST_PLACED: Final = 500


class CycleOut(serializers.ModelSerializer[Cycle]):
    """A quarter of the calendar."""

    class Meta:
        model = Cycle
        fields = ["id", "slug", "name", "starts_on", "ends_on", "state", "grace_days", "reopened_because"]
        read_only_fields = fields


class ProgressOut(serializers.Serializer[Any]):
    """How far a key result has come, with what it was computed from."""

    value = serializers.CharField(allow_null=True, help_text="The newest by date, as a decimal.")
    as_of = serializers.DateField(allow_null=True)
    is_old = serializers.BooleanField()
    raw = Exact(allow_null=True, help_text="Below 0 and above 1 too.")
    shown = Exact(allow_null=True, help_text="The same within 0 to 1; null where nothing is known.")
    missing = serializers.CharField(help_text="Why there is no number.")
    expected = Exact(allow_null=True)
    gap = Exact(allow_null=True)
    hint = serializers.ChoiceField(Status.choices, allow_null=True)
    words = serializers.CharField()
    explained = serializers.ListField(child=serializers.CharField(), help_text="Formulas with their inputs.")


class KeyResultOut(serializers.Serializer[Any]):
    """One sentence by which an objective is judged. Grades have an address of their own."""

    id = serializers.IntegerField()
    objective = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    metric = serializers.CharField(allow_null=True, help_text=METRIC)
    baseline = Amount(allow_null=True)
    baseline_on = serializers.DateField(allow_null=True)
    target = Amount(allow_null=True)
    band_low = Amount(allow_null=True)
    band_high = Amount(allow_null=True)
    required_share = Amount()
    carry_days = serializers.IntegerField(allow_null=True)
    curve = serializers.ChoiceField(KeyResult.Curve.choices)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    accountable = PersonOut(allow_null=True)
    ambition = serializers.ChoiceField(Ambition.choices, allow_blank=True)
    indicator = serializers.ChoiceField(KeyResult.Indicator.choices, allow_blank=True)
    dropped_on = serializers.DateField(allow_null=True)
    drop_reason = serializers.CharField()
    revision = serializers.IntegerField()
    progress = ProgressOut()


class ScoreOut(serializers.Serializer[Any]):
    """The mean of key results; never without how many of them are measured."""

    value = Exact(allow_null=True, help_text="0 to 1; null where there is no evidence.")
    measured = serializers.IntegerField()
    counted = serializers.IntegerField()
    dropped = serializers.IntegerField()
    coverage = Exact(help_text="Measured by counted.")
    explained = serializers.ListField(child=serializers.CharField(), help_text="The mean with its terms.")


class ObjectiveRow(serializers.Serializer[Any]):
    """An objective in a list."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    team = serializers.CharField(help_text=TEAM)
    cycle = serializers.CharField(allow_null=True)
    horizon = serializers.ChoiceField(Horizon.choices)
    state = serializers.ChoiceField(State.choices)
    ambition = serializers.ChoiceField(Ambition.choices)
    accountable = PersonOut(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    visibility = serializers.ChoiceField(Visibility.choices)
    verdict = serializers.ChoiceField(Verdict.choices, allow_blank=True)
    revision = serializers.IntegerField()
    score = ScoreOut()


class PlannedOut(ObjectiveRow):
    """An objective on its team's page, with its key results."""

    why = serializers.CharField()
    instead_of = serializers.CharField()
    key_results = KeyResultOut(many=True)


class HealthOut(serializers.Serializer[Any]):
    """What people said of an objective, and whether its numbers say otherwise."""

    word = serializers.CharField()
    status = serializers.ChoiceField(Status.choices, allow_blank=True)
    hint = serializers.ChoiceField(Status.choices, allow_blank=True)
    last_on = serializers.DateField(allow_null=True)
    otherwise = serializers.CharField()


class PassedOut(serializers.Serializer[Any]):
    """A remark over which the work was begun."""

    code = serializers.CharField()
    message = serializers.CharField()
    reason = serializers.CharField()


class ObjectiveOut(PlannedOut):
    """An objective with all that its page says of it."""

    authored_by = serializers.CharField(help_text=TEAM)
    reviewer = PersonOut(allow_null=True)
    evidence_url = serializers.CharField()
    embargo_until = serializers.DateField(allow_null=True)
    restricted_because = serializers.CharField()
    made_at = serializers.DateTimeField()
    agreed_at = serializers.DateTimeField(allow_null=True)
    activated_at = serializers.DateTimeField(allow_null=True)
    activated_over = PassedOut(many=True)
    closed_on = serializers.DateField(allow_null=True)
    close_note = serializers.CharField()
    carried_from = serializers.IntegerField(allow_null=True)
    health = HealthOut()


class QuarterOut(serializers.Serializer[Any]):
    """One team in one quarter: its objectives in their order."""

    team = serializers.CharField(help_text=TEAM)
    cycle = serializers.CharField()
    toward = serializers.CharField()
    agreed_at = serializers.DateTimeField(allow_null=True)
    has_check_ins = serializers.BooleanField()
    check_in_days = serializers.IntegerField()
    revision = serializers.IntegerField()
    objectives = PlannedOut(many=True)


class RankChangeOut(serializers.Serializer[Any]):
    """Another order, and why."""

    at = serializers.DateTimeField()
    person = serializers.CharField()
    reason = serializers.CharField()
    before = serializers.ListField(child=serializers.IntegerField())
    after = serializers.ListField(child=serializers.IntegerField())


class WeekOut(serializers.Serializer[Any]):
    """The order on one Monday."""

    week_on = serializers.DateField()
    order = serializers.ListField(child=serializers.IntegerField())


class OrderOut(serializers.Serializer[Any]):
    """The order of a team's objectives, and how it moved."""

    order = serializers.ListField(child=serializers.IntegerField())
    hidden = serializers.IntegerField(help_text="How many have a place that others may not see.")
    needs_reason = serializers.BooleanField()
    revision = serializers.IntegerField()
    changes = RankChangeOut(many=True)
    weeks = WeekOut(many=True)


class EntryOut(serializers.Serializer[Any]):
    """One thing that happened."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    sentence = serializers.CharField()


class ChangeOut(serializers.ModelSerializer[TargetChange]):
    """What agreed terms were before, and why they changed."""

    class Meta:
        model = TargetChange
        fields = ["key_result", "field", "old", "new", "why", "reason", "person_name", "on_date", "at"]
        read_only_fields = fields


class HistoryOut(serializers.Serializer[Any]):
    """What happened to an objective, the newest first, and how its terms changed."""

    entries = EntryOut(many=True)
    changes = ChangeOut(many=True)


class GradeOut(serializers.Serializer[Any]):
    """The grade of one key result. It names nobody: units are measured, never persons."""

    key_result = serializers.IntegerField()
    title = serializers.CharField()
    ambition = serializers.ChoiceField(Ambition.choices)
    is_graded = serializers.BooleanField()
    grade = Amount(allow_null=True, help_text="0 to 1; null where it was not measured, or has none yet.")
    colour = serializers.CharField()
    proposed = Amount(allow_null=True, help_text="What the numbers propose.")
    explained = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField()
    cause = serializers.ChoiceField(Cause.choices, allow_blank=True)
    learned = serializers.CharField()
    revision = serializers.IntegerField()


class MilestoneOut(serializers.ModelSerializer[Milestone]):
    """One step of a key result."""

    class Meta:
        model = Milestone
        fields = ["id", "key_result", "title", "due_on", "done_on", "evidence_url"]
        read_only_fields = fields


# From rows to answers


def person_out(person: User | None) -> dict[str, Any] | None:
    """Return somebody as an answer has them."""
    return {"id": person.pk, "name": person.name} if person else None


def key_result_out(one: queries.Standing) -> dict[str, Any]:
    """Return a key result with its numbers. No query."""
    row = one.key_result
    same = ("id", "title", "kind", "carry_days", "curve", "ambition", "indicator", "drop_reason", "revision")
    days = ("baseline_on", "starts_on", "ends_on", "dropped_on")
    amounts = ("baseline", "target", "band_low", "band_high", "required_share")
    return {
        **{name: getattr(row, name) for name in (*same, *days)},
        **{name: text(getattr(row, name)) for name in amounts},
        "objective": row.objective_id,
        "metric": row.metric.key if row.metric else None,
        "accountable": person_out(row.accountable),
        "progress": _progress(one),
    }


def _progress(one: queries.Standing) -> dict[str, Any]:
    progress, pace = one.progress, one.pace
    return {
        "value": text(progress.value),
        "as_of": progress.as_of,
        "is_old": progress.is_old,
        "raw": text(progress.raw),
        "shown": text(progress.shown),
        "missing": str(progress.missing),
        "expected": text(pace.expected) if pace else None,
        "gap": text(pace.gap) if pace else None,
        "hint": one.hint,
        "words": one.words,
        "explained": list(one.explained()),
    }


def _score(score: rules.ObjectiveScore) -> dict[str, Any]:
    return {
        "value": text(score.value),
        "measured": score.measured,
        "counted": score.counted,
        "dropped": score.dropped,
        "coverage": text(score.coverage),
        "explained": list(score.explained()),
    }


def objective_row(one: queries.Counted) -> dict[str, Any]:
    """Return an objective as a list has it. No query."""
    row = one.objective
    same = ("id", "title", "horizon", "state", "ambition", "tags", "visibility", "verdict", "revision")
    return {
        **{name: getattr(row, name) for name in same},
        "team": row.team.slug,
        "cycle": row.cycle.slug if row.cycle else None,
        "accountable": person_out(row.accountable),
        "score": _score(one.score),
    }


def planned(one: queries.Counted) -> dict[str, Any]:
    """Return an objective with its key results. No query."""
    words = {name: getattr(one.objective, name) for name in ("why", "instead_of")}
    return objective_row(one) | words | {"key_results": [key_result_out(each) for each in one.standings]}


def objective_out(one: queries.Counted, health: queries.Health) -> dict[str, Any]:
    """Return an objective in full. No query."""
    row = one.objective
    same = ("evidence_url", "embargo_until", "restricted_because", "made_at", "agreed_at", "activated_at")
    end = ("activated_over", "closed_on", "close_note")
    said = ("word", "status", "hint", "last_on", "otherwise")
    return planned(one) | {
        **{name: getattr(row, name) for name in (*same, *end)},
        "authored_by": row.authored_by.slug,
        "reviewer": person_out(row.reviewer),
        "carried_from": row.carried_from_id,
        "health": {name: getattr(health, name) for name in said},
    }


def quarter_out(quarter: Quarter, objectives: list[queries.Counted]) -> dict[str, Any]:
    """Return a team's page. No query."""
    same = ("toward", "agreed_at", "has_check_ins", "check_in_days", "revision")
    return {
        "team": quarter.team.slug,
        "cycle": quarter.cycle.slug,
        **{name: getattr(quarter, name) for name in same},
        "objectives": [planned(one) for one in objectives],
    }


def order_out(found: queries.Orders) -> dict[str, Any]:
    """Return an order with its past. No query."""
    return {
        "order": found.order,
        "hidden": found.hidden,
        "needs_reason": found.needs_reason,
        "revision": found.quarter.revision,
        "changes": [
            {"at": one.at, "person": one.person_name, "reason": one.reason, "before": before, "after": after}
            for one, before, after in found.changes
        ],
        "weeks": [{"week_on": week, "order": order} for week, order in found.weeks],
    }


def grade_out(one: queries.Standing) -> dict[str, Any]:
    """Return the grade of a key result, or what its numbers propose. No query."""
    row = one.key_result
    ambition = queries.ambition_of(row)
    proposal = rules.proposal(one.progress.shown, ambition)
    return {
        "key_result": row.pk,
        "title": row.title,
        "ambition": ambition,
        "is_graded": row.graded_at is not None,
        "grade": text(row.grade),
        "colour": rules.colour_of(row.grade, ambition) if row.grade is not None else "",
        "proposed": text(proposal.grade) if proposal else None,
        "explained": list(proposal.explained()) if proposal else [],
        "reason": row.grade_note,
        "cause": row.cause,
        "learned": row.learned,
        "revision": row.revision,
    }
