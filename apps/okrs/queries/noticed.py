"""What the rules notice in a cycle, as rows that are not stored yet."""

from datetime import date
from typing import Any

from apps.okrs import rules
from apps.okrs.models import Cycle, Finding, KeyResult
from apps.okrs.queries.facts import facts, units
from apps.okrs.queries.rows import Rows, rows_of
from apps.okrs.rules import findings, lint
from apps.okrs.rules.fingerprints import About


def noticed(cycle: Cycle, *, on: date) -> list[Finding]:
    """Return what all rules say about a cycle. Seventeen queries at most, however many teams there are."""
    rows = rows_of(cycle, on=on)
    remarks = [remark for unit in units(rows) for remark in lint.lint_unit(unit)]
    drafts = [one for one in findings.drafts(facts(rows)) if not _is_known(one, rows)]
    said = rules.said(cycle.pk, remarks, drafts)
    sentences = {one.pk: one for row in rows.key_results.values() for one in row}
    return [_row(one, cycle, rows, sentences) for one in said.values()]


def _is_known(draft: findings.Draft, rows: Rows) -> bool:
    """Tell whether somebody passed a no for this objective, or it is the objective's own no."""
    if draft.code != "K9" or draft.right is None:
        return False
    own = {(one.objective_id, one.pk) for one in rows.nos}
    return (draft.left.about.id, draft.right.about.id) in rows.passed | own


def _row(said: rules.Said, cycle: Cycle, rows: Rows, sentences: dict[int, KeyResult]) -> Finding:
    left = _side(said.left, rows, sentences)
    row = Finding(
        code=said.code,
        severity=said.severity,
        is_blocking=said.is_blocking,
        cycle=cycle,
        message=said.message,
        evidence=said.evidence,
        fingerprint=said.fingerprint,
        **left,
    )
    if said.right is not None:
        right = _side(said.right, rows, sentences)
        row.other_objective = right["objective"]
        row.other_team = right["team"]
    return row


def _side(about: About, rows: Rows, sentences: dict[int, KeyResult]) -> dict[str, Any]:
    """Return team, objective and key result of a side; load no row that is not there yet."""
    if about.kind == "key_result":
        sentence = sentences[about.id]
        objective = rows.objectives[sentence.objective_id]
        return {"team": objective.team, "objective": objective, "key_result": sentence}
    if about.kind == "objective":
        objective = rows.objectives.get(about.id) or rows.elsewhere[about.id]
        return {"team": objective.team, "objective": objective, "key_result": None}
    if about.kind == "no":
        return {"team": rows.no(about.id).team, "objective": None, "key_result": None}
    return {"team": rows.team(about.id), "objective": None, "key_result": None}
