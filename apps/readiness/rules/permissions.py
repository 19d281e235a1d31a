"""Who may answer, review and decide. `may_…` for buttons, `check_…` for transitions."""

from collections.abc import Collection
from typing import Final

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.core.errors import InvalidMoveError, NotPermittedError
from apps.readiness.models import Assessment

SECURITY_AREA: Final = "SEC"
REVIEWERS: Final = ("enablement", "architect", "security")  # whoever has a seat reviews too


def may_answer(actor: Actor, service: Service) -> bool:
    """Tell whether somebody answers: members and leads of the owning team, nobody else."""
    return actor.is_in(service.team_id)


def check_answering(actor: Actor, assessment: Assessment) -> None:
    """Refuse others than the owning team, and what is closed or archived."""
    if not may_answer(actor, assessment.service):
        message = "Only the team that owns the service answers its checklist."
        raise NotPermittedError(message)
    check_is_open(assessment)


def check_is_open(assessment: Assessment) -> None:
    """Refuse changes to a checklist that is history."""
    if assessment.closed_at is not None:
        message = f"This checklist was closed on {assessment.closed_at:%-d %b %Y} and is kept as it was."
        raise InvalidMoveError(message)
    if assessment.service.phase == Phase.ARCHIVED:
        message = f"{assessment.service} is archived; restore it first."
        raise InvalidMoveError(message)


def may_review(actor: Actor, team_ids: Collection[int], *, has_seat: bool) -> bool:
    """Tell whether somebody reviews: seats, enablement, architects, security; never an owning team's people.

    `team_ids` are those of catalog's owning_team_ids, here and below.
    """
    return (has_seat or actor.has(*REVIEWERS)) and not actor.is_in_any(team_ids)


def check_reviewing(
    actor: Actor, assessment: Assessment, team_ids: Collection[int], *, has_seat: bool
) -> None:
    """Refuse who may not review."""
    if not may_review(actor, team_ids, has_seat=has_seat):
        message = (
            "Reviewers are the people on the panel, enablement, architects and security, never the own team."
        )
        raise NotPermittedError(message)
    check_is_open(assessment)


def may_decide(actor: Actor, team_ids: Collection[int], *, area: str) -> bool:
    """Tell whether somebody decides: enablement, security on its area too; never an owning team's people."""
    roles = ["enablement", "security"] if area == SECURITY_AREA else ["enablement"]
    return actor.has(*roles) and not actor.is_in_any(team_ids)


def check_deciding(actor: Actor, team_ids: Collection[int], *, area: str) -> None:
    """Refuse who may not decide on an exemption."""
    if not may_decide(actor, team_ids, area=area):
        message = "Exemptions are decided by Developer Enablement, never by the own team."
        raise NotPermittedError(message)


def check_starting(actor: Actor, service: Service) -> None:
    """Refuse others than the owning team, and parts, which move with their whole."""
    if not may_answer(actor, service):
        message = "Only the team that owns the service starts its green-light conversation."
        raise NotPermittedError(message)
    if service.part_of_id is not None:
        message = f"{service} is a part and moves with its whole."
        raise InvalidMoveError(message)
    if service.phase != Phase.PLAYGROUND:
        message = f"{service} has left the playground already."
        raise InvalidMoveError(message)
