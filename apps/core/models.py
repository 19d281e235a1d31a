"""What the ground itself stores: files by their content, and signs of life."""

from django.db import models
from django.db.models import Q


class StoredFile(models.Model):
    """One file's bytes, kept once however often it is used; write through core.files only."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()  # bytes
    media_type = models.CharField(max_length=100)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="storedfile_is_not_empty")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.size} bytes)"


class Heartbeat(models.Model):
    """When a part of the machinery was last seen at work; write through core.health only."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="heartbeat_has_a_name")]

    def __str__(self) -> str:
        return f"{self.name} at {self.seen_at:%H:%M:%S}"
