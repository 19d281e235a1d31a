from django.db import migrations, models

from apps.core.operations import AddIndex


class Migration(migrations.Migration):
    """The orders in which history is read."""

    atomic = False

    dependencies = [
        ('activity', '0003_triggers'),
    ]

    operations = [
        AddIndex(
            model_name='event',
            index=models.Index(fields=['at', 'id'], name='event_by_time'),
        ),
        AddIndex(
            model_name='event',
            index=models.Index(fields=['verb', 'at'], name='event_by_verb'),
        ),
        AddIndex(
            model_name='event',
            index=models.Index(fields=['request_id'], name='event_by_request'),
        ),
    ]
