from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.core.errors import InvalidInputError
from apps.okrs import rules
from apps.okrs.models import Kind
from apps.okrs.rules import Milestone, Part, Point, Progress
from tests.okrs.measures import (
    DAYS,
    END,
    NUMBERS,
    SHARES,
    START,
    day,
    maintained,
    metric,
    number,
    of_kind,
    points,
    steps,
)

RAISING = metric(0, 100)


def progress(measure, values=None, on=DAYS, **fields):
    return rules.progress_of(measure, points=points(values or {}), today=day(on), **fields)


def raw(baseline, target, value):
    return rules.progress_of(metric(baseline, target), points=[Point(START, value)], today=END).raw


def parts(*shown):
    return [Part(Progress(Kind.METRIC, raw=number(each))) for each in shown]


def score(*shown):
    return rules.objective_score(parts(*shown), today=END)


# Metrics


def test_a_falling_metric_shows_its_formula_and_inputs():
    falling = progress(metric(9400, 5000), {64: 6900})

    assert (round(falling.raw, 4), falling.shown, falling.badge) == (Decimal("0.5682"), falling.raw, "")
    assert falling.explained() == ("(6,900 - 9,400) / (5,000 - 9,400) = 0.57", "value of 4 December")


@pytest.mark.parametrize(
    ("baseline", "target", "value", "expected"),
    [
        (0, 100, 25, "0.25"),
        (100, 0, 25, "0.75"),  # decreasing: the same signed formula
        (100, 0, 0, "1"),
        (71, 90, "75.75", "0.25"),  # a percentage: on the percentage itself
        (-40, -10, -25, "0.5"),
        (-1, 1, 0, "0.5"),
        ("0.1", "0.2", "0.125", "0.25"),
    ],
)
def test_progress_is_the_way_that_was_gone(baseline, target, value, expected):
    assert progress(metric(baseline, target), {5: value}).raw == Decimal(expected)


def test_beyond_the_target_counts_as_one_and_says_so():
    beyond = progress(RAISING, {5: 120})

    assert (beyond.raw, beyond.shown, beyond.badge) == (Decimal("1.2"), 1, "beyond target (1.20)")
    assert beyond.explained() == ("(120 - 0) / (100 - 0) = 1.20", "1.20 counts as 1", "value of 6 October")


def test_worse_than_the_baseline_counts_as_nought_and_says_so():
    worse = progress(metric(-5, 5), {5: "-6"})

    assert (worse.raw, worse.shown, worse.badge) == (Decimal("-0.1"), 0, "worse than baseline (-0.10)")
    assert worse.explained()[0] == "((-6) - (-5)) / (5 - (-5)) = -0.10"


def test_what_is_not_quite_reached_never_looks_reached():
    almost = progress(metric(0, "999999999999.999"), {5: "999999999999.998"})
    barely = progress(metric(0, "999999999999.999"), {5: "-0.001"})

    assert almost.raw < 1
    assert barely.raw < 0
    assert progress(metric(0, 1000), {5: 998}).explained()[0] == "(998 - 0) / (1,000 - 0) = 0.998"
    assert progress(metric(0, 1000), {5: -4}).badge == "worse than baseline (-0.004)"


def test_nought_has_no_sign():
    assert progress(metric(9400, 5000), {5: 9400}).explained()[0].endswith(" = 0.00")


def test_without_a_value_it_is_pending_and_not_nought():
    pending = progress(RAISING)

    assert (pending.raw, pending.shown, pending.is_measured) == (None, None, False)
    assert (pending.missing, pending.explained()) == ("pending", ("pending",))


def test_the_baseline_is_no_measurement():
    measure = metric(10, 20, baseline_on=day(3))

    assert progress(measure, {3: 10}).missing == "pending"
    assert progress(measure, {3: 11}).raw == Decimal("0.1")
    assert progress(measure, {3: 10, 9: 10}).raw == 0


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (of_kind(Kind.SENTENCE), "no measure yet"),
        (metric(None, 20), "finding baseline"),
        (metric(None, None), "finding baseline"),
        (metric(10, None), "no target yet"),
        (metric(10, 10), "baseline is the target"),
        (maintained(None, None), "no band yet"),
        (of_kind(Kind.MILESTONE), "no milestones yet"),
    ],
)
def test_what_is_missing_is_named_and_lowers_coverage(measure, words):
    unmeasured = progress(measure, {5: 15})
    objective = rules.objective_score([*parts("0.8"), Part(unmeasured)], today=END)

    assert (unmeasured.shown, unmeasured.missing) == (None, words)
    assert objective.words == "0.40, 1 of 2 measured"


def test_a_value_shows_before_its_baseline_is_found():
    finding = progress(metric(None, 20), {5: 15})

    assert (finding.value, finding.as_of, finding.raw) == (15, day(5), None)


@pytest.mark.parametrize(("on", "is_old"), [(15, False), (16, True)])
def test_an_old_value_is_kept_with_its_date(on, is_old):
    measured = progress(metric(0, 100, carry_days=10), {5: 50}, on=on)

    assert (measured.raw, measured.as_of, measured.is_old) == (Decimal("0.5"), day(5), is_old)


def test_no_value_grows_old_after_the_end():
    assert not progress(metric(0, 100, carry_days=10), {DAYS - 10: 50}, on=DAYS + 60).is_old


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({-1: 90, 0: 10}, 10),  # before the start
        ({5: 10, DAYS + 14: 20}, 20),  # the last day of grace
        ({5: 10, DAYS + 15: 20}, 10),  # too late
        ({9: 30, 5: 20}, 30),  # entered in any order
    ],
)
def test_the_newest_value_inside_period_and_grace_counts(values, expected):
    assert progress(RAISING, values, on=DAYS + 30).value == expected


def test_a_later_value_does_not_count_yet():
    assert progress(RAISING, {5: 10, 9: 30}, on=8).value == 10


def test_of_two_values_for_a_day_the_later_recording_counts():
    early, late = Point(day(5), Decimal(70), recorded=1), Point(day(5), Decimal(30), recorded=2)

    for order in ([early, late], [late, early]):
        assert rules.progress_of(RAISING, points=order, today=END).value == 30


def test_a_changed_target_counts_from_the_baseline_and_keeps_what_was_said():
    said = progress(metric(0, 100), {5: 50})

    now = progress(metric(0, 200), {5: 50})

    assert (said.raw, now.raw) == (Decimal("0.5"), Decimal("0.25"))


def test_two_key_results_may_measure_one_metric():
    values = {5: 50}

    assert [progress(metric(0, 100), values).raw, progress(metric(100, 0), values).raw] == [
        Decimal("0.5")
    ] * 2


# Properties (OKRS 1.9)


@given(NUMBERS, NUMBERS)
def test_progress_runs_from_nought_at_the_baseline_to_one_at_the_target(baseline, target):
    assume(baseline != target)

    assert (raw(baseline, target, baseline), raw(baseline, target, target)) == (0, 1)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.decimals(min_value=-999, max_value=999, places=2))
def test_another_unit_changes_nothing(baseline, target, value, shift, factor):
    assume(baseline != target and factor != 0)

    other = [factor * each + shift for each in (baseline, target, value)]

    assert raw(*other) == raw(baseline, target, value)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_the_way_back_is_the_rest_of_the_way(baseline, target, value):
    assume(baseline != target)

    assert raw(baseline, target, value) == 1 - raw(target, baseline, value)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_raw_progress_is_exact_to_its_last_place(baseline, target, value):
    assume(baseline != target)

    exact = Fraction(value - baseline) / Fraction(target - baseline)

    assert abs(Fraction(raw(baseline, target, value)) - exact) <= Fraction(1, 2 * 10**18)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_shown_progress_lies_between_nought_and_one(baseline, target, value):
    shown = rules.progress_of(metric(baseline, target), points=[Point(START, value)], today=END).shown

    assert shown is None if baseline == target else 0 <= shown <= 1


@given(st.dictionaries(st.integers(0, DAYS), NUMBERS, min_size=1), st.integers(-30, DAYS), NUMBERS)
def test_an_earlier_value_never_moves_a_metric(values, on, value):
    assume(on < max(values))

    assert progress(RAISING, {**values, on: value}).raw == progress(RAISING, values).raw


@given(
    st.sampled_from([RAISING, maintained(0, 500)]),
    st.lists(st.tuples(st.integers(-9, DAYS + 20), NUMBERS, st.integers(0, 3))),
    st.randoms(),
)
def test_order_of_entry_never_matters(measure, entries, random):
    values = [Point(day(on), value, recorded) for on, value, recorded in entries]
    shuffled = random.sample(values, len(values))

    assert rules.progress_of(measure, points=shuffled, today=END) == rules.progress_of(
        measure, points=values, today=END
    )


@given(st.lists(st.none() | SHARES, min_size=1))
def test_an_objective_lies_between_its_worst_and_best_key_result(shown):
    objective = score(*shown)

    assert (objective.value is None) == all(each is None for each in shown)
    if objective.value is not None:
        counted = [each or 0 for each in shown]
        assert min(counted) <= objective.value <= max(counted)


@given(
    st.dictionaries(st.integers(0, DAYS), NUMBERS, min_size=1), st.integers(0, 30), st.integers(0, DAYS + 20)
)
def test_a_band_counts_the_same_days_as_somebody_with_a_calendar(values, carry, on):
    assume(min(values) <= min(on, DAYS))
    days_in = days_with_value = 0
    for today in range(min(on, DAYS) + 1):
        last = max((each for each in values if each <= today), default=None)
        if last is not None and today - last <= carry:
            days_with_value += 1
            days_in += values[last] >= 0

    band = progress(maintained(0, None, carry_days=carry), values, on=on).band

    assert (band.days_in, band.days_with_value) == (days_in, days_with_value)
    assert band.days_elapsed == min(on, DAYS) + 1
    assert 0 <= band.share <= 1
    assert 0 < band.coverage <= 1


# Bands


def test_one_old_value_is_a_full_share_of_few_days():
    one = progress(maintained(None, 1, carry_days=10), {0: "0.5"}, on=20)

    assert (one.band.share, round(one.band.coverage, 2), one.shown) == (1, Decimal("0.52"), 1)
    assert (one.band.is_in, one.band.words, one.is_old) == (None, "no value since 1 October", True)
    assert one.explained() == (
        "in band on 11 of 11 days with a value = 1.00",
        "1.00 / 0.95 required = 1.05",
        "a value on 11 of 21 days so far = 0.52 coverage",
    )


@pytest.mark.parametrize(
    ("low", "high", "value", "is_in"),
    [
        (None, 1, "0.5", True),  # half of the limit is fine, and not "50 %"
        (None, 0, 0, True),  # a limit of 0 divides nothing
        (None, 0, "0.1", False),
        (10, None, 10, True),
        (-5, 5, "-5.1", False),
    ],
)
def test_a_band_is_kept_or_left(low, high, value, is_in):
    kept = progress(maintained(low, high), {0: value}, on=0)

    assert (kept.shown, kept.band.is_in, kept.badge) == (1 if is_in else 0, is_in, "")


def test_a_band_says_since_when_it_is_left():
    left = progress(maintained(0, 10), {0: 11, 7: 5, 14: 12, 21: 13}, on=27)

    assert (left.band.days_in, left.band.days_with_value, left.band.days_elapsed) == (7, 28, 28)
    assert (left.band.words, round(left.raw, 4)) == ("out of band since 15 October", Decimal("0.2632"))


def test_a_band_that_is_kept_says_so():
    kept = progress(maintained(0, 10), {0: 11, 7: 5, 14: 6}, on=20)

    assert (kept.band.words, kept.band.since) == ("in band now", day(7))


def test_the_required_share_is_the_whole():
    kept = progress(maintained(0, 10, required_share=Decimal("0.5")), {0: 5, 10: 20}, on=19)

    assert (kept.band.share, kept.raw) == (Decimal("0.5"), 1)


def test_a_band_counts_days_of_its_period_only():
    kept = progress(maintained(0, 10), {-3: 20, 80: 5, DAYS + 3: 20}, on=DAYS + 14)

    assert (kept.band.days_with_value, kept.band.days_elapsed, kept.shown) == (12, 92, 1)
    assert progress(maintained(0, 10), {DAYS + 3: 5}, on=DAYS + 14).missing == "pending"


def test_a_value_stands_for_twice_its_cadence():
    assert rules.carry_days(7) == 14


# Milestones


def test_milestones_count_by_weight():
    heavy = Milestone(Decimal(3), day(5), "https://example.test/proof")

    done = progress(of_kind(Kind.MILESTONE), milestones=[heavy, Milestone()])

    assert (done.raw, done.explained()) == (Decimal("0.75"), ("3 / 4 = 0.75",))


@pytest.mark.parametrize(
    "open_one",
    [
        Milestone(),
        Milestone(done_on=day(5)),
        Milestone(evidence_url="https://example.test/proof"),
        Milestone(done_on=day(12), evidence_url="https://example.test/proof"),
    ],
)
def test_done_needs_a_day_that_has_come_and_evidence(open_one):
    done = progress(of_kind(Kind.MILESTONE), milestones=[*steps(1, 1), open_one], on=11)

    assert done.raw == Decimal("0.5")


def test_milestones_done_after_the_grace_come_too_late():
    late = steps(1, 1, on=DAYS + 15)

    assert progress(of_kind(Kind.MILESTONE), milestones=late, on=DAYS + 30).raw == 0


# Objectives


def test_overshoot_hides_no_miss():
    objective = score("1.6", "0.0")

    assert (objective.value, objective.words) == (Decimal("0.5"), "0.50, 2 of 2 measured")


def test_an_unmeasured_key_result_counts_as_nought_and_lowers_coverage():
    objective = score("0.8", None)

    assert (objective.value, objective.coverage) == (Decimal("0.4"), Decimal("0.5"))
    assert objective.words == "0.40, 1 of 2 measured"
    assert objective.explained() == ("(0.80 + 0 (not measured)) / 2 = 0.40",)


@pytest.mark.parametrize("shown", [(), (None,), (None, None)])
def test_without_evidence_there_is_no_number(shown):
    objective = score(*shown)

    assert (objective.value, objective.coverage, objective.words) == (None, 0, "no evidence")
    assert objective.explained() == ("no evidence",)


def test_a_measured_nought_is_evidence():
    assert score("0").words == "0.00, 1 of 1 measured"


@pytest.mark.parametrize(("on", "words"), [(29, "0.40, 2 of 2 measured"), (30, "0.80, 1 of 1 measured")])
def test_a_dropped_key_result_leaves_the_mean_from_its_day(on, words):
    dropped = Part(Progress(Kind.METRIC, raw=Decimal(0)), dropped_on=day(30))

    assert rules.objective_score([*parts("0.8"), dropped], today=day(on)).words == words


def test_what_was_dropped_is_told():
    dropped = Part(Progress(Kind.METRIC), dropped_on=day(30))

    objective = rules.objective_score([*parts("0.8"), dropped], today=END)

    assert objective.explained() == ("(0.80) / 1 = 0.80", "1 dropped key result left out")


# What cannot be measured


@pytest.mark.parametrize(
    ("measure", "field", "words"),
    [
        (metric(5, 5), "target", "choose “Kept within a band”"),
        (metric("5.0", "5.00"), "target", "are the same"),
        (metric(50, 101, upper_bound=Decimal(100)), "target", "101 lies above 100"),
        (metric(-1, 50, lower_bound=Decimal(0)), "baseline", "-1 lies below 0"),
        (metric(0, "1234567890.123456"), "target", "at most 15 digits"),
        (metric(0, "1E+15"), "target", "at most 15 digits"),
        (metric(0, "1E-16"), "target", "at most 15 digits"),
        (metric(0, "NaN"), "target", "at most 15 digits"),
        (maintained(None, None), "band_low", "lower or an upper end"),
        (maintained(3, 2), "band_high", "band is empty"),
        (maintained(2, 2), "band_high", "band is empty"),
        (maintained(3, 400, upper_bound=Decimal(100)), "band_high", "400 lies above 100"),
        (maintained(2, 3, required_share=Decimal(0)), "required_share", "above 0"),
        (maintained(2, 3, required_share=Decimal("1.01")), "required_share", "at most 1"),
        (metric(0, 1, starts_on=END, ends_on=END), "ends_on", "after the start"),
    ],
)
def test_a_measure_that_gives_no_score_is_refused(measure, field, words):
    with pytest.raises(InvalidInputError, match=words) as refusal:
        rules.check_measure(measure)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    "measure",
    [
        of_kind(Kind.SENTENCE),
        of_kind(Kind.MILESTONE),
        metric(None, 5),
        metric(5, None),
        metric("-0.5", "999999999999.999"),
        maintained(None, 0),
    ],
)
def test_what_is_still_missing_may_stay_missing(measure):
    rules.check_measure(measure)


@pytest.mark.parametrize(
    ("kind", "stated", "expected"),
    [
        ("percent", (None, None), (0, 100)),
        ("percent", (None, 200), (0, 200)),
        ("percent", (0, None), (0, 100)),
        ("count", (None, None), (None, None)),
        ("money", (-5, None), (-5, None)),
    ],
)
def test_a_percentage_ends_at_a_hundred_unless_stated(kind, stated, expected):
    assert rules.bounds(kind, *stated) == expected
