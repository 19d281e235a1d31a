"""How a team checks in: typed as a draft, published once, put right by another one, read by a reviewer."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.accounts.models import Actor
from apps.accounts.rules import check_in_person
from apps.activity.transitions import record
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.core.transactions import one_transaction
from apps.notifications.transitions import notify
from apps.okrs import queries, rules
from apps.okrs.events import CheckInAcknowledged, CheckInDiscarded, CheckInPublished, ObjectiveStatusSaid
from apps.okrs.models import CheckIn, CheckInItem, KeyResult, Quarter, Status, TeamCheckIn, ValueSource
from apps.okrs.transitions.locking import opened_quarter
from apps.okrs.transitions.measuring import record_value


@one_transaction
def save_check_in(
    quarter: Quarter, *, draft: rules.CheckInDraft, revision: int, by: Actor, at: datetime
) -> Saved[TeamCheckIn] | Conflict[TeamCheckIn]:
    """Keep what was typed so far; the first words make the draft, of which a page has one.

    A contributor's lead writes into it of what their team contributes to; the squares are the team's.
    """
    quarter, row = _opened(quarter, by=by, at=at)
    scope = queries.scope_of(quarter, by=by)
    rules.check_may_speak(by, quarter.team, scope)
    rules.check_within(quarter.team, draft.lines.keys(), scope)
    today = rules.today_of(by, at)
    rules.check_cycle_takes_check_ins(quarter.cycle, today=today)
    if revision != (row.revision if row else 0):
        row = row or TeamCheckIn(quarter=quarter, on_date=today, revision=0)
        return Conflict(row)

    squares = rules.clean_check_in(draft)
    if row is None:
        row = TeamCheckIn(quarter=quarter, on_date=today)
    row.author = by.person  # type: ignore[assignment]  # who gets through has a person, a token too
    for name, text in squares.items() if scope is None else ():
        setattr(row, name, text)
    row.revision += 1
    row.save()
    _keep_lines(row, draft, by=by)
    return Saved(row)


def _opened(quarter: Quarter, *, by: Actor, at: datetime) -> tuple[Quarter, TeamCheckIn | None]:
    """Return the locked page of the team with its draft, which is locked too."""
    quarter = opened_quarter(quarter.team, quarter.cycle, by=by, at=at)
    drafts = TeamCheckIn.objects.select_for_update(no_key=True).filter(quarter=quarter, published_at=None)
    return quarter, drafts.first()


def _still(draft: TeamCheckIn | None, meant: TeamCheckIn) -> TeamCheckIn:
    """Return the draft if it is still the one that was meant."""
    if draft is None or draft.pk != meant.pk:
        message = "This draft is published or discarded already. What is published stays as it is."
        raise InvalidMoveError(message)
    return draft


def _keep_lines(row: TeamCheckIn, draft: rules.CheckInDraft, *, by: Actor) -> None:
    """Write what was said of each objective; a value is typed for the team's own metrics only."""
    wanted = {one.pk: one for one in queries.checked_objectives(row.quarter, also=row.corrects_id)}
    if draft.lines.keys() - wanted.keys():
        message = "One of these objectives is no longer worked on. Load the page again: your words are kept."
        raise InvalidInputError(message, field="objective")
    lines = {line.objective_id: line for line in row.lines.all()}
    items = {item.key_result_id: item for item in CheckInItem.objects.filter(check_in__team_check_in=row)}
    key_results = {one.pk: one for one in queries.checked_key_results(wanted.keys())}
    for pk, typed in draft.lines.items():
        line = lines.get(pk) or CheckIn(team_check_in=row, objective=wanted[pk])
        for name, text in rules.clean_line_of(typed).items():
            setattr(line, name, text)
        line.save()
        for key, said in typed.items.items():
            key_result = key_results.get(key)
            if key_result is None or key_result.objective_id != pk:
                message = "One of these key results was dropped. Load the page again: your words are kept."
                raise InvalidInputError(message, field="key_result")
            _check_typed(key_result, said.value, on=row.on_date, by=by)
            item = items.get(key) or CheckInItem(check_in=line, key_result=key_result)
            for name, value in rules.clean_item(said).items():
                setattr(item, name, value)
            item.save()


def _check_typed(key_result: KeyResult, value: Decimal | None, *, on: date, by: Actor) -> None:
    if value is None:
        return
    if key_result.metric is None:
        message = f"“{key_result}” has no metric that could take a value."
        raise InvalidInputError(message, field=f"k{key_result.pk}-value")
    rules.check_may_keep(by, key_result.metric.team)
    rules.check_metric_value(key_result.metric, value, on=on, today=on)


@one_transaction
def publish_check_in(
    check_in: TeamCheckIn, *, revision: int, by: Actor, at: datetime
) -> Saved[TeamCheckIn] | Conflict[TeamCheckIn]:
    """Publish a draft: from now on it stays as it is. Values typed there are recorded, numbers frozen."""
    quarter, row = _opened(check_in.quarter, by=by, at=at)
    scope = queries.scope_of(quarter, by=by)
    rules.check_may_speak(by, quarter.team, scope)
    check_in_person(by)
    row = _still(row, check_in)
    today = rules.today_of(by, at)
    rules.check_cycle_takes_check_ins(quarter.cycle, today=today)
    if revision != row.revision:
        return Conflict(row)
    lines = list(row.lines.select_related("objective__team", "objective__cycle").order_by("pk"))
    asked = queries.checked_objectives(quarter, also=row.corrects_id)
    has_squares = rules.has_squares(row)
    rules.check_may_publish(quarter.team, [one.pk for one in asked], scope, has_squares=has_squares)
    said = {line.objective_id: line.status for line in lines}
    rules.check_says_something(row, {str(one): said.get(one.pk, "") for one in asked})
    lines = [line for line in lines if line.objective_id in {one.pk for one in asked}]

    row.quarter = quarter
    row.on_date = row.corrects.on_date if row.corrects else today
    row.author, row.published_at = by.person, at  # type: ignore[assignment]
    row.save(update_fields=["on_date", "author", "published_at"])
    hints = _freeze(row, lines, by=by, at=at)

    event = CheckInPublished(row.on_date.isoformat(), objectives=len(lines), corrects=row.corrects_id)
    record(event, by=by, at=at, subject=row.subject)
    for line in lines:
        _record_status(line, hints[line.pk], on=row.on_date, by=by, at=at)
    _tell_reviewers(row, lines, by=by, at=at)
    return Saved(row)


def _freeze(row: TeamCheckIn, lines: Iterable[CheckIn], *, by: Actor, at: datetime) -> dict[int, str]:
    """Record the values, then keep beside each item what its numbers were; return the hint of each line."""
    by_objective = {line.objective_id: line for line in lines}
    key_results = queries.checked_key_results(by_objective.keys())
    items = {item.key_result_id: item for item in CheckInItem.objects.filter(check_in__team_check_in=row)}
    before = queries.progress_of_key_results(key_results, on=row.on_date)
    for one in key_results:
        item = items.get(one.pk)
        if item is not None and item.value is not None and one.metric is not None:
            _record_typed(one, item.value, on=row.on_date, by=by, at=at)
    after = queries.progress_of_key_results(key_results, on=row.on_date)
    hints: dict[int, list[str]] = {line.pk: [] for line in by_objective.values()}
    kept = []
    for one in key_results:
        line = by_objective[one.objective_id]
        item = items.get(one.pk) or CheckInItem(check_in=line, key_result=one)
        item.snapshot = _snapshot(after[one.pk], before[one.pk])
        kept.append(item)
        hints[line.pk].append(after[one.pk].hint or "")
    CheckInItem.objects.bulk_create([item for item in kept if item.pk is None])
    CheckInItem.objects.bulk_update([item for item in kept if item.pk is not None], ["snapshot"])
    worst = {pk: rules.weakest_status(found) or "" for pk, found in hints.items()}
    for line in by_objective.values():
        line.hint = worst[line.pk]
        line.save(update_fields=["hint"])
    return {pk: str(hint) for pk, hint in worst.items()}


def _record_typed(key_result: KeyResult, value: Decimal, *, on: date, by: Actor, at: datetime) -> None:
    if key_result.metric is not None:
        record_value(key_result.metric, on_date=on, value=value, source=ValueSource.CHECK_IN, by=by, at=at)


def _snapshot(now: queries.Standing, before: queries.Standing) -> dict[str, Any]:
    """Return the numbers of a key result as they are now, in words that need no later row."""
    progress, key_result = now.progress, now.key_result
    return {
        "value": now.number,
        "as_of": progress.as_of.isoformat() if progress.as_of else None,
        "previous": before.number if before.progress.as_of != progress.as_of else "",
        "raw": _text(progress.raw),
        "shown": _text(progress.shown),
        "expected": _text(now.pace.expected) if now.pace else None,
        "target": _text(key_result.target),
        "target_words": _words(now, key_result.target),
        "baseline": _text(key_result.baseline),
        "words": now.words,
        "hint": now.hint or "",
    }


def _words(now: queries.Standing, value: Decimal | None) -> str:
    return rules.plain(value, now.measure.unit) if value is not None and now.measure else ""


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _record_status(line: CheckIn, hint: str, *, on: date, by: Actor, at: datetime) -> None:
    event = ObjectiveStatusSaid(
        status=Status(line.status).label.lower(),
        hint=Status(hint).label.lower() if hint else "",
        on_date=on.isoformat(),
    )
    record(event, by=by, at=at, subject=line.objective.subject(on=at.date()))


def _tell_reviewers(row: TeamCheckIn, lines: list[CheckIn], *, by: Actor, at: datetime) -> None:
    """Tell those who review one of the objectives; the words stay on the page, which knows who reads what."""
    reviewers = queries.reviewers_of(row)
    counts = [sum(line.status == status for line in lines) for status in Status]
    said = ", ".join(
        f"{count} {status.label.lower()}" for count, status in zip(counts, Status, strict=True) if count
    )
    notify(
        [person for person in reviewers if person.pk != by.person_id],
        key=f"okrs:check_in:{row.pk}:published",
        template="okrs/checked_in",
        by=by,
        at=at,
        subject=row.subject,
        context={
            "team": row.quarter.team.name,
            "said": said,
            "wants_help": any(line.help_wanted for line in lines),
            "is_correction": row.corrects_id is not None,
        },
    )


@one_transaction
def correct_check_in(check_in: TeamCheckIn, *, by: Actor, at: datetime) -> TeamCheckIn:
    """Begin another check-in that will take the place of a published one; it starts with the same words."""
    quarter, draft = _opened(check_in.quarter, by=by, at=at)
    check_in = TeamCheckIn.objects.get(pk=check_in.pk)
    rules.check_may_check_in(by, quarter.team)
    rules.check_is_published(check_in)
    rules.check_cycle_takes_check_ins(quarter.cycle, today=rules.today_of(by, at))
    if draft is not None:
        message = "A draft is begun already. Publish or discard it first."
        raise InvalidMoveError(message)
    if TeamCheckIn.objects.filter(corrects=check_in).exists():
        message = "This check-in was corrected already. Correct the newer one."
        raise InvalidMoveError(message)

    squares = {name: getattr(check_in, name) for name in rules.SQUARES}
    row = TeamCheckIn.objects.create(
        quarter=quarter,
        on_date=check_in.on_date,
        author=by.person,  # type: ignore[misc]
        corrects=check_in,
        revision=1,
        **squares,
    )
    for line in check_in.lines.prefetch_related("items").order_by("pk"):
        items = list(line.items.all())
        line.pk, line.team_check_in, line.hint = None, row, ""
        line._state.adding = True  # noqa: SLF001 -- Django's way to copy a row
        line.save()
        CheckInItem.objects.bulk_create(
            CheckInItem(
                check_in=line,
                key_result_id=item.key_result_id,
                value=item.value,
                confidence=item.confidence,
                note=item.note,
            )
            for item in items
        )
    return row


@one_transaction
def discard_check_in(check_in: TeamCheckIn, *, by: Actor, at: datetime) -> None:
    """Throw a draft away."""
    quarter, row = _opened(check_in.quarter, by=by, at=at)
    rules.check_may_check_in(by, quarter.team)
    row = _still(row, check_in)

    subject = row.subject
    row.delete()

    record(CheckInDiscarded(), by=by, at=at, subject=subject)


@one_transaction
def acknowledge_check_in(check_in: TeamCheckIn, *, by: Actor, at: datetime) -> TeamCheckIn:
    """Say that a reviewer has read it."""
    row = TeamCheckIn.objects.select_related("quarter__team", "quarter__cycle").locked(check_in.pk)
    rules.check_is_published(row)
    rules.check_may_acknowledge(by, row, {person.pk for person in queries.reviewers_of(row)})
    if row.acknowledged_at is not None:
        message = "Somebody has acknowledged this check-in already."
        raise InvalidMoveError(message)

    row.acknowledged_by, row.acknowledged_at = by.person, at
    row.save(update_fields=["acknowledged_by", "acknowledged_at"])

    record(CheckInAcknowledged(), by=by, at=at, subject=row.subject)
    return row
