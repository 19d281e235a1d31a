"""What becomes of a person's second factor; allauth keeps its rows."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.urls import reverse

from apps.accounts import rules
from apps.accounts.events import SecondFactorChanged, SecondFactorTaken, SignInLocked, SignInRefused
from apps.accounts.models import Actor, User
from apps.accounts.queries import has_second_factor
from apps.accounts.transitions.letters import send_letter
from apps.activity.transitions import record
from apps.core.text import clean_line
from apps.core.transactions import one_transaction

Type = Authenticator.Type
BEGINNING: Final = -1  # no step of time was used yet
SECRETS: Final = frozenset({"secret", "seed"})  # of the app, and of the recovery codes


@one_transaction
def prove_second_factor(person: User, *, code: str, by: Actor, at: datetime) -> Authenticator | rules.Refusal:
    """Use up a code and return the row that it belongs to, or say why it opens nothing.

    The row of the authenticator app is locked, and keeps which code was the last one and how many were
    wrong: all processes count together, and no stranger can make them forget.
    """
    rows = Authenticator.objects.select_for_update().filter(user=person).order_by("pk")
    kept = {row.type: row for row in rows}
    app = kept.get(Type.TOTP)
    if app is None:  # taken away since the password was asked for
        return rules.Refusal.WRONG
    wrong = rules.wrong_codes(app.data, at=at)
    if wrong >= rules.MOST_CODES:
        return rules.Refusal.TOO_MANY

    proof = _used_up(kept, code, at=at)
    app.data |= {"wrong": 0 if proof else wrong + 1, "wrong_at": None if proof else at.isoformat()}
    app.save(update_fields=["data"])

    if proof:
        _lock_anew(person)
    else:
        record(SignInRefused(), by=by, at=at, subject=person.private_subject)
        if wrong + 1 == rules.MOST_CODES:
            minutes = rules.CODES_PAUSE // timedelta(minutes=1)
            record(SignInLocked(minutes), by=by, at=at, subject=person.private_subject)
    return proof or rules.Refusal.WRONG


def _used_up(kept: dict[str, Authenticator], code: str, *, at: datetime) -> Authenticator | None:
    """Find whose code it is and mark it; secrets that no key of ours opens make every code a wrong one."""
    app, codes = kept[Type.TOTP], kept.get(Type.RECOVERY_CODES)
    try:
        secret = decrypt(app.data["secret"])
        step = rules.step_of(code, secret, last=app.data.get("last_step", BEGINNING), at=at)
        if step is not None:
            app.data["last_step"] = step
            return app
        return codes if codes and codes.wrap().validate_code(code) else None
    except InvalidToken:
        return None


def _lock_anew(person: User) -> None:
    """Write a person's secrets under the present key, so that a former one can go some day."""
    for row in Authenticator.objects.filter(user=person):
        with suppress(InvalidToken):
            row.data |= {name: encrypt(decrypt(row.data[name])) for name in SECRETS & row.data.keys()}
            row.save(update_fields=["data"])


@one_transaction
def note_second_factor(person: User, *, what: str, by: Actor, at: datetime) -> None:
    """Record what became of a person's second factor; allauth keeps the row itself."""
    record(SecondFactorChanged(what), by=by, at=at, subject=person.private_subject)


@one_transaction
def take_second_factor(person: User, *, reason: str, by: Actor, at: datetime) -> User:
    """Let somebody in by password alone who lost phone and recovery codes; end all their sessions.

    Whoever talked an administrator into it is seen: the letter goes to the person's own address.
    """
    person = User.objects.locked(person.pk)
    rules.check_may_take_second_factor(by, person, has_one=has_second_factor(person))
    reason = clean_line(reason, field="reason", is_required=True)

    Authenticator.objects.filter(user=person).delete()  # the recovery codes too
    person.sessions_ended += 1
    person.save(update_fields=["sessions_ended"])

    record(SecondFactorTaken(reason), by=by, at=at, subject=person.private_subject)
    link = f"{settings.SITE_URL}{reverse('mfa_index')}"
    send_letter(person, "second_factor_taken", by=by, at=at, link=link, reason=reason)
    return person
