"""A real Celery worker beside the tests: their database and broker, a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parent.parent
PATIENCE = 30  # seconds for something that takes a second or two


def until(is_true, *, within=PATIENCE):
    """Wait until something is true and return it; the last look decides."""
    latest = monotonic() + within
    while monotonic() < latest:
        if found := is_true():
            return found
        sleep(0.1)
    return is_true()


def database_url():
    """Name the database of the tests in a way that another process understands."""
    name = str(connection.settings_dict["NAME"])
    return f"sqlite:///{name}" if connection.vendor == "sqlite" else f"postgres:///{quote(name)}"


class Worker:
    """Starts as often as a test likes; whatever is left is ended after the test."""

    def __init__(self, log):
        self.log = log
        self.processes = []

    def start(self, *, concurrency=1):
        """Start a worker; what was sent before waits for it, so nobody needs to wait until it is ready."""
        command = [sys.executable, "-m", "celery", "-A", "portal", "--skip-checks", "--quiet", "worker"]
        command += ["-c", str(concurrency), "--without-gossip", "--without-mingle"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    @property
    def environment(self):
        """Return what makes another process join this test: home, database, broker, address."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATABASE_URL": database_url(),
            "ROADWORTHY_HOME": str(settings.HOME),
            "SITE_URL": settings.SITE_URL,
        }

    def events(self):
        """Return what the workers have logged so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def kill(self):
        """End every worker as a power cut would: its children too, and no time to say anything."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()
