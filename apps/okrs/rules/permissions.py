"""Who may do what with goals (OKRS 1.6). `may_…` is for buttons, `check_…` for transitions.

An administrator reads everything and corrects with a reason, but never speaks for a team: goals are not
dictated, and the software does not make it possible. Nor does a team's token: it writes and measures for its
team, and what binds the team is a person's word.
"""

from collections.abc import Collection

from apps.accounts.models import Actor
from apps.accounts.rules import check_in_person
from apps.catalog.models import Team
from apps.core.errors import NotPermittedError
from apps.okrs.models import Objective


def may_draft(by: Actor, team: Team) -> bool:
    """Members and leads write their own team's page; administrators may help with drafts."""
    return by.is_in(team.pk) or by.leads(team.pk) or by.has("admin")


def check_may_draft(by: Actor, team: Team) -> None:
    """Refuse everybody else: another team proposes instead."""
    if not may_draft(by, team):
        message = f"Only {team} writes its own objectives. Ask for one instead: they answer."
        raise NotPermittedError(message)


def may_put_off(by: Actor, team: Team) -> bool:
    """Members and leads put off or take back: both are the team's word, and no administrator gives it."""
    return by.is_in(team.pk) or by.leads(team.pk)


def check_may_put_off(by: Actor, team: Team) -> None:
    """Refuse everybody else, and a team's token: its maker would hold a no that they never said."""
    check_in_person(by)
    if not may_put_off(by, team):
        message = f"Only {team} itself puts off or takes back what it planned."
        raise NotPermittedError(message)


def speaks_for(by: Actor, team: Team, *, accountable_id: int | None = None) -> bool:
    """Tell who asks, accepts, counters and says no for a team: its leads, and who is accountable in it."""
    if by.team_id is not None:
        return False
    is_accountable = by.person_id is not None and by.person_id == accountable_id and by.is_in(team.pk)
    return by.leads(team.pk) or is_accountable


def check_speaks_for(by: Actor, team: Team, *, accountable_id: int | None = None) -> None:
    """Refuse everybody else, administrators and teams' tokens too."""
    check_in_person(by)
    if not speaks_for(by, team, accountable_id=accountable_id):
        message = f"Only a lead of {team} can answer for it."
        raise NotPermittedError(message)


def may_check_in(by: Actor, team: Team) -> bool:
    """Members and leads of the team."""
    return by.is_in(team.pk) or by.leads(team.pk)


def check_may_check_in(by: Actor, team: Team) -> None:
    """Refuse who does not belong to the team."""
    if not may_check_in(by, team):
        message = f"Only {team} checks in for itself."
        raise NotPermittedError(message)


def check_may_speak(by: Actor, team: Team, scope: Collection[int] | None) -> None:
    """Refuse who neither belongs to the team (`scope` is none: everything) nor leads one that contributes."""
    if scope is not None and not scope:
        check_may_check_in(by, team)


def check_within(team: Team, spoken_of: Collection[int], scope: Collection[int] | None) -> None:
    """Refuse a contributor's lead who speaks of more than what their team contributes to."""
    if scope is not None and not set(spoken_of) <= set(scope):
        raise _is_a_part(team)


def may_publish(asked: Collection[int], scope: Collection[int] | None, *, has_squares: bool) -> bool:
    """Tell whether nothing else is to be said: of another objective, or in the squares of the team."""
    return scope is None or (set(asked) <= set(scope) and not has_squares)


def check_may_publish(
    team: Team, asked: Collection[int], scope: Collection[int] | None, *, has_squares: bool
) -> None:
    """Refuse a contributor's lead where the team says more than what theirs contributes to."""
    if not may_publish(asked, scope, has_squares=has_squares):
        raise _is_a_part(team)


def _is_a_part(team: Team) -> NotPermittedError:
    return NotPermittedError(
        f"You check in on what your team contributes to; {team} says the rest, and publishes it."
    )


def may_grade(by: Actor, objective: Objective) -> bool:
    """Leads of the team, and who is accountable."""
    return speaks_for(by, objective.team, accountable_id=objective.accountable_id)


def check_may_grade(by: Actor, objective: Objective) -> None:
    """Refuse everybody else: a team grades itself."""
    check_in_person(by)
    if not may_grade(by, objective):
        message = f"A lead of {objective.team}, or who is accountable, grades and closes this."
        raise NotPermittedError(message)


def may_rank(by: Actor, team: Team) -> bool:
    """Leads put their team's objectives in order; the organisation's, the leads of its team."""
    return speaks_for(by, team)


def check_may_rank(by: Actor, team: Team) -> None:
    """Refuse everybody else."""
    check_in_person(by)
    if not may_rank(by, team):
        message = f"Only a lead of {team} says what comes first."
        raise NotPermittedError(message)
