from django.db import migrations

from apps.activity.models import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def lift(apps, schema_editor):
    triggers.lift(schema_editor.connection)


class Migration(migrations.Migration):
    """Make the triggers as they are today; `migrate` puts them right after every later migration."""

    dependencies = [
        ('activity', '0002_seals'),
    ]

    operations = [
        migrations.RunPython(install, lift),
    ]
