"""A worker is killed with -9 in the middle of many messages, several times."""

from apps.notifications.models import Delivery, State
from tests.faults.machinery import PATIENCE, lapse, letters, ring, send_all, size
from tests.workers import until

DEATHS = size(1, 3)
HANDS = 2  # processes of a worker, each of which has one message in hand


def test_every_letter_arrives_and_at_most_those_in_hand_twice(portal, mail, report):
    readers = letters(size(300, 10_000))

    for death in range(1, DEATHS + 1):
        portal.start(concurrency=HANDS)
        ring("notifications.deliver", "notifications.deliver")
        enough = len(readers) * death // (DEATHS + 1)
        assert until(lambda enough=enough: mail.number >= enough, within=PATIENCE)
        portal.kill()
        lapse()
    portal.start(concurrency=HANDS)
    send_all()

    assert {address for address, _subject in mail.taken} == readers
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}
    assert mail.repeated <= DEATHS * HANDS
    report(
        f"worker killed {DEATHS} times in {len(readers):,} messages",
        f"none lost; {mail.repeated} sent twice, one for each of {DEATHS * HANDS} dead processes is allowed",
    )
