"""How teams are created, described and joined."""

import pytest
from django.db import IntegrityError

from apps.accounts.models import User
from apps.activity.models import Event
from apps.catalog import transitions
from apps.catalog.models import Membership, Team
from apps.catalog.queries import leads_of, members_of, people_of
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.history import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor():
    return ActorFactory(person__is_enablement=True, person__name="Noor")


def test_a_team_is_created(now, noor):
    team = transitions.create_team(name="Money", mission="Books", customers=["Ann"], by=noor, at=now)

    assert (team.slug, team.customers) == ("money", ["Ann"])
    assert told(team) == ["Noor created the team Money"]


def test_a_team_name_is_taken_once(now, noor):
    transitions.create_team(name="Money", by=noor, at=now)

    with pytest.raises(InvalidInputError, match="already"):
        transitions.create_team(name="money", by=noor, at=now)

    assert Team.objects.count() == 1


def test_only_enablement_and_administrators_create_teams(now):
    with pytest.raises(NotPermittedError):
        transitions.create_team(name="Money", by=lead_of(TeamFactory()), at=now)

    assert not Event.objects.exists()


def test_a_member_describes_the_team(now):
    team = TeamFactory(name="Money")

    saved = edit(team, by=member_of(team, name="Ada"), at=now)

    assert isinstance(saved, Saved)
    assert (Team.objects.get().mission, Team.objects.get().revision) == ("Books", 2)
    assert told(team) == ["Ada changed mission of Money"]


def edit(team, revision=1, mission="Books", **who_and_when):
    return transitions.edit_team(team, revision=revision, changes={"mission": mission}, **who_and_when)


def test_a_stale_edit_is_a_conflict_and_one_of_the_same_content_is_not(now):
    team = TeamFactory()
    by = member_of(team)
    edit(team, by=by, at=now)

    stale, same = edit(team, mission="Parcels", by=by, at=now), edit(team, by=by, at=now)

    assert isinstance(stale, Conflict)
    assert isinstance(same, Saved)
    assert (stale.row.mission, stale.row.revision) == ("Books", 2)
    assert Event.objects.filter(verb="catalog.team_edited").count() == 1


def test_others_do_not(now):
    with pytest.raises(NotPermittedError):
        edit(TeamFactory(), by=ActorFactory(), at=now)

    assert not Event.objects.exists()


def place(team, parent, **who_and_when):
    return transitions.edit_team(team, revision=team.revision, changes={"parent": parent}, **who_and_when)


def test_a_team_becomes_part_of_another(now, noor):
    all_of_us, money = TeamFactory(name="All of us"), TeamFactory(name="Money")

    below = transitions.create_team(name="Tracking", parent=all_of_us, by=noor, at=now)
    saved = place(money, all_of_us, by=noor, at=now)

    assert isinstance(saved, Saved)
    assert set(Team.objects.filter(parent=all_of_us)) == {below, money}
    assert told(money) == ["Noor changed the parent team of Money"]
    details = Event.objects.in_order("pk").values_list("data", flat=True)
    assert [details[0]["part_of"], details[1]["changes"]] == [
        "All of us",
        {"parent": {"before": None, "after": "All of us"}},
    ]


@pytest.mark.parametrize("who", ["member", "lead", "nobody"])
def test_only_who_creates_teams_says_what_a_team_is_part_of(now, who):
    above, team = TeamFactory(), TeamFactory()
    by = {"member": member_of, "lead": lead_of, "nobody": lambda _team: ActorFactory()}[who](team)

    with pytest.raises(NotPermittedError):
        place(team, above, by=by, at=now)

    assert Team.objects.get(pk=team.pk).parent is None
    assert not Event.objects.exists()


@pytest.mark.parametrize("distance", [0, 1, 2])
def test_no_team_is_part_of_what_is_below_it(now, noor, distance):
    chain = [TeamFactory(name="Top")]
    for name in ("Middle", "Bottom"):
        chain.append(TeamFactory(name=name, parent=chain[-1]))
    why = ["No team is part of itself", "Middle is part of Top", "Bottom is part of Top"][distance]

    with pytest.raises(InvalidInputError, match=f"{why}: choose another team, or none") as refused:
        place(chain[0], chain[distance], by=noor, at=now)

    assert refused.value.field == "parent"
    assert not Event.objects.exists()


def test_no_team_becomes_part_of_one_that_is_archived(now, noor):
    gone = TeamFactory(is_archived=True)

    with pytest.raises(InvalidMoveError, match="archived"):
        transitions.create_team(name="Money", parent=gone, by=noor, at=now)
    with pytest.raises(InvalidMoveError, match="archived"):
        place(TeamFactory(), gone, by=noor, at=now)

    assert not Event.objects.exists()


def test_a_lead_adds_members_and_their_row_knows(now):
    team, ada = TeamFactory(name="Money"), UserFactory(name="Ada")

    transitions.add_member(team, person=ada, by=lead_of(team, name="Lea"), at=now)
    transitions.add_member(team, person=ada, by=lead_of(team), at=now)  # twice changes nothing

    ada.refresh_from_db()
    assert (ada.team_ids, ada.lead_ids) == ([team.pk], [])
    assert told(team) == ["Lea added Ada to Money"]


@pytest.mark.parametrize("stranger", ["member", "nobody"])
def test_members_and_others_add_nobody(now, stranger):
    team = TeamFactory()
    by = member_of(team) if stranger == "member" else ActorFactory()

    with pytest.raises(NotPermittedError):
        transitions.add_member(team, person=UserFactory(), by=by, at=now)

    assert not Event.objects.exists()


def test_who_was_deactivated_does_not_join(now):
    team = TeamFactory()

    with pytest.raises(InvalidMoveError, match="deactivated"):
        transitions.add_member(team, person=UserFactory(is_active=False), by=lead_of(team), at=now)

    assert not Event.objects.exists()


def test_a_lead_takes_members_out_but_not_other_leads(now):
    team = TeamFactory(name="Money")
    lead, other, member = lead_of(team, name="Lea"), lead_of(team), member_of(team, name="Ada")

    transitions.remove_member(team, person=member.person, by=lead, at=now)
    with pytest.raises(NotPermittedError, match="decides about leads"):
        transitions.remove_member(team, person=other.person, by=lead, at=now)

    assert User.objects.get(pk=member.person_id).team_ids == []
    assert User.objects.get(pk=other.person_id).lead_ids == [team.pk]
    assert told(team) == ["Lea took Ada out of Money"]


def test_a_lead_may_leave(now):
    team = TeamFactory()
    lead = lead_of(team)

    transitions.remove_member(team, person=lead.person, by=lead, at=now)

    assert not Membership.objects.exists()


def test_who_is_not_in_the_team_cannot_leave_it(now):
    team = TeamFactory()

    with pytest.raises(InvalidMoveError, match="is not in"):
        transitions.remove_member(team, person=UserFactory(), by=lead_of(team), at=now)


def test_enablement_sets_and_ends_leads(now, noor):
    team = TeamFactory(name="Money")
    ada = member_of(team, name="Ada").person

    transitions.set_lead(team, person=ada, is_lead=True, by=noor, at=now)
    led = User.objects.get(pk=ada.pk).lead_ids
    transitions.set_lead(team, person=ada, is_lead=False, by=noor, at=now)

    assert led == [team.pk]
    assert User.objects.get(pk=ada.pk).lead_ids == []
    assert told(team) == ["Noor ended that Ada leads Money", "Noor made Ada a lead of Money"]


def test_a_lead_makes_no_leads(now):
    team = TeamFactory()

    with pytest.raises(NotPermittedError):
        transitions.set_lead(team, person=member_of(team).person, is_lead=True, by=lead_of(team), at=now)

    assert not Event.objects.exists()


def test_only_members_become_leads(now, noor):
    with pytest.raises(InvalidMoveError, match="is not in"):
        transitions.set_lead(TeamFactory(), person=UserFactory(), is_lead=True, by=noor, at=now)


def test_people_are_read_by_team():
    team = TeamFactory()
    lead, member = lead_of(team, name="Lea"), member_of(team, name="Ada")
    gone = member_of(team, is_active=False)

    assert leads_of(team.pk) == [lead.person]
    assert members_of(team.pk) == [member.person, lead.person]
    assert gone.person not in members_of(team.pk)
    assert [one.is_lead for one in people_of([team.pk])[team.pk]] == [False, True]
    assert leads_of(None) == []


def test_nobody_is_in_a_team_twice():
    team = TeamFactory()
    ada = member_of(team)

    with pytest.raises(IntegrityError):
        Membership.objects.create(team=team, person=ada.person)
