"""The broker stops, stays away, and comes back without anything in it."""

import logging
from contextlib import contextmanager
from shutil import rmtree
from time import monotonic, sleep

from django.conf import settings
from django.db import transaction

from apps.core.wake import wake
from tests.faults.machinery import ON_SERVERS, PATIENCE, letters, redis, size, unsent
from tests.workers import until

A_BEAT = 60  # seconds until beat rings for the same thing again
LONGEST_WAIT = 3  # seconds for a page that rings a broker which is not there


@contextmanager
def no_broker():
    """Take it away for the time of a block; what was in it is gone."""
    if ON_SERVERS:
        broker = redis()
        broker.stop()
        yield
        broker.start()
        return
    away = settings.SPOOL.with_name("spool-that-is-away")
    settings.SPOOL.rename(away)
    settings.SPOOL.touch()  # a file in its place: root may write into every folder, whatever its mode says
    try:
        yield
    finally:
        settings.SPOOL.unlink()
        for path in [away, *away.rglob("*")]:  # beat or the worker may be faster, and make it anew
            if path.is_dir():
                (settings.SPOOL / path.relative_to(away)).mkdir(exist_ok=True)
        rmtree(away)


def all_sent():
    """Wait for beat: nobody rings here."""
    return until(lambda: not unsent(), within=A_BEAT + PATIENCE)


def test_steps_go_on_without_it_and_its_return_begins_the_work(portal, mail, report, caplog):
    worker = portal.start()
    letters(1)
    beat = portal.start_beat()
    assert all_sent()

    with no_broker():
        readers = letters(size(50, 1_000))
        begun = monotonic()
        with caplog.at_level(logging.WARNING, "apps.core.wake"), transaction.atomic():
            wake("notifications.deliver")
        waited = monotonic() - begun
        sleep(size(4, 60))
        sent_meanwhile = mail.number - 1
    assert all_sent()

    assert "notifications.deliver was not woken and waits for beat" in caplog.text
    assert (sent_meanwhile, worker.poll(), beat.poll()) == (0, None, None)
    assert waited < LONGEST_WAIT
    assert readers <= {address for address, _subject in mail.taken}
    assert mail.repeated == 0
    report(
        f"broker away for {size(4, 60)} s and back empty",
        f"{len(readers):,} messages of that time sent by the ring of beat, none twice; "
        f"a step that rang waited {waited:.1f} s",
    )
