from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from apps.core.errors import InvalidInputError
from apps.okrs import rules
from apps.okrs.models import CycleState, State
from tests.factories.okrs import CycleFactory, ObjectiveFactory

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("day", "year_starts", "slug", "name", "starts_on", "ends_on"),
    [
        (date(2026, 12, 31), 1, "2026-q4", "Q4 2026", date(2026, 10, 1), date(2026, 12, 31)),
        (date(2026, 1, 1), 1, "2026-q1", "Q1 2026", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 3, 31), 4, "2026-q4", "Q4 FY2026", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), 4, "2027-q1", "Q1 FY2027", date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 11, 15), 10, "2027-q1", "Q1 FY2027", date(2026, 10, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), 12, "2028-q1", "Q1 FY2028", date(2027, 12, 1), date(2028, 2, 29)),
    ],
)
def test_a_day_lies_in_one_quarter_of_the_fiscal_year(day, year_starts, slug, name, starts_on, ends_on):
    assert rules.period_of(day, year_starts=year_starts) == rules.Period(slug, name, starts_on, ends_on)


@pytest.mark.parametrize("year_starts", range(1, 13))
def test_quarters_follow_each_other_without_a_gap(year_starts):
    day, ends = date(2026, 1, 1), set()
    while day < date(2029, 1, 1):
        period = rules.period_of(day, year_starts=year_starts)
        assert period.starts_on <= day <= period.ends_on
        ends.add((period.starts_on, period.ends_on, period.slug))
        day += timedelta(days=1)

    in_order = sorted(ends)
    assert len({slug for _start, _end, slug in in_order}) == len(in_order)
    for (_start, end, _slug), (start, _end, _other) in pairwise(in_order):
        assert start == end + timedelta(days=1)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2025, 12, 31), "Begins on 1 January"),
        (date(2026, 1, 1), "Week 1 of 13"),
        (MONDAY, "Week 9 of 13"),
        (date(2026, 3, 31), "Week 13 of 13"),
        (date(2026, 4, 1), "Ended on 31 March"),
    ],
)
def test_the_head_says_which_week_it_is(today, words):
    assert rules.week_in_words(date(2026, 1, 1), date(2026, 3, 31), today=today) == words


def test_a_quarter_of_92_days_has_13_weeks_too():
    assert rules.week_in_words(date(2026, 10, 1), date(2026, 12, 31), today=date(2026, 12, 31)) == (
        "Week 13 of 13"
    )


def test_what_has_no_place_comes_last():
    assert rules.order_of([3, 9, 1, 3], {1, 2, 3, 4}) == [3, 1, 2, 4]


@pytest.mark.parametrize(
    ("by", "order"), [(-1, [2, 1, 3]), (1, [1, 3, 2]), (-9, [2, 1, 3]), (9, [1, 3, 2]), (0, [1, 2, 3])]
)
def test_one_moves_and_the_rest_keep_their_order(by, order):
    assert rules.moved([1, 2, 3], 2, by=by) == order


def test_flips_say_what_moved():
    titles = {1: "Calls", 2: "Night", 3: "Route"}

    lines = rules.flips([1, 2, 4], [2, 1, 3], titles)

    assert lines == ["Night: 2 → 1", "Calls: 1 → 2", "Route: new at 3", "objective 4: left from 3"]


def test_an_order_names_each_once():
    with pytest.raises(InvalidInputError, match="one place"):
        rules.check_order([1, 1, 2], {1, 2})


def test_the_chart_has_a_run_for_each_stay():
    weeks = [MONDAY + timedelta(days=7 * n) for n in range(4)]
    orders = list(zip(weeks, [[1, 2], [2, 1], [2], [1, 2]], strict=True))

    chart = rules.bump(orders, {1: "Calls", 2: "Night"})

    assert [(line.title, len(line.runs), line.words) for line in chart.lines] == [
        ("Calls", 2, "Calls: 1, 2, 1"),
        ("Night", 1, "Night: 2, 1, 1, 2"),
    ]
    assert [place for _y, place in chart.places] == [1, 2]


def test_the_chart_leaves_out_what_one_may_not_read():
    chart = rules.bump([(MONDAY, [1, 2])], {2: "Night"})

    assert [(line.title, line.last.place) for line in chart.lines] == [("Night", 2)]


def test_a_spark_leads_from_the_baseline_to_the_target():
    values = [(date(2026, 1, 1), Decimal(9400)), (date(2026, 2, 1), Decimal(6900))]

    glyph = rules.spark(
        values,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
        baseline=Decimal(9400),
        target=Decimal(5000),
    )

    assert glyph is not None
    assert (glyph.pace, glyph.points) == ("M0,2 L110,26", "0,2 38.3,15.6")
    assert glyph.label == "9,400 to 6,900, target 5,000"


def test_a_spark_of_one_value_and_of_none():
    day = date(2026, 1, 8)
    one = rules.spark([(day, Decimal(4))], starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31))

    assert one is not None
    assert (one.points, one.last_y, one.pace, one.label) == ("8.7,14", "14", "", "4")
    assert rules.spark([], starts_on=day, ends_on=day) is None


def test_a_spark_draws_the_band_to_stay_in():
    glyph = rules.spark(
        [(date(2026, 1, 1), Decimal(0)), (date(2026, 1, 8), Decimal(10))],
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
        band=(Decimal(2), Decimal(4)),
    )

    assert glyph is not None
    assert glyph.band == ("16.4", "4.8")
    assert glyph.label == "0 to 10, kept between 2 and 4"


def test_an_objective_is_typed_with_its_key_results():
    text = "The night is quiet\n\n- Pages fall from 14 to 3\n• Nobody is called twice\n-3 % calls\n"
    text += " \N{EN DASH} -5 nights\n"

    assert rules.lines_of(text) == (
        "The night is quiet",
        ["Pages fall from 14 to 3", "Nobody is called twice", "-3 % calls", "-5 nights"],
    )


@pytest.mark.parametrize(
    ("cycle", "state", "needs"),
    [
        (CycleState.PLANNING, State.DRAFT, False),
        (CycleState.PLANNING, State.AGREED, True),
        (CycleState.ACTIVE, State.DRAFT, True),
    ],
)
def test_an_order_on_which_people_rely_changes_with_a_reason(cycle, state, needs):
    objective = ObjectiveFactory.build(state=state)

    assert rules.needs_reason(CycleFactory.build(state=cycle), [objective]) is needs
