import pytest
from django.core.cache import caches

from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def nobody_was_here():
    """Forget how often somebody asked."""
    caches["process"].clear()


@pytest.fixture
def ada():
    return UserFactory(name="Ada", email="ada@example.org")
