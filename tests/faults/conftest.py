"""What the faults share: processes, a mail server, and the page on which a long run writes its numbers."""

import json
import os
import signal
from pathlib import Path

import pytest
from celery import current_app

from tests.faults.machinery import EDITION, IS_LONG, ON_SERVERS, Processes, restarted
from tests.faults.mail import MailServer

# The embedded edition has no server that could be restarted.
collect_ignore = [] if ON_SERVERS else ["test_postgresql_restarted.py"]


def pytest_unconfigure():
    """End the servers that were started again: whoever started them first no longer knows them."""
    for server in restarted:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGINT)
            server.process.wait(30)


@pytest.fixture
def mail():
    mail = MailServer()
    yield mail
    mail.close()


@pytest.fixture
def portal(transactional_db, tmp_path, mail):
    """The processes of this test; nothing is started yet."""
    current_app.control.purge()  # wake-ups of earlier tests
    portal = Processes(tmp_path / "portal.log", mail)
    yield portal
    portal.kill()
    print(portal.log.read_text() if portal.log.exists() else "")  # noqa: T201 -- shown if the test failed


@pytest.fixture
def report(request):
    """Write down what was seen: FAULTS_REPORT names a file for it, one JSON object a line."""

    form = "long" if IS_LONG else "short"

    def write(fault, seen):
        print(f"{EDITION}: {fault}: {seen}")  # noqa: T201 -- pytest -s shows it
        if path := os.environ.get("FAULTS_REPORT"):
            with Path(path).open("a") as file:
                row = {"edition": EDITION, "form": form, "fault": fault, "seen": seen}
                file.write(json.dumps(row) + "\n")

    return write
