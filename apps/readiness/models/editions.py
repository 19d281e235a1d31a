"""Editions: published, immutable versions of a checklist."""

from django.db import models
from django.db.models import Q
from django.urls import reverse


class Kind(models.TextChoices):
    """What a checklist is for."""

    CONVERSATION = "conversation", "Conversation"
    READINESS = "readiness", "Readiness"


class Weight(models.TextChoices):
    """How much an item counts: high would hurt at launch, medium within months, low is good practice."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class Edition(models.Model):
    """One published version of a checklist; never changed, a correction is the next number."""

    key = models.SlugField(max_length=60)  # "operational-readiness"
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=200)
    content = models.JSONField()  # {"summary", "areas": [{"key", "title", "summary", "items": [{…}]}]}
    sha256 = models.CharField(max_length=64)  # of the YAML text
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="edition_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="edition_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, edition {self.number}"

    def get_absolute_url(self) -> str:
        """Return the page on which everybody reads it."""
        return f"{reverse('readiness:checklist', args=[self.key])}?edition={self.number}"
