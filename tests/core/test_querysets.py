from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.core import querysets
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("count", "reads"), [(0, 1), (4, 3), (5, 4)])
def test_a_stream_reads_everything_once_in_small_portions(django_assert_num_queries, count, reads):
    people = UserFactory.create_batch(count)

    with django_assert_num_queries(reads):
        read = list(User.objects.order_by("-name").streamed(size=2))

    assert read == people


@pytest.mark.parametrize(
    ("field", "names"), [("name", ["Ada", "Bob", "Bob", "Cem"]), ("-name", ["Cem", "Bob", "Bob", "Ada"])]
)
def test_pages_by_key_show_every_row_once(field, names):
    for name in ["Bob", "Cem", "Ada", "Bob"]:
        UserFactory(name=name)
    shown, last = [], None

    while rows := list(User.objects.all().after(last, field=field)[:1]):
        shown += rows
        last = rows[-1].pk

    assert [person.name for person in shown] == names
    assert len(set(shown)) == 4


@pytest.mark.parametrize(
    ("field", "days"), [("invited_at", [1, 2, None, None]), ("-invited_at", [2, 1, None, None])]
)
def test_pages_go_on_behind_rows_without_a_value(now, field, days):
    for day in [None, 2, None, 1]:
        UserFactory(invited_at=now + timedelta(days=day) if day else None)
    shown, last = [], None

    while rows := list(User.objects.all().after(last, field=field)[:1]):
        shown += rows
        last = rows[-1].pk

    assert [(person.invited_at - now).days if person.invited_at else None for person in shown] == days
    assert len(set(shown)) == 4


def test_a_page_behind_a_row_that_is_gone_begins_at_the_top():
    ada = UserFactory()

    assert list(User.objects.all().after(999, field="name")) == [ada]


@pytest.mark.parametrize(("count", "words"), [(0, "0"), (3, "3"), (4, "3+")])
def test_counts_are_exact_as_long_as_somebody_may_care(monkeypatch, count, words):
    monkeypatch.setattr(querysets, "COUNTED", 3)
    UserFactory.create_batch(count)

    assert User.objects.all().counted() == words
