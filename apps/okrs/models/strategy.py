"""What lies further out than a quarter, said in coarser words the further it is."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.core.models import StoredFile
from apps.core.querysets import LockableQuerySet
from apps.okrs.models.cycles import Cycle
from apps.okrs.models.metrics import DIGITS, PLACES


class Horizon(models.TextChoices):
    """How far away something is."""

    NOW = "now", "Now"
    NEXT = "next", "Next"
    LATER = "later", "Later"
    VISION = "vision", "Vision"


class Precision(models.TextChoices):
    """How exactly a time is named."""

    QUARTER = "quarter", "A quarter"
    HALF = "half", "A half-year"
    YEAR = "year", "A year"
    NONE = "none", "No date"


class StrategyItem(models.Model):
    """One sentence of the strategy; the one on the horizon `vision` is a story without a digit."""

    class Verdict(models.TextChoices):
        HOLDS = "holds", "Still holds"
        CHANGED = "changed", "Changed"
        DEAD = "dead", "Dead"

    horizon = models.CharField(max_length=6, choices=Horizon)
    statement = models.TextField()
    theme = models.CharField(max_length=100, default="")
    precision = models.CharField(max_length=7, choices=Precision, default=Precision.NONE)
    begins_on = models.DateField(null=True)  # the first day of the quarter, half-year or year that is meant
    target_low = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    target_high = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    planned_change = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    unit = models.CharField(max_length=40, default="")
    confidence = models.PositiveSmallIntegerField(null=True)  # percent
    verdict = models.CharField(max_length=7, choices=Verdict, default=Verdict.HOLDS)
    revalidated_on = models.DateField(null=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)

    objects = LockableQuerySet["StrategyItem"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(statement=""), name="strategy_item_says_something"),
            models.CheckConstraint(
                condition=Q(target_low=None, target_high=None)
                | Q(target_low__isnull=False, target_high__isnull=False, target_low__lte=F("target_high")),
                name="strategy_item_range_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__lte=100),
                name="strategy_item_confidence_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.statement[:80]

    def get_absolute_url(self) -> str:
        """Return its place on the page of horizons."""
        return f"{reverse('okrs:horizons')}#item-{self.pk}"

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy."""
        return Subject(type="strategy_item", id=self.pk, name=str(self), url=self.get_absolute_url())


class OffsitePack(models.Model):
    """What leadership reads two weeks before a quarter ends, frozen as it was."""

    cycle = models.OneToOneField(Cycle, models.PROTECT, related_name="+")
    content: Any = models.JSONField()
    made_at = models.DateTimeField()
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")  # the PDF, once printed

    objects = LockableQuerySet["OffsitePack"].as_manager()

    def __str__(self) -> str:
        return f"Offsite pack of {self.cycle}"

    def get_absolute_url(self) -> str:
        """Return the pack as a page."""
        return reverse("okrs:offsite", args=[self.cycle.slug])

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy; load `cycle` first."""
        return Subject(
            type="offsite_pack",
            id=self.pk,
            name=f"the offsite pack of {self.cycle}",
            url=self.get_absolute_url(),
        )


class DecisionQuerySet(LockableQuerySet["Decision"]):
    """Filters that read like sentences."""

    def open(self) -> Self:
        """Return those that nobody has carried out yet."""
        return self.filter(done_on=None)


class Decision(models.Model):
    """What leadership decided at an offsite, with who does it and by when."""

    pack = models.ForeignKey(OffsitePack, models.PROTECT, related_name="decisions")
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    decided_at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="decision_says_something")]

    def __str__(self) -> str:
        return self.text
