"""What goes into the API of checklists, and what comes out."""

from typing import Any

from rest_framework import serializers

from apps.accounts.http import PersonOut
from apps.accounts.models import User
from apps.core.api import LARGEST_KEY, Input
from apps.readiness.models import (
    AnswerVersion,
    Edition,
    Evidence,
    Exemption,
    Kind,
    State,
    Value,
    Verdict,
    Weight,
)


class AnswerFilters(Input):
    """What the list of answers is narrowed to."""

    kind = serializers.ChoiceField(Kind.choices, required=False)
    area = serializers.SlugField(required=False, help_text="The key of an area, such as REL.")
    state = serializers.ChoiceField(State.choices, required=False)


class EditionFilters(Input):
    """Which edition of a checklist."""

    edition = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)


class StartInput(Input):
    """What a green-light conversation begins with."""

    expected_users = serializers.CharField(help_text="Who, and about how many. A guess is fine.")
    target_quarter = serializers.CharField(help_text="For example 2027-Q1.")
    sponsor = serializers.CharField(required=False, allow_blank=True)


class SaveInput(Input):
    """A whole answer: what is left out is empty afterwards."""

    state = serializers.ChoiceField(State.choices)
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False, allow_null=True)
    due_on = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)


class EvidenceInput(Input):
    """A link; its title may be left out."""

    url = serializers.CharField()
    title = serializers.CharField(required=False, allow_blank=True, default="")
    expires_on = serializers.DateField(required=False, allow_null=True)


class ExemptionInput(Input):
    """The wish for a "not now"."""

    reason = serializers.CharField()
    measure = serializers.CharField(help_text="What compensates meanwhile.")
    ends_on = serializers.DateField()


class DecisionInput(Input):
    """The answer to such a wish."""

    approve = serializers.BooleanField()
    reason = serializers.CharField()


class VerdictInput(Input):
    """A reviewer's word on an area."""

    value = serializers.ChoiceField(Value.choices)
    note = serializers.CharField(required=False, allow_blank=True)


class ReturnInput(Input):
    """The items that a reviewer wants looked at again."""

    items = serializers.ListField(child=serializers.CharField(), allow_empty=False, max_length=500)
    note = serializers.CharField(required=False, allow_blank=True)


class AnswerRow(serializers.Serializer[Any]):
    """An answer in a list. Described here, written as the query returns it."""

    question = serializers.CharField()
    id = serializers.IntegerField()
    item = serializers.CharField()
    area = serializers.CharField()
    weight = serializers.ChoiceField(Weight.choices, allow_blank=True)
    state = serializers.ChoiceField(State.choices)
    text = serializers.CharField()
    owner = serializers.IntegerField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    is_inherited = serializers.BooleanField()
    is_returned = serializers.BooleanField()
    is_exempt = serializers.BooleanField()
    evidence_count = serializers.IntegerField()
    revision = serializers.IntegerField()
    saved_at = serializers.DateTimeField(allow_null=True)


class HintOut(serializers.Serializer[Any]):
    """One piece of advice; it never blocks."""

    code = serializers.CharField()
    text = serializers.CharField()


class AnswerOut(AnswerRow):
    """An answer with what stands beside it."""

    service = serializers.CharField()
    hints = HintOut(many=True)


class AreaOut(serializers.Serializer[Any]):
    """One area of a checklist, counted."""

    key = serializers.CharField()
    title = serializers.CharField()
    applicable = serializers.IntegerField()
    answered = serializers.IntegerField()
    open_high = serializers.IntegerField()
    gaps = serializers.IntegerField()
    exempt = serializers.IntegerField()
    is_weak = serializers.BooleanField()
    verdict = serializers.ChoiceField(Value.choices, allow_blank=True)


class AssessmentOut(serializers.Serializer[Any]):
    """One service answering one checklist."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    edition = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    areas = AreaOut(many=True)


class VerdictOut(serializers.ModelSerializer[Verdict]):
    """One reviewer's present view of one area."""

    reviewer = PersonOut()

    class Meta:
        model = Verdict
        fields = ["reviewer", "value", "note", "at"]
        read_only_fields = fields


class EvidenceOut(serializers.ModelSerializer[Evidence]):
    """A link that shows an answer is true."""

    class Meta:
        model = Evidence
        fields = ["id", "title", "url", "expires_on", "added_by", "added_at"]
        read_only_fields = fields


class VersionOut(serializers.ModelSerializer[AnswerVersion]):
    """What an answer said at some time."""

    class Meta:
        model = AnswerVersion
        fields = ["revision", "state", "text", "owner", "due_on", "reason", "author", "saved_at"]
        read_only_fields = fields


class ExemptionOut(serializers.ModelSerializer[Exemption]):
    """A time-limited "not now"."""

    asked_by = PersonOut()
    decided_by = PersonOut(allow_null=True)

    class Meta:
        model = Exemption
        fields = ["id", "state", "reason", "measure", "ends_on", "asked_by", "asked_at"]
        fields += ["decided_by", "decided_at", "decision_reason"]
        read_only_fields = fields


class EditionRow(serializers.ModelSerializer[Edition]):
    """One published version of a checklist."""

    class Meta:
        model = Edition
        fields = ["key", "number", "kind", "title", "published_at"]
        read_only_fields = fields


class EditionOut(EditionRow):
    """A checklist with all of its questions."""

    content = serializers.JSONField()

    class Meta(EditionRow.Meta):
        fields = [*EditionRow.Meta.fields, "content"]
        read_only_fields = fields
