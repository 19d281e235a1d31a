"""What tests of goals share."""

import pytest
import time_machine

from tests.okrs.goals import Goals


@pytest.fixture
def _in_march(now):
    """Let it be the `now` of tests for whatever asks the clock."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def goals():
    """A team in the first quarter of 2026, with an objective that is measured."""
    return Goals()
