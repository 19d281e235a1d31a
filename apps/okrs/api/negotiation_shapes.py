"""What goes into the API of negotiations, and what comes out."""

from datetime import date
from typing import Any

from rest_framework import serializers

from apps.accounts.http import PersonOut
from apps.accounts.models import Actor, User
from apps.core.api import LARGEST_KEY, Input, NamedField
from apps.okrs import queries
from apps.okrs.api.common import a_team, cycle_out, exact, team_out
from apps.okrs.http import noted
from apps.okrs.models import (
    Act,
    Cycle,
    Move,
    Negotiation,
    NegotiationKind,
    Objective,
    ReasonCode,
    Stage,
    Terms,
)
from apps.okrs.rules.capacity import Fill
from apps.okrs.rules.negotiating import needs_a_decision
from apps.okrs.rules.terms import MOST_KEY_RESULTS

ASKED = [(one.value, one.label) for one in NegotiationKind if one != NegotiationKind.CHANGE]
CHANGE = "change"  # what is asked for where an agreement could be revoked too


class NegotiationFilters(Input):
    """What the list of negotiations is narrowed to."""

    show = serializers.ChoiceField(
        list(queries.SHOWN), required=False, help_text="A tab of the page: of the own teams, or stuck."
    )
    team = serializers.SlugField(required=False, help_text="The slug of either side.")
    cycle = serializers.SlugField(required=False, help_text="The slug of a quarter, such as 2027-q1.")
    kind = serializers.ChoiceField(NegotiationKind.choices, required=False)
    stage = serializers.ChoiceField(Stage.choices, required=False)
    objective = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)


class PayloadInput(Input):
    """Whole terms; each kind has its own fields, and what is left out is empty."""

    title = serializers.CharField(required=False, help_text="Of an objective.")
    why = serializers.CharField(required=False, allow_blank=True, help_text="Of an objective.")
    key_results = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        max_length=MOST_KEY_RESULTS,
        help_text="Of an objective: one sentence each.",
    )
    target = serializers.DecimalField(15, 4, required=False, help_text="Of a key result.")
    baseline = serializers.DecimalField(15, 4, required=False, help_text="Of a key result.")
    by = serializers.DateField(required=False, help_text="Of a key result.")
    deliverable = serializers.CharField(required=False, help_text="Of a contribution: what somebody gets.")
    person_weeks = serializers.DecimalField(
        7, 2, required=False, help_text="Of a contribution or a loan, of the side that gives."
    )
    starts_on = serializers.DateField(required=False, help_text="Of a contribution or a loan.")
    ends_on = serializers.DateField(required=False, help_text="Of a contribution or a loan.")
    needed_on = serializers.DateField(required=False, help_text="Of a contribution.")
    skills = serializers.CharField(required=False, allow_blank=True, help_text="Of a loan.")
    ramp = serializers.DecimalField(
        4, 3, required=False, help_text="Of a loan: the share that goes into getting to know, 0.2."
    )
    return_note = serializers.CharField(required=False, allow_blank=True, help_text="Of a loan.")
    lent_weeks = serializers.DecimalField(
        7, 2, required=False, help_text="Person-weeks that the asking side lends for it."
    )
    lent_from = serializers.DateField(required=False)
    lent_to = serializers.DateField(required=False)
    conditions = serializers.CharField(required=False, allow_blank=True)
    instead_of = serializers.CharField(
        required=False, allow_blank=True, help_text="What the side that does it drops, slows or starts not."
    )


class AskInput(Input):
    """Who asks whom for what; leads ask, and what members write is a draft."""

    kind = serializers.ChoiceField(ASKED)
    initiator = a_team()
    counterpart = a_team()
    cycle = NamedField(slug_field="slug", queryset=Cycle.objects.all())
    objective = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_KEY,
        help_text="What it is about; an objective that is proposed to the other team has none yet.",
    )
    key_result = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_KEY)
    terms = PayloadInput()
    message = serializers.CharField(required=False, allow_blank=True)
    respond_by = serializers.DateField(
        required=False, allow_null=True, help_text="A week if nothing is said."
    )
    draft = serializers.BooleanField(required=False, help_text="Keep it for the own side; send it later.")


class SendInput(Input):
    """The words with which a draft goes out."""

    message = serializers.CharField(required=False, allow_blank=True)
    respond_by = serializers.DateField(required=False, allow_null=True)


class OtherTermsInput(SendInput):
    """Other terms; with `seen`, terms that changed since are shown instead."""

    terms = PayloadInput()
    seen = serializers.CharField(required=False, max_length=64, help_text="The sha256 that was looked at.")


class AcceptInput(Input):
    """A yes to exactly what was looked at."""

    seen = serializers.CharField(max_length=64, help_text="The sha256 of the terms that were looked at.")
    displaced = serializers.CharField(
        required=False, allow_blank=True, help_text="What makes room for it, in the middle of a quarter."
    )
    within = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_KEY,
        help_text="The giver's own objective under which it is done.",
    )


class DeclineInput(Input):
    """Why not; the register of nos keeps it."""

    reason_code = serializers.ChoiceField(ReasonCode.choices)
    reason = serializers.CharField()


class NotNowInput(DeclineInput):
    """Why not now, and when it is decided again."""

    until_on = serializers.DateField()


class WordInput(Input):
    """A word that goes with a step, or none."""

    note = serializers.CharField(required=False, allow_blank=True)


class MoveReasonInput(Input):
    """Why; the other side reads it."""

    reason = serializers.CharField()


class ChangeInput(Input):
    """Other terms for what is agreed, and why."""

    terms = PayloadInput()
    reason = serializers.CharField()
    respond_by = serializers.DateField(required=False, allow_null=True)


class TermsOut(serializers.ModelSerializer[Terms]):
    """What one side put on the table; numbers and days are text, and the sha256 is what accepting binds."""

    team = team_out()
    payload = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Terms
        fields = ["version", "team", "payload", "sha256", "made_at"]
        read_only_fields = fields


class NegotiationRow(serializers.ModelSerializer[Negotiation]):
    """A negotiation in a list, with what is on the table."""

    initiator = team_out()
    counterpart = team_out()
    owes = team_out(allow_null=True)
    cycle = cycle_out()
    terms = TermsOut(allow_null=True)
    needs_a_decision = serializers.SerializerMethodField()

    class Meta:
        model = Negotiation
        fields = ["id", "kind", "title", "initiator", "counterpart", "cycle", "objective", "key_result"]
        fields += ["changes", "stage", "owes", "terms", "rounds", "respond_by", "opened_at", "closed_at"]
        fields += ["displaced", "needs_a_decision"]
        read_only_fields = fields

    def get_needs_a_decision(self, row: Negotiation) -> bool:
        """Tell whether leadership should look at it: three rounds, and no agreement."""
        return needs_a_decision(row)


class MoveOut(serializers.ModelSerializer[Move]):
    """One act of one side; nobody's where nobody answered in time."""

    team = team_out(allow_null=True)
    person = PersonOut(allow_null=True)
    terms = serializers.IntegerField(source="terms.version", allow_null=True)
    reason_code = serializers.ChoiceField(ReasonCode.choices, allow_blank=True)

    class Meta:
        model = Move
        fields = ["seq", "act", "team", "person", "terms", "reason_code", "reason", "at"]
        read_only_fields = fields


class ComparedOut(serializers.Serializer[Any]):
    """One field, as it is asked and offered."""

    name = serializers.CharField(source="field.name")
    label = serializers.CharField(source="field.label")  # type: ignore[assignment]  # the serializer has one too
    asked = serializers.CharField()
    offered = serializers.CharField()
    difference = serializers.CharField()


class LedgerOut(serializers.Serializer[Any]):
    """A team's quarter in person-weeks, each number with its parts; `rho` is promised ÷ available."""

    own = exact()
    lent = exact()
    gained = exact()
    available = exact()
    promised = exact()
    free = exact()
    rho = exact(allow_null=True)
    fill = serializers.ChoiceField([one.value for one in Fill])
    up_to = exact(allow_null=True)


class TitleOut(serializers.ModelSerializer[Objective]):
    """An objective by number and title."""

    class Meta:
        model = Objective
        fields = ["id", "title"]
        read_only_fields = fields


class NegotiationOut(NegotiationRow):
    """A negotiation with both sides' last terms, its moves, and what the giver has and puts first."""

    giver = serializers.CharField()
    requester = serializers.CharField()
    asked = TermsOut(allow_null=True)
    offered = TermsOut(allow_null=True)
    compared = ComparedOut(many=True)
    moves = MoveOut(many=True)
    capacity = LedgerOut(allow_null=True)
    ranks = TitleOut(many=True)
    hidden_ranks = serializers.IntegerField()
    changed_by = serializers.ListField(child=serializers.IntegerField())
    no = serializers.IntegerField(allow_null=True)
    acts = serializers.ListField(child=serializers.CharField())

    class Meta(NegotiationRow.Meta):
        fields = [*NegotiationRow.Meta.fields, "giver", "requester", "asked", "offered", "compared"]
        fields += ["moves", "capacity", "ranks", "hidden_ranks", "changed_by", "no", "acts"]
        read_only_fields = fields


def in_full(pk: int, *, by: Actor, person: User, on: date) -> dict[str, Any]:
    """Return a negotiation as NegotiationOut describes it, read as its page reads it."""
    found = queries.negotiation(pk, person=person, on=on)
    noted([found.objective], by=by)
    ball = queries.catchball(found, by=by, person=person, on=on)
    acts = ball.acts | ({CHANGE} if Act.REVOKE.value in ball.acts else set())
    return {
        **NegotiationRow(found).data,
        "giver": ball.giver.slug,
        "requester": ball.requester.slug,
        "asked": TermsOut(ball.asked).data if ball.asked else None,
        "offered": TermsOut(ball.offered).data if ball.offered else None,
        "compared": ComparedOut(ball.compared, many=True).data,
        "moves": MoveOut([one.move for one in ball.thread], many=True).data,
        "capacity": LedgerOut(ball.giver_ledger).data if ball.giver_ledger else None,
        "ranks": TitleOut(ball.ranks, many=True).data,
        "hidden_ranks": ball.hidden_ranks,
        "changed_by": [one.pk for one in ball.changes],
        "no": ball.no.pk if ball.no else None,
        "acts": sorted(acts),
    }
