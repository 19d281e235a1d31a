import os
import resource
from contextlib import contextmanager, nullcontext
from errno import EINVAL, EIO, ENOSPC
from hashlib import sha256

import pytest
from django.db import IntegrityError

from apps.core import files
from apps.core.files import FileGoneError, NoRoomError
from apps.core.models import StoredFile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path


def test_a_file_comes_back_as_it_was():
    row = files.store(b"%PDF", media_type="application/pdf")

    assert (files.read(row), row.size, row.media_type) == (b"%PDF", 4, "application/pdf")


def test_a_file_that_the_disk_has_lost_is_said_to_be_gone(tmp_path, caplog):
    row = files.store(b"%PDF", media_type="application/pdf")
    (lost,) = (path for path in tmp_path.rglob("*") if path.is_file())
    lost.unlink()

    with pytest.raises(FileGoneError, match="Make it anew"):
        files.read(row)

    assert f"stored file {lost} is missing" in caplog.text
    files.store(b"%PDF", media_type="application/pdf")
    assert files.read(row) == b"%PDF"


def test_the_same_bytes_are_kept_once(home, tmp_path):
    rows = [files.store(b"same", media_type="text/plain") for _ in range(2)]

    assert rows[0] == rows[1]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_file_without_a_row_is_taken_over(tmp_path):
    row = files.store(b"left by a crash", media_type="text/plain")
    StoredFile.objects.all().delete()

    again = files.store(b"left by a crash", media_type="text/plain")

    assert (again.sha256, files.read(again)) == (row.sha256, b"left by a crash")


@pytest.mark.parametrize("is_left_by_a_crash", [False, True])
def test_a_row_names_a_file_that_a_power_cut_leaves_there(tmp_path, synced, is_left_by_a_crash):
    digest = sha256(b"paper").hexdigest()
    files_, folder = tmp_path / "files", tmp_path / "files" / digest[:2]
    if is_left_by_a_crash:
        folder.mkdir(parents=True)
        (folder / digest).write_bytes(b"paper")

    files.store(b"paper", media_type="text/plain")

    assert synced(folder) == {digest}
    assert digest[:2] in synced(files_)
    assert "files" in synced(tmp_path)


@pytest.mark.parametrize(("error", "is_passed_over"), [(EINVAL, True), (EIO, False)])
def test_a_file_system_that_syncs_no_folders_will_do(tmp_path, monkeypatch, error, is_passed_over):
    def refuse(_descriptor):
        raise OSError(error, "no")

    monkeypatch.setattr(os, "fsync", refuse)

    with nullcontext() if is_passed_over else pytest.raises(OSError, match="no"):
        files.sync_names(tmp_path)


def test_an_empty_file_is_refused_by_the_database():
    with pytest.raises(IntegrityError):
        files.store(b"", media_type="text/plain")


@contextmanager
def no_file_above(size):
    """Let the kernel refuse what a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_in_words_and_leaves_nothing(tmp_path):
    with no_file_above(1000), pytest.raises(NoRoomError) as refusal:
        files.store(b"too much " * 1000, media_type="text/plain")

    assert str(refusal.value).startswith("Nothing was saved: the portal's disk is full.")
    assert refusal.value.errno == ENOSPC
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
