from functools import partial

import pytest

from apps.jobs.transitions import enqueue
from tests.factories import ActorFactory, UserFactory
from tests.jobs import work
from tests.subjects import subject


@pytest.fixture(autouse=True)
def our_work(settings):
    names = ("print_paper", "refuse", "break_down", "power_cut", "lose_the_database", "fill_the_disk")
    settings.JOBS = {f"tests.{name}": f"tests.jobs.work.{name}" for name in names}
    yield
    work.meanwhile.clear()
    work.calls.clear()


@pytest.fixture
def ada(db):
    return UserFactory(name="Ada")


@pytest.fixture
def ask(now, ada):
    """Ask for a piece of paper, as Ada."""
    by = ActorFactory(person=ada)
    return partial(
        enqueue, "tests.print_paper", title="Paper of R&D", subject=subject(), payload={}, by=by, at=now
    )
