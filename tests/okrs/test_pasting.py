"""Numbers and dates as people of several countries paste them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.okrs.imports import NumberError, number_in, read_lines


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6900", "6900"),
        ("6,900", "6900"),
        ("6,900.5", "6900.5"),
        ("6.900,5", "6900.5"),
        ("1.234.567", "1234567"),
        ("6 900", "6900"),
        ("6\u202f900,25", "6900.25"),
        ("1'000", "1000"),
        ("1\u2019000.5", "1000.5"),
        ("93.5", "93.5"),
        ("93,5", "93.5"),
        ("93,5 %", "93.5"),
        ("93.512", "93.512"),
        ("0,512", "0.512"),
        ("1234,567", "1234.567"),
        ("-5", "-5"),
        ("\u22125,25", "-5.25"),
        ("+3", "3"),
        (".5", "0.5"),
        (' "42" ', "42"),
    ],
)
def test_a_number_is_read_as_it_was_meant(text, number):
    assert number_in(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "-", "%", "1e5", "NaN", "Infinity", "1_000", "1,23,456", "1.2.3", "12 34", "\u0661\u0662", "=1+1"],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NumberError):
        number_in(text)


@pytest.mark.parametrize("text", ["1,234", "1.234", "0,512"])
def test_beside_decimal_commas_three_digits_are_ambiguous(text):
    with pytest.raises(NumberError, match="can mean"):
        number_in(text, has_decimal_commas=True)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text):
    try:
        number = number_in(text)
    except NumberError:
        return

    assert number.is_finite()


@given(st.decimals(min_value=-10_000_000, max_value=10_000_000, places=3))
def test_what_a_page_writes_is_read_back(number):
    assert number_in(f"{number:,f}") == number


@pytest.mark.parametrize("between", ["\t", ";", "; ", ",", ", ", " ", "   "])
def test_anything_may_stand_between_the_columns(between):
    (line,) = read_lines(f"2026-03-02{between}93.5").lines

    assert (line.on, line.value, line.problem) == (date(2026, 3, 2), Decimal("93.5"), "")


@pytest.mark.parametrize(
    "day", ["2026-03-02", "2026/03/02", "2026-3-2", "2.3.2026", "02.03.2026", '"2026-03-02"']
)
def test_a_date_is_read_where_it_can_be_one_day_only(day):
    (line,) = read_lines(f"{day}\t5").lines

    assert line.on == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("03/02/2026\t5", "read differently"),
        ("2026-02-30\t5", "not a day of the calendar"),
        ("yesterday\t5", "not a date"),
        ("2026-03-02", "two columns"),
        ("2026-03-02\t5\tnote", "third column"),
        ("2026-03-02\tn/a", "not a number"),
    ],
)
def test_a_line_says_what_is_wrong_with_it(text, problem):
    (line,) = read_lines(text).lines

    assert problem in line.problem


def test_one_column_decides_for_its_lines():
    lines = read_lines("2026-03-02\t93,5\n2026-03-03\t1,234\n2026-03-04\t94").lines

    assert [bool(line.problem) for line in lines] == [False, True, False]


def test_a_heading_is_left_out_and_named():
    pasted = read_lines("Date\tCalls\n\n2026-03-02\t5\n")

    assert (pasted.heading, [line.number for line in pasted.lines]) == ("Date\tCalls", [3])


def test_two_numbers_for_one_day_are_one_too_many():
    first, same, other = read_lines("2026-03-02\t5\n2026-03-02\t5\n2026-03-02\t6").lines

    assert (first.problem, same.problem) == ("", "")
    assert other.problem == "Line 1 has another number for this day."
