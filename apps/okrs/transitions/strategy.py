"""How the strategy is written, and looked at again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.catalog.queries import leads_of
from apps.core.days import check_day
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line, clean_text
from apps.core.transactions import one_by_one, one_transaction
from apps.notifications.transitions import notify
from apps.okrs import queries, rules
from apps.okrs.events import StrategyEdited, StrategyRevalidated, StrategyWritten
from apps.okrs.models import Horizon, Precision, StrategyItem

LONGEST_STATEMENT = 2_000
LONGEST_VISION = 10_000
MOST_PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What somebody writes about one horizon."""

    horizon: str
    statement: str
    theme: str = ""
    precision: str = Precision.NONE
    begins_on: date | None = None
    target_low: Decimal | None = None
    target_high: Decimal | None = None
    planned_change: Decimal | None = None
    unit: str = ""
    confidence: int | None = None


@one_transaction
def write_strategy(sentence: Sentence, *, by: Actor, at: datetime) -> StrategyItem:
    """Add a sentence to the strategy; the same words under the same horizon are that sentence."""
    rules.check_may_edit_strategy(by, queries.root_team())
    values = _clean(sentence)
    one_by_one("okrs.write_strategy")
    same = StrategyItem.objects.filter(horizon=values["horizon"], statement=values["statement"])
    if known := same.exclude(verdict=StrategyItem.Verdict.DEAD).first():
        return known
    count = StrategyItem.objects.filter(horizon=values["horizon"]).count()

    item = StrategyItem.objects.create(**values, position=min(count, 32_000), revalidated_on=at.date())

    record(
        StrategyWritten(horizon=str(item.get_horizon_display()).lower()), by=by, at=at, subject=item.subject
    )
    return item


@one_transaction
def edit_strategy(
    item: StrategyItem, sentence: Sentence, *, revision: int, by: Actor, at: datetime
) -> Saved[StrategyItem] | Conflict[StrategyItem]:
    """Save a sentence of the strategy, or move it to another horizon, if it is still the one on screen."""
    item = StrategyItem.objects.locked(item.pk)
    rules.check_may_edit_strategy(by, queries.root_team())
    values = _clean(sentence)
    before = {name: getattr(item, name) for name in values}
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not changed:
        return Saved(item)
    if revision != item.revision:
        return Conflict(item)

    for name, value in changed.items():
        setattr(item, name, value)
    item.revision += 1
    item.save(update_fields=[*changed, "revision"])

    event = StrategyEdited(before=_texts(before, changed), after=_texts(values, changed))
    record(event, by=by, at=at, subject=item.subject)
    return Saved(item)


@one_transaction
def revalidate(item: StrategyItem, *, verdict: str, by: Actor, at: datetime) -> StrategyItem:
    """Say whether a sentence of the strategy still holds; a dead one leaves its column and is kept."""
    item = StrategyItem.objects.locked(item.pk)
    rules.check_may_edit_strategy(by, queries.root_team())
    if verdict not in StrategyItem.Verdict:
        message = "Say whether it holds, has changed, or is dead."
        raise InvalidInputError(message, field="verdict")
    if item.verdict == verdict and item.revalidated_on == at.date():
        return item

    item.verdict = verdict
    item.revalidated_on = at.date()
    item.save(update_fields=["verdict", "revalidated_on"])

    event = StrategyRevalidated(verdict=str(item.get_verdict_display()).lower())
    record(event, by=by, at=at, subject=item.subject)
    return item


def ask_to_sharpen(*, by: Actor, at: datetime) -> int:
    """Tell the organisation's leads once, four weeks before a quarter, what is not sharp yet."""
    coming = queries.next_cycle(on=at.date())
    root = queries.root_team()
    if coming is None or root is None or at.date() < coming.starts_on - timedelta(weeks=rules.LEAD_WEEKS):
        return 0
    count = StrategyItem.objects.filter(horizon=Horizon.NEXT).exclude(verdict="dead").count()
    if not count:
        return 0
    notify(
        leads_of(root.pk),
        key=f"okrs:sharpen:{coming.pk}",
        template="okrs/sharpen",
        by=by,
        at=at,
        subject=queries.horizons_subject(),
        context={"cycle": coming, "count": count},
    )
    return count


def _clean(sentence: Sentence) -> dict[str, Any]:
    values = asdict(sentence)
    if values["horizon"] not in Horizon:
        message = "Choose a horizon."
        raise InvalidInputError(message, field="horizon")
    if values["precision"] not in Precision:
        message = "Choose how exact the time is."
        raise InvalidInputError(message, field="precision")
    longest = LONGEST_VISION if values["horizon"] == Horizon.VISION else LONGEST_STATEMENT
    values["statement"] = clean_text(values["statement"], field="statement", limit=longest).strip()
    if not values["statement"]:
        message = "Say it in a sentence."
        raise InvalidInputError(message, field="statement")
    values["theme"] = clean_line(values["theme"], field="theme", limit=100)
    values["unit"] = clean_line(values["unit"], field="unit", limit=40)
    values["confidence"] = _percent(values["confidence"])
    for name in ("target_low", "target_high", "planned_change"):
        rules.check_target(values[name], field=name)
    if values["begins_on"] is not None:
        check_day(values["begins_on"], field="begins_on")
        values["begins_on"] = rules.begins(values["begins_on"], values["precision"])
    rules.check_stated(
        rules.Stated(
            horizon=values["horizon"],
            precision=values["precision"],
            begins_on=values["begins_on"],
            low=values["target_low"],
            high=values["target_high"],
            statement=values["statement"],
        )
    )
    return values


def _percent(value: int | None) -> int | None:
    if value is not None and not 0 <= value <= MOST_PERCENT:
        message = "Confidence lies between 0 and 100 %."
        raise InvalidInputError(message, field="confidence")
    return value


def _texts(values: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" if values[name] is None else str(values[name]) for name in names}
