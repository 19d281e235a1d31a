"""Two teams that negotiate, with a lead each."""

from dataclasses import dataclass
from decimal import Decimal

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.okrs import transitions
from apps.okrs.models import Allocation, CapacityPlan, Cycle, Negotiation, Objective, Quarter
from apps.okrs.rules.asking import Ask
from tests.factories import TeamFactory, lead_of
from tests.factories.okrs import CycleFactory, KeyResultFactory, ObjectiveFactory, QuarterFactory

WORK = {"deliverable": "Tracking inside the order page", "person_weeks": "4", "ends_on": "2026-03-20"}


@dataclass
class Sides:
    """Checkout wants something of Tracking."""

    cycle: Cycle
    checkout: Team
    tracking: Team
    buyer: Actor
    giver: Actor
    objective: Objective

    def ask(self, now, payload=None, **more):
        """Let Checkout ask Tracking for a contribution."""
        wish = self.wish(**more)
        return transitions.ask(wish, payload=WORK if payload is None else payload, by=self.buyer, at=now)

    def wish(self, **more):
        """Return what Checkout asks Tracking for, or another ask with other fields."""
        about = {"kind": "contribution", "objective": self.objective, "cycle": self.cycle}
        return Ask(**about | {"initiator": self.checkout, "counterpart": self.tracking} | more)


def sides(**cycle):
    found = CycleFactory(**cycle)
    checkout = TeamFactory(name="Checkout", slug="checkout")
    tracking = TeamFactory(name="Tracking", slug="tracking")
    objective = ObjectiveFactory(
        title="Buyers see where their parcel is", team=checkout, cycle=found, state="agreed", tags=["parcels"]
    )
    KeyResultFactory(objective=objective)
    return Sides(found, checkout, tracking, lead_of(checkout), lead_of(tracking), objective)


def capacity_of(team, cycle, *, has, promised="0"):
    """Give a team so many person-weeks, of which so many are promised."""
    quarter = QuarterFactory(team=team, cycle=cycle)
    CapacityPlan.objects.create(
        quarter=quarter, people=Decimal(has) / 10, weeks=Decimal(10), upkeep_share=Decimal(0)
    )
    if Decimal(promised):
        Allocation.objects.create(quarter=quarter, label="The night is quiet", person_weeks=Decimal(promised))
    return quarter


def seen(negotiation):
    return Negotiation.objects.select_related("terms").get(pk=negotiation.pk).terms.sha256


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def quarter_of(team, cycle):
    return Quarter.objects.get(team=team, cycle=cycle)
