from django.db import migrations

from apps.core.operations import OnPostgreSQL

NAME = "service_words"
OLD = {
    "service_name_trigrams": "upper(name::text)",
    "service_purpose_trigrams": "upper(purpose::text)",
    "service_tag_trigrams": "upper(tags::text)",
}
DROP = "DROP INDEX CONCURRENTLY IF EXISTS {}"
CREATE = "CREATE INDEX CONCURRENTLY {} ON catalog_service USING gin (({}) gin_trgm_ops)"


class Migration(migrations.Migration):
    """Name, tags and purpose are searched as one text (ServiceQuerySet.mentioning)."""

    atomic = False

    dependencies = [("catalog", "0004_search")]

    operations = [
        OnPostgreSQL(
            [
                DROP.format(NAME),
                CREATE.format(NAME, "upper((name || tags::text || purpose)::text)"),
                "ANALYZE catalog_service",  # so that it is known at once how rare words are
            ],
            DROP.format(NAME),
        ),
        *(
            OnPostgreSQL(DROP.format(name), [DROP.format(name), CREATE.format(name, words)])
            for name, words in OLD.items()
        ),
    ]
