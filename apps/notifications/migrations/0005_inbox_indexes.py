from django.db import migrations, models

from apps.core.operations import AddIndex


class Migration(migrations.Migration):
    """The orders in which the inbox and the daily mail are read."""

    atomic = False

    dependencies = [
        ('notifications', '0004_traceparent'),
    ]

    operations = [
        AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('done_at', None), ('snoozed_until', None)), fields=['recipient', '-at', '-id'], name='notice_present'),
        ),
        AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('snoozed_until__isnull', False)), fields=['snoozed_until'], name='notice_comes_back'),
        ),
        AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('mail_at__isnull', False)), fields=['mail_at'], name='notice_by_mail'),
        ),
    ]
