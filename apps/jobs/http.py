"""How the APIs of all apps show background work."""

from rest_framework import serializers

from apps.jobs.models import Job


class JobOut(serializers.ModelSerializer[Job]):
    """A piece of background work; `result` depends on its kind."""

    class Meta:
        model = Job
        fields = ["id", "kind", "title", "state", "done", "total", "problem", "result", "url", "asked_at"]
        fields += ["finished_at"]
        read_only_fields = fields
