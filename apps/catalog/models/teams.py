"""Teams: people who own services together."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import User
from apps.activity.models import Subject
from apps.core.querysets import LockableQuerySet


class TeamQuerySet(LockableQuerySet["Team"]):
    """Filters that read like sentences."""

    def of(self, person: User) -> Self:
        """Return the teams that a person belongs to directly."""
        return self.filter(pk__in=person.team_ids)


class Team(models.Model):
    """People who own services together; teams form a tree. Write through transitions.py only."""

    slug = models.SlugField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    mission = models.TextField(default="")
    customers = models.JSONField(default=list)  # names, as the team writes them
    disciplines = models.JSONField(default=list)
    email = models.EmailField(default="")
    chat = models.CharField(max_length=200, default="")
    is_archived = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1, db_default=1)  # of what it says of itself

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(slug=""), name="team_has_a_name"),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="team_is_not_its_own_parent"),
        ]
        indexes = [models.Index(fields=["name", "id"], name="team_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:team", args=[self.slug])

    @property
    def subject(self) -> Subject:
        """Return the labels that events and notices copy."""
        return Subject(
            type="team",
            id=self.pk,
            name=self.name,
            url=self.get_absolute_url(),
            team_id=self.pk,
            team_name=self.name,
        )


class Membership(models.Model):
    """One person in one team; copied into the person as `team_ids` and `lead_ids`."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_lead = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"
