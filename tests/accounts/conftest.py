import pytest
from django.core.cache import cache

from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def nobody_was_here():
    """Forget how often somebody asked: allauth slows down who asks often."""
    cache.clear()


@pytest.fixture
def ada():
    return UserFactory(name="Ada", email="ada@example.org")
