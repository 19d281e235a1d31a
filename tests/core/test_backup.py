"""A home goes into a file and comes back the same, and nothing else comes in."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from apps.core import backup
from apps.core.backup import BackupError
from apps.core.supervisor import only_one

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KNOWN = frozenset({"core.0001_initial"})
ROOT = Path(__file__).parent.parent.parent
PAPER = b"a report " * 1000
DIGEST = sha256(PAPER).hexdigest()
HEAD = b'{"format": "%s", "version": %d, "made_at": "", "migrations": [], "parts": {}}'
SEAL = "from apps.activity.tasks import seal; seal()"
STORED = f"files/{DIGEST[:2]}/{DIGEST}"


def a_database(path, *digests):
    """Make a database with as much of ours as a backup reads."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE core_storedfile (sha256 TEXT)")
        database.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        database.execute("INSERT INTO django_migrations VALUES ('core', '0001_initial')")
        database.executemany("INSERT INTO core_storedfile VALUES (?)", [(digest,) for digest in digests])


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    (home / "files" / DIGEST[:2]).mkdir(parents=True)
    (home / STORED).write_bytes(PAPER)
    (home / "files" / DIGEST[:2] / f"{DIGEST[:2]}{'0' * 62}").write_bytes(b"of no row")
    (home / "secret_key").write_text("secret")
    (home / "edition").write_text("bare\n")
    (home / "mail").mkdir()
    a_database(home / "db.sqlite3", DIGEST)
    return home


@pytest.fixture
def empty(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    return empty


@pytest.fixture
def file(home, tmp_path):
    file = tmp_path / "backup.zip"
    backup.make(home, file, at=AT)
    return file


def restore(file, home):
    return backup.restore(file, home, known=KNOWN, at=AT)


def rewritten(file, **members):
    """Write the backup anew with other members; None leaves one out."""
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()} | members
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            if text is not None:
                archive.writestr(name, text)


def manifest_of(file):
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("manifest.json"))


def tree(home):
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_a_home_comes_back_as_it_was(home, file, empty):
    done = restore(file, empty)

    assert (done.manifest.made_at, done.missing, done.former) == ("2026-03-02T09:00:00+00:00", [], None)
    assert set(tree(empty)) == {"db.sqlite3", "secret_key", "edition", STORED}
    assert (empty / STORED).read_bytes() == PAPER
    assert (empty / "secret_key").read_text() == "secret"
    with closing(sqlite3.connect(empty / "db.sqlite3")) as database:
        assert database.execute("SELECT sha256 FROM core_storedfile").fetchall() == [(DIGEST,)]


def test_a_power_cut_takes_neither_a_backup_nor_what_came_of_it(home, tmp_path, empty, synced):
    file = tmp_path / "backup.zip"

    backup.make(home, file, at=AT)
    restore(file, empty)

    assert file.name in synced(tmp_path)
    assert {"db.sqlite3", "secret_key", "edition", "files"} <= synced(empty)
    assert synced(empty / "files") == {DIGEST[:2]}
    assert synced(empty / "files" / DIGEST[:2]) == {DIGEST}


def test_only_its_owner_reads_a_backup_and_what_came_of_it(file, empty):
    restore(file, empty)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (file, empty / "secret_key", empty / "db.sqlite3")}
    assert modes == {0o600}


def test_what_a_used_home_had_is_kept_beside_it(home, file):
    (home / "secret_key").write_text("another")

    former = restore(file, home).former

    assert (home / "secret_key").read_text() == "secret"
    assert (former / "secret_key").read_text() == "another"
    assert set(tree(former)) == {
        "db.sqlite3", "secret_key", "edition", STORED, f"files/{DIGEST[:2]}/{DIGEST[:2]}{'0' * 62}"
    }  # fmt: skip


def test_a_file_that_was_lost_is_named_and_the_rest_saved(home, empty, tmp_path):
    (home / STORED).unlink()

    made = backup.make(home, tmp_path / "backup.zip", at=AT)

    assert made.missing == [STORED]
    assert set(made.manifest.parts) == {"db.sqlite3", "secret_key", "edition"}
    assert restore(tmp_path / "backup.zip", empty).missing == [STORED]


def test_a_backup_that_fails_leaves_nothing_and_the_one_before(home, file, monkeypatch):
    before = file.read_bytes()
    (home / "db.sqlite3").write_bytes(b"no database at all" * 100)

    with pytest.raises(sqlite3.DatabaseError):
        backup.make(home, file, at=AT)

    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir() if path.is_file()] == ["backup.zip"]
    assert not list(home.glob(".backup-*"))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 half of one"])
def test_a_foreign_file_is_refused(empty, tmp_path, content):
    foreign = tmp_path / "foreign"
    foreign.write_bytes(content)

    with pytest.raises(BackupError, match="is no backup of Roadworthy"):
        restore(foreign, empty)

    assert tree(empty) == {}


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        (None, "no manifest"),
        (b"", "no manifest"),
        (b"[]", "no manifest"),
        (b"[" * 5000, "no manifest"),
        (HEAD % (b"another", 1), "no manifest"),
        (HEAD % (b"roadworthy-backup", 2), "version 2"),
        (HEAD % (b"roadworthy-backup", 1), "changed"),
        (
            HEAD.replace(b"{}", b'{"edition": {"size": 1e400, "sha256": ""}}') % (b"roadworthy-backup", 1),
            "no manifest",
        ),
    ],
    ids=["none", "empty", "list", "deep", "another", "newer", "changed", "endless"],
)
def test_a_file_without_a_manifest_of_ours_is_refused(file, empty, manifest, problem):
    rewritten(file, **{"manifest.json": manifest})

    with pytest.raises(BackupError, match=problem):
        restore(file, empty)

    assert tree(empty) == {}


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "files/../../evil", f"files/aa/{DIGEST}", "mail/x", "db.sqlite3/x"]
)
def test_nothing_is_written_but_what_a_home_consists_of(file, empty, name):
    manifest = manifest_of(file)
    manifest["parts"][name] = {"size": 4, "sha256": sha256(b"evil").hexdigest()}

    rewritten(file, **{"manifest.json": json.dumps(manifest), name: b"evil"})

    with pytest.raises(BackupError, match="does not hold what its manifest says"):
        restore(file, empty)
    assert tree(empty) == {}


@pytest.mark.parametrize(
    "content",
    [PAPER[:-1], PAPER + b"!", b"x" * len(PAPER), None],
    ids=["shorter", "longer", "another", "missing"],
)
def test_a_changed_part_is_refused(file, empty, content):
    rewritten(file, **{STORED: content})

    with pytest.raises(BackupError, match=r"Nothing was changed|does not hold"):
        restore(file, empty)

    assert tree(empty) == {}


def test_a_part_that_only_claims_its_digest_is_refused(file, empty):
    manifest = manifest_of(file)
    manifest["parts"][STORED] = {"size": 4, "sha256": sha256(b"evil").hexdigest()}

    rewritten(file, **{"manifest.json": json.dumps(manifest), STORED: b"evil"})

    with pytest.raises(BackupError, match="is not what the manifest says"):
        restore(file, empty)


def test_a_part_that_unpacks_to_more_than_it_says_is_left_off_early(file, empty):
    rewritten(file, **{STORED: b"\0" * 50_000_000})

    with pytest.raises(BackupError, match="is not what the manifest says"):
        restore(file, empty)


def test_a_backup_that_does_not_fit_is_not_begun(file, empty):
    manifest = manifest_of(file)
    manifest["parts"][STORED]["size"] = 10**15

    rewritten(file, **{"manifest.json": json.dumps(manifest)})

    with pytest.raises(BackupError, match="needs 1,000,000,000"):
        restore(file, empty)


def test_a_damaged_database_is_refused_before_the_home_is_touched(file, home):
    manifest = manifest_of(file)
    broken = b"SQLite format 3\0" + b"\1" * 8000
    manifest["parts"]["db.sqlite3"] = {"size": len(broken), "sha256": sha256(broken).hexdigest()}
    rewritten(file, **{"manifest.json": json.dumps(manifest), "db.sqlite3": broken})
    before = tree(home)

    with pytest.raises(BackupError, match="database in the backup is damaged"):
        restore(file, home)

    assert tree(home) == before


def exchanged(file, path, **changes):
    """Write the backup anew with another database, as whoever knows the format would."""
    manifest, content = manifest_of(file) | changes, path.read_bytes()
    manifest["parts"]["db.sqlite3"] = {"size": len(content), "sha256": sha256(content).hexdigest()}
    members = {"db.sqlite3": content} | ({} if STORED in manifest["parts"] else {STORED: None})
    rewritten(file, **{"manifest.json": json.dumps(manifest)} | members)


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE core_storedfile",
        "DROP TABLE django_migrations",
        "DELETE FROM django_migrations",
        "INSERT INTO django_migrations VALUES ('core', '0002_more')",
        "INSERT INTO core_storedfile VALUES ('of no file')",
        None,
    ],
)
def test_a_database_that_is_another_one_is_refused(file, home, empty, tmp_path, change):
    path = tmp_path / "other.sqlite3"
    path.write_bytes(b"")
    if change:
        a_database(path, DIGEST)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(change)
            database.execute("PRAGMA journal_mode=DELETE")
    exchanged(file, path)

    with pytest.raises(BackupError, match=r"not the one that the manifest speaks of|is damaged"):
        restore(file, empty)

    assert tree(empty) == {}


def test_a_stored_file_that_is_left_out_with_its_line_is_missed(file, home, empty):
    parts = {name: part for name, part in manifest_of(file)["parts"].items() if name != STORED}
    with zipfile.ZipFile(file) as archive:
        (empty / "copy").write_bytes(archive.read("db.sqlite3"))

    exchanged(file, empty / "copy", parts=parts)
    (empty / "copy").unlink()

    with pytest.raises(BackupError, match="not the one that the manifest speaks of"):
        restore(file, empty)
    assert tree(empty) == {}


def test_an_older_backup_that_does_not_say_what_was_lost_is_restored_and_says_it_now(home, empty, tmp_path):
    (home / STORED).unlink()
    file = tmp_path / "backup.zip"
    backup.make(home, file, at=AT)
    manifest = manifest_of(file)
    del manifest["missing"]
    rewritten(file, **{"manifest.json": json.dumps(manifest)})

    assert restore(file, empty).missing == [STORED]


def test_a_backup_of_a_newer_version_is_refused(file, empty):
    with pytest.raises(BackupError, match=r"newer version: this one does not know core\.0001_initial"):
        backup.restore(file, empty, known=frozenset(), at=AT)


def test_a_backup_that_was_cut_off_is_refused(file, empty):
    file.write_bytes(file.read_bytes()[:-100])

    with pytest.raises(BackupError, match="is no backup"):
        restore(file, empty)


def test_whatever_byte_is_wrong_a_sentence_says_so(file, empty):
    whole = file.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            restore(file, empty)
        except BackupError:
            assert tree(empty) == {}
        else:  # a byte that nobody reads, such as the date of a member
            assert (empty / STORED).read_bytes() == PAPER
            assert (empty / "secret_key").read_text() == "secret"
            for path in [*empty.rglob("*")][::-1]:
                path.rmdir() if path.is_dir() else path.unlink()


def manage(home, *words):
    """Run a command as somebody at a shell would."""
    clean = {"PATH": os.environ["PATH"], "ROADWORTHY_HOME": str(home)}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)


@pytest.mark.thorough
def test_the_commands_ask_before_they_replace_and_refuse_a_running_portal(home, empty, tmp_path):
    file = tmp_path / "at-a-shell.zip"

    made = manage(home, "backup", str(file))
    refused = manage(home, "restore", str(file))
    with only_one(empty / "serve.lock"):
        running = manage(empty, "restore", str(file))
    nothing = manage(empty, "backup", str(tmp_path / "nothing.zip"))
    foreign = manage(empty, "restore", str(ROOT / "manage.py"))
    done = manage(empty, "restore", str(file))
    replaced = manage(home, "restore", str(file), "--yes")

    assert (made.returncode, made.stdout.count("1 stored files")) == (0, 1)
    assert "has data. With --yes it is put aside" in refused.stderr
    assert "stop it first" in running.stderr
    assert "there is nothing to back up" in nothing.stderr
    assert "is no backup of Roadworthy" in foreign.stderr
    assert (done.returncode, (empty / "secret_key").read_text()) == (0, "secret")
    assert (replaced.returncode, replaced.stdout.count("What it had before lies in")) == (0, 1)
    assert "Traceback" not in refused.stderr + running.stderr + nothing.stderr + foreign.stderr


@pytest.mark.thorough
def test_a_restore_says_whether_history_is_whole(tmp_path):
    home, file = tmp_path / "real", tmp_path / "real.zip"
    for words in (
        ["migrate"],
        ["create_admin", "ada@example.org"],
        ["shell", "-c", SEAL],
        ["backup", str(file)],
    ):
        assert manage(home, *words).returncode == 0
    whole = manage(home, "restore", str(file), "--yes")
    with closing(sqlite3.connect(home / "db.sqlite3")) as database, database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE activity_event SET actor_name = 'Nobody'")
    manage(home, "backup", str(file))

    altered = manage(home, "restore", str(file), "--yes")

    assert (whole.returncode, whole.stdout.count("History is whole: 1 sealed events")) == (0, 1)
    assert altered.returncode == 0
    assert "history in it is not whole" in altered.stderr
    assert "broken at seal 1" in altered.stderr


def test_a_portal_on_a_server_is_not_backed_up_by_halves(home, tmp_path):
    clean = {
        "PATH": os.environ["PATH"],
        "ROADWORTHY_HOME": str(home),
        "DATABASE_URL": "postgres://x@127.0.0.1:1/x",
    }
    command = [sys.executable, "manage.py", "backup", str(tmp_path / "x")]

    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)

    assert "use pg_dump" in done.stderr
