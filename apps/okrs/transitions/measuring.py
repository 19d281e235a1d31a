"""How numbers come in, and how a key result says what is measured."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.okrs import rules
from apps.okrs.events import TermsChanged, ValueRecorded, ValuesPasted
from apps.okrs.models import (
    LOCKED,
    KeyResult,
    Metric,
    MetricValue,
    Milestone,
    TargetChange,
    ValueSource,
)
from apps.okrs.transitions.locking import locked_key_result

LONGEST_REASON = 500


@one_transaction
def record_value(  # noqa: PLR0913 -- a value has that many sides
    metric: Metric,
    *,
    on_date: date,
    value: Decimal,
    by: Actor,
    at: datetime,
    source: str = ValueSource.MANUAL,
    note: str = "",
) -> MetricValue:
    """Say what a metric was on one date. The same again changes nothing; another number corrects it."""
    metric = _locked_metric(metric, by=by)
    note = clean_line(note, field="note", limit=500)
    rules.check_metric_value(metric, value, on=on_date, today=rules.today_of(by, at))

    present = _present(metric, [on_date]).get(on_date)
    if present and present.value == value and present.note == note:
        return present
    (kept,) = _keep(metric, {on_date: value}, {on_date: present}, source=source, note=note, by=by, at=at)

    event = ValueRecorded(
        on_date=on_date.isoformat(),
        value=rules.plain(value),
        before=rules.plain(present.value) if present else "",
        source=source,
    )
    record(event, by=by, at=at, subject=metric.subject)
    return kept


@one_transaction
def record_values(
    metric: Metric,
    *,
    values: Mapping[date, Decimal],
    by: Actor,
    at: datetime,
    source: str = ValueSource.PASTE,
) -> list[MetricValue]:
    """Record what was pasted or sent, whole or not at all; dates that say the same already stay."""
    metric = _locked_metric(metric, by=by)
    today = rules.today_of(by, at)
    for on_date, value in values.items():
        rules.check_metric_value(metric, value, on=on_date, today=today)

    present = _present(metric, values)
    news = {on: value for on, value in values.items() if on not in present or present[on].value != value}
    if not news:
        return []
    kept = _keep(metric, news, present, source=source, note="", by=by, at=at)

    event = ValuesPasted(
        count=len(news),
        corrected=len(news.keys() & present.keys()),
        first=min(news).isoformat(),
        last=max(news).isoformat(),
    )
    record(event, by=by, at=at, subject=metric.subject)
    return kept


def _locked_metric(metric: Metric, *, by: Actor) -> Metric:
    metric = Metric.objects.select_related("team").locked(metric.pk)
    rules.check_may_keep(by, metric.team)
    rules.check_in_use(metric)
    return metric


def _present(metric: Metric, days: Sequence[date] | Mapping[date, Decimal]) -> dict[date, MetricValue]:
    """Return what stands for some days; by their range, since a list of days can be too long to ask with."""
    if not days:
        return {}
    rows = MetricValue.objects.filter(metric=metric, is_current=True, on_date__range=(min(days), max(days)))
    return {row.on_date: row for row in rows if row.on_date in days}


def _keep(  # noqa: PLR0913 -- what both ways in have
    metric: Metric,
    values: Mapping[date, Decimal],
    present: Mapping[date, MetricValue | None],
    *,
    source: str,
    note: str,
    by: Actor,
    at: datetime,
) -> list[MetricValue]:
    """Put the older values aside and add the new ones; the metric is locked. Two queries."""
    replaced = [row.pk for on in values if (row := present.get(on)) is not None]
    for start in range(0, len(replaced), 500):
        MetricValue.objects.filter(pk__in=replaced[start : start + 500]).update(is_current=False)
    return MetricValue.objects.bulk_create(
        [
            MetricValue(
                metric=metric,
                on_date=on,
                value=value,
                source=source,
                note=note,
                author=by.person,
                author_name=by.name,
                recorded_at=at,
                supersedes=present.get(on),
            )
            for on, value in sorted(values.items())
        ],
        batch_size=100,
    )


@one_transaction
def change_terms(  # noqa: PLR0913 -- terms, and after the agreement why they change
    key_result: KeyResult,
    *,
    draft: rules.MeasureDraft,
    revision: int,
    by: Actor,
    at: datetime,
    why: str = "",
    reason: str = "",
) -> Saved[KeyResult] | Conflict[KeyResult]:
    """Say how a key result is measured.

    Its team does until it is agreed. From then on an administrator corrects it with a reason, and a lead says
    with a reason what changed outside; everything else is asked for. A baseline that was found at last is
    filled in by the team.
    """
    key_result = locked_key_result(key_result, by=by, at=at)
    if draft.metric is not None:  # as it is by now: it may have been archived meanwhile
        draft = replace(draft, metric=Metric.objects.get(pk=draft.metric.pk))
    steps = list(key_result.milestones.order_by("position", "pk"))
    changes = rules.changes_of(key_result, draft, steps)
    rules.check_may_measure(by, key_result, changes=changes, why=why, reason=reason)
    rules.check_draft(draft, key_result.objective)
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON)
    if not changes:
        return Saved(key_result)
    if revision != key_result.revision:
        return Conflict(key_result)

    for name, value in draft.fields().items():
        setattr(key_result, name, value)
    key_result.revision += 1
    key_result.save(update_fields=[*draft.fields(), "revision"])
    if any(change.field == "milestones" for change in changes):
        _place(key_result, steps, draft.milestones)
    is_agreed = key_result.objective.state in LOCKED
    noted = [change for change in changes if not change.fills_a_gap] if is_agreed and why else []
    _note(key_result, noted, why=why, reason=reason, by=by, at=at)

    event = TermsChanged(
        names=", ".join(change.field.replace("_", " ") for change in changes),
        changes={change.field: [change.old, change.new] for change in changes},
        why=why if is_agreed else "",
        reason=reason if is_agreed else "",
    )
    record(event, by=by, at=at, subject=key_result.subject(on=at.date()))
    return Saved(key_result)


def _place(key_result: KeyResult, steps: list[Milestone], drafts: Sequence[rules.MilestoneDraft]) -> None:
    """Bring the milestones into the order and words of the draft; a finished one is not thrown away."""
    known = {step.pk: step for step in steps}
    gone = known.keys() - {draft.pk for draft in drafts}
    if done := next((known[pk] for pk in sorted(gone) if known[pk].done_on), None):
        message = f"“{done}” is done: it stays."
        raise InvalidInputError(message, field="milestones")
    if strange := [draft for draft in drafts if draft.pk is not None and draft.pk not in known]:
        message = f"“{strange[0].title}” is a milestone of something else."
        raise InvalidInputError(message, field="milestones")
    Milestone.objects.filter(pk__in=gone).delete()
    for position, draft in enumerate(drafts):
        row = known.get(draft.pk or 0) or Milestone(key_result=key_result)
        row.title = clean_line(draft.title, field="milestones", is_required=True)
        row.due_on, row.position = draft.due_on, position
        row.save()


def _note(
    key_result: KeyResult,
    changes: Sequence[rules.Change],
    *,
    why: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Keep what was agreed before; from this day on the plot's target is the new one."""
    TargetChange.objects.bulk_create(
        TargetChange(
            key_result=key_result,
            field=change.field,
            old=change.old,
            new=change.new,
            why=why,
            reason=reason,
            person_name=by.name,
            on_date=rules.today_of(by, at),
            at=at,
        )
        for change in changes
    )
