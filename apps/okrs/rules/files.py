"""Who takes a whole quarter along, and who writes one back."""

from apps.accounts.models import Actor
from apps.core.errors import InvalidMoveError, NotPermittedError
from apps.jobs.models import Job, State


def may_carry_quarters(by: Actor) -> bool:
    """Tell who exports and restores whole quarters: administrators.

    Such a file holds everybody's address and what only some may read; restoring writes history that
    happened elsewhere. Lists as CSV and XLSX are for everybody, each with what they may read.
    """
    return by.has("admin")


def check_may_carry_quarters(by: Actor) -> None:
    """Refuse everybody else."""
    if not may_carry_quarters(by):
        message = "Only an administrator takes whole quarters along and writes them back."
        raise NotPermittedError(message)


def check_may_restore(by: Actor) -> None:
    """Refuse who may not write a quarter back; a command of the machine may."""
    if by.person is not None:
        check_may_carry_quarters(by)


def check_looked_at(job: Job) -> None:
    """Refuse to write a file of which nobody has seen yet that it can be restored."""
    seen = job.result.get("state") if job.state == State.DONE else None
    if seen != "preview":
        said = f"it was {seen}" if seen else "nobody has seen yet what it would bring"
        message = f"Only a file that can be restored is written; of this one {said}."
        raise InvalidMoveError(message)
