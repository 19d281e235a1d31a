import pytest
from celery import current_app

from apps.core.wake import wake

pytestmark = pytest.mark.django_db


def wake_ups():
    """Return the names of the tasks that lie in the broker, and empty it."""
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery", no_ack=True)
        return [queue.get_nowait().headers["task"] for _ in range(queue.qsize())]


def test_a_task_is_sent_after_the_commit(django_capture_on_commit_callbacks):
    wake_ups()

    with django_capture_on_commit_callbacks(execute=True):
        wake("notifications.deliver")
        before_commit = wake_ups()

    assert (before_commit, wake_ups()) == ([], ["notifications.deliver"])


def test_one_transaction_sends_a_task_once(django_capture_on_commit_callbacks):
    wake_ups()

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            wake("notifications.deliver")
            wake("notifications.remind")
            wake("notifications.deliver")

    assert sorted(wake_ups()) == ["notifications.deliver"] * 2 + ["notifications.remind"] * 2


def test_a_process_that_is_to_pause_sends_a_task_once(django_capture_on_commit_callbacks):
    wake_ups()

    for pause in (60, 60, 0):
        with django_capture_on_commit_callbacks(execute=True):
            wake("readiness.refresh", pause=pause)

    assert wake_ups() == ["readiness.refresh"] * 2


def test_a_dead_broker_is_only_logged(django_capture_on_commit_callbacks, dead_broker, caplog):
    with django_capture_on_commit_callbacks(execute=True):
        wake("notifications.deliver")

    (line,) = caplog.messages
    assert line.startswith("notifications.deliver was not woken and waits for beat: ")
