"""A small company for the tests that walk the whole road, and what its team answers."""

from dataclasses import dataclass
from datetime import timedelta

from apps.accounts.models import Actor, User
from apps.core.results import Saved
from apps.readiness import transitions
from apps.readiness.models import Answer, State
from tests.factories import TeamFactory, UserFactory

CATALOG = b"""
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: parcels}
spec: {type: team, profile: {displayName: Parcel Tracking Team}}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ada.lind}
spec: {memberOf: [parcels], profile: {displayName: Ada Lind, email: ada@example.org}}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ben.okoro}
spec: {memberOf: [parcels], profile: {displayName: Ben Okoro, email: ben@example.org}}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: parcel-ledger, description: Where each parcel was last seen}
spec: {type: service, lifecycle: production, owner: parcels}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: "no name like this"}
spec: {type: service, lifecycle: production, owner: parcels}
"""
EDITIONS = ("green-light", "operational-readiness")
REHEARSED = "Rehearsed on 3 March with the people on call; it took eleven minutes and nobody noticed."


@dataclass(frozen=True)
class Company:
    """The people who are there before the team comes; who may sit on a panel of high risk among them."""

    admin: User
    noor: User  # Developer Enablement
    arne: User  # architect
    sol: User  # security
    pia: User  # a peer of another team

    @property
    def panel(self):
        return [self.pia, self.arne, self.sol, self.noor]


def found_company():
    """Publish the shipped checklists and let in everybody but the team itself."""
    team = TeamFactory(name="Label Printing")
    return Company(
        admin=UserFactory(name="Max Admin", email="max@example.org", is_admin=True),
        noor=UserFactory(name="Noor Haddad", email="noor@example.org", is_enablement=True),
        arne=UserFactory(name="Arne Berg", email="arne@example.org", is_architect=True),
        sol=UserFactory(name="Sol Reyes", email="sol@example.org", is_security=True),
        pia=UserFactory(name="Pia Stone", email="pia@example.org", reviews=True, team_ids=[team.pk]),
    )


def answer_what_is_open(assessment, *, person, at):
    """Say for everything still open that it is in place, as written or by default; plan one High item."""
    by = Actor(person=person)
    rows = list(
        Answer.objects.applicable().filter(assessment=assessment, state=State.OPEN).order_by("position")
    )
    planned = next(row for row in reversed(rows) if row.weight == "high")
    for row in rows:
        what = {"state": State.IN_PLACE, "text": row.text or REHEARSED, "owner": person}
        if row == planned:
            what |= {"state": State.PLANNED, "due_on": at.date() + timedelta(days=30)}
        result = transitions.save_answer(row, revision=row.revision, by=by, at=at, **what)
        assert isinstance(result, Saved)
    return planned.item
