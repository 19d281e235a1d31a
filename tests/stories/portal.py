"""The portal as it runs for people: a home of its own, filled with the demo, behind the production server."""

import os
import socket
import subprocess
import sys
from http.client import HTTPConnection

from tests.workers import ROOT, until

PASSWORD = "roadworthy"
WORK = """
from django.utils import timezone
from apps.accounts.models import Actor
from apps.jobs.transitions import run_next
from apps.notifications.models import Delivery
from apps.notifications.transitions import deliver
while run_next(by=Actor.system("tests"), at=timezone.now()):
    pass
while Delivery.objects.waiting(now=timezone.now()).exists():
    deliver(by=Actor.system("tests"), at=timezone.now())
"""


class Portal:
    """Starts once for a module; `address` is where it answers."""

    def __init__(self, home):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.home, self.log = home, home / "portal.log"
        without = {"DATABASE_URL", "EMAIL_URL", "BROKER_URL", "SITE_URL"}
        self.environment = {name: value for name, value in os.environ.items() if name not in without} | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "ROADWORTHY_HOME": str(home),
            "ROADWORTHY_DEMO": "1",
            "SECRET_KEY": "a key for tests only",
            "PORT": str(self.port),
            "SITE_URL": self.address,
        }
        self.process = None

    def fill(self):
        """Do what `make run` does at the first start."""
        for words in (
            ["migrate", "-v", "0"],
            ["collectstatic", "-v", "0", "--no-input", "--ignore", "rest_framework"],
            ["seed_demo"],
        ):
            self._manage(words)

    def work(self):
        """Do the jobs that wait and send what is to be sent, as a worker would."""
        self._manage(["shell", "-v", "0", "-c", WORK])

    def _manage(self, words):
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"

    def start(self):
        command = [sys.executable, "-m", "gunicorn", "--config", "python:portal.gunicorn"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        assert until(self.answers), self.log.read_text()

    def answers(self):
        try:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)
