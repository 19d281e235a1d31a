"""The mail server is busy, refuses, hangs, and takes messages without saying so."""

from apps.notifications.models import Delivery, Notice, State
from tests.factories import UserFactory
from tests.faults.machinery import IS_LONG, PATIENCE, letters, ring, send_all, size, soon
from tests.workers import until


def states():
    return set(Delivery.objects.values_list("state", "attempts"))


def test_a_busy_one_is_asked_again_and_a_refusal_is_final(portal, mail, report):
    admin = UserFactory(is_admin=True, email=None)
    portal.start()
    mail.mood = "busy"
    readers = letters(size(20, 2_000))
    ring()
    assert until(lambda: states() == {(State.WAITING, 1)}, within=PATIENCE)

    mail.mood = "refuses"
    soon()
    ring()
    assert until(lambda: states() == {(State.STOPPED, 2)}, within=PATIENCE)

    assert mail.number == 0
    assert mail.asked == 2 * len(readers)
    assert Notice.objects.filter(recipient=admin, kind="notifications/stopped").count() == len(readers)
    report(
        "mail server busy, then refusing",
        f"{len(readers):,} messages tried twice, then stopped and told to administrators; none tried again",
    )


def test_one_that_hangs_holds_nobody_up_for_ever(portal, mail, report):
    portal.start()
    mail.mood = "hangs"
    readers = letters(size(20, 200))
    ring()
    assert until(lambda: mail.asked == 1, within=PATIENCE)

    if not IS_LONG:
        mail.released.set()  # else the time-out of 20 s does it
    assert until(lambda: Delivery.objects.filter(attempts=1).exists(), within=PATIENCE)
    mail.mood = "well"
    mail.released.set()
    send_all()

    assert {address for address, _subject in mail.taken} == readers
    assert mail.repeated == 0
    report(
        "mail server hangs", f"the run ended at its first message; {len(readers):,} sent later, none twice"
    )


def test_one_that_takes_a_message_and_drops_the_line_gets_it_again(portal, mail, report):
    portal.start()
    mail.mood = "drops"
    readers = letters(size(20, 200))
    ring()
    assert until(lambda: mail.dropped >= 3, within=PATIENCE)
    mail.mood = "well"
    assert until(lambda: not Delivery.objects.filter(state=State.SENDING).exists(), within=PATIENCE)
    send_all()

    assert {address for address, _subject in mail.taken} == readers
    assert mail.repeated == mail.dropped
    report(
        f"mail server takes {mail.dropped} messages and drops the line",
        f"{len(readers):,} sent; {mail.repeated} twice, which nobody can know better (ADR 3)",
    )
