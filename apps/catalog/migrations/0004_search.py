"""Find services by any part of a word without reading all of them: trigrams, on PostgreSQL."""

from django.db import migrations

INDEXES = {
    "service_name_words": "upper(name::text)",
    "service_purpose_words": "upper(purpose::text)",
    "service_tag_words": "upper(tags::text)",
}


def forwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for name, words in INDEXES.items():
            schema_editor.execute(
                f"CREATE INDEX {name} ON catalog_service USING gin (({words}) gin_trgm_ops)"
            )


def backwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_order_of_the_list")]

    operations = [migrations.RunPython(forwards, backwards)]
