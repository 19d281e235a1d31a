"""PostgreSQL crashes and recovers while people save and messages leave."""

import signal
from time import sleep

from apps.notifications.models import Delivery, State
from tests.faults.machinery import (
    PATIENCE,
    Registrar,
    lapse,
    letters,
    postgresql,
    postgresql_answers,
    ring,
    send_all,
    size,
)
from tests.workers import until


def test_the_portal_comes_back_with_it(portal, mail, report):
    readers = letters(size(400, 3_000))
    portal.start_web()
    worker = portal.start(concurrency=2)
    server = postgresql()
    restarts = size(1, 3)

    with Registrar(portal) as somebody:
        for restart in range(1, restarts + 1):
            ring("notifications.deliver", "notifications.deliver")
            enough = size(30, 500 * restart)
            assert until(lambda enough=enough: mail.number >= enough, within=PATIENCE)
            server.stop(signal.SIGQUIT)  # "immediate": as if it crashed
            sleep(size(2, 10))
            server.start()
            assert until(postgresql_answers)
            before = len(somebody.promised)
            assert until(lambda before=before: len(somebody.promised) >= before + 5, within=PATIENCE)
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    lapse()
    portal.start(concurrency=2)
    send_all()

    kept = somebody.check()
    assert {address for address, _subject in mail.taken} == readers
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}
    assert mail.repeated == 0
    report(
        f"PostgreSQL crashed {restarts} times under load",
        f"{len(readers):,} messages, none lost, none sent twice; "
        f"{len(somebody.promised)} saves promised, all of them among {kept} kept; {somebody.refused} refused",
    )
