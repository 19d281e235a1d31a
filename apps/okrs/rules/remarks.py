"""What the rules said, as rows would hold it; and who decides about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from apps.accounts.models import Actor
from apps.accounts.rules import check_in_person
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.okrs.models import Finding, Objective
from apps.okrs.rules.findings import CHECK, Draft
from apps.okrs.rules.findings.catalogue import Check
from apps.okrs.rules.fingerprints import About
from apps.okrs.rules.lint import RULE, Level, Remark
from apps.okrs.rules.lint.catalogue import Rule
from apps.okrs.rules.permissions import speaks_for
from apps.okrs.rules.steps import FROM

LONGEST: Final = 500
SEVERITIES: Final = {Level.WARN: "low", Level.BLOCK: "medium", Level.REFUSE: "high"}
DECIDED: Final = frozenset({Finding.State.ACCEPTED, Finding.State.DISMISSED})
AnyRule = Rule | Check
CATALOGUE: Final[dict[str, AnyRule]] = {**RULE, **CHECK}


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing to store: the rows that it is about are named, and not loaded."""

    code: str
    severity: str
    is_blocking: bool
    message: str
    left: About
    right: About | None = None
    fingerprint: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)


def said(cycle_id: int, remarks: Iterable[Remark], drafts: Iterable[Draft]) -> dict[str, Said]:
    """Return what is to be stored, by fingerprint, each once. A cycle's quarter is judged for itself."""
    found = [
        *(_of_remark(one, cycle_id) for one in remarks),
        *(_of_draft(one, cycle_id) for one in drafts),
    ]
    once: dict[str, Said] = {}
    for one in found:
        once.setdefault(one.fingerprint, one)
    return once


def _of_remark(remark: Remark, cycle_id: int) -> Said:
    return Said(
        code=remark.rule,
        severity=SEVERITIES[remark.level],
        is_blocking=remark.level is Level.BLOCK,
        message=_short(remark.message),
        left=remark.about,
        fingerprint=_in_cycle(remark.fingerprint, cycle_id),
        evidence=_plain(remark.salient),
    )


def _of_draft(draft: Draft, cycle_id: int) -> Said:
    return Said(
        code=draft.code,
        severity=draft.severity.value,
        is_blocking=False,
        message=_short(draft.message),
        left=draft.left.about,
        right=draft.right.about if draft.right else None,
        fingerprint=_in_cycle(draft.fingerprint, cycle_id),
        evidence=_plain(draft.evidence),
    )


def _in_cycle(fingerprint: str, cycle_id: int) -> str:
    """Return the digest of a finding in one cycle: what was dismissed there is asked again in the next."""
    return sha256(f"{cycle_id}:{fingerprint}".encode()).hexdigest()


def _short(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…"


def _plain(values: Any) -> Any:  # noqa: ANN401 -- JSON
    """Return values as JSON holds them: what it does not know becomes text."""
    if isinstance(values, dict):
        return {str(name): _plain(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [_plain(one) for one in values]
    return values if isinstance(values, str | int | bool | None) else str(values)


def evidence_lines(evidence: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a finding follows from as names and values; lists stay one value each."""
    return [
        (name.replace("_", " ").capitalize(), _as_line(value))
        for name, value in evidence.items()
        if value not in (None, "", [], {}) and not _is_key(name)
    ]


def _is_key(name: str) -> bool:
    """Tell whether a value names a row by its key, which says nothing to people."""
    return name.endswith("_id") or name in {"link", "negotiation"}


def _as_line(value: Any) -> str:  # noqa: ANN401 -- JSON
    if isinstance(value, dict):
        named = [
            (name, _as_line(one)) for name, one in value.items() if one is not None and not _is_key(name)
        ]
        if any(":" in name for name in value):  # rows by their keys, which say nothing to people
            return "; ".join(line for _name, line in named)
        return ", ".join(f"{name.replace('_', ' ')} {line}" for name, line in named)
    if isinstance(value, list):
        return "; ".join(_as_line(one) for one in value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def may_decide(by: Actor, finding: Finding) -> bool:
    """Tell who accepts, dismisses and resolves: who leads one of its teams, or is accountable in it.

    Administrators read, and so do teams' tokens: they decide for no team. Load both teams first.
    """
    teams = [one for one in (finding.team, finding.other_team) if one is not None]
    if any(speaks_for(by, one) for one in teams):
        return True
    sides = [one for one in (finding.objective, finding.other_objective) if one is not None]
    return any(_speaks_for(by, one) for one in sides)


def _speaks_for(by: Actor, objective: Objective) -> bool:
    return speaks_for(by, objective.team, accountable_id=objective.accountable_id)


def check_may_decide(by: Actor, finding: Finding) -> None:
    """Refuse everybody else."""
    check_in_person(by)
    if not may_decide(by, finding):
        teams = " or ".join(dict.fromkeys(str(one) for one in (finding.team, finding.other_team) if one))
        message = f"A lead of {teams}, or who is accountable, decides about this. You can argue with it."
        raise NotPermittedError(message)


def check_finding_open(finding: Finding) -> None:
    """Refuse to decide what is decided, and what is no longer so."""
    if finding.gone_at is not None:
        message = "The plans have changed, and this is no longer so."
        raise InvalidMoveError(message)
    if finding.state != Finding.State.OPEN:
        message = f"This was {finding.get_state_display().lower()} already. Open it again first."
        raise InvalidMoveError(message)


def check_may_be_accepted(finding: Finding) -> None:
    """Refuse to accept as a risk what cannot be: nothing can be computed from it."""
    rule = RULE.get(finding.code)
    if rule is not None and rule.level is Level.REFUSE:
        message = "Nothing can be measured by this: change the numbers."
        raise InvalidMoveError(message)


def clean_resolution(finding: Finding, resolution: str) -> str:
    """Return how two sides come together; a remark on one sentence is mended there."""
    if finding.code not in CHECK:
        message = "This is about one plan: change it there, or dismiss the remark."
        raise InvalidMoveError(message)
    if resolution not in Finding.Resolution:
        message = "Choose how it is resolved."
        raise InvalidInputError(message, field="resolution")
    return resolution


def check_decided(finding: Finding) -> None:
    """Refuse to take back what nobody decided."""
    if finding.state not in DECIDED and not finding.resolution:
        message = "Nobody has decided about this yet."
        raise InvalidMoveError(message)


def own_side(by: Actor, finding: Finding) -> Objective | None:
    """Return the objective of a finding for which somebody speaks."""
    sides = [one for one in (finding.objective, finding.other_objective) if one is not None]
    return next((one for one in sides if _speaks_for(by, one)), None)


def droppable(objective: Objective | None) -> Objective:
    """Return what can be dropped here; what another side waits for is answered in its negotiation."""
    if objective is None:
        message = "Only its own team drops an objective, and none of yours is in this."
        raise NotPermittedError(message)
    if objective.state not in FROM["stop"] | FROM["withdraw"]:
        now = objective.get_state_display().lower()
        message = f"“{objective}” is {now}. Say no in its negotiation: the other side must know."
        raise InvalidMoveError(message)
    return objective
