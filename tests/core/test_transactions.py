import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.core.transactions import one_transaction, patient

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


def test_a_patient_step_outlives_a_database_that_was_away():
    tries = []

    @patient
    def write():
        tries.append(1)
        if len(tries) == 1:
            message = "the connection is lost"
            raise OperationalError(message)
        return User.objects.create(name="written")

    assert write() == User.objects.get()
    assert len(tries) == 2


def test_a_patient_step_inside_another_is_none():
    @patient
    def write():
        raise OperationalError

    with pytest.raises(OperationalError), transaction.atomic():
        write()
