"""People, dull and valid."""

from datetime import UTC, datetime

import factory
from django.contrib.auth.hashers import make_password

from apps.accounts.models import Actor, User

PASSWORD = "correct horse battery"  # of nobody real
_HASHED = make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody who has joined and may sign in with PASSWORD."""

    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    password = _HASHED
    time_zone = "Europe/Berlin"
    joined_at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    hours_kept_at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class ActorFactory(factory.Factory):
    """Somebody who takes a step: `ActorFactory(person__is_admin=True)`."""

    class Meta:
        model = Actor

    person = factory.SubFactory(UserFactory)
    request_id = "4711"
