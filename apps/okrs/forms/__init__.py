"""Input from pages of goals."""

from apps.okrs.forms.check_ins import CheckInForm, RevisionForm
from apps.okrs.forms.grading import CloseForm, GradeForm, grade_form
from apps.okrs.forms.measuring import TERMS, TermsForm, terms_of
from apps.okrs.forms.metrics import (
    DESCRIBED,
    MetricEditForm,
    MetricForm,
    PasteForm,
    TensionForm,
    ValueForm,
    metric_form,
)

__all__ = [
    "DESCRIBED",
    "TERMS",
    "CheckInForm",
    "CloseForm",
    "GradeForm",
    "MetricEditForm",
    "MetricForm",
    "PasteForm",
    "RevisionForm",
    "TensionForm",
    "TermsForm",
    "ValueForm",
    "grade_form",
    "metric_form",
    "terms_of",
]
