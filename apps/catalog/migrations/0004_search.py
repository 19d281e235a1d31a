from django.db import migrations

from apps.core.operations import OnPostgreSQL

INDEXES = {
    "service_name_trigrams": "upper(name::text)",
    "service_purpose_trigrams": "upper(purpose::text)",
    "service_tag_trigrams": "upper(tags::text)",
}


class Migration(migrations.Migration):
    """Find services by any part of a word without reading all of them: trigrams, on PostgreSQL."""

    atomic = False

    dependencies = [("catalog", "0003_order_of_the_list")]

    operations = [
        OnPostgreSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        *(
            OnPostgreSQL(
                [
                    f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
                    f"CREATE INDEX CONCURRENTLY {name} ON catalog_service USING gin (({words}) gin_trgm_ops)",
                ],
                f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            )
            for name, words in INDEXES.items()
        ),
    ]
