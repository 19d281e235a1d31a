"""What people, and whoever poses as them, can do at the same moment."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from apps.accounts.models import Actor, User
from apps.accounts.rules import Refusal
from apps.accounts.transitions import give_roles, invite, prove_second_factor, set_password
from apps.core.errors import InvalidMoveError
from apps.notifications.models import Delivery
from tests.factories import ActorFactory, UserFactory
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql
SYSTEM = Actor.system("tests")
SECRET = "JBSWY3DPEHPK3PXP"


def test_administrators_who_demote_each_other_leave_one(now):
    admins = ActorFactory.create_batch(3, person__is_admin=True)

    results = at_once(lambda n: give_roles(admins[n - 1].person, roles=[], by=admins[n], at=now), times=3)

    assert sum(isinstance(result, InvalidMoveError) for result in results) == 1
    assert User.objects.with_role("admin").count() == 1


def test_four_clicks_send_one_letter(now):
    root = ActorFactory(person__is_admin=True)

    people = at_once(lambda _n: invite(email="new@example.org", name="New", by=root, at=now), times=4)

    assert (len(set(people)), Delivery.objects.count()) == (1, 1)


def test_six_browsers_with_one_link_choose_one_password(now):
    ada = UserFactory(joined_at=None)
    looked = [User.objects.get(pk=ada.pk) for _ in range(6)]

    results = at_once(lambda n: set_password(looked[n], password=f"password {n}", by=SYSTEM, at=now), times=6)

    (number,) = (n for n, result in enumerate(results) if not isinstance(result, InvalidMoveError))
    ada.refresh_from_db()
    assert ada.check_password(f"password {number}")


def test_one_code_lets_one_of_six_in(now):
    ada = UserFactory()
    TOTP.activate(ada, SECRET)
    code = format_hotp_value(hotp_value(SECRET, int(now.timestamp()) // 30))

    proofs = at_once(lambda _n: prove_second_factor(ada, code=code, by=SYSTEM, at=now), times=6)

    assert sum(isinstance(proof, Authenticator) for proof in proofs) == 1
    assert proofs.count(Refusal.WRONG) == 5
    assert Authenticator.objects.get().data["wrong"] == 5
