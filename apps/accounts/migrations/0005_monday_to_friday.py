from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations, models

from apps.accounts.models import monday_to_friday


class Migration(migrations.Migration):
    """What the code gives to new people; the database has no default of its own, so nothing changes there."""

    dependencies = [("accounts", "0004_sessions_ended_at_once")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="user",
                    name="works_on",
                    field=models.JSONField(default=monday_to_friday, encoder=DjangoJSONEncoder),
                ),
            ]
        ),
    ]
