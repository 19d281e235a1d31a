"""Where the lines of plots go."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.okrs import rules
from apps.okrs.rules import Point, TargetStep
from tests.okrs.measures import DAYS, END, NUMBERS, START, day, maintained, metric, of_kind, points

CALLS = metric(9400, 5000)


def places(line):
    return [tuple(float(part) for part in pair.split(",")) for pair in line.split()]


def test_a_line_begins_left_and_better_is_where_the_pace_leads():
    plot = rules.plot_of(CALLS, points({0: 9400, 49: 6900}), today=day(49))

    (x0, y0), (x1, y1) = places(plot.values)
    assert (x0, x1 > x0, y1 > y0) == (56.0, True, True)  # fewer calls lie lower on the plot
    assert places(plot.pace)[0] == (x0, y0)
    assert places(plot.target)[0][1] == places(plot.target)[1][1]
    assert [dot.title for dot in plot.dots] == ["9,400 on 1 October", "6,900 on 19 November"]


def test_a_new_target_is_a_step_and_no_slope():
    steps = rules.steps_of(CALLS, [(day(30), Decimal(4000), Decimal(5000))])
    plot = rules.plot_of(CALLS, points({0: 9400}), today=day(49), steps=steps)

    line = places(plot.target)

    assert steps == (TargetStep(START, Decimal(4000)), TargetStep(day(30), Decimal(5000)))
    assert line[1][0] == line[2][0]
    assert line[1][1] > line[2][1]
    assert len(places(plot.pace)) == 4
    expected = [rules.expected_value(CALLS, on=day(number), steps=steps) for number in (29, 30)]
    assert expected == [Decimal(7700), Decimal(7900)]  # the table says what the line shows


def test_a_forecast_goes_on_from_the_newest_value():
    values = points({0: 10, 7: 11, 14: 12, 21: 13})
    line = rules.forecast_of(metric(10, 20), values, today=day(21))
    plot = rules.plot_of(metric(10, 20), values, today=day(21), forecast=line)

    assert places(plot.forecast)[0] == places(plot.values)[-1]


def test_a_band_open_on_one_side_reaches_the_edge():
    plot = rules.plot_of(maintained(None, 1), points({0: 0, 1: 2}), today=day(2))

    assert float(plot.band_y) + float(plot.band_height) == pytest.approx(176)


@pytest.mark.parametrize("kind", ["sentence", "milestone"])
def test_what_has_no_numbers_has_no_plot(kind):
    assert rules.plot_of(of_kind(kind), points({0: 1}), today=day(2)) is None


def test_nothing_is_drawn_of_nothing():
    assert rules.spark_of(metric(None, None), []) is None
    assert rules.plot_of(metric(None, None), [], today=day(2)) is None
    assert rules.history_of([Point(START, Decimal(1))]) is None


def test_labels_lie_apart():
    rows = [(name, [(day(0), 5)]) for name in "123"]
    lines = rules.confidence_lines(rows, first=START, last=END)

    ends = [float(line.name_y) for line in lines.series]
    assert [round(below - above) for above, below in pairwise(ends)] == [12, 12]


@given(st.dictionaries(st.integers(0, DAYS), NUMBERS, min_size=1, max_size=20), NUMBERS, NUMBERS)
def test_everything_lies_inside_the_picture(values, baseline, target):
    measure = metric(baseline, target)
    drawn = rules.plot_of(measure, points(values), today=END)
    spark = rules.spark_of(measure, points(values))

    for x, y in places(drawn.values) + places(drawn.target) + places(drawn.pace):
        assert 56 <= x <= 628
        assert 11.9 <= y <= 176.1
    for x, y in places(spark.points):
        assert 0 <= x <= 112
        assert 0 <= y <= 28
    assert 1 <= len(drawn.y_ticks) <= 6
    assert len({tick.label for tick in drawn.y_ticks}) == len(drawn.y_ticks)
