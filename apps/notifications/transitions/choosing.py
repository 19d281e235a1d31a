"""How people choose what they get by mail, and when."""

from collections.abc import Mapping
from datetime import datetime, time

from apps.accounts.models import Actor, User
from apps.accounts.rules import check_may_edit
from apps.activity.transitions import record
from apps.core.transactions import one_transaction
from apps.notifications import queries, rules
from apps.notifications.events import PreferencesChanged
from apps.notifications.models import Notice, Preferences, Way


@one_transaction
def choose(  # noqa: PLR0913 -- the fields of one form
    person: User,
    *,
    by: Actor,
    at: datetime,
    ways: Mapping[str, str],
    has_daily_mail: bool,
    mail_hour: int,
    quiet_from: time | None,
    quiet_to: time | None,
) -> Preferences:
    """Keep everything at once, as the settings page sends it."""
    quiet_from, quiet_to = rules.clean_quiet(quiet_from, quiet_to)
    values = {
        "ways": rules.check_ways(ways, queries.kinds()),
        "has_daily_mail": has_daily_mail,
        "mail_hour": mail_hour,
        "quiet_from": quiet_from,
        "quiet_to": quiet_to,
    }
    return _keep(person, values, by=by, at=at)


@one_transaction
def choose_way(person: User, *, kind: str, way: str, by: Actor, at: datetime) -> Preferences:
    """Keep the way of one kind, as the link in a mail allows it."""
    ways = _present(person).ways | {kind: way}
    return _keep(person, {"ways": rules.check_ways(ways, queries.kinds())}, by=by, at=at)


@one_transaction
def choose_daily_mail(person: User, *, has_daily_mail: bool, by: Actor, at: datetime) -> Preferences:
    """Switch the daily mail on or off, as the link in it allows."""
    return _keep(person, {"has_daily_mail": has_daily_mail}, by=by, at=at)


def _present(person: User) -> Preferences:
    return queries.preferences_of([person])[person.pk]


def _keep(person: User, values: Mapping[str, object], *, by: Actor, at: datetime) -> Preferences:
    User.objects.locked(person.pk)  # two pages of the same person queue up, also for the first row
    check_may_edit(by, person)
    preferences = _present(person)
    changed = rules.changes(preferences, values, queries.kinds())
    if not changed:
        return preferences

    for name in changed:
        setattr(preferences, name, values[name])
    preferences.save()
    _replan(person, preferences, at)

    event = PreferencesChanged(fields=", ".join(changed), changes=changed)
    record(event, by=by, at=at, subject=person.private_subject)
    return preferences


def _replan(person: User, preferences: Preferences, at: datetime) -> None:
    """Let what waits for the daily mail wait for the new hour, or stay in the inbox."""
    waiting = Notice.objects.filter(recipient=person, mail_at__isnull=False)
    unwanted = [key for key, kind in queries.kinds().items() if rules.way_of(kind, preferences) == Way.INBOX]
    waiting.filter(kind__in=unwanted).update(mail_at=None)
    waiting.update(mail_at=rules.next_daily_mail(person, preferences, after=at))
