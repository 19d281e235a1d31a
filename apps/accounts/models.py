"""People who sign in, and whoever acts."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import PERSON, Audience, Subject
from apps.core.querysets import LockableQuerySet


class Role(models.TextChoices):
    """What somebody is in the organisation, beyond their teams."""

    ENABLEMENT = "enablement", "Developer Enablement"
    ARCHITECT = "architect", "Architect"
    SECURITY = "security", "Security engineer"
    LEADERSHIP = "leadership", "Leadership"
    ADMIN = "admin", "Administrator"


READS_SECURITY: Final = ("is_security", "is_enablement")  # the flags of who belongs to that audience


class UserQuerySet(LockableQuerySet["User"]):
    """Filters that read like sentences."""

    def active(self) -> Self:
        """Return those who may sign in."""
        return self.filter(is_active=True)

    def with_role(self, role: str) -> Self:
        """Return the active people of one role."""
        return self.active().filter(**{f"is_{role}": True})

    def reviewers(self) -> Self:
        """Return the active people who have "I review" switched on."""
        return self.active().filter(reviews=True)


class UserManager(BaseUserManager["User"]):
    """People are found by their address."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person of an address, in whatever case it was typed."""
        return self.get(email__iexact=username)


def monday_to_friday() -> list[int]:
    """Return the days on which people work who have not said otherwise; 1 is Monday."""
    return [1, 2, 3, 4, 5]


class User(AbstractBaseUser):
    """A person. Teams and leads are copies that catalog pushes down; write through transitions.py only."""

    email = models.EmailField(unique=True, null=True)  # noqa: DJ001 -- imported people may have none
    handle = models.CharField(max_length=200, unique=True, null=True)  # noqa: DJ001 -- of an imported catalog
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)  # signs in only where settings.DEMO is on
    is_enablement = models.BooleanField(default=False)
    is_architect = models.BooleanField(default=False)
    is_security = models.BooleanField(default=False)
    is_leadership = models.BooleanField(default=False)
    is_admin = models.BooleanField(default=False)
    reviews = models.BooleanField("I review", default=False)
    time_zone = models.CharField(max_length=64, default="UTC")
    works_from = models.TimeField(default=time(9))
    works_to = models.TimeField(default=time(17))
    works_on = models.JSONField(default=monday_to_friday, encoder=DjangoJSONEncoder)  # ISO weekdays
    hours_kept_at = models.DateTimeField(null=True)  # when they first said that zone and hours are right
    expertise = models.JSONField(default=list)  # area keys and plain words, lower case
    has_keys = models.BooleanField(default=True)  # single-key shortcuts, WCAG 2.1.4
    team_ids = models.JSONField(default=list)  # pushed down by catalog
    lead_ids = models.JSONField(default=list)  # the teams among them that this person leads
    invited_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)  # the first password
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0)  # how often all were, at once

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="user_has_a_name"),
            models.CheckConstraint(condition=~Q(email=""), name="user_email_is_whole_or_null"),
        ]
        indexes = [  # lists of people are short pieces of a long order: members to add, advisors to filter by
            models.Index(fields=["name", "id"], condition=Q(is_active=True), name="user_by_name"),
            models.Index(
                fields=["name", "id"],
                condition=Q(is_active=True, is_enablement=True),
                name="user_of_enablement",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accounts:person", args=[self.pk])

    def get_session_auth_hash(self) -> str:
        """Return what a session must hold to go on: another password ends it, and this count."""
        return self._of_present_sessions(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same for secret keys that are being replaced."""
        yield from map(self._of_present_sessions, super().get_session_auth_fallback_hash())

    def _of_present_sessions(self, digest: str) -> str:
        return f"{digest}.{self.sessions_ended}" if self.sessions_ended else digest

    @property
    def roles(self) -> list[Role]:
        """Return the roles in the order of DESIGN's table."""
        return [role for role in Role if getattr(self, f"is_{role.value}")]

    @property
    def in_a_choice(self) -> str:
        """Return the name as forms offer it: whoever never came in may not answer."""
        return self.name if self.joined_at else f"{self.name} (has not signed in yet)"

    @property
    def initials(self) -> str:
        """Return one or two letters for a face."""
        words = [word for word in self.name.split() if word[0].isalnum()] or [self.name]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()

    @property
    def audiences(self) -> frozenset[str]:
        """Return the audiences to which this person belongs."""
        reads_security = any(getattr(self, flag) for flag in READS_SECURITY)
        security = [Audience.SECURITY.value] if reads_security else []
        teams = [Audience.of_team(team_id) for team_id in self.team_ids]
        return frozenset({Audience.EVERYONE.value, *security, *teams})

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy."""
        return Subject(type=PERSON, id=self.pk, name=self.name, url=self.get_absolute_url())

    @property
    def private_subject(self) -> Subject:
        """Return the labels for what concerns nobody else: sign-ins, tokens, what they took along."""
        return replace(self.subject, audience=Audience.PERSON)


class Scope(models.TextChoices):
    """How far a token reaches; a person without one reaches as far as their roles do."""

    READ = "read", "Read"
    WRITE = "write", "Read and write"


class TokenQuerySet(LockableQuerySet["Token"]):
    """Filters that read like sentences."""

    def usable(self, *, now: datetime) -> Self:
        """Return those that were not revoked and have not expired."""
        return self.filter(revoked_at=None, expires_at__gt=now)


class Token(models.Model):
    """A secret with which a program speaks for a person. Write through transitions only.

    The secret itself is shown once and never stored. A token of a team speaks for its maker narrowed to
    that team, without their roles, as long as they are in it; its leads see it and may revoke it.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)  # sha256 of the secret
    ending = models.CharField(max_length=4)  # of the secret, so that its holder knows which one it is
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    team_id = models.PositiveBigIntegerField(null=True)  # a plain id, like those of people
    team_name = models.CharField(max_length=200, default="")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)  # to within rules.USE_NOTED_EVERY

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="token_has_a_name"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="token_ends_later"),
            models.CheckConstraint(
                condition=Q(team_id=None, team_name="") | (Q(team_id__isnull=False) & ~Q(team_name="")),
                name="token_team_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["team_id"], name="token_by_team")]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who takes a step: a person, a person's token or link, or the system with its job's name."""

    person: User | None = None
    token: str = ""
    team_id: int | None = None  # of a team's token: the person was narrowed to it
    link: str = ""  # what somebody held who is not signed in
    job: str = ""
    request_id: str = ""

    @classmethod
    def system(cls, job: str, *, request_id: str = "") -> Self:
        """Return the system at work on a job, which is named like its task."""
        return cls(job=job, request_id=request_id)

    @property
    def name(self) -> str:
        """Return what history says: "Ada Lind", "Ada Lind (token ci)" or "notifications.remind"."""
        if self.person is None:
            return self.job
        way = f"token {self.token}" if self.token else self.link
        return f"{self.person.name} ({way})" if way else self.person.name

    @property
    def person_id(self) -> int | None:
        """Return the person's id; None for the system."""
        return self.person.pk if self.person else None

    def is_in_person(self, person_id: int | None) -> bool:
        """Tell whether this person acts as themselves; a team's token never speaks for its maker so."""
        return self.person is not None and self.team_id is None and self.person.pk == person_id

    def is_in(self, team_id: int | None) -> bool:
        """Tell whether a member or lead of the team acts; membership is direct, never inherited."""
        return self.person is not None and team_id is not None and team_id in self.person.team_ids

    def is_in_any(self, team_ids: Collection[int]) -> bool:
        """Tell whether a member or lead of one of the teams acts."""
        return self.person is not None and not set(self.person.team_ids).isdisjoint(team_ids)

    def leads(self, team_id: int | None) -> bool:
        """Tell whether a lead of the team acts."""
        return self.person is not None and team_id is not None and team_id in self.person.lead_ids

    def has(self, *roles: str) -> bool:
        """Tell whether the person has one of the roles; the system has none."""
        return self.person is not None and any(getattr(self.person, f"is_{role}") for role in roles)
