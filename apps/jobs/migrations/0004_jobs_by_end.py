"""An index to add, for what was done lately; it is built beside the running portal."""

from django.db import migrations, models

from apps.core.operations import AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("jobs", "0003_asked_as"),
    ]

    operations = [
        AddIndex(
            model_name="job",
            index=models.Index(
                fields=["finished_at", "id"],
                condition=models.Q(finished_at__isnull=False),
                name="job_by_end",
            ),
        ),
    ]
