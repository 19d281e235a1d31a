"""Whatever a small organisation writes, its quarter comes back byte by byte."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Actor
from apps.okrs import imports, models, queries, transitions
from tests.factories import TeamFactory, UserFactory
from tests.factories.okrs import CycleFactory, KeyResultFactory, MetricFactory, ObjectiveFactory
from tests.okrs.whole_quarter import emptied

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
COMMAND = Actor.system("okrs.import_okrs")
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)
DAYS = st.integers(0, 89).map(lambda days: date(2026, 1, 1) + timedelta(days=days))


@st.composite
def organisations(draw):
    """Draw what to write: for each objective its words and key results, for each metric its values."""
    count = draw(st.integers(0, 4))
    return {
        "objectives": [
            {
                "title": draw(WORDS),
                "why": draw(WORDS),
                "tags": draw(st.lists(WORDS, max_size=2)),
                "state": draw(st.sampled_from(["idea", "draft", "agreed", "declined", "stopped"])),
                "team": draw(st.integers(0, 1)),
                "key_results": draw(st.lists(st.tuples(WORDS, st.booleans(), NUMBERS, NUMBERS), max_size=3)),
            }
            for _one in range(count)
        ],
        "values": draw(st.dictionaries(DAYS, NUMBERS, max_size=5)),
        "ties": draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), WORDS), max_size=3)),
        "order": draw(st.permutations(range(count))),
    }


def written(organisation, teams, person, now):
    """Write it, and return the cycle."""
    cycle = CycleFactory()
    metric = MetricFactory(key="calls", name="Calls", team=teams[0])
    for day, value in organisation["values"].items():
        models.MetricValue.objects.create(
            metric=metric, on_date=day, value=value, source="api", author_name="ci", recorded_at=now
        )
    made = []
    for number, one in enumerate(organisation["objectives"]):
        fields = {name: one[name] for name in ("title", "why", "tags", "state")}
        person_or_none = person if number % 2 else None
        made.append(
            ObjectiveFactory(team=teams[one["team"]], cycle=cycle, accountable=person_or_none, **fields)
        )
        for position, (title, is_measured, low, high) in enumerate(one["key_results"]):
            is_moving = is_measured and low != high
            numbers = {"kind": "metric", "metric": metric, "baseline": low, "target": high}
            more = numbers if is_moving else {}
            KeyResultFactory(objective=made[-1], title=title, position=position, **more)
    order = [made[place].pk for place in organisation["order"]]
    for team in teams:
        models.Quarter.objects.create(team=team, cycle=cycle, ordered_ids=order, toward="On")
    known = set()
    for start, end, words in organisation["ties"]:
        if start != end and max(start, end) < len(made) and (start, end) not in known:
            known.add((start, end))
            one, other = made[start], made[end]
            models.AlignmentLink.objects.create(
                kind="depends_on", objective=one, to_objective=other, statement=words
            )
    return cycle


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(organisation=organisations())
def test_a_quarter_comes_back_the_same(now, organisation):
    teams = [TeamFactory(), TeamFactory()]
    cycle = written(organisation, teams, UserFactory(), now)
    before = queries.written(queries.quarter_file(cycle).content)
    emptied(cycle)

    first = transitions.restore_quarter(before, by=COMMAND, at=now)
    again = transitions.restore_quarter(before, by=COMMAND, at=now)

    restored = models.Cycle.objects.get()
    assert (first.problems, first.state, again.state) == ([], "restored", "unchanged")
    assert queries.written(queries.quarter_file(restored).content) == before
    emptied(restored)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
)


@settings(max_examples=100, deadline=None)
@given(whole=JSON)
def test_any_json_is_read_or_refused_and_never_breaks(whole):
    for name in ("objectives", "cycle", "terms"):
        found = imports.read_quarter_file(queries.written(_frame() | {name: whole}))
        assert isinstance(found, list)


def _frame():
    parts = {part.name: [] for part in imports.PARTS}
    head = {"format": imports.FORMAT, "version": imports.VERSION, "exported_at": "", "people": []}
    return head | parts | {"cycle": {}}


def test_numbers_are_written_as_people_write_them(now):
    cycle = CycleFactory()
    metric = MetricFactory(key="calls")
    numbers = {"kind": "metric", "metric": metric, "baseline": Decimal("-0.5000"), "target": Decimal(10)}
    KeyResultFactory(objective=ObjectiveFactory(cycle=cycle), **numbers)

    (row,) = queries.quarter_file(cycle).content["key_results"]

    assert (row["baseline"], row["target"], row["required_share"]) == ("-0.5", "10", "0.95")
