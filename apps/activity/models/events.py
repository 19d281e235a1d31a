"""The append-only record of who did what.

Activity lies below every other app, so it knows none of them: ids are plain numbers, names are
copied, and history survives the rows that it speaks of.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NoReturn, Protocol, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from apps.core.querysets import LockableQuerySet

LONGEST_AUTHOR: Final = 300  # letters: a person's name, and the token or link with which they came
PERSON: Final = "person"  # the subject_type of people: they have a timeline of their own
ModelT = TypeVar("ModelT", bound=models.Model)


class Author(Protocol):
    """Whoever did it; accounts.Actor is one."""

    @property
    def person_id(self) -> int | None:
        """Return the person's id; None for the system."""

    @property
    def name(self) -> str:
        """Return the name by which history knows them."""

    @property
    def request_id(self) -> str:
        """Return the id of the request in which they did it."""


class Audience(models.TextChoices):
    """Who may read a row; nearly everything is for everyone who is signed in."""

    EVERYONE = "everyone", "Everyone"
    SECURITY = "security", "Security people"
    PERSON = "person", "The person alone"  # and administrators, who read all events

    @staticmethod
    def of_team(team_id: int | str) -> str:
        """Return the audience of one team: people have those of their teams, administrators read all."""
        return f"team:{team_id}"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What something is about, as labels to copy. Models offer `subject`, or `subject(on=day)`."""

    type: str
    id: int
    name: str
    url: str = ""
    service_id: int | None = None
    service_name: str = ""
    team_id: int | None = None
    team_name: str = ""
    audience: str = Audience.EVERYONE


@dataclass(frozen=True)
class EventKind:
    """What can happen; each app's events.py has one subclass for each kind. The fields are the schema."""

    verb: ClassVar[str]
    sentence: ClassVar[str]
    example: ClassVar[dict[str, Any]]
    about: ClassVar[str] = "Parcel Tracking"  # what the example is about
    icon: ClassVar[str] = "history"  # of static/icons.svg
    of_oneself: ClassVar[str] = ""  # the sentence where actor and subject are one person
    became: ClassVar[str] = "after"  # the field that holds what `before` became


class AppendOnlyError(TypeError):
    """Raised when code tries to change or delete history."""


class AppendOnlyQuerySet(LockableQuerySet[ModelT]):
    """History can be read and added to; nothing else. The database refuses it too: see triggers."""

    def update(self, **_values: Any) -> NoReturn:
        """Refuse: history is append-only."""
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        """Refuse: history is append-only."""
        raise AppendOnlyError


class EventQuerySet(AppendOnlyQuerySet["Event"]):
    """Filters that read like words."""

    def about(self, subject: Subject) -> "EventQuerySet":
        """Return the events of one object, newest first."""
        return self.filter(subject_type=subject.type, subject_id=subject.id).order_by("-pk")

    def of_services(self, service_ids: Collection[int]) -> "EventQuerySet":
        """Return the events of some services, newest first."""
        return self.filter(service_id__in=service_ids).order_by("-pk")

    def of_team(self, team_id: int) -> "EventQuerySet":
        """Return the events of one team and its services, newest first."""
        return self.filter(team_id=team_id).order_by("-pk")

    def by_person(self, person_id: int) -> "EventQuerySet":
        """Return what one person did, newest first."""
        return self.filter(actor_id=person_id).order_by("-pk")

    def about_person(self, person_id: int) -> "EventQuerySet":
        """Return what others did about one person, newest first."""
        met = self.filter(subject_type=PERSON, subject_id=person_id)
        return met.exclude(actor_id=person_id).order_by("-pk")

    def visible_to(self, audiences: Collection[str]) -> "EventQuerySet":
        """Return those meant for one of these audiences (activity knows no person)."""
        return self.filter(audience__in=audiences)


class Event(models.Model):
    """One thing that happened. Write through transitions.record only."""

    verb = models.CharField(max_length=60)
    actor_id = models.PositiveBigIntegerField(null=True)
    actor_name = models.CharField(max_length=LONGEST_AUTHOR)
    subject_type = models.CharField(max_length=30)
    subject_id = models.PositiveBigIntegerField()
    subject_name = models.CharField(max_length=250)
    service_id = models.PositiveBigIntegerField(null=True)
    service_name = models.CharField(max_length=200)
    team_id = models.PositiveBigIntegerField(null=True)
    team_name = models.CharField(max_length=200)
    url = models.CharField(max_length=300)
    audience = models.CharField(max_length=20)
    request_id = models.CharField(max_length=64)
    data = models.JSONField(encoder=DjangoJSONEncoder)  # events may hold dates
    at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(actor_name=""), name="event_has_an_author")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject"),
            models.Index(fields=["service_id", "id"], name="event_by_service"),
            models.Index(fields=["team_id", "id"], name="event_by_team"),
            models.Index(fields=["actor_id", "id"], name="event_by_actor"),
            models.Index(fields=["at", "id"], name="event_by_time"),  # these three: for administrators
            models.Index(fields=["verb", "at"], name="event_by_verb"),
            models.Index(fields=["request_id"], name="event_by_request"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.verb} {self.subject_name}"
