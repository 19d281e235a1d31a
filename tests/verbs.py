"""Which kinds of events the tests have really produced: at the end of a whole run, each of them.

Every process of a parallel run notes what lies in the database at the end of each test; the first one
adds it up.
"""

import pytest
from django.db import DatabaseError, connection

from apps.activity.models import Event
from apps.activity.queries import kinds

DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}
THEIRS = "verbs"


def uses_database(item):
    return bool(item.get_closest_marker("django_db") or DATABASE & set(item.fixturenames))


class Verbs:
    """Hooks of pytest; tests/conftest.py registers them."""

    def __init__(self):
        self.seen = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        """Look before the test is undone; a run of some of the tests proves nothing about all kinds."""
        if not self.is_whole(item.config) or not uses_database(item) or connection.needs_rollback:
            return
        try:
            self.seen |= set(Event.objects.values_list("verb", flat=True).distinct())
        except (DatabaseError, RuntimeError):  # the test broke its transaction, or closed the door
            return

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        self.seen |= set(getattr(node, "workeroutput", {}).get(THEIRS, ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        config = session.config
        if hasattr(config, "workeroutput"):
            config.workeroutput[THEIRS] = sorted(self.seen)
        elif self.missing(config) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter, config):
        for verb in self.missing(config):
            terminalreporter.write_line(f"No test produces the event {verb}.", red=True)

    def missing(self, config):
        """Return what nobody produced, if everything was asked for."""
        return sorted(set(kinds()) - self.seen) if self.is_whole(config) else []

    def is_whole(self, config):
        """Tell whether everything was asked for."""
        asked = config.args_source is config.ArgsSource.TESTPATHS
        return asked and not (config.option.keyword or config.option.markexpr or config.option.collectonly)
