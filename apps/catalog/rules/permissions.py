"""Who may do what with teams and services. Pure: `may_…` is for buttons, `check_…` for transitions."""

from collections.abc import Collection, Mapping

from apps.accounts.models import Actor, User
from apps.catalog.models import Service, Team
from apps.catalog.rules.phases import check_team_in_use
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError


def may_edit(by: Actor, service: Service) -> bool:
    """Members and leads of the owning team may."""
    return by.is_in(service.team_id) or by.leads(service.team_id)


def check_in_team(by: Actor, service: Service) -> None:
    """Refuse who is neither member nor lead of the owning team."""
    if not may_edit(by, service):
        owner = service.team.name if service.team else "its team, once it has one,"
        message = f"Only {owner} can do this for {service}."
        raise NotPermittedError(message)


def check_lead(by: Actor, service: Service) -> None:
    """Refuse who does not lead the owning team."""
    if not by.leads(service.team_id):
        owner = service.team.name if service.team else "its team, once it has one,"
        message = f"Only a lead of {owner} can do this for {service}."
        raise NotPermittedError(message)


def may_organise(by: Actor) -> bool:
    """Tell who looks after teams, leads, advisors, orphans and imports: enablement and administrators."""
    return by.has("enablement", "admin")


def check_may_organise(by: Actor) -> None:
    """Refuse who is neither of enablement nor an administrator."""
    if not may_organise(by):
        message = "Only Developer Enablement and administrators can do this."
        raise NotPermittedError(message)


def check_may_import(by: Actor) -> None:
    """Refuse who may not import; a command of the machine may."""
    if by.person is not None:
        check_may_organise(by)


def may_register(by: Actor, team: Team) -> bool:
    """Members and leads register for their own team."""
    return by.is_in(team.pk) or by.leads(team.pk)


def check_may_register(by: Actor, team: Team) -> None:
    """Refuse to register for somebody else's team, or for one that is no more."""
    if not may_register(by, team):
        message = f"Only members of {team} can register a service for it."
        raise NotPermittedError(message)
    check_team_in_use(team)


def may_edit_team(by: Actor, team: Team) -> bool:
    """Tell who describes a team: itself, and enablement and administrators."""
    return by.is_in(team.pk) or by.leads(team.pk) or may_organise(by)


def check_may_edit_team(by: Actor, team: Team) -> None:
    """Refuse who neither belongs to the team nor looks after teams."""
    if not may_edit_team(by, team):
        message = f"Only {team} itself, Developer Enablement and administrators can change it."
        raise NotPermittedError(message)


def check_may_place(by: Actor, team: Team, parent: Team | None, *, tree: Mapping[int, int | None]) -> None:
    """Refuse who does not look after teams: whose leads stand for others follows from the tree.

    `tree` holds the parent of each team by id; a circle is refused too.
    """
    if not may_organise(by):
        message = f"Only Developer Enablement and administrators say what {team} is part of."
        raise NotPermittedError(message)
    if parent is not None:
        check_team_in_use(parent)
        check_no_circle(team, parent, tree=tree)


def check_no_circle(team: Team, parent: Team, *, tree: Mapping[int, int | None]) -> None:
    """Refuse to put a team below itself, at whatever distance."""
    above: int | None = parent.pk
    seen: set[int] = set()
    while above is not None and above not in seen:
        if above == team.pk:
            reason = f"{parent} is part of {team}" if parent != team else "No team is part of itself"
            message = f"{reason}: choose another team, or none."
            raise InvalidInputError(message, field="parent")
        seen.add(above)
        above = tree.get(above)


def may_choose_members(by: Actor, team: Team) -> bool:
    """Leads choose the members; enablement and administrators too."""
    return by.leads(team.pk) or may_organise(by)


def check_may_choose_members(by: Actor, team: Team) -> None:
    """Refuse who neither leads the team nor looks after teams."""
    if not may_choose_members(by, team):
        message = f"Only leads of {team}, Developer Enablement and administrators choose its members."
        raise NotPermittedError(message)


def may_override_risk(by: Actor, team_ids: Collection[int]) -> bool:
    """Tell who may: enablement, but nobody of the owning teams, which queries.owning_team_ids names."""
    return by.has("enablement") and not by.is_in_any(team_ids)


def check_may_override_risk(by: Actor, service: Service, team_ids: Collection[int]) -> None:
    """Refuse everybody else, and enablement people who belong to an owning team."""
    if may_override_risk(by, team_ids):
        return
    if by.has("enablement"):
        message = f"You belong to a team of {service}: somebody else of Developer Enablement decides this."
        raise NotPermittedError(message)
    message = "Only Developer Enablement can set a risk by hand."
    raise NotPermittedError(message)


def check_can_advise(person: User, service: Service) -> None:
    """Refuse an advisor who is not active in enablement."""
    if not (person.is_active and person.is_enablement):
        message = f"{person} is not in Developer Enablement, so cannot advise {service}."
        raise InvalidMoveError(message)
