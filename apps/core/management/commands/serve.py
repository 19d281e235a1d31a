"""`manage.py serve`: web server, worker and beat under one supervisor."""

import os
import socket
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core.supervisor import AlreadyRunningError, Program, Supervisor, only_one

PATIENCE: Final = 1.0  # seconds, with our own port
DEMO_PEOPLE: Final = (
    "lead",
    "member",
    "reviewer",
    "peer",
    "architect",
    "security",
    "enablement",
    "leadership",
    "admin",
)


class Command(BaseCommand):
    """Starts everything that the portal consists of; Ctrl-C ends it."""

    help = "Run web server, worker and beat until Ctrl-C or SIGTERM (HOST, PORT, ROADWORTHY_HOME)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the home, empty the spool and supervise."""
        host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
        home = Path(settings.HOME)
        try:
            with only_one(home / "serve.lock"):
                self._check_port(host, port)
                os.environ["PORT"] = str(port)
                site = os.environ.get("SITE_URL") or f"http://127.0.0.1:{port}"
                (home / "address").write_text(f"{site}\n")
                _empty_spool()
                Supervisor(_programs()).run(
                    is_ready=lambda: _answers(host, port), announce=lambda: self._announce(site)
                )
        except AlreadyRunningError as error:
            message = f"Roadworthy already runs in {home}: stop it first, or choose another ROADWORTHY_HOME."
            raise CommandError(message) from error

    def _check_port(self, host: str, port: int) -> None:
        if _is_taken(host, port):
            message = f"Port {port} is in use by another program: choose another one with PORT=…"
            raise CommandError(message)

    def _announce(self, site: str) -> None:
        self.stdout.write(f"\nRoadworthy answers at {site}/ (Ctrl-C stops it)")
        if settings.DEMO:
            addresses = "".join(f"\n  {name}@demo.example" for name in DEMO_PEOPLE)
            self.stdout.write(f"Sign in with the password roadworthy as{addresses}")
        self.stdout.write("")
        self.stdout.flush()


def _empty_spool() -> None:
    """Forget the wake-ups of the last run: rows carry the work, and beat rings again."""
    for path in Path(settings.SPOOL).rglob("*"):
        if path.is_file():
            path.unlink(missing_ok=True)


def _programs() -> list[Program]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "portal", "--skip-checks", "--quiet"]
    return [
        Program("web", [*python, "gunicorn", "--config", "python:portal.gunicorn"]),
        Program("worker", [*celery, "worker", "-c", "2", "--without-gossip", "--without-mingle"]),
        Program("beat", [*celery, "beat", "--pidfile", ""]),
    ]


def _is_taken(host: str, port: int) -> bool:
    """Tell whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(PATIENCE)
        return probe.connect_ex((_reached_at(host), port)) == 0


def _answers(host: str, port: int) -> bool:
    """Tell whether the web server is there: its port is open seconds before the first worker answers."""
    client = HTTPConnection(_reached_at(host), port, timeout=PATIENCE)
    try:
        client.request("GET", "/healthz")
        return client.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        client.close()


def _reached_at(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
