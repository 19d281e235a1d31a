from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.okrs import rules
from apps.okrs.models import Ambition, Cycle, KeyResult, Kind, Status
from apps.okrs.rules import Curve, Thresholds
from apps.okrs.rules.wordings import stand_of, tone_of
from tests.okrs.measures import (
    DAYS,
    END,
    NUMBERS,
    START,
    day,
    maintained,
    metric,
    number,
    of_kind,
    points,
    steps,
)

CALLS = metric(9400, 5000)
SEVEN_WEEKS = 49


def pace(measure, values, on=SEVEN_WEEKS, ambition=Ambition.ROOFSHOT, milestones=()):
    progress = rules.progress_of(measure, points=points(values), milestones=milestones, today=day(on))
    return rules.pace_of(progress, measure, today=day(on), ambition=ambition)


def forecast(values, measure=None, on=None, today=DAYS):
    return rules.forecast_of(
        measure or metric(10, 20), points(values), today=day(today), on=None if on is None else day(on)
    )


# Time and expectation


@pytest.mark.parametrize(
    ("on", "tau"), [(-5, "0"), (0, "0"), (13, "0.142857142857142857"), (DAYS, "1"), (DAYS + 9, "1")]
)
def test_time_runs_from_nought_to_one(on, tau):
    assert rules.elapsed(CALLS, today=day(on)) == Decimal(tau)


@pytest.mark.parametrize(("on", "tau"), [(-1, 0), (0, 1), (1, 1)])
def test_a_period_of_one_day_divides_nothing(on, tau):
    assert rules.elapsed(metric(0, 1, ends_on=START), today=day(on)) == tau


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (CALLS, Decimal("0.538461538461538462")),
        (of_kind(Kind.MILESTONE), Decimal("0.538461538461538462")),
        (maintained(0, 1), 1),
        (of_kind(Kind.SENTENCE), None),
        (metric(0, 1, curve=Curve.NONE), None),
        (maintained(0, 1, curve=Curve.NONE), None),
    ],
)
def test_progress_is_expected_evenly_or_not_at_all(measure, expected):
    assert rules.expected(measure, today=day(SEVEN_WEEKS)) == expected


# Hints


@pytest.mark.parametrize(
    ("raw", "expectation", "hint"),
    [
        ("0.4", "0.5", "on_track"),  # -0.10 is still on track
        ("0.399", "0.5", "at_risk"),
        ("0.25", "0.5", "at_risk"),  # -0.25 is still at risk
        ("0.249", "0.5", "off_track"),
        ("1.6", "1", "on_track"),
        ("-0.01", "0", "off_track"),  # worse than the baseline, on the first day too
        ("0", "0", "on_track"),
        (None, "0.5", None),
        ("0.5", None, None),
    ],
)
def test_the_gap_gives_a_hint(raw, expectation, hint):
    assert rules.hint_of(number(raw), number(expectation)) == hint


def test_thresholds_are_settable():
    strict = Thresholds(on_track_gap=Decimal("-0.05"), at_risk_gap=Decimal("-0.15"))

    assert rules.hint_of(Decimal("0.4"), Decimal("0.5"), thresholds=strict) == Status.AT_RISK


@given(st.data(), st.integers(2, 92))
def test_an_edge_is_an_edge_whatever_its_places(data, days):
    """A tenth below 2/3 has no last place, and is still exactly a tenth below."""
    on = data.draw(st.integers(days // 10 + 1, days))
    measure = metric(0, 10 * days, ends_on=day(days))

    edge = pace(measure, {0: 10 * on - days}, on=on)

    assert (edge.gap, edge.hint) == (Decimal("-0.1"), Status.ON_TRACK)


def test_without_a_curve_there_is_neither_hint_nor_lead():
    free = pace(metric(0, 100, curve=Curve.NONE), {40: 5})

    assert (free.expected, free.gap, free.hint, free.lead_days, free.words) == (None, None, None, None, "")


def test_a_band_that_is_never_kept_is_off_track_from_the_start():
    left = pace(maintained(0, 1), {0: 5}, on=2)

    assert (left.hint, left.lead_days, left.words) == (Status.OFF_TRACK, None, "out of band since 1 October")
    assert left.explained() == ("a band is kept from the first day: 1 expected", "0.00 - 1.00 = -1.00")


# Words


@pytest.mark.parametrize(
    ("measure", "values", "words", "lead"),
    [
        (CALLS, {49: 6700}, "a week ahead", 7),
        (metric(71, 90), {49: 77}, "three weeks behind", -20),
        (metric(14, 3), {49: 6}, "two weeks ahead", 17),
        (metric(0, 91), {49: 46}, "on pace", -3),
        (metric(0, 91), {49: 45}, "a week behind", -4),
        (metric(0, 91), {49: 52}, "on pace", 3),
        (metric(0, 91), {49: 53}, "a week ahead", 4),
        (metric(0, 91), {49: 0}, "seven weeks behind", -49),
        (metric(0, 91), {49: -1}, "worse than baseline", -49),
        (metric(0, 91), {49: 91}, "target reached", 42),
        (metric(0, 91), {49: 92}, "beyond target", 42),
        (metric(0, 91), {}, "pending", None),
        (metric(None, 91), {49: 5}, "finding baseline", None),
        (of_kind(Kind.SENTENCE), {}, "no measure yet", None),
        (maintained(0, 9), {49: 5}, "in band now", None),
    ],
)
def test_a_pace_is_said_in_words(measure, values, words, lead):
    found = pace(measure, values)

    assert (found.words, found.lead_days) == (words, lead)


def test_many_weeks_are_a_number():
    year = metric(0, 364, ends_on=day(364))

    assert pace(year, {49: 200}, on=49).words == "22 weeks ahead"


def test_milestones_have_a_pace_too():
    road = of_kind(Kind.MILESTONE)

    assert pace(road, {}, milestones=steps(5, 9)).words == "on pace"
    assert pace(road, {}, milestones=steps(1, 4)).words == "four weeks behind"
    assert pace(road, {}, milestones=steps(4, 4)).words == "all done"


def test_a_moon_shot_that_is_behind_is_told_where_it_leads():
    opened = metric(22, 50, unit="%", upper_bound=Decimal(100))

    found = pace(opened, {49: "30.6"}, ambition=Ambition.MOONSHOT)

    assert (found.words, found.hint) == (
        "on pace for 38 %".replace("38", "38.0").replace(".0", ""),
        "at_risk",
    )
    assert found.explained() == (
        "day 49 of 91 = 0.54 expected",
        "0.31 - 0.54 = -0.23",
        "22 + (30.6 - 22) / 0.54 = 38",
    )


def test_a_moon_shot_may_lead_down():
    falling = pace(metric(14, 3), {49: 12}, ambition=Ambition.MOONSHOT)

    assert falling.words == "on pace for 10"


def test_a_moon_shot_that_is_ahead_is_told_so():
    assert pace(metric(0, 91), {49: 60}, ambition=Ambition.MOONSHOT).words == "two weeks ahead"


@pytest.mark.parametrize(
    ("on", "words"),
    [(-3, "starts on 1 October"), (DAYS, "seven weeks behind"), (DAYS + 1, "short of the target")],
)
def test_before_and_after_there_is_no_lead(on, words):
    road = of_kind(Kind.MILESTONE)

    assert pace(road, {}, on=on, milestones=steps(5, 10, on=-9)).words == words


def test_a_pace_shows_its_inputs():
    assert pace(CALLS, {45: 6900}).explained() == ("day 49 of 91 = 0.54 expected", "0.57 - 0.54 = 0.03")
    assert pace(CALLS, {}).explained() == ("pending",)


@given(NUMBERS, st.integers(-10, DAYS + 20))
def test_a_gap_lies_between_minus_one_and_one(value, on):
    found = rules.pace_of(
        rules.progress_of(metric(0, 500), points=points({0: value}), today=day(on)),
        metric(0, 500),
        today=day(on),
        ambition=Ambition.MOONSHOT,
    )

    assert 0 <= found.elapsed <= 1
    assert found.gap is None or -1 <= found.gap <= 1
    assert on < 0 or found.words


# Forecast


def test_one_outlier_does_not_move_a_forecast():
    line = forecast({0: 10, 7: 11, 14: 12, 21: 30, 28: 14}, on=90)

    assert (line.shown, line.words) == (Decimal("22.9"), "22.9 on 30 December if nothing changes")
    assert [line.slope, line.at(day(0)), line.at(day(28))] == [1, 10, 14]
    assert line.explained() == (
        "Theil-Sen line through the last 5 values, from 1 October",
        "10 + 12.86 weeks x 1.00 a week = 22.9",
    )


@pytest.mark.parametrize(("count", "is_drawn"), [(3, False), (4, True)])
def test_a_forecast_needs_four_values(count, is_drawn):
    assert (forecast(dict.fromkeys(range(count), 10)) is not None) == is_drawn


def test_a_forecast_looks_at_the_last_eight_values():
    fell = {on: 100 - on for on in range(10)}
    rises = {10 + on: 10 + on for on in range(8)}

    line = forecast(fell | rises, on=90)

    assert (line.slope, line.value, len(line.points)) == (7, 90, 8)


def test_a_forecast_knows_only_what_was_measured_inside_the_period_until_today():
    values = {-7: 900, 0: 10, 7: 11, 14: 12, 21: 13, 28: 900}

    assert forecast(values, today=21, on=28).shown == 14


def test_a_forecast_ends_at_the_end_and_at_the_bounds():
    measure = metric(10, 90, upper_bound=Decimal(100), unit="%")

    line = forecast({0: 10, 7: 30, 14: 50, 21: 70}, measure)

    assert (line.on, line.words) == (END, "100 % on 31 December if nothing changes")
    assert line.explained()[1:] == (
        "10 + 13.00 weeks x 20.00 a week = 270",
        "the metric ends at 100",
    )


def test_a_forecast_may_fall():
    line = forecast({0: 40, 7: 38, 14: 36, 21: 34}, metric(40, 10))

    assert line.explained()[1] == "40 + 13.00 weeks x (-2.00) a week = 14"


@given(NUMBERS, st.integers(-9, 9), st.sets(st.integers(0, DAYS), min_size=4, max_size=8))
def test_the_forecast_of_a_straight_line_is_that_line(start, slope, days):
    line = forecast({on: start + slope * on for on in days}, on=90)

    assert (line.slope, line.value) == (7 * slope, start + slope * 90)


# Health


@pytest.mark.parametrize(
    ("statuses", "weakest"),
    [
        (["on_track", "off_track", "at_risk"], "off_track"),
        (["on_track", "at_risk", ""], "at_risk"),
        (["on_track"], "on_track"),
        ([""], None),
        ([], None),
    ],
)
def test_an_objective_is_as_well_as_its_weakest_key_result(statuses, weakest):
    assert rules.weakest_status(statuses) == weakest


@pytest.mark.parametrize(
    ("check_ins", "words"),
    [
        ([("on_track", "off_track")] * 2, "says on track, numbers say off track"),
        ([("on_track", "at_risk"), ("at_risk", "off_track")], "says at risk, numbers say off track"),
        ([("on_track", "off_track")], ""),
        ([("on_track", "off_track"), ("on_track", "on_track")], ""),
        ([("on_track", "off_track"), ("on_track", None)], ""),
        (
            [("on_track", "on_track"), ("on_track", "at_risk"), ("off_track", "at_risk")],
            "says off track, numbers say at risk",
        ),
        ([], ""),
    ],
)
def test_two_contradictions_in_a_row_are_told(check_ins, words):
    assert rules.says_otherwise(check_ins) == words


@pytest.mark.parametrize(
    ("last", "every", "due"),
    [(None, 14, 14), (20, 14, 34), (None, None, None), (DAYS - 14, 14, DAYS), (DAYS - 13, 14, None)],
)
def test_check_ins_come_in_a_rhythm_until_the_end(last, every, due):
    found = rules.next_due(
        last_on=None if last is None else day(last), starts_on=START, ends_on=END, every_days=every
    )

    assert found == (None if due is None else day(due))


@pytest.mark.parametrize(("today", "stale"), [(13, False), (17, False), (18, True)])
def test_stale_is_more_than_three_days_overdue(today, stale):
    assert rules.is_stale(day(14), today=day(today)) == stale
    assert not rules.is_stale(None, today=day(today))


@pytest.mark.parametrize(
    ("facts", "health"),
    [
        ({"verdict": "keep", "is_overdue": True, "status": "at_risk"}, "keep"),
        ({"is_overdue": True, "status": "at_risk"}, "stale"),
        ({"is_overdue": True}, "stale"),
        ({"status": Status.AT_RISK}, "at_risk"),
        ({}, "pending"),
    ],
)
def test_health_is_the_first_that_holds(facts, health):
    assert rules.displayed_health(**facts) == health


# Confidence


@pytest.mark.parametrize(
    ("confidences", "words"),
    [
        ([8, 6], "confidence fell from 8 to 6 in one check-in"),
        ([8, 7, 6, 5], "confidence fell from 8 to 5 in three check-ins"),
        ([9, 8, 7, 7, 6], ""),  # 2 over three, 3 over four
        ([8, 6, 5], "confidence fell from 8 to 5 in two check-ins"),
        ([8, 7, 6], ""),
        ([5, 8], ""),
        ([5], ""),
        ([], ""),
    ],
)
def test_a_drop_of_confidence_alerts(confidences, words):
    drop = rules.confidence_alert(confidences)

    assert (drop.words if drop else "") == words


@pytest.mark.parametrize(
    ("statuses", "value", "words"),
    [
        (["on_track", "on_track", "off_track", "at_risk"], 25, "+25 (n = 4)"),
        (["off_track", ""], -100, "-100 (n = 1)"),
        (["on_track", "off_track"], 0, "0 (n = 2)"),
        (["", ""], None, "no status yet"),
    ],
)
def test_net_confidence_comes_with_its_n(statuses, value, words):
    net = rules.net_confidence(statuses)

    assert (net.value, net.words) == (value, words)


def test_net_confidence_shows_its_inputs():
    assert rules.net_confidence(["on_track"] * 2 + ["off_track"]).explained() == (
        "(2 on track - 1 off track) / 3 = 33 %",
    )
    assert rules.net_confidence([]).explained() == ("no status yet",)


def test_what_has_not_begun_is_no_good_news_yet():
    row = KeyResult(kind=Kind.MILESTONE)
    cycle = Cycle(starts_on=START, ends_on=START + timedelta(days=90), grace_days=14)
    before = START - timedelta(days=3)

    stand = stand_of(row, cycle, ambition="", points=[], steps=(2, 0), today=before)

    assert (stand.words.startswith("starts on"), stand.tone) == (True, "")


def test_where_a_moon_shot_leads_is_no_alarm():
    opened = metric(22, 50, unit="%", upper_bound=Decimal(100))
    progress = rules.progress_of(opened, points=points({49: "30.6"}), milestones=(), today=day(49))
    found = rules.pace_of(progress, opened, today=day(49), ambition=Ambition.MOONSHOT)

    assert (found.words, found.hint, tone_of(progress, found)) == ("on pace for 38 %", "at_risk", "")
