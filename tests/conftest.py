"""Fixtures that every test may use."""

import os
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from celery import Celery, current_app
from django.conf import settings

from tests.verbs import Verbs
from tests.workers import Worker

SAMPLES = "ROADWORTHY_SAMPLES"


def pytest_configure(config):
    config.pluginmanager.register(Verbs())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Leave pages and API to `make test`: they cost most, and rules and steps are tested without them."""
    for item in items:
        if any(word in item.path.stem for word in ("views", "page", "_api")):
            item.add_marker(pytest.mark.thorough)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """With REQUIRE_ALL nothing is skipped: what cannot run fails, and the reason says what to install.

    Only samples may be missing: they are not part of the project, and nothing installs them.
    """
    report = yield
    needed = report.skipped and not hasattr(report, "wasxfail") and SAMPLES not in str(report.longrepr)
    if needed and "REQUIRE_ALL" in os.environ:
        report.outcome, report.longrepr = "failed", report.longrepr[-1]
    return report


def pytest_unconfigure():
    """Leave nothing behind; every process of a parallel run has a home of its own."""
    shutil.rmtree(settings.HOME, ignore_errors=True)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real-world files; a test that needs it says so when there is none."""
    if not os.environ.get(SAMPLES):
        pytest.skip(f"{SAMPLES} names no folder of samples")
    return Path(os.environ[SAMPLES])


@pytest.fixture
def synced(monkeypatch):
    """Return what a folder called its content when it was last brought to disk; None if it never was."""
    seen, fsync = {}, os.fsync

    def look(descriptor):
        fsync(descriptor)
        kind = os.fstat(descriptor)
        if stat.S_ISDIR(kind.st_mode):
            seen[kind.st_dev, kind.st_ino] = set(os.listdir(descriptor))  # noqa: PTH208 -- no path

    monkeypatch.setattr(os, "fsync", look)
    return lambda folder: seen.get((folder.stat().st_dev, folder.stat().st_ino))


@pytest.fixture
def dead_broker():
    """Let Celery talk to a port on which nobody listens."""
    ours = current_app._get_current_object()  # the app itself, not its proxy
    Celery("dead", broker="redis://127.0.0.1:1/0", broker_transport_options={"max_retries": 0})
    yield
    ours.set_current()


@pytest.fixture
def worker(transactional_db, tmp_path):
    """A real Celery worker on the broker and the database of this test, already started."""
    current_app.control.purge()  # wake-ups of earlier tests
    worker = Worker(tmp_path / "worker.log")
    worker.start()
    yield worker
    worker.kill()
    print(worker.log.read_text())  # noqa: T201 -- shown if the test failed
