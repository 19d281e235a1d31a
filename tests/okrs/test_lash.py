"""How much priorities move, against the worked examples of the specification (OKRS 2.5)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.okrs.rules import lash
from apps.okrs.rules.negotiation_measures import Share
from apps.okrs.rules.numbers import half_up

DASH = "\N{EN DASH}"
EIGHT = [1, 2, 3, 4, 5, 6, 7, 8]
REPLACED = [9, *EIGHT[1:]]
SWAPPED = [2, 1, *EIGHT[2:]]
ORDERS = st.lists(st.integers(1, 12), unique=True, max_size=10)


@pytest.mark.parametrize(
    ("orders", "value"),
    [
        ([EIGHT] * 13, "0.00"),
        ([EIGHT] * 6 + [REPLACED] * 7, "0.20"),  # one way costs half
        ([EIGHT] * 4 + [REPLACED] * 4 + [EIGHT] * 5, "0.82"),  # there and back costs all of it
        ([EIGHT, SWAPPED, EIGHT], "0.40"),
        ([[], [], []], "0.00"),
        ([[1], [2], [3]], "0.75"),  # moved 2, counted as 1, and 1 apart: half of it was back
    ],
)
def test_an_order_that_comes_back_costs_more_than_one_that_changed_for_good(orders, value):
    assert lash.flips_part(orders).shown == value


def test_places_far_down_hardly_count():
    assert half_up(lash.cost(EIGHT, [*EIGHT[:6], 8, 7]), 3) == Decimal("0.007")


@pytest.mark.parametrize("weeks", [0, 1, 2])
def test_two_mondays_are_too_few_to_speak_of_order(weeks):
    part = lash.flips_part([EIGHT, SWAPPED][:weeks])

    assert (part.value, part.shown) == (None, DASH)
    assert "third Monday" in part.words


def test_only_the_last_thirteen_mondays_count():
    assert lash.flips_part([REPLACED, SWAPPED] * 3 + [EIGHT] * 13).value == 0


@given(ORDERS, ORDERS)
def test_two_orders_are_alike_both_ways_round_and_only_the_same_are_the_same(one, two):
    alike = lash.overlap(one, two)

    assert 0 <= alike <= 1
    assert alike == lash.overlap(two, one)
    assert lash.cost(one, one) == 0
    if not {*one} & {*two} and (one or two):
        assert alike == 0


@given(st.lists(ORDERS, min_size=3, max_size=15))
def test_the_part_of_order_lies_between_calm_and_chaos(orders):
    value = lash.flips_part(orders).value

    assert value is not None
    assert 0 <= value <= 1


@pytest.mark.parametrize(("running", "value"), [(0, 0), (3, 0), (4, "0.33"), (6, 1), (9, 1)])
def test_load_is_what_is_above_the_limit(running, value):
    assert lash.load_part(running, 3).shown == f"{Decimal(value):.2f}"


def test_the_load_of_all_is_weighted_by_person_weeks():
    part = lash.load_of_all([(Decimal(1), Decimal(30)), (Decimal(0), Decimal(90))])

    assert (part.shown, part.words) == ("0.25", "mean of 2 teams, weighted by person-weeks")
    assert lash.load_of_all([]).value is None


@pytest.mark.parametrize(
    ("committed", "whole", "value"),
    [(0, 3, "0.00"), (1, 3, "0.00"), (2, 3, "0.50"), (3, 3, "1.00"), (0, 0, DASH)],
)
def test_a_third_may_be_committed_to_before_everything_comes_first(committed, whole, value):
    assert lash.inflation_part(Share(committed, whole)).shown == value


@pytest.mark.parametrize(
    ("added", "dropped", "committed", "value"),
    [(0, 0, 4, "0.00"), (1, 1, 4, "0.50"), (5, 0, 4, "1.00"), (3, 0, 0, DASH)],
)
def test_scope_is_what_came_and_went_in_parts_of_what_was_agreed(added, dropped, committed, value):
    assert lash.scope_part(added=added, dropped=dropped, committed=committed).shown == value


@pytest.mark.parametrize(("unpaired", "whole", "value"), [(0, 0, "0.00"), (1, 4, "0.25"), (2, 2, "1.00")])
def test_a_yes_without_room_counts_and_no_yes_is_calm(unpaired, whole, value):
    assert lash.unpaired_part(Share(unpaired, whole)).shown == value
