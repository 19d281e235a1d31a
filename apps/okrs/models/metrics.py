"""What is measured, longer than any quarter lasts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.catalog.models import Team
from apps.core.querysets import LockableQuerySet

DIGITS, PLACES = 15, 4  # SQLite keeps no more digits


class UnitKind(models.TextChoices):
    """What a number counts."""

    COUNT = "count", "A count"
    RATIO = "ratio", "A ratio"
    PERCENT = "percent", "A percentage"
    DURATION = "duration", "A duration"
    MONEY = "money", "Money"
    SCORE = "score", "A score"
    OTHER = "other", "Something else"


class Good(models.TextChoices):
    """Which way is better."""

    UP = "up", "More is better"
    DOWN = "down", "Less is better"
    BAND = "band", "Best inside a band"


class Metric(models.Model):
    """One number of a team, with one current value for each date. Write through transitions only."""

    key = models.SlugField(max_length=60, unique=True)  # in addresses of the API
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=40, default="")  # "calls a week"
    unit_kind = models.CharField(max_length=8, choices=UnitKind, default=UnitKind.COUNT)
    numerator = models.CharField(max_length=200, default="")
    denominator = models.CharField(max_length=200, default="")
    good = models.CharField(max_length=4, choices=Good, default=Good.UP)
    lower_bound = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    upper_bound = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    cadence_days = models.PositiveSmallIntegerField(default=7)
    source = models.CharField(max_length=200, default="")  # where the number comes from, in words
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    segment = models.CharField(max_length=100, default="")
    archived_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)  # of what it says of itself, not of its values

    objects = LockableQuerySet["Metric"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="metric_has_a_name"),
            models.CheckConstraint(condition=Q(cadence_days__gt=0), name="metric_cadence_is_positive"),
            models.CheckConstraint(
                condition=Q(lower_bound=None) | Q(upper_bound=None) | Q(lower_bound__lt=F("upper_bound")),
                name="metric_bounds_are_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page with its values."""
        return reverse("okrs:metric", args=[self.key])

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy; load `team` first."""
        return Subject(
            type="metric",
            id=self.pk,
            name=self.name,
            url=self.get_absolute_url(),
            team_id=self.team_id,
            team_name=self.team.name,
        )


class ValueSource(models.TextChoices):
    """How a value came in."""

    MANUAL = "manual", "Typed in"
    PASTE = "paste", "Pasted"
    API = "api", "Sent by a program"
    CHECK_IN = "check_in", "From a check-in"


class MetricValue(models.Model):
    """What a metric was on one date; a correction is a new row, and the old one is kept."""

    metric = models.ForeignKey(Metric, models.PROTECT, related_name="values")
    on_date = models.DateField()
    value = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    source = models.CharField(max_length=8, choices=ValueSource)
    note = models.CharField(max_length=500, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=250)  # "Ada Lind (token ci)"
    recorded_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "on_date"],
                condition=Q(is_current=True),
                name="metric_value_one_current_per_date",
            ),
        ]
        indexes = [models.Index(fields=["metric", "on_date", "id"], name="metric_value_by_date")]

    def __str__(self) -> str:
        return f"{self.metric} was {self.value} on {self.on_date}"


class MetricTension(models.Model):
    """Two metrics of which one may get worse when the other is pushed."""

    a = models.ForeignKey(Metric, models.PROTECT, related_name="+")
    b = models.ForeignKey(Metric, models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="metric_tension_once"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="metric_tension_has_no_order"),
        ]

    def __str__(self) -> str:
        return f"{self.a} against {self.b}"
