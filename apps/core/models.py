"""What the ground itself stores: files by their content, signs of life, and what sign-ins count."""

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


class CacheEntry(models.Model):
    """A row of Django's database cache, which alone writes it and decides what its columns are called."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(cache_key=""), name="cacheentry_has_a_key")]

    def __str__(self) -> str:
        return f"{self.cache_key} until {self.expires:%Y-%m-%d %H:%M:%S}"
