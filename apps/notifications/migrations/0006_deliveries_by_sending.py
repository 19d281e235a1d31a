"""An index to add, for what was sent lately; it is built beside the running portal."""

from django.db import migrations, models

from apps.core.operations import AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("notifications", "0005_inbox_indexes"),
    ]

    operations = [
        AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["sent_at"],
                condition=models.Q(sent_at__isnull=False),
                name="delivery_by_sending",
            ),
        ),
    ]
