"""What a statement promises: the rows of its QuerySet, whatever its values are."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.transaction import TransactionManagementError

from apps.accounts.models import User
from apps.catalog.models import Membership, Service
from apps.core import statements
from apps.core.statements import statement
from tests.factories import ServiceFactory, TeamFactory, UserFactory, member_of

pytestmark = pytest.mark.django_db


@statement()
def called(*, name: str) -> QuerySet[User]:
    return User.objects.filter(name=name).order_by("pk")


@statement()
def with_ids(*, ids: list[int]) -> QuerySet[User]:
    return User.objects.filter(pk__in=ids).order_by("pk")


def test_the_rows_are_those_of_the_queryset_at_every_call(django_assert_num_queries):
    ada, bob = UserFactory(name="Ada"), UserFactory(name="Bob")

    for _each in range(3):
        with django_assert_num_queries(1):
            assert called(name="Ada") == [ada]
        assert called(name="Bob") == [bob]
        assert called(name="Cem") == []


def test_related_rows_and_columns_of_its_own_come_along(django_assert_num_queries):
    @statement()
    def members(*, team_id: int) -> QuerySet[Membership]:
        rows = Membership.objects.filter(team=team_id).select_related("person", "team")
        return rows.annotate(called=F("person__name"), word=Value("so")).order_by("pk")

    for member in [member_of(TeamFactory()), member_of(TeamFactory())]:
        one = Membership.objects.get(person=member.person)
        with django_assert_num_queries(1):
            (found,) = members(team_id=one.team_id)
            said = (found.person, found.team, found.called, found.word)

        assert said == (one.person, one.team, one.person.name, "so")


def test_mappings_and_tuples_are_rows_too():
    @statement()
    def mappings(*, pk: int) -> QuerySet[User, dict[str, object]]:
        return User.objects.filter(pk=pk).values("pk", "name")

    @statement()
    def tuples(*, pk: int) -> QuerySet[User, tuple[object, ...]]:
        return User.objects.filter(pk=pk).values_list("pk", "name")

    for person in UserFactory.create_batch(2):
        assert mappings(pk=person.pk) == [{"pk": person.pk, "name": person.name}]
        assert tuples(pk=person.pk) == [(person.pk, person.name)]


def test_days_and_moments_are_values_on_both_databases(now):
    @statement()
    def since(*, moment: datetime, day: date) -> QuerySet[Service]:
        return Service.objects.filter(phase_since__gte=moment, review_on__gt=day).order_by("pk")

    older = ServiceFactory(phase_since=now, review_on=now.date() + timedelta(days=1))
    newer = ServiceFactory(phase_since=now + timedelta(hours=1), review_on=now.date() + timedelta(days=3))

    assert since(moment=now, day=now.date()) == [older, newer]
    assert since(moment=now + timedelta(minutes=30), day=now.date()) == [newer]
    assert since(moment=now, day=now.date() + timedelta(days=2)) == [newer]


@pytest.mark.parametrize("count", range(6))
def test_lists_of_any_length_find_what_they_name(count):
    people = UserFactory.create_batch(6)

    assert with_ids(ids=[person.pk for person in people[:count]]) == people[:count]


def test_a_list_that_is_too_long_for_a_statement_is_asked_all_the_same(monkeypatch):
    monkeypatch.setattr(statements, "LONGEST", 2)
    people = UserFactory.create_batch(3)

    assert with_ids(ids=[person.pk for person in people]) == people


def test_lists_share_statements_so_that_there_are_few():
    built = []

    @statement()
    def counted(*, ids: list[int]) -> QuerySet[User]:
        built.append(len(ids))
        return User.objects.filter(pk__in=ids)

    for length in range(18):
        counted(ids=list(range(1, length + 1)))

    assert built == [0, 1, 2, 4, 8, 16, 32]


def test_none_true_and_a_limit_make_statements_of_their_own():
    @statement(shaped_by=["limit"])
    def people(*, email: str | None, is_active: bool, limit: int) -> QuerySet[User]:
        return User.objects.filter(email=email, is_active=is_active).order_by("pk")[:limit]

    nameless = [UserFactory(email=None), UserFactory(email=None), UserFactory(email=None, is_active=False)]
    ada = UserFactory(email="ada@example.com")

    for _each in range(2):
        assert people(email=None, is_active=True, limit=9) == nameless[:2]
        assert people(email=None, is_active=True, limit=1) == nameless[:1]
        assert people(email=None, is_active=False, limit=9) == nameless[2:]
        assert people(email="ada@example.com", is_active=True, limit=9) == [ada]


def test_values_of_one_kind_are_not_mixed_up():
    @statement()
    def people(*, name: str, handle: str) -> QuerySet[User]:
        return User.objects.filter(handle=handle, name=name)

    ada = UserFactory(name="one", handle="two")
    UserFactory(name="two", handle="one")

    assert people(name="one", handle="two") == people(handle="two", name="one") == [ada]


def test_a_value_that_the_sql_changes_is_refused_and_not_asked_wrongly():
    @statement()
    def beginning(*, letters: str) -> QuerySet[User]:
        return User.objects.filter(name__startswith=letters)

    with pytest.raises(TypeError, match="letters cannot be found in the SQL"):
        beginning(letters="A")


def test_what_is_no_value_is_refused():
    @statement()
    def either(*, names: tuple[str, ...]) -> QuerySet[User]:
        return User.objects.filter(name__in=names)

    with pytest.raises(TypeError, match="takes its values by name"):
        called("Ada")
    with pytest.raises(TypeError, match="A tuple cannot be a value"):
        either(names=("Ada", "Bob"))


@pytest.mark.django_db(transaction=True)
def test_a_lock_is_refused_outside_a_transaction():
    @statement()
    def locked(*, pk: int) -> QuerySet[User]:
        return User.objects.filter(pk=pk).select_for_update(no_key=True)

    ada = UserFactory()

    with transaction.atomic():
        assert locked(pk=ada.pk) == [ada]
    with pytest.raises(TransactionManagementError):
        locked(pk=ada.pk)


def test_a_number_that_no_column_holds_finds_nothing():
    @statement()
    def with_id(*, pk: int) -> QuerySet[User]:
        return User.objects.filter(pk=pk)

    ada = UserFactory()

    assert [with_id(pk=pk) for pk in (ada.pk, 2**63, 2**200, -(2**63) - 1)] == [[ada], [], [], []]


def test_hostile_texts_stay_values():
    hostile = "'; DROP TABLE accounts_user; -- \ue0000 %s {0}"
    mallory = UserFactory(name=hostile)

    assert called(name=hostile) == [mallory]
