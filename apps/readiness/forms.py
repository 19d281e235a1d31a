"""Input from pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.core.errors import InvalidInputError
from apps.core.forms import Line, Text
from apps.readiness import rules
from apps.readiness.models import Answer, Value


class SaveForm(forms.Form):
    """One item; `revision` is the one that the person had on screen, `owner` a person's number."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000)
    state = forms.CharField(max_length=20)
    text = Text(limit=rules.LONGEST_TEXT, required=False)
    owner = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    due_on = forms.DateField(required=False, label="Date")
    reason = Text(limit=rules.LONGEST_REASON, required=False, label="Reason")

    def __init__(self, *args: Any, answer: Answer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answer = answer
        self.asks = ""  # what the state still needs, for somebody who has only just chosen it

    def clean_owner(self) -> User | None:
        """Return the person; a query only if it is another than before."""
        pk = self.cleaned_data["owner"]
        if pk is None or pk == self.answer.owner_id:
            return self.answer.owner if pk else None
        owner = User.objects.active().filter(pk=pk).first()
        if owner is None:
            message = "Choose somebody of the team."
            raise ValidationError(message)
        return owner

    def clean(self) -> dict[str, Any]:
        """Refuse here what the transition would refuse, so that it is said beside the field."""
        values = self.cleaned_data
        if not self.errors:
            draft = rules.Draft(**{name: value for name, value in values.items() if name != "revision"})
            assessment = self.answer.assessment
            self.asks = draft.asks(assessment.kind)
            try:
                draft.checked(assessment.kind, team_id=assessment.service.team_id, before=self.answer)
            except InvalidInputError as error:
                self.add_error(error.field, str(error))
        return values

    @property
    def problem(self) -> str:
        """Return the first thing that is wrong, in one sentence."""
        return next((str(problems[0]) for problems in self.errors.values()), "")


class StartForm(forms.Form):
    """What a green-light conversation begins with."""

    expected_users = Line(
        limit=300, label="Expected users", help_text="Who, and about how many. A guess is fine."
    )
    target_quarter = Line(limit=20, label="Target quarter", help_text="For example 2027-Q1.")
    sponsor = Line(
        limit=300,
        required=False,
        label="Sponsor or objective",
        help_text="Who wants it, or which objective it serves. “None yet” is an answer.",
    )

    def clean_target_quarter(self) -> str:
        """Refuse here what the transition would refuse, so that it is said beside the field."""
        quarter: str = self.cleaned_data["target_quarter"]
        try:
            rules.check_target(expected_users="known", target_quarter=quarter)
        except InvalidInputError as error:
            raise ValidationError(str(error)) from error
        return quarter


class EvidenceForm(forms.Form):
    """A link; its title may be left out."""

    url = Line(limit=rules.LONGEST_URL, label="Address", widget=forms.URLInput)
    title = Line(limit=200, required=False, label="Title")
    expires_on = forms.DateField(
        required=False, label="Expires on", widget=forms.DateInput(attrs={"type": "date"})
    )


class ExemptionForm(forms.Form):
    """The wish for a "not now"."""

    reason = Text(limit=rules.LONGEST_REASON, label="Why not now")
    measure = Text(limit=rules.LONGEST_MEASURE, label="What compensates meanwhile")
    ends_on = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}))


class DecisionForm(forms.Form):
    """The answer to such a wish; the button says which."""

    approve = forms.TypedChoiceField(
        choices=[("yes", "Approve"), ("no", "Refuse")], coerce=lambda word: word == "yes"
    )
    reason = Text(limit=rules.LONGEST_REASON, label="Reason")


class VerdictForm(forms.Form):
    """A reviewer's word on an area."""

    value = forms.ChoiceField(choices=Value, label="Verdict")
    note = Text(limit=rules.LONGEST_NOTE, required=False, label="Note")


class ReturnForm(forms.Form):
    """The items that a reviewer wants looked at again."""

    items = forms.TypedMultipleChoiceField(coerce=int)
    note = Text(limit=rules.LONGEST_NOTE, required=False, label="Note")

    def __init__(self, *args: Any, ids: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(pk, pk) for pk in ids]  # type: ignore[attr-defined]


class CommentForm(forms.Form):
    """A word in the thread of an item."""

    text = Text(limit=10_000, label="Comment")
