"""What an objective is tied to: teams, other objectives, the strategy, services and potholes."""

from django.db import models
from django.db.models import F, Q

from apps.catalog.models import Service, Team
from apps.core.querysets import LockableQuerySet
from apps.okrs.models.cycles import Quarter
from apps.okrs.models.key_results import KeyResult
from apps.okrs.models.objectives import Objective
from apps.okrs.models.strategy import StrategyItem


class Participant(models.Model):
    """A team that takes part in an objective of another, or owns one of the organisation."""

    class Part(models.TextChoices):
        OWNER = "owner", "Owns it too"
        CONTRIBUTOR = "contributor", "Contributes"
        LENDER = "lender", "Lends people"
        INFORMED = "informed", "Is told"

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="participants")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    part = models.CharField(max_length=11, choices=Part)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["objective", "team"], name="participant_once")]

    def __str__(self) -> str:
        return f"{self.team} {self.get_part_display().lower()}: {self.objective}"


class AlignmentLink(models.Model):
    """How an objective serves something: another objective, a key result or a sentence of the strategy."""

    class Kind(models.TextChoices):
        CONTRIBUTES = "contributes", "Contributes to"
        DEPENDS_ON = "depends_on", "Depends on"

    kind = models.CharField(max_length=11, choices=Kind)
    objective = models.ForeignKey(Objective, models.CASCADE, related_name="links")
    to_objective = models.ForeignKey(Objective, models.CASCADE, null=True, related_name="links_here")
    to_key_result = models.ForeignKey(KeyResult, models.CASCADE, null=True, related_name="links_here")
    to_strategy_item = models.ForeignKey(StrategyItem, models.PROTECT, null=True, related_name="+")
    statement = models.CharField(max_length=300)  # how it contributes
    needed_on = models.DateField(null=True)

    objects = LockableQuerySet["AlignmentLink"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_objective__isnull=False, to_key_result=None, to_strategy_item=None)
                | Q(to_objective=None, to_key_result__isnull=False, to_strategy_item=None)
                | Q(to_objective=None, to_key_result=None, to_strategy_item__isnull=False),
                name="link_leads_to_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(to_objective=None) | ~Q(to_objective=F("objective")), name="link_is_not_to_itself"
            ),
            models.CheckConstraint(condition=~Q(statement=""), name="link_says_how"),
            models.UniqueConstraint(
                fields=["objective", "kind", "to_objective"], name="link_to_objective_once"
            ),
            models.UniqueConstraint(
                fields=["objective", "kind", "to_key_result"], name="link_to_key_result_once"
            ),
            models.UniqueConstraint(
                fields=["objective", "kind", "to_strategy_item"], name="link_to_strategy_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective} {self.get_kind_display().lower()} …"


class ServiceLink(models.Model):
    """A service that an objective is about: evidence, which never moves a score."""

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="services")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["objective", "service"], name="service_link_once")]
        indexes = [models.Index(fields=["service", "id"], name="service_link_by_service")]

    def __str__(self) -> str:
        return f"{self.objective}: {self.service}"


class Pothole(models.Model):
    """What a team did with one candidate of its quarter planning: taken up, or left with a reason."""

    quarter = models.ForeignKey(Quarter, models.PROTECT, related_name="potholes")
    key = models.CharField(max_length=100)  # of the app that names it
    title = models.CharField(max_length=250)
    url = models.CharField(max_length=300)
    objective = models.ForeignKey(Objective, models.PROTECT, null=True, related_name="+")  # that takes it up
    reason = models.CharField(max_length=500, default="")  # why it is left
    person_name = models.CharField(max_length=250)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quarter", "key"], name="pothole_once"),
            models.CheckConstraint(
                condition=Q(objective__isnull=False, reason="") | Q(objective=None) & ~Q(reason=""),
                name="pothole_is_taken_or_left",
            ),
        ]

    def __str__(self) -> str:
        return self.title
