"""What two administrators can do to each other at the same moment."""

from apps.accounts.models import User
from apps.accounts.transitions import give_roles, invite
from apps.core.errors import InvalidMoveError
from apps.notifications.models import Delivery
from tests.factories import ActorFactory
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql


def test_administrators_who_demote_each_other_leave_one(now):
    admins = ActorFactory.create_batch(3, person__is_admin=True)

    results = at_once(lambda n: give_roles(admins[n - 1].person, roles=[], by=admins[n], at=now), times=3)

    assert sum(isinstance(result, InvalidMoveError) for result in results) == 1
    assert User.objects.with_role("admin").count() == 1


def test_four_clicks_send_one_letter(now):
    root = ActorFactory(person__is_admin=True)

    people = at_once(lambda _n: invite(email="new@example.org", name="New", by=root, at=now), times=4)

    assert (len(set(people)), Delivery.objects.count()) == (1, 1)
