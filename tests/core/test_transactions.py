import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.core.transactions import one_transaction

pytestmark = pytest.mark.django_db(transaction=True)


@one_transaction
def refuse(name):
    User.objects.create(name=name)
    raise DomainError(name)


@one_transaction
def begin(then):
    User.objects.create(name="outer")
    then()


def test_a_refusal_far_down_undoes_everything():
    with pytest.raises(DomainError):
        begin(lambda: refuse("inner"))

    assert not User.objects.exists()


def test_whoever_catches_a_refusal_inside_cannot_go_on():
    def go_on():
        with pytest.raises(DomainError):
            refuse("inner")
        User.objects.create(name="afterwards")

    with pytest.raises(transaction.TransactionManagementError):
        begin(go_on)

    assert not User.objects.exists()


def test_after_a_refusal_the_next_step_begins_anew():
    with pytest.raises(DomainError):
        refuse("first")

    begin(lambda: None)

    assert User.objects.get().name == "outer"


def test_inner_steps_have_no_savepoints():
    with CaptureQueriesContext(connection) as queries:
        begin(lambda: begin_another("inner"))

    assert not [query["sql"] for query in queries if "SAVEPOINT" in query["sql"]]


@one_transaction
def begin_another(name):
    User.objects.create(name=name)
