"""`manage.py serve` is asked to end (SIGTERM) while the mail server thinks about a message."""

from time import sleep

from apps.notifications.models import Delivery, State
from tests.faults.machinery import PATIENCE, letters, ring
from tests.workers import until

LONG = 12  # seconds; EMAIL_TIMEOUT allows 20


def test_the_message_in_hand_is_finished_and_the_rest_given_back(portal, mail, report):
    letters(10)
    mail.mood = "thinks"
    supervisor = portal.serve()
    ring()
    assert until(lambda: mail.asked, within=PATIENCE)

    supervisor.terminate()
    sleep(LONG)
    mail.released.set()

    assert supervisor.wait(PATIENCE) == 0
    assert set(Delivery.objects.values_list("state", "lease")) == {(State.SENT, None), (State.WAITING, None)}
    assert Delivery.objects.filter(state=State.SENT).count() == mail.number
    assert mail.repeated == 0
    report(
        f"supervisor asked to end while the mail server thinks for {LONG} s",
        "the message in hand was finished, the rest given back at once, none sent twice",
    )
