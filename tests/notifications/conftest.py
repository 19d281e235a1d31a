from functools import partial

import pytest

from apps.notifications.models import Delivery
from apps.notifications.transitions import notify
from tests.factories import ActorFactory, UserFactory
from tests.subjects import TEMPLATE, subject


@pytest.fixture
def tell(now):
    """Tell people the same fact as everybody else."""
    context = {"recipient": {"name": "Bob & Co"}, "problem": "<b>Full</b>"}
    return partial(
        notify, key="k", template=TEMPLATE, by=ActorFactory(), at=now, subject=subject(), context=context
    )


@pytest.fixture
def delivery(tell):
    tell([UserFactory(name="Ada", email="ada@example.org")])
    return Delivery.objects.get()
