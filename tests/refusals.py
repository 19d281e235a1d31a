"""What happens to something that nobody should send: a clear refusal, and no row comes or goes."""

from datetime import timedelta

from django.apps import apps
from django.db import connection
from django.utils import timezone

# Who tried to sign in.
NOT_COUNTED = {"django_session", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog"}


def rows():
    """Count the rows of every table."""
    counted = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.managed and table not in NOT_COUNTED:
                cursor.execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608 -- our own table's name
                counted[table] = cursor.fetchone()[0]
    return counted


def soon(days=9):
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def refused(client, actor, url, data=None):
    """Send a form as somebody; return the refusal after a look at the tables."""
    client.force_login(getattr(actor, "person", actor))
    before = rows()
    answer = client.post(url, data or {})
    assert rows() == before
    assert 400 <= answer.status_code < 500
    assert answer.content  # a page, or a part of one, that says so
    return answer
