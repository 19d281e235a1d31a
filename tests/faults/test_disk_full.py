"""The disk is full while a file is stored."""

import os
import resource
import subprocess
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core import files
from apps.core.files import NoRoomError
from apps.core.models import StoredFile
from apps.jobs.models import Job
from tests.factories import UserFactory

MEGABYTE = 1024 * 1024
pytestmark = pytest.mark.django_db


@contextmanager
def little_room(home):
    """Give the stored files two megabytes: a disk of their own, or where nobody may mount one, a limit."""
    folder = home / "files"
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0:
        try:
            yield "a disk of 2 MB"
        finally:
            subprocess.run(["umount", str(folder)], check=True)  # noqa: S607
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, before[1]))
    try:
        yield "files of at most 2 MB"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def left_in(home):
    return [path for path in (home / "files").rglob("*") if path.is_file()]


def test_nothing_is_left_of_what_did_not_fit_and_the_rest_goes_on(settings, tmp_path, client, report):
    settings.HOME = tmp_path / "home"
    client.force_login(UserFactory(is_admin=True))
    too_much = SimpleUploadedFile("catalog-info.yaml", b"# " + os.urandom(3 * MEGABYTE).hex().encode())
    little = SimpleUploadedFile("catalog-info.yaml", b"kind: Component\nmetadata: {name: small}\n")

    with little_room(settings.HOME) as what:
        with pytest.raises(NoRoomError, match="disk is full"):
            files.store(os.urandom(3 * MEGABYTE), media_type="application/pdf")
        refused = client.post("/import/", {"uploads": [too_much]})
        after_it = (left_in(settings.HOME), StoredFile.objects.count(), Job.objects.count())
        taken = client.post("/import/", {"uploads": [little]})

    assert (refused.status_code, after_it) == (507, ([], 0, 0))
    assert "Nothing was saved" in refused.content.decode()
    assert (taken.status_code, Job.objects.count()) == (302, 1)
    seen = "refused in words (507); no row, no job, no half of a file left"
    report(f"disk full while a file is stored ({what})", seen)
