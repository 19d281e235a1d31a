import pytest
from django.core import mail

from apps.notifications.tasks import deliver, remind
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_deliver_sends_everything_that_is_due(tell):
    tell(UserFactory.create_batch(3))

    deliver()

    assert len(mail.outbox) == 3


def test_remind_asks_every_app(settings):
    settings.REMINDERS = ["tests.notifications.reminders.due"]

    remind()

    assert mail.outbox == []
