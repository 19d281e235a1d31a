"""A backup made beside a running portal holds one moment of it, and another home goes on from there."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from apps.activity.models import Event
from apps.catalog.models import Service
from apps.core import files
from apps.core.models import StoredFile
from tests.faults.machinery import Processes, Registrar
from tests.faults.mail import MailServer
from tests.workers import ROOT, until

PAPER = b"%PDF a report"


@pytest.fixture
def portal(transactional_db, tmp_path):
    mail = MailServer()
    portal = Processes(tmp_path / "portal.log", mail)
    yield portal
    portal.kill()
    mail.close()
    print(portal.log.read_text())  # noqa: T201 -- shown if the test failed


def manage(environment, *words):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_people_go_on_saving_and_the_copy_is_whole(portal, settings, tmp_path):
    (settings.HOME / "db.sqlite3").symlink_to(settings.DATABASES["default"]["NAME"])
    stored = files.store(PAPER, media_type="application/pdf")
    portal.start_web()
    copy, home = tmp_path / "backup.zip", tmp_path / "another"

    with Registrar(portal) as somebody:
        assert until(lambda: len(somebody.promised) >= 5)
        promised = list(somebody.promised)
        made = manage(portal.environment, "backup", str(copy))
        assert until(lambda: len(somebody.promised) >= len(promised) + 5)
    (settings.HOME / "db.sqlite3").unlink()
    environment = {"PATH": os.environ["PATH"], "ROADWORTHY_HOME": str(home), "SECRET_KEY": "x"}
    restored = manage(environment, "restore", str(copy))

    assert (made.returncode, restored.returncode) == (0, 0), made.stderr + restored.stderr
    somebody.check()
    with closing(sqlite3.connect(home / "db.sqlite3")) as database:
        names = {row[0] for row in database.execute(f"SELECT name FROM {Service._meta.db_table}")}  # noqa: S608
        events = f"SELECT subject_name FROM {Event._meta.db_table} WHERE verb = 'catalog.service_registered'"  # noqa: S608
        recorded = {row[0] for row in database.execute(events)}
    assert set(promised) <= names <= {*somebody.promised, *names}
    assert names == recorded
    assert (home / "files" / stored.sha256[:2] / stored.sha256).read_bytes() == PAPER
    assert StoredFile.objects.count() == 1
    checked = manage(environment, "check", "--database", "default")
    assert checked.returncode == 0, checked.stderr
