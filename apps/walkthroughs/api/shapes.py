"""What goes into the API of walkthroughs, and what comes out."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.accounts.http import PersonOut
from apps.accounts.models import Actor, User
from apps.catalog.models import Phase, RiskLevel, Service
from apps.core.api import Input
from apps.readiness.models import Value
from apps.walkthroughs import queries
from apps.walkthroughs.models import (
    Capacity,
    Decision,
    FollowUp,
    Launch,
    Reply,
    Seat,
    SignOff,
    Veto,
    Walkthrough,
)

PERSON = serializers.PrimaryKeyRelatedField(queryset=User.objects.active())
SERVICE = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)


class WalkthroughFilters(Input):
    """What the list of walkthroughs is narrowed to."""

    show = serializers.ChoiceField(list(queries.SHOWN), required=False)
    risk = serializers.ChoiceField(RiskLevel.choices, required=False)
    mine = serializers.BooleanField(required=False, source="is_mine")


class TimeInput(Input):
    """When and where."""

    starts_at = serializers.DateTimeField()
    minutes = serializers.IntegerField(min_value=1, max_value=1000)
    time_zone = serializers.CharField(help_text="Of the meeting, such as Europe/Stockholm.")
    place = serializers.CharField(required=False, allow_blank=True, default="")


class PlaceInput(Input):
    """One seat of a panel."""

    capacity = serializers.ChoiceField(Capacity.choices)
    person = PERSON
    reason = serializers.CharField(required=False, allow_blank=True, default="chosen by a program")


class ScheduleInput(TimeInput):
    """Time, place and panel."""

    panel = serializers.ListField(child=PlaceInput(), max_length=50)


class ReasonInput(Input):
    """Why something far-reaching happens."""

    reason = serializers.CharField()


class LaunchInput(Input):
    """The reason for passing conditions; a launch through an open gate needs none."""

    reason = serializers.CharField(required=False, allow_blank=True)


class PersonInput(Input):
    """Who takes a seat."""

    person = PERSON


class SeatInput(PersonInput):
    """Who takes which seat."""

    capacity = serializers.ChoiceField(Capacity.choices)


class ReplyInput(Input):
    """The answer to an invitation."""

    reply = serializers.ChoiceField([(one.value, one.label) for one in (Reply.YES, Reply.MAYBE, Reply.NO)])
    note = serializers.CharField(required=False, allow_blank=True)


class NotesInput(Input):
    """The minutes, whole."""

    text = serializers.CharField(allow_blank=True, trim_whitespace=False)


class MeetingVerdictInput(Input):
    """A reviewer's word on one area."""

    value = serializers.ChoiceField(Value.choices)
    note = serializers.CharField(required=False, allow_blank=True)


class FollowUpInput(Input):
    """What is to be done, by whom, until when."""

    text = serializers.CharField()
    owner = PERSON
    due_on = serializers.DateField()
    item = serializers.CharField(required=False, allow_blank=True)
    must_fix = serializers.BooleanField(required=False)


class FinishInput(Input):
    """What was done."""

    note = serializers.CharField(required=False, allow_blank=True)


class SignInput(Input):
    """A signature; `seen` is the sha256 of the content that was looked at."""

    decision = serializers.ChoiceField(SignOff.Decision.choices)
    seen = serializers.CharField(max_length=64)
    note = serializers.CharField(required=False, allow_blank=True)
    items = serializers.ListField(child=serializers.CharField(), required=False, max_length=500)
    lifted_by_what = serializers.CharField(required=False, help_text="With a veto: what would lift it.")
    review_on = serializers.DateField(required=False, help_text="With a veto: when to look at it again.")


class ConfirmInput(Input):
    """The sha256 of the content that was looked at."""

    seen = serializers.CharField(max_length=64)


class KeepInput(Input):
    """Until when a veto stands."""

    review_on = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, default="")


class SeatOut(serializers.ModelSerializer[Seat]):
    """One person at one walkthrough."""

    person = PersonOut()

    class Meta:
        model = Seat
        fields = ["id", "person", "capacity", "is_required", "reason", "reply", "reply_note", "replied_at"]
        read_only_fields = fields


class FollowUpOut(serializers.ModelSerializer[FollowUp]):
    """An action item out of a walkthrough."""

    owner = PersonOut()

    class Meta:
        model = FollowUp
        fields = ["id", "walkthrough", "number", "text", "item", "owner", "due_on", "must_fix"]
        fields += ["made_at", "done_at", "done_note"]
        read_only_fields = fields


class SignOffOut(serializers.ModelSerializer[SignOff]):
    """What one seat decided."""

    class Meta:
        model = SignOff
        fields = ["id", "seat", "decision", "note", "signed_at"]
        read_only_fields = fields


class SignatureOut(serializers.Serializer[Any]):
    """A seat that signs, with what it decided and whether that still counts."""

    seat = serializers.IntegerField(source="seat.pk")
    sign_off = SignOffOut(allow_null=True)
    counts = serializers.BooleanField()


class VetoOut(serializers.ModelSerializer[Veto]):
    """Stands on a service until it is lifted."""

    service = SERVICE
    author = PersonOut()
    items = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Veto
        fields = ["id", "service", "author", "capacity", "reason", "items", "lifted_by_what"]
        fields += ["review_on", "made_at", "lifted_at", "lift_reason"]
        read_only_fields = fields


class WalkthroughRow(serializers.ModelSerializer[Walkthrough]):
    """A walkthrough in a list."""

    service = SERVICE
    risk_level = serializers.ChoiceField(RiskLevel.choices, allow_blank=True)
    decision = serializers.ChoiceField(Decision.choices, allow_blank=True)

    class Meta:
        model = Walkthrough
        fields = ["id", "service", "state", "planned_on", "starts_at", "minutes", "time_zone", "place"]
        fields += ["risk_level", "held_at", "decided_at", "decision", "cancelled_at", "cancel_reason"]
        read_only_fields = fields


class WalkthroughOut(WalkthroughRow):
    """A walkthrough with its people, minutes and signatures; its ETag is the minutes' revision."""

    seats = SeatOut(many=True)
    follow_ups = FollowUpOut(many=True)
    signatures = SignatureOut(many=True)
    vetoes = VetoOut(many=True)

    class Meta(WalkthroughRow.Meta):
        fields = [*WalkthroughRow.Meta.fields, "notes", "notes_revision", "began_at"]
        fields += ["seats", "follow_ups", "signatures", "vetoes"]
        read_only_fields = fields


def in_full(pk: int, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Return a walkthrough as WalkthroughOut describes it, read as its page reads it."""
    page = queries.page(pk, by=by, now=now)
    found = page.walkthrough
    own = {name: getattr(found, name) for name in ("notes", "notes_revision", "began_at")}
    return {
        **WalkthroughRow(found).data,
        **own,
        "seats": SeatOut(page.seats, many=True).data,
        "follow_ups": FollowUpOut([one for one, _may in page.follow_ups], many=True).data,
        "signatures": SignatureOut(page.signatures, many=True).data,
        "vetoes": VetoOut(page.vetoes, many=True).data,
    }


class ProposedOut(serializers.Serializer[Any]):
    """A seat that the risk asks for, with who could take it and why."""

    capacity = serializers.ChoiceField(Capacity.choices)
    person = PersonOut(allow_null=True)
    reason = serializers.CharField()


class ContentOut(serializers.Serializer[Any]):
    """What a signature is about, and the name under which it is signed."""

    sha256 = serializers.CharField()
    content = serializers.JSONField()


class ConditionOut(serializers.Serializer[Any]):
    """One thing that a launch looks at."""

    code = serializers.CharField()
    met = serializers.BooleanField()
    title = serializers.CharField()
    reason = serializers.CharField()
    url = serializers.CharField()


class GateOut(serializers.Serializer[Any]):
    """The launch gate: each condition, and which of them cannot be passed."""

    level = serializers.ChoiceField(RiskLevel.choices)
    conditions = ConditionOut(many=True)
    blocking = serializers.ListField(child=serializers.CharField())


class LaunchOut(serializers.ModelSerializer[Launch]):
    """A service went live."""

    service = SERVICE

    class Meta:
        model = Launch
        fields = ["id", "service", "walkthrough", "at", "is_over", "over", "reason", "look_back_on"]
        read_only_fields = fields


class PhaseOut(serializers.Serializer[Any]):
    """Where a service is now."""

    slug = serializers.CharField()
    phase = serializers.ChoiceField(Phase.choices)
    phase_since = serializers.DateTimeField()
