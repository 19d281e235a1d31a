from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import InvalidInputError
from apps.okrs import rules
from apps.okrs.models import Ambition, Cause
from apps.okrs.rules import Graded, Thresholds
from tests.okrs.measures import DAYS, SHARES, day, metric, number, points


def tenths(*numbers):
    return [Decimal(each) / 10 for each in numbers]


@pytest.mark.parametrize(
    ("ambition", "shown", "grade", "colour"),
    [
        ("roofshot", "0.65", "0.7", "green"),
        ("roofshot", "0.64", "0.6", "amber"),
        ("roofshot", "0.35", "0.4", "amber"),
        ("roofshot", "0.34", "0.3", "red"),
        ("roofshot", "0.95", "1.0", "green"),
        ("moonshot", "0.35", "0.4", "green"),
        ("moonshot", "0.34", "0.3", "amber"),
        ("moonshot", "0.15", "0.2", "amber"),
        ("moonshot", "0.14", "0.1", "red"),
        ("commitment", "1", "1.0", "green"),
        ("commitment", "0.95", "0.9", "red"),
        ("commitment", "0.999999999999999999", "0.9", "red"),
        ("commitment", "0.65", "0.6", "red"),
        ("commitment", "0", "0.0", "red"),
    ],
)
def test_progress_proposes_a_grade(ambition, shown, grade, colour):
    proposal = rules.proposal(Decimal(shown), ambition)

    assert (str(proposal.grade), proposal.colour) == (grade, colour)


@pytest.mark.parametrize(
    ("ambition", "green", "amber"),
    [
        ("roofshot", tenths(7, 8, 9, 10), tenths(4, 5, 6)),
        ("moonshot", tenths(4, 5, 6, 7, 8, 9, 10), tenths(2, 3)),
        ("commitment", tenths(10), []),
    ],
)
def test_bands_leave_no_gap(ambition, green, amber):
    colours = {grade: rules.colour_of(grade, ambition) for grade in tenths(*range(11))}

    assert [grade for grade, colour in colours.items() if colour == "green"] == green
    assert [grade for grade, colour in colours.items() if colour == "amber"] == amber


@given(SHARES)
def test_a_commitment_is_never_rounded_up(shown):
    proposal = rules.proposal(shown, Ambition.COMMITMENT)

    assert proposal.grade <= shown
    assert (proposal.colour == "green") == (shown == 1)


@given(SHARES, st.sampled_from(Ambition))
def test_a_proposal_can_be_kept(shown, ambition):
    grade = rules.proposal(shown, ambition).grade

    rules.check_grade(
        grade, ambition=ambition, reason="So it went.", cause="capacity", learning="Start small."
    )

    assert 0 <= grade <= 1


def test_what_was_not_measured_gets_no_proposal():
    assert rules.proposal(None, Ambition.ROOFSHOT) is None


def test_beyond_the_target_is_graded_one():
    beyond = rules.progress_of(metric(0, 100), points=points({5: 160}), today=day(DAYS))

    assert rules.proposal(beyond.shown, Ambition.MOONSHOT).grade == 1


def test_a_proposal_shows_how_it_was_rounded():
    assert rules.proposal(Decimal("0.65"), Ambition.ROOFSHOT).explained() == (
        "0.65, rounded half up = 0.7",
        "0.7 is green for a roof shot",
    )
    assert rules.proposal(Decimal("0.95"), Ambition.COMMITMENT).explained() == (
        "0.95, not rounded up = 0.9",
        "0.9 is red for a commitment",
    )


def test_bands_are_settable():
    kind = Thresholds(roofshot_green=Decimal("0.6"))

    assert rules.colour_of(Decimal("0.6"), "roofshot", thresholds=kind) == "green"


@pytest.mark.parametrize(
    ("ambition", "grade", "cause", "learning"),
    [
        ("commitment", "0.99", True, False),
        ("commitment", "1", False, False),
        ("commitment", None, False, False),
        ("roofshot", "0", False, False),
        ("moonshot", "0.14", False, True),
        ("moonshot", "0.15", False, False),
        ("moonshot", None, False, False),
    ],
)
def test_a_miss_asks_for_its_cause_or_its_lesson(ambition, grade, cause, learning):
    needs = (rules.needs_cause(number(grade), ambition), rules.needs_learning(number(grade), ambition))

    assert needs == (cause, learning)


@pytest.mark.parametrize(
    ("grade", "fields", "field"),
    [
        ("1.01", {}, "grade"),
        ("-0.1", {}, "grade"),
        ("NaN", {}, "grade"),
        ("Infinity", {}, "grade"),
        ("0.5", {"reason": " "}, "reason"),
        (None, {"reason": ""}, "reason"),
        ("0.95", {"ambition": "commitment"}, "cause"),
        ("0.95", {"ambition": "commitment", "cause": "laziness"}, "cause"),
        ("0.1", {"ambition": "moonshot"}, "learning"),
        ("0.1", {"ambition": "moonshot", "learning": " "}, "learning"),
    ],
)
def test_a_grade_that_cannot_be_kept_is_refused(grade, fields, field):
    with pytest.raises(InvalidInputError) as refusal:
        rules.check_grade(number(grade), **{"ambition": "roofshot", "reason": "So it went."} | fields)

    assert refusal.value.field == field


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_explains_a_miss(cause):
    rules.check_grade(Decimal("0.95"), ambition="commitment", reason="So it went.", cause=cause)


@pytest.mark.parametrize("ambition", list(Ambition))
def test_not_measured_needs_its_line_only(ambition):
    rules.check_grade(None, ambition=ambition, reason="The metric never had a source.")


def test_a_stopped_objective_stays_out_of_the_average():
    rows = [*map(Graded, tenths(4, 8)), Graded(None), Graded(Decimal(0), is_stopped=True)]

    average = rules.average(rows)

    assert average.value == Decimal("0.6")
    assert average.explained() == ("(0.4 + 0.8) / 2 = 0.60", "1 not measured", "1 of stopped objectives")


def test_an_average_of_nothing_is_nothing():
    stopped = rules.average([Graded(Decimal(1), is_stopped=True)])

    assert (stopped.value, stopped.explained()) == (None, ("no grades", "1 of stopped objectives"))


def test_a_late_value_never_moves_a_grade():
    late = points({80: 60, DAYS + 14: 90})
    graded = Graded(rules.proposal(Decimal("0.6"), Ambition.ROOFSHOT).grade)

    proposed = rules.proposal(
        rules.progress_of(metric(0, 100), points=late, today=day(DAYS + 20)).shown, Ambition.ROOFSHOT
    )

    assert (graded.grade, proposed.grade) == (Decimal("0.6"), Decimal("0.9"))


def test_each_ambition_expects_its_confidence():
    assert rules.EXPECTED_CONFIDENCE == {"commitment": (9, 10), "roofshot": (5, 8), "moonshot": (1, 5)}
