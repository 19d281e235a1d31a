"""Checklists and what teams answer to them."""

from apps.readiness.models.answers import Answer, AnswerQuerySet, AnswerVersion, Evidence, Exemption, State
from apps.readiness.models.assessments import Area, Assessment, AssessmentQuerySet, Reviewer, Value, Verdict
from apps.readiness.models.editions import Edition, Kind, Weight

__all__ = [
    "Answer",
    "AnswerQuerySet",
    "AnswerVersion",
    "Area",
    "Assessment",
    "AssessmentQuerySet",
    "Edition",
    "Evidence",
    "Exemption",
    "Kind",
    "Reviewer",
    "State",
    "Value",
    "Verdict",
    "Weight",
]
