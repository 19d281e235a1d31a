"""What every fault needs: processes to kill, servers to stop, and messages that must all arrive once."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from http import HTTPStatus
from itertools import count
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic, sleep
from urllib.parse import urlencode

from celery import current_app
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.activity.models import Event
from apps.catalog.models import Service, ServiceSummary
from apps.notifications.models import Delivery, State
from tests.factories import TeamFactory, UserFactory, lead_of
from tests.workers import ROOT, Worker, until

IS_LONG = os.environ.get("FAULTS") == "long"
ON_SERVERS = connection.vendor == "postgresql"
EDITION = "PostgreSQL and Redis" if ON_SERVERS else "embedded"
PATIENCE = 900 if IS_LONG else 60


def size(short, long):
    """Return how much of something this run makes."""
    return long if IS_LONG else short


restarted = []  # servers that nobody else would end


def free_port():
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server that somebody else started; it is stopped by a signal and started again the same way."""

    def __init__(self, pid):
        self.pid = pid
        self.command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
        self.folder = Path(f"/proc/{pid}/cwd").readlink()
        owner = Path(f"/proc/{pid}").stat()
        self.owner = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        self.process = None

    def stop(self, number=signal.SIGKILL):
        os.kill(self.pid, number)
        assert until(lambda: not _is_alive(self.pid)), f"{self.command[0]} did not stop"
        if self.process:
            self.process.wait()

    def start(self):
        owner = self.owner if os.geteuid() == 0 else {}
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True, **owner
            )
        self.pid = self.process.pid
        restarted.append(self)


def _is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def postgresql():
    """Return the PostgreSQL of this run."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
    return Server(int((folder / "postmaster.pid").read_text().split("\n")[0]))


def redis():
    """Return the Redis of this run."""
    with current_app.connection_for_read() as broker:
        return Server(broker.default_channel.client.info("server")["process_id"])


def postgresql_answers():
    """Tell whether the database is back; connections of before are of no use."""
    connection.close()
    with suppress(Exception):
        connection.ensure_connection()
        return True
    return False


class Processes(Worker):
    """Workers, beats and a web server on the database and the broker of this test, and a mail server."""

    def __init__(self, log, mail):
        super().__init__(log)
        self.mail = mail
        self.port = free_port()

    @property
    def environment(self):
        """Add the mail server, and the port of the web server."""
        return super().environment | {
            "EMAIL_URL": self.mail.url,
            "PORT": str(self.port),
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "WEB_WORKERS": "2",
        }

    def start_beat(self):
        """Start beat, which rings for everything at once."""
        return self._run("-m", "celery", "-A", "portal", "--skip-checks", "--quiet", "beat", "--pidfile", "")

    def start_web(self):
        """Collect what it serves, start the web server and wait for its answer."""
        collecting = self._run("manage.py", "collectstatic", "-v", "0", "--no-input", "-i", "rest_framework")
        assert collecting.wait() == 0, self.log.read_text()
        process = self._run("-m", "gunicorn", "--config", "python:portal.gunicorn")
        assert until(self.answers), self.log.read_text()
        return process

    def serve(self):
        """Start all of it under the supervisor."""
        process = self._run("manage.py", "serve")
        assert until(self.answers), self.log.read_text()
        return process

    def _run(self, *words):
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def end(self, process, *, number=signal.SIGKILL):
        """End one process and its group."""
        self.processes.remove(process)
        os.killpg(process.pid, number)
        process.wait()

    def kill(self):
        """End every process and what it may have left in its group."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def answers(self):
        return self.get("/healthz") == 200

    def get(self, path):
        """Return the status of a page, or 0 if nobody answers."""
        try:
            return self.ask("GET", path)
        except (OSError, http.client.HTTPException):
            return 0

    def ask(self, method, path, *, body="", headers=None):
        """Ask the web server; what goes wrong on the way is raised."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            client.request(method, path, body, headers or {})
            answer = client.getresponse()
            answer.read()
            return answer.status
        finally:
            client.close()

    def cookies_of(self, person):
        """Return the headers of somebody who is signed in and sends forms."""
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        token = "a" * 32
        return {
            "Cookie": f"session_{self.port}={session}; csrf_{self.port}={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }


def ring(*names):
    """Ring as beat does every minute: these tests do not wait for it."""
    for name in names or ("notifications.deliver",):
        with suppress(Exception):  # a broker that is down is part of the test
            current_app.send_task(name, retry=False, expires=50)


def letters(number):
    """Put letters to as many people into the outbox; return their addresses."""
    first = UserFactory()
    people = [
        UserFactory.build(email=f"reader{n}-{first.pk}@example.org", password=first.password)
        for n in range(number)
    ]
    people = type(first).objects.bulk_create(people, batch_size=1000)
    now = timezone.now()
    rows = (
        Delivery(recipient=person, letter_subject="A letter", letter_body="Words", made_at=now, due_at=now)
        for person in people
    )
    Delivery.objects.bulk_create(rows, batch_size=1000)
    return {person.email for person in people}


def unsent():
    """Return how many messages are neither sent nor given up."""
    return Delivery.objects.filter(state__in=[State.WAITING, State.SENDING]).count()


def send_all():
    """Ring until nothing waits any more; what the dead hold is waited for, or see `lapse`.

    A run that was still going may put a message off when `soon` has looked: so it looks each time.
    """
    latest = monotonic() + PATIENCE
    while unsent() and monotonic() < latest:
        soon()
        ring()
        sleep(1)
    assert not unsent()


def lapse():
    """Let the leases of the dead run out now, in a short run; call it while nobody works."""
    if not IS_LONG:
        Delivery.objects.filter(state=State.SENDING).update(lease_until=timezone.now())


def soon():
    """Let what waits for a later try be due now: minutes pass quickly here."""
    Delivery.objects.filter(state=State.WAITING).update(due_at=timezone.now())


class Registrar:
    """Somebody who registers one service after the other in a browser, whatever the server does."""

    def __init__(self, portal):
        self.portal = portal
        self.team = TeamFactory()
        self.headers = portal.cookies_of(lead_of(self.team).person)
        self.promised, self.refused = [], 0
        self._is_over = Flag()
        self._thread = Thread(target=self._register, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._is_over.set()
        self._thread.join()

    def _register(self):
        for number in count():
            if self._is_over.is_set():
                return
            name = f"Service {number} of the fault"
            form = {"team": self.team.pk, "name": name, "purpose": "Survives", "kind": "service", "tier": 3}
            form |= {"data_class": "internal", "exposure": "internal"}
            try:
                code = self.portal.ask("POST", "/services/new/", body=urlencode(form), headers=self.headers)
            except (OSError, http.client.HTTPException):
                code = 0
            if code == HTTPStatus.FOUND:
                self.promised.append(name)
            else:
                self.refused += 1
                sleep(0.1)

    def check(self):
        """Hold what was promised against what is there: each service whole, with its event, once."""
        kept = list(Service.objects.filter(team=self.team).values_list("name", flat=True))
        events = Event.objects.filter(verb="catalog.service_registered", team_id=self.team.pk)
        recorded = list(events.values_list("subject_name", flat=True))
        assert set(self.promised) <= set(kept)
        assert sorted(kept) == sorted(recorded)
        assert ServiceSummary.objects.filter(service__team=self.team).count() == len(kept)
        return len(kept)
