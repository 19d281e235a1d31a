"""How teams are created, described and joined."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from apps.accounts.models import Actor, User
from apps.accounts.transitions import push_memberships
from apps.activity.transitions import record
from apps.catalog import queries, rules
from apps.catalog.events import LeadEnded, LeadNamed, MemberAdded, MemberRemoved, TeamCreated, TeamEdited
from apps.catalog.models import Membership, Team
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.core.transactions import one_transaction


@one_transaction
def create_team(
    *,
    name: str,
    by: Actor,
    at: datetime,
    **fields: Any,
) -> Team:
    """Write down a team; people join it next."""
    rules.check_may_organise(by)
    values = rules.clean({"name": name} | fields, fields=rules.TEAM_FIELDS)
    parent: Team | None = values.get("parent")
    if parent is not None:
        rules.check_team_in_use(parent)
    taken = set(Team.objects.values_list("slug", flat=True))

    if Team.objects.filter(name__iexact=values["name"], is_archived=False).exists():
        message = f"There is a team called {values['name']} already."
        raise InvalidInputError(message, field="name")
    slug = rules.slug_of(values["name"], taken=taken, fallback="team")
    # Two people at once: the address is unique, and the second gets the team of the first.
    team, is_new = Team.objects.get_or_create(slug=slug, defaults=values)
    if not is_new:
        message = f"Somebody has just created a team called {team}."
        raise InvalidInputError(message, field="name")

    event = TeamCreated(mission=team.mission, part_of=parent.name if parent else "")
    record(event, by=by, at=at, subject=team.subject)
    return team


@one_transaction
def edit_team(
    team: Team, *, revision: int, changes: dict[str, Any], by: Actor, at: datetime
) -> Saved[Team] | Conflict[Team]:
    """Change what a team says of itself; `revision` is the one that was on the screen."""
    # Every team, in the order of their keys: two who move teams at once queue up, and make no circle.
    every = Team.objects.order_by("pk").select_for_update(no_key=True).values_list("pk", "parent_id")
    tree = dict(every) if "parent" in changes else {}
    team = Team.objects.select_related("parent").locked(team.pk)
    rules.check_may_edit_team(by, team)
    rules.check_team_in_use(team)
    values = rules.clean(changes, fields=rules.TEAM_FIELDS)

    differences = rules.differences(team, values)
    if not differences:  # also when somebody else saved the very same
        return Saved(team)
    if "parent" in differences:
        rules.check_may_place(by, team, values["parent"], tree=tree)
    if revision != team.revision:
        return Conflict(team)
    for field in differences:
        setattr(team, field, values[field])
    team.revision += 1
    team.save(update_fields=[*differences, "revision"])

    event = TeamEdited(fields=rules.in_words(differences), changes=rules.as_text(differences))
    record(event, by=by, at=at, subject=team.subject)
    return Saved(team)


@one_transaction
def add_member(team: Team, *, person: User, by: Actor, at: datetime) -> Membership:
    """Let a person join; joining twice changes nothing."""
    team = Team.objects.locked(team.pk)
    rules.check_may_choose_members(by, team)
    rules.check_team_in_use(team)
    person = User.objects.locked(person.pk)
    if not person.is_active:
        message = f"{person} is deactivated and cannot join {team}."
        raise InvalidMoveError(message)

    membership, is_new = Membership.objects.get_or_create(team=team, person=person)
    if not is_new:
        return membership
    push([person.pk], by=by, at=at)

    record(MemberAdded(person=person.name, person_id=person.pk), by=by, at=at, subject=team.subject)
    return membership


@one_transaction
def remove_member(team: Team, *, person: User, by: Actor, at: datetime) -> None:
    """Let a person leave. Leads take out members and themselves; other leads, only who sets leads."""
    team = Team.objects.locked(team.pk)
    rules.check_may_choose_members(by, team)
    person = User.objects.locked(person.pk)
    membership = _membership(team, person)
    if membership.is_lead and not by.is_in_person(person.pk) and not rules.may_organise(by):
        message = f"{person} leads {team}: Developer Enablement decides about leads."
        raise NotPermittedError(message)

    membership.delete()
    push([person.pk], by=by, at=at)

    record(MemberRemoved(person=person.name, person_id=person.pk), by=by, at=at, subject=team.subject)


@one_transaction
def set_lead(team: Team, *, person: User, is_lead: bool, by: Actor, at: datetime) -> Membership:
    """Make a member a lead, or a lead a member like the others."""
    team = Team.objects.locked(team.pk)
    rules.check_may_organise(by)
    person = User.objects.locked(person.pk)
    membership = _membership(team, person)
    if membership.is_lead == is_lead:
        return membership

    membership.is_lead = is_lead
    membership.save(update_fields=["is_lead"])
    push([person.pk], by=by, at=at)

    kind = LeadNamed if is_lead else LeadEnded
    record(kind(person=person.name, person_id=person.pk), by=by, at=at, subject=team.subject)
    return membership


def push(person_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Copy the teams of people into their rows; whoever calls has locked them."""
    push_memberships(list(person_ids), memberships=queries.memberships_of(person_ids), by=by, at=at)


def _membership(team: Team, person: User) -> Membership:
    membership = Membership.objects.filter(team=team, person=person).first()
    if membership is None:
        message = f"{person} is not in {team}."
        raise InvalidMoveError(message)
    return membership
