"""The web server is killed with -9 while somebody saves, several times."""

from time import sleep

from tests.faults.machinery import PATIENCE, Registrar, size
from tests.workers import until


def test_what_was_promised_is_there_and_nothing_is_there_by_halves(portal, report):
    portal.start_web()
    deaths = size(1, 20)

    with Registrar(portal) as somebody:
        for _ in range(deaths):
            before = len(somebody.promised)
            assert until(lambda before=before: len(somebody.promised) >= before + 10, within=PATIENCE)
            sleep(0.013)  # into the middle of a save
            portal.kill()
            portal.start_web()

    kept = somebody.check()
    assert kept - len(somebody.promised) <= deaths
    unheard = kept - len(somebody.promised)
    report(
        f"web server killed {deaths} times during saves",
        f"{len(somebody.promised)} saves promised and kept, {unheard} kept whose answer was lost",
    )
