"""What people type when they ask, counter, accept and say no."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils.datastructures import MultiValueDict

from apps.catalog.models import Team
from apps.core.errors import InvalidInputError
from apps.core.forms import Line
from apps.okrs.models import Cycle, NegotiationKind, Objective, ReasonCode
from apps.okrs.rules.negotiating import LONGEST_ANSWER, LONGEST_REASON
from apps.okrs.rules.terms import FIELDS, LENT, Field, Payload, Type, changed, clean_payload

DAY: Final = {"type": "date"}
SHORT: Final = {Type.DAY, Type.NUMBER, Type.WEEKS, Type.SHARE}
Data = MultiValueDict[str, Any] | Mapping[str, Any] | None
KINDS: Final = {
    NegotiationKind.CONTRIBUTION: "Do something for us",
    NegotiationKind.LOAN: "Lend people",
    NegotiationKind.TARGET: "Another target of a key result",
    NegotiationKind.OBJECTIVE: "Agree on an objective",
}
OFFERS: Final[dict[str, str]] = {  # what is about the other team's objective is done by one's own
    NegotiationKind.CONTRIBUTION: "Offer to do something for them",
    NegotiationKind.LOAN: "Offer to lend people",
}


class RowField(forms.ChoiceField):
    """One of some rows that the page has loaded already: a field costs no query."""

    def __init__(self, *, rows: Iterable[Any], empty_label: str = "", **options: Any) -> None:
        self.rows = {str(row.pk): row for row in rows}
        choices = [(key, str(row)) for key, row in self.rows.items()]
        super().__init__(choices=[("", empty_label), *choices] if empty_label else choices, **options)

    def clean(self, value: object) -> Any:  # noqa: ANN401 -- a row
        """Return the row, or none."""
        return self.rows.get(super().clean(value))


def _field(one: Field) -> forms.Field:
    """Return the control of one field of the terms; what it means is decided by rules.terms."""
    options: dict[str, Any] = {
        "label": one.label,
        "required": one.is_required,
        "help_text": one.help,
    }
    match one.type:
        case Type.DAY:
            widget = forms.DateInput(attrs=DAY, format="%Y-%m-%d")
            return forms.DateField(widget=widget, **options)
        case Type.TEXT | Type.LINES:
            rows = 4 if one.type == Type.LINES else 2
            return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), strip=False, **options)
        case Type.NUMBER | Type.WEEKS | Type.SHARE:
            number = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            return forms.CharField(widget=number, max_length=30, **options)
    return forms.CharField(max_length=one.limit, **options)


class TermsForm(forms.Form):
    """The terms of one side; `seen` names what was on the table when it was opened."""

    def __init__(
        self,
        data: Data = None,
        *,
        shape: str,
        cycle: Cycle,
        before: Payload | None = None,
        crowds: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.shape, self.cycle, self.before = shape, cycle, before
        for one in FIELDS[shape]:
            self.fields[one.name] = _field(one)
            if before is not None and not self.is_bound:
                self.initial.setdefault(one.name, before.get(one.name, ""))
        self.crowds = crowds
        self.fields["message"] = Line(
            label="What you say to it", limit=LONGEST_REASON, required=False, help_text="In your own words."
        )
        self.fields["respond_by"] = forms.DateField(
            label="Answer until",
            required=False,
            widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            help_text="A week if nothing is said. Silence is never a yes: it lapses then.",
        )
        self.fields["seen"] = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    @property
    def main(self) -> list[list[forms.BoundField]]:
        """Return the fields of the terms that are always in sight; short ones share a row."""
        rows: list[list[forms.BoundField]] = []
        was_short = False
        for one in FIELDS[self.shape]:
            if one.group == LENT:
                continue
            is_short = one.type in SHORT
            if is_short and was_short:
                rows[-1].append(self[one.name])
            else:
                rows.append([self[one.name]])
            was_short = is_short
        return rows

    @property
    def lent(self) -> list[forms.BoundField]:
        """Return the fields of people who are lent for it."""
        return [self[one.name] for one in FIELDS[self.shape] if one.group == LENT]

    @property
    def has_lent(self) -> bool:
        """Tell whether they are filled in, or refused."""
        return any(one.value() or one.errors for one in self.lent)

    def clean(self) -> None:
        """Let the rules say what they refuse, beside the field."""
        said = {one.name: self.cleaned_data.get(one.name) for one in FIELDS[self.shape]}
        if self.errors:
            return
        try:
            self.cleaned_data["payload"] = payload = clean_payload(self.shape, said, cycle=self.cycle)
        except InvalidInputError as error:
            self.add_error(error.field if error.field in self.fields else None, str(error))
            return
        if self.before is not None and not changed(self.before, payload):
            self.add_error(None, "Change at least one field, or accept: these are the terms on the table.")

    def clean_respond_by(self) -> date | None:
        """Refuse a day far away."""
        day: date | None = self.cleaned_data["respond_by"]
        if day and day > date.today() + LONGEST_ANSWER + timedelta(days=1):  # noqa: DTZ011 -- the rule is exact
            message = f"An answer is waited for {LONGEST_ANSWER.days} days at most."
            raise forms.ValidationError(message)
        return day


class SidesForm(forms.Form):
    """Who asks whom, in which quarter."""

    def __init__(
        self,
        data: Data = None,
        *,
        mine: list[Team],
        others: list[Team],
        cycles: list[Cycle],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.fields["initiator"] = RowField(label="Who asks", rows=mine)
        self.fields["counterpart"] = RowField(label="Who is asked", rows=others, empty_label="Choose a team")
        self.fields["cycle"] = RowField(label="For the quarter", rows=cycles)

    def clean(self) -> None:
        """Refuse a team that asks itself."""
        said = self.cleaned_data
        if said.get("initiator") and said.get("initiator") == said.get("counterpart"):
            self.add_error("counterpart", "A team does not negotiate with itself, and lends itself nobody.")


class NoForm(forms.Form):
    """A no, or a not now with a day."""

    reason_code = forms.ChoiceField(label="Why", choices=[("", "Choose a reason"), *ReasonCode.choices])
    reason = Line(
        label="In a sentence",
        limit=LONGEST_REASON,
        help_text="The other side reads it, and the register keeps it.",
    )
    until_on = forms.DateField(
        label="Not now: decide again on",
        required=False,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text="Leave it empty for a no without an end.",
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = Line(label="Why", limit=LONGEST_REASON, help_text="The other side reads it.")


class NoteForm(forms.Form):
    """A word to go with a step, or none."""

    reason = Line(label="Anything to say?", limit=LONGEST_REASON, required=False)


class AcceptForm(forms.Form):
    """What a yes pushes out, and under which objective it is done; `seen` binds the terms on screen."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    displaced = Line(
        label="What makes room for it",
        limit=500,
        required=False,
        help_text="What is dropped, slowed down or not started.",
    )

    def __init__(
        self,
        data: Data = None,
        *,
        crowded: bool,
        objectives: list[Objective],
        said: str = "",
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.fields["displaced"].required = crowded
        if not crowded:
            del self.fields["displaced"]
        elif said:
            self.initial.setdefault("displaced", said)
        if objectives:
            self.fields["within"] = RowField(
                label="It is done under",
                rows=objectives,
                required=False,
                empty_label="No objective of its own",
                help_text="Both are linked: the one depends on the other.",
            )


class SendForm(forms.Form):
    """A draft goes out."""

    reason = Line(label="What you say to it", limit=LONGEST_REASON, required=False)
    respond_by = forms.DateField(
        label="Answer until", required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
