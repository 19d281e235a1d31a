"""Key results: the sentences by which an objective is judged, measured when somebody wants it."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.core.querysets import LockableQuerySet
from apps.okrs.models.metrics import DIGITS, PLACES, Metric
from apps.okrs.models.objectives import Ambition, Objective


class Kind(models.TextChoices):
    """How a key result is measured."""

    SENTENCE = "sentence", "Only a sentence so far"
    METRIC = "metric", "From one number to another"
    MAINTAIN = "maintain", "Kept within a band"
    MILESTONE = "milestone", "Milestones"


class Cause(models.TextChoices):
    """Why a key result was missed."""

    AMBITION = "ambition", "Too ambitious"
    MEASURE = "measure", "The wrong measure"
    DEPENDENCY = "dependency", "Somebody we depended on"
    CAPACITY = "capacity", "Too few hands"
    PRIORITY = "priority", "Priorities moved"
    OUTSIDE = "outside", "Something from outside"
    TOO_MANY = "too_many", "Too many goals"
    RHYTHM = "rhythm", "Nobody looked at it"


class KeyResult(models.Model):
    """One sentence by which an objective is judged. Write through transitions only.

    `asked_target` and `offered_target` are what the two sides of its negotiation first said. Without days of
    its own it runs as long as its cycle.
    """

    class Curve(models.TextChoices):
        LINEAR = "linear", "Evenly"
        NONE = "none", "No expected pace"

    class Indicator(models.TextChoices):
        LEADING = "leading", "Leading"
        LAGGING = "lagging", "Lagging"

    objective = models.ForeignKey(Objective, models.CASCADE, related_name="key_results")
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.SENTENCE)
    metric = models.ForeignKey(Metric, models.PROTECT, null=True, related_name="+")
    baseline = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    baseline_on = models.DateField(null=True)
    target = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    asked_target = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    offered_target = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    band_low = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    band_high = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    required_share = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.95"))
    carry_days = models.PositiveSmallIntegerField(null=True)  # without: twice the metric's cadence
    curve = models.CharField(max_length=6, choices=Curve, default=Curve.LINEAR)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    accountable = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ambition = models.CharField(
        max_length=10, choices=Ambition, default="", blank=True
    )  # without: the objective's
    indicator = models.CharField(max_length=7, choices=Indicator, default="", blank=True)
    guardrail_for = models.ForeignKey(Metric, models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    dropped_on = models.DateField(null=True)
    drop_reason = models.CharField(max_length=500, default="")
    grade = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    is_not_measured = models.BooleanField(default=False)
    grade_note = models.CharField(max_length=500, default="")
    learned = models.CharField(max_length=1000, default="")  # from a moon shot that stayed on the ground
    cause = models.CharField(max_length=10, choices=Cause, default="", blank=True)
    graded_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    objects = LockableQuerySet["KeyResult"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="key_result_has_a_title"),
            models.CheckConstraint(
                condition=~Q(kind=Kind.METRIC) | Q(baseline=None) | Q(target=None) | ~Q(baseline=F("target")),
                name="key_result_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[Kind.METRIC, Kind.MAINTAIN]) | Q(metric__isnull=False),
                name="key_result_has_its_metric",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.MAINTAIN)
                | (Q(band_low__isnull=False) | Q(band_high__isnull=False))
                & (Q(band_low=None) | Q(band_high=None) | Q(band_low__lt=F("band_high"))),
                name="key_result_band_is_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(required_share__gt=0, required_share__lte=1), name="key_result_share_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(starts_on__lt=F("ends_on")),
                name="key_result_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(dropped_on=None, drop_reason="")
                | (Q(dropped_on__isnull=False) & ~Q(drop_reason="")),
                name="key_result_drop_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(grade=None) | Q(grade__gte=0, grade__lte=1, is_not_measured=False),
                name="key_result_grade_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(graded_at=None, grade=None, is_not_measured=False)
                | Q(graded_at__isnull=False) & (Q(grade__isnull=False) | Q(is_not_measured=True)),
                name="key_result_grade_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["metric", "id"], name="key_result_by_metric")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return its place on the objective's page."""
        return f"{reverse('okrs:objective', args=[self.objective_id])}#kr-{self.pk}"

    def subject(self, *, on: date) -> Subject:
        """Return the labels that events of a day copy; load `objective__team` first."""
        whole = self.objective.subject(on=on)
        return Subject(
            type="key_result",
            id=self.pk,
            name=self.title[:250],
            url=self.get_absolute_url(),
            team_id=whole.team_id,
            team_name=whole.team_name,
            audience=whole.audience,
        )


class Milestone(models.Model):
    """One step of a key result that is reached or not; done needs a day and where one sees it."""

    key_result = models.ForeignKey(KeyResult, models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=200)
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    evidence_url = models.CharField(max_length=500, default="")
    position = models.PositiveSmallIntegerField(default=0)

    objects = LockableQuerySet["Milestone"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="milestone_has_a_title"),
            models.CheckConstraint(
                condition=Q(done_on=None) | ~Q(evidence_url=""), name="milestone_done_has_evidence"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TargetChange(models.Model):
    """What the terms of an agreed key result were before, and why they changed. Never changed."""

    class Why(models.TextChoices):
        CORRECTION = "correction", "Correction"
        EXTERNAL = "external", "Something changed outside"
        RENEGOTIATED = "renegotiated", "Negotiated again"

    key_result = models.ForeignKey(KeyResult, models.PROTECT, related_name="target_changes")
    field = models.CharField(max_length=20)
    old = models.CharField(max_length=300, default="")
    new = models.CharField(max_length=300, default="")
    why = models.CharField(max_length=12, choices=Why)
    reason = models.CharField(max_length=500)
    person_name = models.CharField(max_length=250)
    on_date = models.DateField()  # from then on the plot's target is the new one
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="target_change_has_a_reason")]
        indexes = [models.Index(fields=["key_result", "on_date", "id"], name="target_change_by_date")]

    def __str__(self) -> str:
        return f"{self.field} of {self.key_result}: {self.old} → {self.new}"
