"""How a key result is typed, put in its place, measured on the line when wanted, and dropped."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import F

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.models import Team
from apps.catalog.queries import members_of
from apps.core.days import check_day
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line
from apps.core.transactions import one_by_one, one_transaction
from apps.okrs import rules
from apps.okrs.events import KeyResultDropped, KeyResultEdited, KeyResultMeasured, MilestoneChanged
from apps.okrs.models import Ambition, Good, KeyResult, Kind, Metric, Milestone
from apps.okrs.transitions.locking import locked_key_result
from apps.okrs.transitions.metrics import create_metric
from apps.okrs.transitions.writing import still_typing

TERMS: Final = {
    "kind": "how it is measured",
    "metric": "metric",
    "baseline": "baseline",
    "baseline_on": "the day of the baseline",
    "target": "target",
    "band_low": "lower end of the band",
    "band_high": "upper end of the band",
    "required_share": "share of days in the band",
    "curve": "expected pace",
    "starts_on": "start",
    "ends_on": "end",
    "ambition": "ambition",
    "indicator": "kind of indicator",
}
OWNER: Final = "accountable"


@one_transaction
def edit_key_result(
    key_result: KeyResult, *, title: str, revision: int, by: Actor, at: datetime
) -> Saved[KeyResult] | Conflict[KeyResult]:
    """Save the sentence of a draft's key result if it is still the one on screen."""
    key_result = locked_key_result(key_result, by=by, at=at)
    rules.check_may_draft(by, key_result.objective.team)
    rules.check_editable(key_result.objective)
    rules.check_not_dropped(key_result)
    title = rules.clean_key_result(title)
    if title == key_result.title:
        return Saved(key_result)
    if revision != key_result.revision:
        return Conflict(key_result)

    before, key_result.title = key_result.title, title
    key_result.revision += 1
    key_result.save(update_fields=["title", "revision"])

    if not still_typing("key_result", key_result.pk, KeyResultEdited.verb, by=by, at=at):
        record(
            KeyResultEdited(before=before, after=title),
            by=by,
            at=at,
            subject=key_result.subject(on=at.date()),
        )
    return Saved(key_result)


@one_transaction
def place_key_result(key_result: KeyResult, *, places: int, by: Actor, at: datetime) -> KeyResult:
    """Move a key result up (-1) or down (1) among those of its objective; their order says no rank.

    It leaves no event: the order of sentences is how a page looks, not what anybody promised.
    """
    key_result = locked_key_result(key_result, by=by, at=at)
    rules.check_may_draft(by, key_result.objective.team)
    rules.check_not_over(key_result.objective)
    rows = list(key_result.objective.key_results.order_by("position", "pk").values_list("pk", flat=True))

    for position, pk in enumerate(rules.moved(rows, key_result.pk, by=places)):
        KeyResult.objects.filter(pk=pk).exclude(position=position).update(position=position)
    return key_result


@one_transaction
def drop_key_result(key_result: KeyResult, *, reason: str, by: Actor, at: datetime) -> KeyResult:
    """Let a key result go: it leaves the mean from today on, and stays in sight with its reason."""
    key_result = locked_key_result(key_result, by=by, at=at)
    objective = key_result.objective
    rules.check_may_drop(by, objective)
    rules.check_not_over(objective)
    rules.check_not_dropped(key_result)
    reason = clean_line(reason, field="reason", limit=500, is_required=True)
    _check_not_last(key_result)

    key_result.dropped_on = rules.today_of(by, at)
    key_result.drop_reason = reason
    key_result.revision = F("revision") + 1
    key_result.save(update_fields=["dropped_on", "drop_reason", "revision"])
    key_result.refresh_from_db(fields=["revision"])

    record(KeyResultDropped(reason=reason), by=by, at=at, subject=key_result.subject(on=at.date()))
    return key_result


def _check_not_last(key_result: KeyResult) -> None:
    """Refuse to leave an objective, which somebody agreed to, without anything to judge it by."""
    if rules.is_draft(key_result.objective):
        return
    rest = KeyResult.objects.filter(objective=key_result.objective_id, dropped_on=None)
    if not rest.exclude(pk=key_result.pk).exists():
        message = "It is the last one. Stop the objective instead: without key results nobody can judge it."
        raise InvalidMoveError(message)


@one_transaction
def measure_key_result(  # noqa: PLR0913 -- what is added on the line when wanted
    key_result: KeyResult,
    *,
    kind: str,
    revision: int,
    by: Actor,
    at: datetime,
    metric: Metric | None = None,
    new_metric: str = "",
    unit: str = "",
    baseline: Decimal | None = None,
    baseline_on: date | None = None,
    target: Decimal | None = None,
    band_low: Decimal | None = None,
    band_high: Decimal | None = None,
    required_share: Decimal = Decimal("0.95"),
    curve: str = KeyResult.Curve.LINEAR,
    starts_on: date | None = None,
    ends_on: date | None = None,
    accountable: User | None = None,
    ambition: str = "",
    indicator: str = "",
) -> Saved[KeyResult] | Conflict[KeyResult]:
    """Say how a key result is measured. What two sides agreed on stays; its owner may change at any time.

    `new_metric` names a number that nobody has written down yet; it becomes one of the team's metrics.
    """
    key_result = locked_key_result(key_result, by=by, at=at)
    objective = key_result.objective
    rules.check_may_draft(by, objective.team)
    rules.check_not_over(objective)
    rules.check_not_dropped(key_result)
    if new_metric.strip() and kind in {Kind.METRIC, Kind.MAINTAIN}:
        known = _known(objective.team, new_metric)
        if known is None and revision != key_result.revision:
            return Conflict(key_result)
        way = _way(kind, baseline, target)
        metric = known or _named(objective.team, new_metric, unit, way=way, by=by, at=at)
    steps = list(key_result.milestones.order_by("position", "pk"))
    draft = rules.MeasureDraft(
        kind=kind,
        metric=metric,
        baseline=baseline,
        baseline_on=baseline_on,
        target=target,
        band_low=band_low,
        band_high=band_high,
        required_share=required_share,
        carry_days=key_result.carry_days,
        curve=curve,
        milestones=[rules.MilestoneDraft(one.title, one.due_on, one.pk) for one in steps],
    )
    values = draft.fields() | {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "ambition": ambition,
        "indicator": indicator,
        OWNER: accountable,
    }
    changed = {name: value for name, value in values.items() if getattr(key_result, name) != value}
    if not changed:
        return Saved(key_result)
    if revision != key_result.revision:
        return Conflict(key_result)
    _check_measure(key_result, draft, changed, by=by)

    for name, value in changed.items():
        setattr(key_result, name, value)
    key_result.revision += 1
    key_result.save(update_fields=[*changed, "revision"])

    names = ", ".join(TERMS.get(name, "owner") for name in changed)
    after = {name: str(value) if value is not None else "" for name, value in changed.items()}
    record(
        KeyResultMeasured(names=names, after=after), by=by, at=at, subject=key_result.subject(on=at.date())
    )
    return Saved(key_result)


def _check_measure(
    key_result: KeyResult, draft: rules.MeasureDraft, changed: dict[str, Any], *, by: Actor
) -> None:
    """Refuse what the page of terms refuses: one rule says what may change, and which measure is one."""
    objective = key_result.objective
    if set(changed) - {OWNER}:
        terms = rules.changes_of(key_result, draft, key_result.milestones.order_by("position", "pk"))
        if not rules.is_draft(objective) and set(changed) - {OWNER} - {one.field for one in terms}:
            message = "This was agreed. Ask for a change: the other side sees both versions and answers."
            raise InvalidMoveError(message)
        rules.check_may_measure(by, key_result, changes=terms, why="", reason="")
        _check_choices(changed)
        days = {name: changed.get(name, getattr(key_result, name)) for name in ("starts_on", "ends_on")}
        rules.check_draft(draft, objective, **days)
        if draft.band_low is not None and draft.band_low == draft.band_high:
            message = "The band is empty: its ends are the same."
            raise InvalidInputError(message, field="band_high")
    owner: User | None = changed.get(OWNER)
    if owner is not None:
        rules.check_owner(objective.team, owner.pk, {person.pk for person in members_of(objective.team_id)})


def _check_choices(changed: dict[str, Any]) -> None:
    for name, choices in (("ambition", Ambition), ("indicator", KeyResult.Indicator)):
        if changed.get(name) and changed[name] not in choices:
            message = "Choose one of those that are offered."
            raise InvalidInputError(message, field=name)
    for name in ("starts_on", "ends_on"):
        if changed.get(name) is not None:
            check_day(changed[name], field=name)


def _way(kind: str, baseline: Decimal | None, target: Decimal | None) -> str:
    if kind == Kind.MAINTAIN:
        return Good.BAND
    return Good.DOWN if baseline is not None and target is not None and target < baseline else Good.UP


def _known(team: Team, name: str) -> Metric | None:
    """Return a team's metric of this name."""
    one_by_one("okrs.metric")  # two people may think of the same name at once
    name, _unit = rules.clean_metric_name(name, "")
    return Metric.objects.filter(team=team, name__iexact=name, archived_at=None).order_by("pk").first()


def _named(team: Team, name: str, unit: str, *, way: str, by: Actor, at: datetime) -> Metric:
    """Write down a metric that nobody had named yet, as on its own page: by whoever may keep it."""
    name, unit = rules.clean_metric_name(name, unit)
    kind = rules.unit_kind_of(unit)
    return create_metric(team, name=name, unit=unit, good=way, unit_kind=kind, by=by, at=at)


@one_transaction
def add_milestone(
    key_result: KeyResult, *, title: str, by: Actor, at: datetime, due_on: date | None = None
) -> Milestone:
    """Add a step to a draft's key result, which becomes one of milestones if it was only a sentence."""
    key_result = locked_key_result(key_result, by=by, at=at)
    rules.check_may_draft(by, key_result.objective.team)
    rules.check_editable(key_result.objective)
    rules.check_not_dropped(key_result)
    title = clean_line(title, field="title", is_required=True)
    if due_on is not None:
        cycle = key_result.objective.cycle
        last = key_result.ends_on or (cycle.ends_on if cycle else date.max)
        rules.check_due(due_on, last=last, field="due_on")
    if key_result.kind not in {Kind.SENTENCE, Kind.MILESTONE}:
        message = "It is measured by a number. Change how it is measured first."
        raise InvalidMoveError(message)
    known = list(key_result.milestones.order_by("position", "pk"))
    if same := next((one for one in known if one.title == title), None):
        return same
    if len(known) >= rules.MOST_MILESTONES:
        message = f"At most {rules.MOST_MILESTONES} milestones."
        raise InvalidInputError(message, field="title")

    milestone = Milestone.objects.create(
        key_result=key_result, title=title, due_on=due_on, position=len(known)
    )
    KeyResult.objects.filter(pk=key_result.pk).update(kind=Kind.MILESTONE, revision=F("revision") + 1)

    event = MilestoneChanged(what="added", title=title, evidence_url="")
    record(event, by=by, at=at, subject=key_result.subject(on=at.date()))
    return milestone


@one_transaction
def remove_milestone(milestone: Milestone, *, by: Actor, at: datetime) -> KeyResult:
    """Take a step out of a draft's key result."""
    key_result = locked_key_result(milestone.key_result, by=by, at=at)
    rules.check_may_draft(by, key_result.objective.team)
    rules.check_editable(key_result.objective)
    title = milestone.title

    _check_still_there(milestone)
    Milestone.objects.filter(pk=milestone.pk, key_result=key_result).delete()
    KeyResult.objects.filter(pk=key_result.pk).update(revision=F("revision") + 1)

    event = MilestoneChanged(what="removed", title=title, evidence_url="")
    record(event, by=by, at=at, subject=key_result.subject(on=at.date()))
    return key_result


@one_transaction
def reach_milestone(
    milestone: Milestone, *, done_on: date | None, evidence_url: str, by: Actor, at: datetime
) -> Milestone:
    """Say when a step was reached and where one sees it; without a day it is open again."""
    key_result = locked_key_result(milestone.key_result, by=by, at=at)
    rules.check_may_check_in(by, key_result.objective.team)
    rules.check_not_over(key_result.objective)
    rules.check_not_dropped(key_result)
    _check_still_there(milestone)
    milestone = Milestone.objects.locked(milestone.pk)
    evidence_url = clean_line(evidence_url, field="evidence_url", limit=500) if done_on else ""
    _check_reached(done_on, evidence_url, today=rules.today_of(by, at))
    if (milestone.done_on, milestone.evidence_url) == (done_on, evidence_url):
        return milestone

    milestone.done_on, milestone.evidence_url = done_on, evidence_url
    milestone.save(update_fields=["done_on", "evidence_url"])

    what = "reached" if done_on else "opened again"
    event = MilestoneChanged(what=what, title=milestone.title, evidence_url=evidence_url)
    record(event, by=by, at=at, subject=key_result.subject(on=at.date()))
    return milestone


def _check_still_there(milestone: Milestone) -> None:
    """Refuse a step that somebody has taken out; its key result is locked."""
    if not Milestone.objects.filter(pk=milestone.pk).exists():
        message = "Somebody has taken this milestone out already."
        raise InvalidMoveError(message)


def _check_reached(done_on: date | None, evidence_url: str, *, today: date) -> None:
    if done_on is None:
        return
    check_day(done_on, field="done_on")
    if done_on > today:
        message = "That day has not come yet."
        raise InvalidInputError(message, field="done_on")
    if not evidence_url.startswith(("https://", "http://", "/")):
        message = "Done needs evidence: link to what shows it (https://…)."
        raise InvalidInputError(message, field="evidence_url")
