import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portal.home import address_of, close, edition_of

ROOT = Path(__file__).parent.parent.parent


def modes(home):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}


@pytest.mark.parametrize("edition", ["demo", "bare"])
def test_a_home_remembers_its_edition(tmp_path, edition):
    (tmp_path / "edition").write_text(f"{edition}\n")

    assert edition_of(tmp_path) == edition


def test_a_home_that_was_never_started_has_no_edition(tmp_path):
    assert edition_of(tmp_path) == ""


def test_another_command_knows_where_the_portal_is_served(tmp_path, monkeypatch):
    monkeypatch.delenv("PORT")
    before = address_of(tmp_path)

    (tmp_path / "address").write_text("http://127.0.0.1:8123\n")

    assert (before, address_of(tmp_path)) == ("http://127.0.0.1:8000", "http://127.0.0.1:8123")


def test_a_port_that_is_named_counts_more(tmp_path, monkeypatch):
    (tmp_path / "address").write_text("http://127.0.0.1:8123\n")
    monkeypatch.setenv("PORT", "9000")

    assert address_of(tmp_path) == "http://127.0.0.1:9000"


def test_what_stood_open_in_a_home_is_closed_and_the_home_itself_left(tmp_path):
    tmp_path.chmod(0o755)
    for name in ("db.sqlite3", "db.sqlite3-wal", "edition"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o644)
    (tmp_path / "mail").mkdir(mode=0o755)

    close(tmp_path)

    closed = {"db.sqlite3": 0o600, "db.sqlite3-wal": 0o600, "mail": 0o700}
    assert modes(tmp_path) == closed | {"edition": 0o644}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.thorough
def test_commands_write_for_nobody_else_also_where_others_may_enter(tmp_path):
    tmp_path.chmod(0o755)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    environment = {"PATH": os.environ["PATH"], "ROADWORTHY_HOME": str(tmp_path)}

    subprocess.run(command, cwd=ROOT, env=environment, check=True, umask=0o022)

    assert not [name for name, mode in modes(tmp_path).items() if mode & 0o077]
