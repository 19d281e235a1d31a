"""A worker is asked to end (SIGTERM), as every new release does, in the middle of many messages."""

import signal

from apps.notifications.models import Delivery, State
from tests.faults.machinery import PATIENCE, letters, ring, send_all, size
from tests.workers import until


def test_it_finishes_what_is_in_hand_and_gives_the_rest_back(portal, mail, report):
    readers = letters(size(250, 2_000))
    worker = portal.start(concurrency=2)
    ring("notifications.deliver", "notifications.deliver")
    assert until(lambda: mail.number >= 20, within=PATIENCE)

    worker.send_signal(signal.SIGTERM)
    code = worker.wait(PATIENCE)

    at_its_end = mail.number
    assert code == 0
    assert at_its_end < len(readers)
    assert set(Delivery.objects.values_list("state", "lease")) == {(State.SENT, None), (State.WAITING, None)}
    assert Delivery.objects.filter(state=State.SENT).count() == at_its_end
    portal.start(concurrency=2)
    send_all()
    assert {address for address, _subject in mail.taken} == readers
    assert mail.repeated == 0
    report(
        f"worker asked to end in {len(readers):,} messages",
        f"ended after {at_its_end}, all leases given back at once, none lost, none sent twice",
    )
