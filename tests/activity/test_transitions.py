from dataclasses import dataclass
from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.forms.models import model_to_dict

from apps.accounts.models import Actor, Token, User
from apps.activity.models import AppendOnlyError, Event
from apps.activity.transitions import record
from apps.jobs.events import JobFailed
from tests.factories import ActorFactory
from tests.subjects import subject

pytestmark = pytest.mark.django_db
FAILED = JobFailed("No paper.")


def test_an_event_copies_every_label(now):
    ada = ActorFactory(person__name="Ada")

    record(FAILED, by=ada, at=now, subject=subject())

    assert model_to_dict(Event.objects.get(), exclude=["id"]) == {
        "verb": "jobs.failed",
        "actor_id": ada.person.pk,
        "actor_name": "Ada",
        "subject_type": "service",
        "subject_id": 7,
        "subject_name": "R&D",
        "service_id": 7,
        "service_name": "R&D",
        "team_id": 3,
        "team_name": "Payments",
        "url": "/services/7/",
        "audience": "everyone",
        "request_id": "4711",
        "data": {"problem": "No paper."},
        "at": now,
    }


def test_an_event_may_hold_dates(now):
    @dataclass(frozen=True)
    class Planned:
        day: date
        verb = "tests.planned"

    event = record(Planned(date(2026, 3, 3)), by=ActorFactory(), at=now, subject=subject())

    event.refresh_from_db()
    assert event.data == {"day": "2026-03-03"}


def test_history_cannot_be_changed(now):
    record(FAILED, by=ActorFactory(), at=now, subject=subject())

    with pytest.raises(AppendOnlyError):
        Event.objects.update(actor_name="nobody")
    with pytest.raises(AppendOnlyError):
        Event.objects.all().delete()


def test_an_event_without_an_author_is_refused_by_the_database(now):
    with pytest.raises(IntegrityError):
        record(FAILED, by=Actor(), at=now, subject=subject())


def test_the_longest_name_of_an_author_fits_wherever_it_is_copied(now):
    longest = {model: "W" * model._meta.get_field("name").max_length for model in (User, Token)}
    by = ActorFactory(person__name=longest[User], token=longest[Token])

    copies = {
        f"{model.__name__}.{field.name}": field.max_length
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.name in {"actor_name", "by_name"}
    }
    assert set(copies) == {"Event.actor_name", "PhaseChange.by_name"}
    assert len(by.name) <= min(copies.values())
    record(FAILED, by=by, at=now, subject=subject())
    assert Event.objects.get().actor_name == by.name
