"""How a table of objectives becomes drafts of a team's quarter: by the steps that a person would take."""

from collections.abc import Sequence
from datetime import datetime

from apps.accounts.models import Actor
from apps.core.transactions import one_transaction
from apps.okrs import imports
from apps.okrs.models import Ambition, Kind, Objective, Quarter
from apps.okrs.transitions.sentences import measure_key_result
from apps.okrs.transitions.writing import add_objective, detail_objective


@one_transaction
def write_sheet(
    quarter: Quarter, *, objectives: Sequence[imports.SheetObjective], by: Actor, at: datetime
) -> list[Objective]:
    """Write down all of them, or none; what the quarter has already is passed over. Return what is new."""
    written = []
    for one in objectives:
        made = add_objective(
            quarter.team,
            cycle=quarter.cycle,
            title=one.title,
            why=one.why,
            instead_of=one.instead_of,
            key_results=[row.title for row in one.key_results],
            by=by,
            at=at,
        )
        if made.made_at == at:
            written.append(_detailed(made, one, by=by, at=at))
    return written


def _detailed(made: Objective, one: imports.SheetObjective, *, by: Actor, at: datetime) -> Objective:
    """Add what stands in the other columns."""
    if one.tags or one.ambition:
        ambition = one.ambition or Ambition.ROOFSHOT
        revision = made.revision
        said = detail_objective(made, revision=revision, tags=one.tags, ambition=ambition, by=by, at=at)
        made = said.row
    rows = {row.title: row for row in made.key_results.all()}
    for sentence in one.key_results:
        if sentence.metric:
            measure_key_result(
                rows[sentence.title],
                kind=Kind.METRIC,
                new_metric=sentence.metric,
                unit=sentence.unit,
                baseline=sentence.baseline,
                target=sentence.target,
                revision=0,
                by=by,
                at=at,
            )
    return made
