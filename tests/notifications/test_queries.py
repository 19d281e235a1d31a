import pytest

from apps.accounts.http import PersonBackend
from apps.activity.models import Audience
from apps.notifications import queries
from apps.notifications.models import Notice
from apps.notifications.transitions import read_all
from tests.factories import ActorFactory, UserFactory
from tests.subjects import subject

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "seen"),
    [({}, 1), ({"is_security": True}, 2), ({"is_enablement": True}, 2), ({"is_admin": True}, 1)],
)
def test_the_number_of_unread_notices_comes_with_the_person(tell, role, seen, django_assert_num_queries):
    ada = UserFactory(**role)
    tell([ada, UserFactory()])
    tell([ada], key="secret", subject=subject(audience=Audience.SECURITY))

    with django_assert_num_queries(1):
        person = PersonBackend().get_user(ada.pk)

    assert person.unread == seen
    assert queries.inbox(ada).count() == seen


def test_what_was_read_no_longer_counts(tell, now):
    ada = UserFactory()
    tell([ada])

    read_all(by=ActorFactory(person=ada), at=now)

    assert PersonBackend().get_user(ada.pk).unread == 0
    assert Notice.objects.get().read_at == now


@pytest.mark.parametrize("count", [1, 10])
def test_the_outbox_takes_two_queries(tell, now, count, django_assert_num_queries):
    tell(UserFactory.create_batch(count))
    admin = UserFactory.build(is_admin=True)

    with django_assert_num_queries(2):
        messages = queries.messages(queries.outbox(), person=admin, has_bodies=True, now=now)
        assert {message.delivery.recipient.is_active for message in messages} == {True}

    assert len(messages) == count
