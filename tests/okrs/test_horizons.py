"""Horizons that get fuzzier: what is said too exactly, what too vaguely, and in which words."""

from datetime import date
from decimal import Decimal

import pytest

from apps.core.errors import InvalidInputError
from apps.okrs.rules.horizons import (
    TOO_PRECISE,
    TOO_VAGUE,
    Ready,
    Stated,
    begins,
    check_stated,
    distance,
    doubts,
    fuzz,
    in_words,
    period_in_words,
    sharpening,
    sharpness,
)

TODAY = date(2026, 11, 20)  # the fourth quarter
STARTS = {0: date(2026, 10, 1), 1: date(2027, 1, 1), 2: date(2027, 4, 1), 3: date(2027, 7, 1)}


def said(d, low=None, high=None, change="100", **fields):
    numbers = {"low": low, "high": high, "planned_change": change if low is not None else None}
    values = {name: None if one is None else Decimal(one) for name, one in numbers.items()}
    base = {"horizon": "later", "begins_on": STARTS.get(d, date(2028, 1, 1)), "theme": "Trust"}
    return Stated(**(base | values | fields))


def verdicts(stated):
    return [one.verdict for one in doubts(stated, today=TODAY)]


@pytest.mark.parametrize(("d", "share"), [(0, "0.1"), (1, "0.2"), (2, "0.4"), (3, "0.8"), (4, "1"), (9, "1")])
def test_the_floor_doubles_with_each_quarter(d, share):
    assert fuzz(d) == Decimal(share)


@pytest.mark.parametrize(("d", "day"), STARTS.items())
def test_distance_counts_quarters(d, day):
    assert distance(said(d), today=TODAY) == d
    assert distance(Stated(horizon="now", begins_on=date(2020, 1, 1)), today=TODAY) == 0
    assert day == STARTS[d]


@pytest.mark.parametrize(
    ("d", "low", "high", "expected"),
    [
        (0, "30", "30", []),  # exact is fine now
        (0, "10", "60", [TOO_VAGUE]),  # ± 25 % > 2 x 10 %
        (1, "30", "69", [TOO_PRECISE]),  # ± 19.5 % < 20 %
        (1, "30", "70", []),  # ± 20 %
        (1, "10", "91", [TOO_VAGUE]),  # ± 40.5 % > 40 %
        (2, "30", "100", [TOO_PRECISE]),  # ± 35 % < 40 %
        (2, "20", "100", []),
        (2, "0", "300", []),  # far out, wide is honest
        (3, "0", "150", [TOO_PRECISE]),  # ± 75 % < 80 %
        (3, "0", "160", []),
        (4, "0", "1000", [TOO_PRECISE]),  # only a direction
    ],
)
def test_a_range_is_judged_by_its_distance(d, low, high, expected):
    assert verdicts(said(d, low, high, precision="year")) == expected


@pytest.mark.parametrize(
    ("d", "precision", "expected"),
    [
        (1, "quarter", []),
        (2, "quarter", [TOO_PRECISE]),
        (2, "half", []),
        (3, "quarter", [TOO_PRECISE]),
        (4, "half", [TOO_PRECISE]),
        (4, "year", []),
    ],
)
def test_a_time_is_judged_by_its_distance(d, precision, expected):
    assert verdicts(said(d, precision=precision)) == expected


def test_what_is_missing_is_asked_for():
    assert verdicts(said(2, theme="")) == [TOO_VAGUE]
    assert verdicts(said(1, "30", "70", change=None)) == [TOO_VAGUE]


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (said(2, "30", "50", precision="half", unit="%"), "about H1 2027, 30\N{EN DASH}50 %"),
        (said(1, "30", "70", precision="quarter"), "Q1 2027, 30\N{EN DASH}70"),
        (said(0, "40", "40", precision="quarter", unit="%"), "Q4 2026, 40 %"),
        (said(3, precision="half"), "perhaps H2 2027"),
        (said(4, "1", "2", precision="year"), "some time in 2028, more than today"),
        (said(4, "1", "2", change="-5", precision="year"), "some time in 2028, less than today"),
        (Stated(horizon="vision", statement="Anyone knows."), ""),
        (Stated(horizon="later"), ""),
    ],
)
def test_words_get_coarser(stated, words):
    assert in_words(stated, today=TODAY) == words


def test_a_period_begins_on_its_first_day():
    day = date(2027, 11, 20)

    assert [begins(day, one) for one in ("quarter", "half", "year", "none")] == [
        date(2027, 10, 1),
        date(2027, 7, 1),
        date(2027, 1, 1),
        day,
    ]
    assert period_in_words("half", date(2027, 7, 1)) == "H2 2027"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"horizon": "vision", "statement": "We double in 2030"}, "statement"),
        ({"horizon": "later", "low": Decimal(3)}, "target_high"),
        ({"horizon": "later", "low": Decimal(3), "high": Decimal(2)}, "target_high"),
        ({"horizon": "later", "precision": "half"}, "begins_on"),
    ],
)
def test_half_a_range_and_a_vision_with_digits_are_refused(fields, field):
    with pytest.raises(InvalidInputError) as refusal:
        check_stated(Stated(**fields))

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("ready", "expected"),
    [
        (Ready(), "blurred"),
        (Ready(objectives=1, owners=1), "getting sharper"),
        (
            Ready(
                objectives=1,
                owners=1,
                measured=1,
                with_baseline=1,
                with_source=1,
                dependencies=1,
                asked=1,
            ),
            "sharp",
        ),
    ],
)
def test_boxes_make_sharp(ready, expected):
    assert sharpness(sharpening(ready)) == expected


def test_nothing_is_ready_without_an_objective():
    assert [box.is_met for box in sharpening(Ready())] == [False] * 5
