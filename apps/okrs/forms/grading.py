"""Grades, and the verdict at the end."""

from decimal import Decimal
from typing import Any

from django import forms

from apps.core.errors import InvalidInputError
from apps.core.forms import Line, Text
from apps.okrs import queries, rules
from apps.okrs.models import Cause, Verdict

NOT_MEASURED = "none"
GRADES = [(NOT_MEASURED, "Not measured")] + [
    (f"{tenth / 10:.1f}", f"{tenth / 10:.1f}") for tenth in range(11)
]
NEEDED = {"cause": "for a commitment", "learned": "for a moon shot of 0.1 or less"}


class GradeForm(forms.Form):
    """The grade of one key result; "not measured" is one of the choices."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)
    grade = forms.ChoiceField(label="Grade", choices=GRADES)
    reason = Line(limit=500, label="Why, in one line")
    cause = forms.ChoiceField(
        required=False, label="Cause of a miss", choices=[("", "no miss"), *Cause.choices]
    )
    learned = Text(limit=1000, required=False, label="What we learned")

    def clean_grade(self) -> Decimal | None:
        """Return the number; None for "not measured"."""
        chosen: str = self.cleaned_data["grade"]
        return None if chosen == NOT_MEASURED else Decimal(chosen)

    def __init__(self, *args: Any, ambition: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ambition = ambition
        for name, when in NEEDED.items():
            self.fields[name].needed = when  # type: ignore[attr-defined]
        self.fields["learned"].widget.attrs["rows"] = 2

    def clean(self) -> dict[str, Any]:
        """Refuse here what the transition would refuse, so that it is said beside the field."""
        values = self.cleaned_data
        if not self.errors:
            try:
                rules.check_grade(
                    values["grade"],
                    ambition=self.ambition,
                    reason=values["reason"],
                    cause=values["cause"],
                    learning=values["learned"],
                )
            except InvalidInputError as error:
                self.add_error("learned" if error.field == "learning" else error.field, str(error))
        return values


def grade_form(row: queries.KeyResultRow) -> GradeForm:
    """Return the form with what was said already, else with what the numbers propose."""
    key_result = row.key_result
    if key_result.graded_at is not None:
        grade = NOT_MEASURED if key_result.grade is None else f"{key_result.grade:.1f}"
    else:
        grade = f"{row.proposal.grade:.1f}" if row.proposal else NOT_MEASURED
    initial = {
        "revision": key_result.revision,
        "grade": grade,
        "reason": key_result.grade_note,
        "cause": key_result.cause,
        "learned": key_result.learned,
    }
    return GradeForm(initial=initial, ambition=row.ambition, auto_id=f"k{key_result.pk}_%s")


class CloseForm(forms.Form):
    """What becomes of an objective whose quarter is over."""

    verdict = forms.ChoiceField(label="What becomes of it", choices=Verdict, widget=forms.RadioSelect)
    note = Text(limit=1000, label="What you take along")
