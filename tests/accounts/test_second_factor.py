"""The second factor: switched on in the settings, asked for at the sign-in, and a way in without it."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.accounts import transitions
from apps.accounts.models import Actor, User
from apps.activity.models import Audience, Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Delivery
from tests.api.asking import Program
from tests.factories import PASSWORD, UserFactory
from tests.history import told

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def code_of(secret, *, ahead=1):
    """Return what an authenticator app shows, the code before (0) or the next one (2)."""
    return format_hotp_value(hotp_value(secret, [*yield_hotp_counters_from_time()][ahead]))


def sign_in(client):
    return client.post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD})


def is_in(client):
    return client.get(reverse("notifications:inbox")).status_code == 200


def prove_it(client):
    """Type the password once more; return the page on which the second factor is switched on."""
    page = client.get(reverse("mfa_activate_totp"))
    assert page.url.startswith(reverse("account_reauthenticate"))
    return client.post(page.url, {"password": PASSWORD}, follow=True)


def switch_on(client):
    """Sign in, switch the second factor on, and return its secret."""
    sign_in(client)
    page = prove_it(client)
    secret = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret, ahead=0)})
    assert done.status_code == 302
    return secret


def test_it_is_switched_on_with_a_code_and_history_says_so(client, ada, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        secret = switch_on(client)

    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)
    assert "Ada switched on their second factor" in told(ada)
    assert "It is switched on." in client.get(reverse("mfa_index")).content.decode()


def test_a_wrong_code_switches_nothing_on(client, ada):
    sign_in(client)
    prove_it(client)

    page = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert "Incorrect code" in page.content.decode()
    assert not Authenticator.objects.exists()


def test_the_sign_in_asks_for_the_code(client, ada):
    secret = switch_on(client)
    client.logout()

    asked = sign_in(client)
    assert asked.url.startswith(reverse("mfa_authenticate"))
    assert "The second step" in client.get(asked.url).content.decode()
    assert not is_in(client)
    client.post(asked.url, {"code": "000000"})
    assert not is_in(client)
    client.post(asked.url, {"code": code_of(secret)})

    assert is_in(client)


def test_a_recovery_code_lets_in_once(client, ada):
    switch_on(client)
    (code, *_others) = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    shown = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert code in shown

    for expected in (True, False):
        client.logout()
        asked = sign_in(client)
        client.post(asked.url, {"code": code})
        assert is_in(client) is expected


def test_codes_are_not_guessed_for_ever(client, ada):
    secret = switch_on(client)
    client.logout()
    asked = sign_in(client)
    for number in range(20):
        client.post(asked.url, {"code": f"{number:06}"})

    client.post(asked.url, {"code": code_of(secret)})

    assert not is_in(client)


def forget():
    """Forget all that a process keeps in memory: the next request is answered by another one."""
    cache.clear()


def test_wrong_codes_are_counted_by_all_processes_and_over_a_restart(client, ada):
    secret = switch_on(client)
    client.logout()
    asked = sign_in(client)
    for number in range(20):
        client.post(asked.url, {"code": f"{number:06}"})
        forget()

    refused = client.post(asked.url, {"code": code_of(secret)})

    assert not is_in(client)
    assert "Too many wrong codes" in refused.content.decode()
    assert "Somebody tried to sign in as Ada too often and must wait 15 minutes" in told(ada)


def test_wrong_codes_are_forgotten_after_a_while(client, ada, time_machine):
    time_machine.move_to(NOW, tick=False)
    secret = switch_on(client)
    client.logout()
    asked = sign_in(client)
    for number in range(20):
        client.post(asked.url, {"code": f"{number:06}"})

    time_machine.move_to(NOW + timedelta(minutes=15), tick=False)
    client.post(asked.url, {"code": code_of(secret)})

    assert is_in(client)


@pytest.mark.parametrize(("step", "later"), [(-1, 0), (0, 31), (1, 31), (1, 61), (1, 89)])
def test_a_code_works_once_wherever_and_whenever_it_is_typed(client, ada, time_machine, step, later):
    time_machine.move_to(NOW - timedelta(minutes=2), tick=False)
    secret = switch_on(client)
    time_machine.move_to(NOW, tick=False)
    code = format_hotp_value(hotp_value(secret, int(NOW.timestamp()) // 30 + step))
    client.logout()
    client.post(sign_in(client).url, {"code": code})
    assert is_in(client)
    client.logout()

    forget()
    time_machine.move_to(NOW + timedelta(seconds=later), tick=False)
    client.post(sign_in(client).url, {"code": code})

    assert not is_in(client)


def test_the_code_that_switched_it_on_opens_nothing_any_more(client, ada):
    secret = switch_on(client)
    client.logout()
    asked = sign_in(client)

    again = client.post(asked.url, {"code": code_of(secret, ahead=0)})

    assert "Incorrect code. Each works once" in again.content.decode()
    assert not is_in(client)
    client.post(asked.url, {"code": code_of(secret)})
    assert is_in(client)


def test_the_next_code_works_after_one_was_used(client, ada, time_machine):
    time_machine.move_to(NOW, tick=False)
    secret = switch_on(client)

    for seconds in (0, 30, 60):
        client.logout()
        time_machine.move_to(NOW + timedelta(seconds=seconds), tick=False)
        client.post(sign_in(client).url, {"code": code_of(secret)})
        assert is_in(client)


def test_a_new_secret_key_opens_what_the_former_one_locked(client, ada, settings):
    secret = switch_on(client)
    client.logout()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another one", [settings.SECRET_KEY]
    client.post(sign_in(client).url, {"code": code_of(secret)})
    assert is_in(client)

    settings.SECRET_KEY_FALLBACKS = []  # the sign-in locked it anew
    (code, *_others) = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    client.logout()
    client.post(sign_in(client).url, {"code": code})

    assert is_in(client)


def test_without_the_former_key_every_code_is_a_wrong_one(client, ada, settings):
    secret = switch_on(client)
    (recovery, *_others) = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    settings.SECRET_KEY = "another one"
    asked = sign_in(client)

    for code in (code_of(secret), recovery):
        assert "Incorrect code" in client.post(asked.url, {"code": code}).content.decode()

    assert not is_in(client)


def test_it_is_switched_off_again(client, ada):
    switch_on(client)

    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()
    client.logout()
    sign_in(client)
    assert is_in(client)


def test_whoever_changes_it_proves_themselves_first(client, ada):
    sign_in(client)

    asked = client.get(reverse("mfa_activate_totp"))

    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert "Is it you?" in client.get(asked.url).content.decode()
    proven = client.post(asked.url, {"password": PASSWORD})
    assert proven.url.startswith(reverse("mfa_activate_totp"))


# taken away by an administrator -----------------------------------------------------------------------------


@pytest.fixture
def root():
    return UserFactory(name="Root", is_admin=True)


@pytest.fixture
def other_browser():
    return Client()


def take(person, *, by, at, reason="Lost the phone"):
    return transitions.take_second_factor(person, reason=reason, by=by, at=at)


def test_what_was_lost_is_taken_away_and_all_sessions_end(client, other_browser, ada, root, now):
    switch_on(client)
    assert is_in(client)

    take(ada, by=Actor(person=root), at=now)

    assert not is_in(client)
    assert not Authenticator.objects.exists()
    sign_in(other_browser)
    assert is_in(other_browser)
    assert "Root took away the second factor of Ada (Lost the phone)" in told(ada)
    letter = Delivery.objects.get()
    assert (letter.recipient, letter.letter_subject) == (ada, "Your second factor was taken away")
    assert "Root took the second factor off" in letter.letter_body
    assert "Lost the phone" in letter.letter_body


def test_only_the_person_and_administrators_read_why(client, ada, root, now):
    switch_on(client)
    take(ada, by=Actor(person=root), at=now)

    assert Event.objects.get(verb="accounts.second_factor_taken").audience == Audience.PERSON


def test_a_sign_in_that_waits_for_the_code_begins_anew(client, other_browser, ada, root, now):
    switch_on(client)
    asked = sign_in(other_browser)
    take(ada, by=Actor(person=root), at=now)

    back = other_browser.post(asked.url, {"code": "000000"}, follow=True)

    assert back.request["PATH_INFO"] == reverse("account_login")
    sign_in(other_browser)
    assert is_in(other_browser)


def test_the_way_back_from_the_second_step_leads_to_the_sign_in(client, ada):
    secret = switch_on(client)
    client.logout()
    asked = sign_in(client)

    assert client.get(reverse("account_login")).status_code == 200
    client.post(asked.url, {"code": code_of(secret)})

    assert not is_in(client)


def test_sessions_of_others_go_on(client, other_browser, ada, root, now):
    switch_on(client)
    other_browser.force_login(root, backend="apps.accounts.http.PersonBackend")

    take(ada, by=Actor(person=root), at=now)

    assert is_in(other_browser)


@pytest.mark.parametrize(
    ("role", "reason", "refusal"),
    [
        ({"is_admin": True}, "", InvalidInputError),
        ({"is_admin": True}, "Lost\nBcc: eve@example.org", InvalidInputError),
        ({"is_enablement": True, "is_security": True, "is_leadership": True}, "Lost", NotPermittedError),
    ],
)
def test_it_is_not_taken_away(client, ada, now, role, reason, refusal):
    switch_on(client)
    before = Event.objects.count()

    with pytest.raises(refusal):
        take(ada, by=Actor(person=UserFactory(**role)), at=now, reason=reason)

    assert Authenticator.objects.filter(user=ada).count() == 2
    assert (Event.objects.count(), Delivery.objects.count()) == (before, 0)
    assert is_in(client)


@pytest.mark.parametrize("token", ["", "ci"])
def test_nobody_takes_away_their_own(client, ada, now, token):
    switch_on(client)
    User.objects.update(is_admin=True)
    ada.refresh_from_db()

    with pytest.raises(NotPermittedError, match="in your settings, with a code"):
        take(ada, by=Actor(person=ada, token=token), at=now)

    assert Authenticator.objects.filter(user=ada).count() == 2


def test_what_nobody_has_is_not_taken_away(ada, root, now):
    with pytest.raises(InvalidMoveError, match="Ada has no second factor"):
        take(ada, by=Actor(person=root), at=now)


def test_the_page_offers_it_where_there_is_one(client, other_browser, ada, root):
    other_browser.force_login(root, backend="apps.accounts.http.PersonBackend")
    assert "Take away the second factor" not in other_browser.get(ada.get_absolute_url()).content.decode()
    switch_on(client)
    address = reverse("accounts:take_second_factor", args=[ada.pk])
    assert address in other_browser.get(ada.get_absolute_url()).content.decode()

    refused = other_browser.post(address, {"reason": ""})
    done = other_browser.post(address, {"reason": "Lost the phone"}, follow=True)

    assert (refused.status_code, "This field is required" in refused.content.decode()) == (422, True)
    assert "Ada signs in with the password alone" in done.content.decode()
    assert not is_in(client)


def test_nobody_is_offered_to_take_away_their_own(client, ada):
    switch_on(client)
    User.objects.update(is_admin=True)

    assert "Take away the second factor" not in client.get(ada.get_absolute_url()).content.decode()


def test_programs_of_administrators_take_it_away(client, ada, root):
    switch_on(client)
    program = Program(root)

    program("POST", f"people/{ada.pk}/take-second-factor/", {}, status=400)
    program("POST", f"people/{ada.pk}/take-second-factor/", {"reason": "Lost"}, status=200)
    program("POST", f"people/{ada.pk}/take-second-factor/", {"reason": "Lost"}, status=409)

    assert not is_in(client)


def test_whoever_owns_the_machine_takes_it_away(client, ada):
    switch_on(client)

    call_command("take_second_factor", "Ada@example.org", "--reason", "The only administrator")

    assert not Authenticator.objects.exists()
    for email, words in (("nobody@example.org", "Nobody has"), ("ada@example.org", "no second factor")):
        with pytest.raises(CommandError, match=words):
            call_command("take_second_factor", email, "--reason", "Again")


def test_who_has_a_second_factor_proves_themselves_with_a_code_and_not_by_password(client, ada):
    secret = switch_on(client)
    client.logout()
    client.post(sign_in(client).url, {"code": code_of(secret)})
    asked = client.get(reverse("mfa_deactivate_totp"))

    by_password = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert asked.url.startswith(reverse("mfa_reauthenticate"))
    assert by_password.url.startswith(reverse("mfa_reauthenticate"))
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(type="totp").exists()
    client.post(asked.url, {"code": code_of(secret, ahead=2)})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_sign_in_leads_nowhere_else(client, ada, elsewhere):
    answer = client.post(
        f"{reverse('account_login')}?next={elsewhere}",
        {"login": "ada@example.org", "password": PASSWORD, "next": elsewhere},
    )

    assert answer.url == "/"
