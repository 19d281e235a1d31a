import pytest
import time_machine

from tests.factories.walkthroughs import NOW


@pytest.fixture
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield
