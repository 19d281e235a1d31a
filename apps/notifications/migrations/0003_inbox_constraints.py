from django.db import migrations, models

from apps.core.operations import AddConstraint


class Migration(migrations.Migration):
    """Only constraints on new columns, which code that still runs does not write."""

    atomic = False

    dependencies = [
        ('notifications', '0002_inbox_and_preferences'),
    ]

    operations = [
        AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('daily_on__isnull', False)), fields=('recipient', 'daily_on'), name='delivery_one_mail_a_day'),
        ),
        AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), models.Q(('read_at__isnull', False), ('snoozed_until', None)), _connector='OR'), name='notice_done_is_read_and_not_put_off'),
        ),
        AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('snoozed_until', None), ('read_at__isnull', False), _connector='OR'), name='notice_put_off_is_read'),
        ),
    ]
