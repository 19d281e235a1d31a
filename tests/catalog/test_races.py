"""Two at once: each thing happens once, and nothing is lost."""

from apps.accounts.models import Actor, User
from apps.catalog import transitions
from apps.catalog.imports import HeldFiles
from apps.catalog.models import Imported, Membership, Service, Team
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from tests.factories import ActorFactory, ServiceFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql

ENTITIES = """apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: money}
spec: {type: team}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger}
spec: {owner: money}
"""


def test_one_team_registers_a_name_once(now):
    team = TeamFactory()
    people = [member_of(team) for _ in range(4)]

    results = at_once(
        lambda n: transitions.register(team, name="Ledger", purpose="Books", by=people[n], at=now), times=4
    )

    assert sum(isinstance(result, InvalidInputError) for result in results) == 3
    assert Service.objects.count() == 1


def test_two_teams_get_two_addresses(now):
    people = [(team, member_of(team)) for team in TeamFactory.create_batch(4)]

    results = at_once(
        lambda n: transitions.register(people[n][0], name="Ledger", purpose="Books", by=people[n][1], at=now),
        times=4,
    )

    assert sorted(service.slug for service in results) == ["ledger", "ledger-2", "ledger-3", "ledger-4"]


def test_of_two_edits_one_is_a_conflict(now):
    service = ServiceFactory(purpose="First")
    people = [member_of(service.team) for _ in range(3)]

    results = at_once(
        lambda n: transitions.edit_service(
            service, version=1, changes={"purpose": f"By {n}"}, by=people[n], at=now
        ),
        times=3,
    )

    assert sum(isinstance(result, Saved) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 2
    assert Service.objects.get().version == 2


def test_of_two_edits_of_a_team_one_is_a_conflict(now):
    team = TeamFactory(mission="First")
    people = [member_of(team) for _ in range(3)]

    results = at_once(
        lambda n: transitions.edit_team(
            team, revision=1, changes={"mission": f"By {n}"}, by=people[n], at=now
        ),
        times=3,
    )

    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Conflict", "Saved"]
    assert Team.objects.get().revision == 2


def test_two_teams_that_are_put_below_each_other_make_no_circle(now):
    teams, noor = TeamFactory.create_batch(2), ActorFactory(person__is_enablement=True)

    results = at_once(
        lambda n: transitions.edit_team(
            teams[n], revision=1, changes={"parent": teams[1 - n]}, by=noor, at=now
        ),
        times=2,
    )

    assert sorted(type(result).__name__ for result in results) == ["InvalidInputError", "Saved"]
    assert Team.objects.filter(parent=None).count() == 1


def test_two_teams_add_one_person_and_both_are_known(now):
    ada = UserFactory()
    teams = TeamFactory.create_batch(4)
    leads = [lead_of(team) for team in teams]

    at_once(lambda n: transitions.add_member(teams[n], person=ada, by=leads[n], at=now), times=4)

    assert User.objects.get(pk=ada.pk).team_ids == sorted(team.pk for team in teams)
    assert Membership.objects.filter(person=ada).count() == 4


def test_two_imports_bring_each_entity_once(now):
    by = Actor.system("catalog.import_catalog")

    results = at_once(
        lambda _n: transitions.import_catalog(HeldFiles({"a.yaml": ENTITIES.encode()}), by=by, at=now),
        times=3,
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Imported.objects.count() == 2
    assert Service.objects.get().team.slug == "money"
