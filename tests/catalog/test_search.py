"""How a search finds its services: by one index of trigrams where there is one."""

import pytest
from django.db import connection

from apps.catalog.models import Service
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("words", ["LEDGER", "books par", "jav", "Straß"])
def test_words_are_found_in_name_purpose_and_tags(words):
    found = ServiceFactory(name="Ledger der Straße", purpose="Books parcels", tags=["java"])
    ServiceFactory(name="Other", purpose="Else")

    assert list(Service.objects.mentioning(words)) == [found]


@pytest.mark.parametrize("words", ["Ledger Books", "LedgerBooks", "%", "_", "\\"])
def test_words_are_taken_as_they_are(words):
    ServiceFactory(name="Ledger", purpose="Books parcels")

    assert not Service.objects.mentioning(words).exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: run by make test")
def test_the_index_is_spelled_as_the_query_asks():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # a bitmap of the trigrams is left

    plan = Service.objects.in_use().mentioning("ledger").order_by().explain()

    assert "Bitmap Index Scan on service_words" in plan
