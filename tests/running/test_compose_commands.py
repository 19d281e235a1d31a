"""The commands of docker-compose.yml as processes: two copies of web and worker, PostgreSQL, Redis, SMTP."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.faults.machinery import free_port
from tests.faults.mail import MailServer
from tests.production.compose import ROOT, environment_of, services
from tests.running.visitor import Visitor
from tests.workers import until

BIN = Path(sys.executable).parent
CATALOG = (ROOT / "tests" / "catalog" / "files" / "services.yml").read_text()
PASSWORD = "correct horse battery"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def database(transactional_db):
    """A database of its own, empty as a new one is."""
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS compose")
        cursor.execute("CREATE DATABASE compose")
    yield "postgres:///compose"
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE compose WITH (FORCE)")


class Containers:
    """Starts services of the file as processes; what the image sets is set here."""

    def __init__(self, folder, database, mail):
        self.folder, self.started = folder, []
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.given = {
            "SECRET_KEY": "of this test " * 5,
            "POSTGRES_PASSWORD": "not needed on a socket",
            "SITE_URL": self.address,
            "DATABASE_URL": database,
            "BROKER_URL": f"{os.environ['BROKER_URL']}?virtual_host=1",
            "EMAIL_URL": mail.url,
            "METRICS_TOKEN": "for the watchman",
        }

    def command(self, service):
        return [str(BIN / word) if word == "python" else word for word in services()[service]["command"]]

    def environment(self, service, port=0):
        of_the_image = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PGHOST": os.environ["PGHOST"],
            "PGUSER": os.environ["PGUSER"],
            "ROADWORTHY_HOME": str(self.folder / "home"),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "HOST": "127.0.0.1",
            "PORT": str(port or self.port),
        }
        return environment_of(services()[service], self.given) | of_the_image

    def run(self, *command, service="migrate"):
        command = command or self.command(service)
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(service), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, service, port=0):
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                self.command(service),
                cwd=ROOT,
                env=self.environment(service, port),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started.append(process)

    def stop(self):
        """Do what `docker compose stop` does, and return how each has ended."""
        for process in self.started:
            process.send_signal(signal.SIGTERM)
        return [process.wait(60) for process in self.started]

    def kill(self):
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    @property
    def log(self):
        return (self.folder / "log").read_text()


@pytest.fixture
def containers(tmp_path, database):
    mail = MailServer()
    containers = Containers(tmp_path, database, mail)
    yield containers
    containers.kill()
    mail.close()
    print(containers.log)  # noqa: T201 -- shown if the test failed


def is_ready(visitor):
    try:
        return visitor.get("/readyz").status == 200
    except OSError:
        return False


def join(containers, visitor):
    """Become administrator by the link that the command prints."""
    welcome = containers.run(str(BIN / "python"), "manage.py", "create_admin", "ada@example.org")
    page = visitor.get(re.search(r"http://\S+", welcome)[0])
    visitor.send(page.url, password1=PASSWORD, password2=PASSWORD)


def check_static_files(visitor):
    """Hold that they come compressed and may be kept."""
    sheet = re.search(r'href="(/static/[^"]+\.css)"', visitor.get("/accounts/login/").text)[1]
    style = visitor.get(sheet, **{"Accept-Encoding": "gzip"})
    assert (style.status, style.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in style.headers["Cache-Control"]


def check_metrics(visitor):
    """Hold that the two processes of one web server count together."""
    for _ in range(20):
        visitor.get("/healthz")
    numbers = visitor.get("/metrics", Authorization="Bearer for the watchman").text
    counted = re.search(r'request_seconds_count\{view="healthz",method="GET",code="200"\} (\d+)', numbers)
    assert int(counted[1]) == 20
    assert re.search(r"roadworthy_beat_age_seconds \d", numbers)


def test_two_copies_of_everything_are_one_portal(containers):
    image = (ROOT / "Dockerfile").read_text()
    collect = re.search(r"python (manage\.py collectstatic .*?) \\", image)[1].split()
    containers.run()
    containers.run(str(BIN / "python"), *collect)
    other = free_port()

    for service, port in (("web", 0), ("web", other), ("worker", 0), ("worker", 0), ("beat", 0), ("beat", 0)):
        containers.start(service, port)
    first, second = Visitor(containers.address), Visitor(f"http://127.0.0.1:{other}")
    assert until(lambda: is_ready(first) and is_ready(second), within=60), containers.log

    join(containers, first)
    signed_in = second.send("/accounts/login/", login="ada@example.org", password=PASSWORD)
    assert (signed_in.status, signed_in.url) == (200, f"{second.base}/")
    job = second.upload(
        "/import/", field="uploads", name="catalog-info.yaml", content=CATALOG, traceparent=PARENT
    )
    assert job.status == 200
    assert until(lambda: "/services/ledger/" in first.get("/services/").text)
    assert until(lambda: f'"trace_id": "{TRACE}"' in containers.log)
    check_static_files(first)
    check_metrics(first)
    assert containers.stop() == [0] * 6, containers.log
