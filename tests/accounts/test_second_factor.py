"""The second factor: switched on in the settings, asked for at the sign-in, and a way in without it."""

from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.cache.backends import locmem
from django.urls import reverse

from tests.factories import PASSWORD
from tests.history import told

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def code_of(secret):
    """Return what an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


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
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert done.status_code == 302
    return secret


def test_it_is_switched_on_with_a_code_and_history_says_so(client, ada, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        secret = switch_on(client)

    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)
    assert "Ada switched on the second factor of Ada" in told(ada)
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
    cache.clear()  # a code works once: the one from switching it on may be the present one
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
    for kept in (*locmem._caches.values(), *locmem._expire_info.values()):
        kept.clear()


def test_codes_are_counted_for_all_processes_and_over_a_restart(client, ada):
    secret = switch_on(client)
    client.logout()
    asked = sign_in(client)
    for number in range(20):
        client.post(asked.url, {"code": f"{number:06}"})
        forget()

    client.post(asked.url, {"code": code_of(secret)})

    assert not is_in(client)


def test_a_code_works_once_whichever_process_is_asked(client, ada, time_machine):
    time_machine.move_to(NOW, tick=False)
    code = code_of(switch_on(client))

    for expected in (True, False):
        client.logout()
        client.post(sign_in(client).url, {"code": code})
        assert is_in(client) is expected
        forget()


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


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_sign_in_leads_nowhere_else(client, ada, elsewhere):
    answer = client.post(
        f"{reverse('account_login')}?next={elsewhere}",
        {"login": "ada@example.org", "password": PASSWORD, "next": elsewhere},
    )

    assert answer.url == "/"
