"""Checklists for programs: the same queries and transitions as the pages."""

from apps.readiness.api.answers import AnswerViewSet
from apps.readiness.api.checklists import ChecklistViewSet, EditionViewSet

__all__ = ["AnswerViewSet", "ChecklistViewSet", "EditionViewSet"]
