"""Services: what a team runs for others, and what moves through the phases."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast
from django.urls import reverse

from apps.activity.models import LONGEST_AUTHOR, Subject
from apps.catalog.models.teams import Team
from apps.core.querysets import LockableQuerySet


class Phase(models.TextChoices):
    """Where a service is in its life."""

    PLAYGROUND = "playground", "Playground"
    GREEN_LIGHT = "green-light", "Green-light"
    READY = "ready-for-production", "Ready-for-production"
    LIVE = "live", "Live"
    ARCHIVED = "archived", "Archived"


class Kind(models.TextChoices):
    """What sort of thing a service is; `product` has parts."""

    SERVICE = "service", "Service"
    WEBSITE = "website", "Website"
    LIBRARY = "library", "Library"
    JOB = "job", "Job or pipeline"
    MODEL = "model", "Model"
    RESOURCE = "resource", "Resource"
    PRODUCT = "product", "Product with parts"
    OTHER = "other", "Something else"


class DataClass(models.TextChoices):
    """The most sensitive data that the service handles."""

    PUBLIC = "public", "Public"
    INTERNAL = "internal", "Internal"
    CONFIDENTIAL = "confidential", "Confidential"
    RESTRICTED = "restricted", "Restricted"


class Exposure(models.TextChoices):
    """From where the service can be reached."""

    INTERNAL = "internal", "Inside the company"
    PARTNERS = "partners", "Partners"
    INTERNET = "internet", "The internet"


class RiskLevel(models.TextChoices):
    """What the points of catalog.rules.risk add up to."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class Grouping(models.Model):
    """A system or the domain above it: an imported way to sort services."""

    slug = models.SlugField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=[("system", "System"), ("domain", "Domain")])
    name = models.CharField(max_length=200)
    description = models.TextField(default="")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(LockableQuerySet["Service"]):
    """Filters that read like sentences."""

    def in_use(self) -> Self:
        """Return what is not archived."""
        return self.exclude(phase=Phase.ARCHIVED)

    def of_teams(self, team_ids: list[int]) -> Self:
        """Return what some teams own."""
        return self.filter(team_id__in=team_ids)

    def mentioning(self, words: str) -> Self:
        """Return what has these words in its name, tags or purpose, whatever their case.

        They are one text: PostgreSQL has one index of its trigrams (migration 0005 spells it alike), finds a
        frequent word there too, and puts each row into capitals once. The brackets of the tags keep name and
        purpose apart.
        """
        text = Func(
            F("name"),
            Cast("tags", models.TextField()),
            F("purpose"),
            template="(%(expressions)s)",
            arg_joiner=" || ",
            output_field=models.TextField(),
        )
        return self.alias(text=text).filter(text__icontains=words)


class Service(models.Model):
    """Something that a team runs for others. Write through transitions.py only.

    `version` counts edits of the service's own fields: a form names the one it was based on, and the
    checklist's conditions are stored with the one they saw.
    """

    slug = models.SlugField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SERVICE)
    part_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="services")  # none: an orphan
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(max_length=300)  # one line
    description = models.TextField(default="")
    tier = models.PositiveSmallIntegerField(default=3)  # 1 is the most important
    data_class = models.CharField(max_length=12, choices=DataClass, default=DataClass.INTERNAL)
    exposure = models.CharField(max_length=10, choices=Exposure, default=Exposure.INTERNAL)
    moves_money = models.BooleanField(default=False)
    has_store = models.BooleanField(default=True)  # it keeps data that would be missed
    expected_users = models.CharField(max_length=300, default="")
    target_quarter = models.CharField(max_length=20, default="")  # "2027-Q1"
    sponsor = models.CharField(max_length=300, default="")  # or the objective, as text
    launch_on = models.DateField(null=True)  # wanted
    links = models.JSONField(default=list)  # [{"title", "url"}]
    tags = models.JSONField(default=list)
    annotations = models.JSONField(default=dict)
    system = models.ForeignKey(Grouping, models.PROTECT, null=True, related_name="services")
    phase = models.CharField(max_length=20, choices=Phase, default=Phase.PLAYGROUND)
    phase_since = models.DateTimeField()
    phase_before = models.CharField(max_length=20, choices=Phase, default="", blank=True)  # an archived one's
    review_on = models.DateField(null=True)  # playground: keep, move on, or archive?
    origin = models.CharField(max_length=60, default="Registered by hand")
    risk_override = models.CharField(max_length=10, choices=RiskLevel, default="")
    risk_reason = models.CharField(max_length=500, default="")
    version = models.PositiveIntegerField(default=1)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(slug=""), name="service_has_a_name"),
            models.CheckConstraint(condition=Q(tier__gte=1, tier__lte=4), name="service_tier_is_1_to_4"),
            models.CheckConstraint(condition=~Q(part_of=models.F("id")), name="service_is_not_its_own_part"),
            models.CheckConstraint(
                condition=Q(risk_override="") | ~Q(risk_reason=""), name="service_risk_override_has_a_reason"
            ),
            models.CheckConstraint(
                condition=(Q(phase=Phase.ARCHIVED) & ~Q(phase_before=""))
                | (~Q(phase=Phase.ARCHIVED) & Q(phase_before="")),
                name="service_archived_knows_its_phase",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="service_by_name"),
            models.Index(fields=["phase", "name", "id"], name="service_by_phase"),
            models.Index(fields=["team", "name", "id"], name="service_by_team"),
            models.Index(fields=["phase_since", "id"], name="service_by_phase_since"),
            models.Index(fields=["launch_on", "id"], name="service_by_launch"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("home:service", args=[self.slug])

    @property
    def whole_id(self) -> int:
        """Return the id of what carries phase, checklist and launch: the product, or the service itself."""
        return self.part_of_id or self.pk

    @property
    def subject(self) -> Subject:
        """Return the labels that events and notices copy; load `team` first."""
        return Subject(
            type="service",
            id=self.pk,
            name=self.name,
            url=self.get_absolute_url(),
            service_id=self.pk,
            service_name=self.name,
            team_id=self.team_id,
            team_name=self.team.name if self.team else "",
        )


class Strength(models.TextChoices):
    """How much one service needs another."""

    HARD = "hard", "Hard: it stops without"
    SOFT = "soft", "Soft: it goes on without"
    UNKNOWN = "unknown", "Nobody said yet"


class Dependency(models.Model):
    """One service needs another."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="needs")
    target = models.ForeignKey(Service, models.PROTECT, related_name="needed_by")
    strength = models.CharField(max_length=10, choices=Strength, default=Strength.UNKNOWN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "target"], name="dependency_once"),
            models.CheckConstraint(
                condition=~Q(service=models.F("target")), name="dependency_is_not_on_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} needs {self.target}"


class Interface(models.Model):
    """Something that services offer to each other: an API."""

    slug = models.SlugField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)  # openapi, graphql, grpc …, as the source says
    description = models.TextField(default="")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    system = models.ForeignKey(Grouping, models.PROTECT, null=True, related_name="interfaces")
    providers = models.ManyToManyField(Service, related_name="provides")
    consumers = models.ManyToManyField(Service, related_name="consumes")

    def __str__(self) -> str:
        return self.name


class PhaseChange(models.Model):
    """One step of a service's life, for time in phase and the stepper."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="phase_changes")
    before = models.CharField(max_length=20, choices=Phase, default="", blank=True)
    after = models.CharField(max_length=20, choices=Phase)
    reason = models.TextField(default="")
    by_name = models.CharField(max_length=LONGEST_AUTHOR)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["service", "id"], name="phasechange_by_service")]

    def __str__(self) -> str:
        return f"{self.service}: {self.before} to {self.after}"


class ServiceSummary(models.Model):
    """What lists and headers show of a service; upper apps keep it through transitions.summarise."""

    service = models.OneToOneField(Service, models.CASCADE, related_name="summary", primary_key=True)
    next_step = models.CharField(max_length=300, default="")
    next_url = models.CharField(max_length=300, default="")
    next_on = models.DateField(null=True)
    answered = models.PositiveSmallIntegerField(default=0)
    applicable = models.PositiveSmallIntegerField(default=0)  # 0: nothing to answer yet
    weak_areas = models.JSONField(default=list)  # [{"key", "title"}]
    open_high = models.PositiveSmallIntegerField(default=0)
    has_veto = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["next_on", "service"], name="summary_by_next_date")]

    def __str__(self) -> str:
        return f"Summary of {self.service_id}"
