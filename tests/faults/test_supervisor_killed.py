"""`manage.py serve` is killed with -9, and started again in the same home."""

import os
import signal

from apps.notifications.models import Delivery, State
from tests.faults.machinery import PATIENCE, lapse, letters, ring, send_all, size
from tests.workers import until


def test_its_programs_end_with_it_and_the_next_one_goes_on(portal, mail, report):
    readers = letters(size(250, 2_000))
    supervisor = portal.serve()
    ring("notifications.deliver", "notifications.deliver")
    assert until(lambda: mail.number >= 10, within=PATIENCE)

    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait()
    assert until(lambda: not portal.answers(), within=PATIENCE)
    assert until(lambda: not Delivery.objects.filter(state=State.SENDING).exists(), within=PATIENCE)
    at_its_end = mail.number
    lapse()
    again = portal.serve()
    send_all()

    assert {address for address, _subject in mail.taken} == readers
    assert mail.repeated == 0
    again.terminate()
    assert again.wait(PATIENCE) == 0
    report(
        f"supervisor killed in {len(readers):,} messages",
        f"its programs ended by themselves after {at_its_end}; the next sent the rest, none lost, none twice",
    )
