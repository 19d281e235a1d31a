"""What an import brought, so that the next one can tell a change there from an edit here."""

from django.db import models


class Imported(models.Model):
    """One entity of a Backstage catalog, with the values that its file had when they were last taken over."""

    ref = models.CharField(max_length=500, unique=True)  # "component:default/artist-lookup", lower case
    kind = models.CharField(max_length=20)  # team, person, service, interface, system, domain
    object_id = models.PositiveBigIntegerField()
    values = models.JSONField(default=dict)
    drift = models.JSONField(default=dict)  # {field: {"here": …, "there": …}}; edited here, not overwritten
    file = models.CharField(max_length=500)
    line = models.PositiveIntegerField()
    imported_at = models.DateTimeField()
    # What the last job that wrote the entity made of it: whoever goes on after a dead worker counts it so.
    job_id = models.PositiveBigIntegerField(null=True)
    outcome = models.CharField(max_length=10, default="", db_default="")  # created or updated

    class Meta:
        indexes = [models.Index(fields=["kind", "object_id"], name="imported_by_object")]

    def __str__(self) -> str:
        return self.ref
