"""Fixtures of the API's tests."""

import pytest
from django.core.cache import caches


@pytest.fixture(autouse=True)
def nobody_was_here():
    """Forget how often somebody asked."""
    caches["process"].clear()
