"""How many hands there are, what they are promised to, and who lent them."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.core.querysets import LockableQuerySet
from apps.okrs.models.cycles import Quarter
from apps.okrs.models.key_results import KeyResult
from apps.okrs.models.negotiations import Negotiation
from apps.okrs.models.objectives import Objective


class CapacityPlan(models.Model):
    """The person-weeks of one team in one cycle; what keeps the lights on has no default."""

    quarter = models.OneToOneField(Quarter, models.PROTECT, related_name="capacity")
    people = models.DecimalField(max_digits=5, decimal_places=1)  # full-time equivalents
    weeks = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal(13))
    upkeep_share = models.DecimalField(max_digits=4, decimal_places=3)  # keeps the lights on
    leave_share = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal(0))
    revision = models.PositiveIntegerField(default=0)

    objects = LockableQuerySet["CapacityPlan"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(people__gt=0, weeks__gt=0), name="capacity_has_people"),
            models.CheckConstraint(
                condition=Q(upkeep_share__gte=0, leave_share__gte=0)
                & Q(upkeep_share__lt=Decimal(1) - F("leave_share")),
                name="capacity_shares_leave_something",
            ),
        ]

    def __str__(self) -> str:
        return f"Capacity of {self.quarter}"


class Allocation(models.Model):
    """Person-weeks that a team promises to something."""

    class Kind(models.TextChoices):
        OUTCOME = "outcome", "Outcome"
        UPKEEP = "upkeep", "Upkeep"
        REPAIR = "repair", "Repair"

    quarter = models.ForeignKey(Quarter, models.PROTECT, related_name="allocations")
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.OUTCOME)
    label = models.CharField(max_length=200)
    objective = models.ForeignKey(Objective, models.CASCADE, null=True, related_name="+")
    key_result = models.ForeignKey(KeyResult, models.CASCADE, null=True, related_name="+")
    negotiation = models.OneToOneField(Negotiation, models.PROTECT, null=True, related_name="+")
    person_weeks = models.DecimalField(max_digits=7, decimal_places=2)

    objects = LockableQuerySet["Allocation"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(person_weeks__gt=0), name="allocation_is_positive"),
            models.UniqueConstraint(
                fields=["quarter", "objective"],
                condition=Q(key_result=None, negotiation=None, objective__isnull=False),
                name="allocation_once_per_objective",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_weeks} person-weeks for {self.label}"


class Loan(models.Model):
    """Person-weeks of one team that work for another: one row, which both ledgers read."""

    negotiation = models.OneToOneField(Negotiation, models.PROTECT, related_name="loan")
    lender = models.ForeignKey(Quarter, models.PROTECT, related_name="loans_out")
    borrower = models.ForeignKey(Quarter, models.PROTECT, related_name="loans_in")
    key_result = models.ForeignKey(KeyResult, models.PROTECT, null=True, related_name="+")
    person_weeks = models.DecimalField(max_digits=7, decimal_places=2)
    starts_on = models.DateField()
    ends_on = models.DateField()
    ramp = models.DecimalField(
        max_digits=4, decimal_places=3, default=Decimal("0.20")
    )  # lost in getting to know
    return_note = models.CharField(max_length=300, default="")
    instead_of = models.CharField(max_length=500, default="")  # what the lender drops for it
    ended_on = models.DateField(null=True)

    objects = LockableQuerySet["Loan"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(lender=F("borrower")), name="loan_is_to_somebody_else"),
            models.CheckConstraint(condition=Q(person_weeks__gt=0), name="loan_is_positive"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="loan_ends_later"),
            models.CheckConstraint(condition=Q(ramp__gte=0, ramp__lt=1), name="loan_ramp_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.person_weeks} person-weeks from {self.lender.team} to {self.borrower.team}"

    @property
    def effective(self) -> Decimal:
        """Return what is left for work after getting to know."""
        return self.person_weeks * (1 - self.ramp)


class Waiver(models.Model):
    """Somebody allowed a team to promise more than it has, until a day."""

    quarter = models.ForeignKey(Quarter, models.PROTECT, related_name="waivers")
    reason = models.CharField(max_length=500)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    up_to = models.DecimalField(max_digits=4, decimal_places=2)  # the utilisation that is allowed: 1.15
    expires_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
            models.CheckConstraint(condition=Q(up_to__gt=1), name="waiver_allows_something"),
        ]

    def __str__(self) -> str:
        return f"Waiver for {self.quarter}"
