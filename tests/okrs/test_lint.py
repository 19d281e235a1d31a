"""Each rule of the lint on something weak and on something strong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.okrs.rules import lint
from apps.okrs.rules.fingerprints import About
from apps.okrs.rules.lint import RULES, Level, Limits
from tests.okrs.facts import KEY_RESULT, SENTENCE, UNIT, key_result, metric, objective, unit

PERCENT = {"unit_kind": "percent", "denominator": "of calls"}


def said(quarter, limits=None):
    """Return (rule, level, message) of each remark."""
    remarks = lint.lint_unit(quarter, limits or Limits())
    return [(remark.rule, str(remark.level), remark.message) for remark in remarks]


def with_key_result(**changes):
    return unit(objective(key_result(**changes), SENTENCE))


def with_objective(**changes):
    return unit(objective(**changes))


def results(count, **changes):
    return tuple(replace(SENTENCE, id=20 + number, **changes) for number in range(count))


GUARDED = replace(
    SENTENCE, id=13, kind="maintain", band_low=Decimal(4), metric=metric(id=4, name="Satisfaction")
)

FIRES = [
    (
        unit(
            objective(
                key_result(title="Launch the portal", metric=None, target=None, baseline=None), SENTENCE
            )
        ),
        "L1",
        "warn",
        "This says what you will deliver. What will be different for whom when it is there?",
    ),
    (
        unit(objective(replace(SENTENCE, title="Portal 80 % complete"), KEY_RESULT)),
        "L1",
        "warn",
        "This says how much of the work will be done. What will be different for whom when it is there?",
    ),
    (
        unit(objective(replace(SENTENCE, title="Publish 12 articles"), KEY_RESULT)),
        "L1",
        "warn",
        "This counts what you will make. What will be different for whom when it is there?",
    ),
    (
        with_key_result(baseline=None),
        "L2",
        "block",
        "Where do you start from? Add today's value, or begin with “find the baseline by 29 April”.",
    ),
    (
        with_key_result(baseline=None, metric=None, starts_on=None),
        "L2",
        "block",
        "Where do you start from? Add today's value, or begin with “find the baseline in the first weeks”.",
    ),
    (
        with_key_result(baseline=Decimal("2.0")),
        "L3",
        "refuse",
        "It starts and ends at 2. Should it stay there? Then keep it in a band.",
    ),
    (
        with_key_result(metric=metric(**PERCENT), target=Decimal(120)),
        "L3",
        "refuse",
        "The target is 120, and this metric cannot be above 100.",
    ),
    (
        with_key_result(metric=metric(lower_bound=Decimal("0.5")), target=Decimal(-3)),
        "L3",
        "refuse",
        "The target is -3, and this metric cannot be below 0.5.",
    ),
    (
        with_key_result(kind="maintain"),
        "L3",
        "refuse",
        "The band has no limit. Say from where, up to where, or both.",
    ),
    (
        with_key_result(kind="maintain", band_low=Decimal(5), band_high=Decimal(3)),
        "L3",
        "refuse",
        "No value lies in this band: it begins at 5 and ends at 3.",
    ),
    (
        with_key_result(metric=metric(unit_kind="percent", name="Adoption")),
        "L4",
        "warn",
        "A percentage of what? Name the denominator of “Adoption”.",
    ),
    (
        unit(objective(replace(SENTENCE, title="Adoption at 70 %"), KEY_RESULT)),
        "L4",
        "warn",
        "70 % of what? Name the denominator, such as “of orders”.",
    ),
    (
        with_objective(title="Increase revenue from repairs by 20 %"),
        "L5",
        "warn",
        "“20 %” belongs in a key result. What will people see?",
    ),
    (
        with_objective(title=" ".join(["again"] * 21)),
        "L5",
        "warn",
        "This has 21 words. Say it in 20, so that somebody can repeat it.",
    ),
    (
        unit(*(objective(id=number) for number in range(4))),
        "L6",
        "block",
        "Repairs has 4 objectives for this cycle. Which 3 are they really?",
    ),
    (
        unit(*(objective(id=number) for number in range(6)), is_organisation=True),
        "L6",
        "block",
        "Repairs has 6 objectives for this cycle. Which 5 are they really?",
    ),
    (with_objective(key_results=()), "L6", "warn", "How will you see that it is reached? Add a key result."),
    (
        unit(objective(KEY_RESULT)),
        "L6",
        "warn",
        "One key result shows one side only. What must not get worse meanwhile?",
    ),
    (
        unit(objective(*results(6))),
        "L6",
        "warn",
        "6 key results are more than one keeps in mind. Which 5 tell most?",
    ),
    (
        unit(objective(*results(2, kind="milestone"))),
        "L7",
        "warn",
        "Milestones alone say that work was done. What will be different once they are reached?",
    ),
    (
        unit(objective(*results(2, indicator="lagging"))),
        "L7",
        "warn",
        "All of this moves late. What could you watch every week that moves first?",
    ),
    (
        with_key_result(metric=metric(tensions={4: "Satisfaction"})),
        "L8",
        "warn",
        "Pushing “Answer time” may cost “Satisfaction”. Add a key result that keeps it in a band.",
    ),
    (
        with_objective(accountable=()),
        "L9",
        "block",
        "Nobody is accountable. Name one person who speaks for it.",
    ),
    (
        with_objective(accountable=("Ada", "Ben", "Cyd")),
        "L9",
        "block",
        "Ada, Ben and Cyd are accountable. Name one of them; the others help.",
    ),
    (
        unit(objective(*results(2, confidence=Decimal("9.5")))),
        "L10",
        "warn",
        "Confidence is 9.5 from the start. Could you aim higher, or is it a commitment?",
    ),
    (
        unit(objective(*results(2, confidence=Decimal(1)))),
        "L10",
        "warn",
        "Confidence is 1.0 from the start. Is it a moon shot, or what would make it likelier?",
    ),
    (
        with_objective(instead_of=" N/A. "),
        "L11",
        "block",
        "Repairs is at 90 % of its capacity. What will it drop, slow down or not start for this?",
    ),
    (
        unit(has_plan=False),
        "L12",
        "warn",
        "Repairs has no plan of its capacity, so nobody can tell whether this fits.",
    ),
    (
        unit(upkeep_share=None),
        "L12",
        "warn",
        "Which share of its time does Repairs need to keep the lights on?",
    ),
    (
        with_objective(author="Leadership"),
        "L13",
        "block",
        "Leadership wrote this for Repairs. What does Repairs say to it?",
    ),
    (
        with_key_result(earlier_targets=(Decimal("2.0"), Decimal(2), Decimal(4))),
        "L14",
        "warn",
        "This is the third cycle with 2 for “Answer time”. Keep, change or stop it?",
    ),
    (
        with_objective(ambition="commitment", key_results=(KEY_RESULT, *results(4, ambition="roofshot"))),
        "L15",
        "warn",
        "This is a promise. What did you find out that says it can be kept? Link it.",
    ),
    (
        unit(objective(key_result(ambition="commitment"), SENTENCE, has_evidence=True)),
        "L15",
        "warn",
        "1 of 2 key results of Repairs are commitments. Which of them do others build upon?",
    ),
    (
        with_key_result(metric=metric(cadence_days=46)),
        "L16",
        "warn",
        "“Answer time” has a value every 46 days, and this lasts 90. What can you watch meanwhile?",
    ),
]

STAYS_SILENT = {
    "L1": [
        with_key_result(title="Launch the portal"),  # the metric says what it is for
        unit(objective(replace(SENTENCE, title="Strengthen the brand"), KEY_RESULT)),  # the words do not tell
    ],
    "L2": [
        with_key_result(baseline=None, target=None, metric=None),
        with_key_result(kind="milestone", baseline=None),
    ],
    "L3": [
        with_key_result(metric=metric(**PERCENT), target=Decimal(100)),
        with_key_result(metric=metric(**PERCENT, upper_bound=Decimal(200)), target=Decimal(120)),
        with_key_result(target=Decimal(-3)),
        with_key_result(kind="maintain", band_low=Decimal(0), band_high=Decimal(0)),
        with_key_result(kind="maintain", band_high=Decimal(3)),
        with_key_result(baseline=None, target=None),
    ],
    "L4": [with_key_result(metric=metric(**PERCENT), target=Decimal(100))],
    "L5": [
        with_objective(title="Every B2B customer signs in with OAuth2 in a 24/7 shop"),
        with_objective(title=" ".join(["again"] * 20)),
    ],
    "L6": [
        unit(*(objective(id=number) for number in range(3))),
        unit(*(objective(id=number) for number in range(5)), is_organisation=True),
        unit(objective(*results(5))),
    ],
    "L7": [
        unit(objective(KEY_RESULT, *results(2, kind="milestone"))),
        unit(objective(KEY_RESULT, *results(2, indicator="lagging"))),
    ],
    "L8": [
        unit(objective(key_result(metric=metric(tensions={4: "Satisfaction"})), GUARDED)),
        unit(
            objective(
                key_result(metric=metric(tensions={4: "Satisfaction"})),
                replace(GUARDED, kind="metric", guardrail_for=KEY_RESULT.id),
            )
        ),
        with_key_result(metric=metric(tensions={4: "Satisfaction"}), guardrail_for=99),
    ],
    "L10": [
        unit(objective(*results(2, confidence=Decimal(9)), ambition="commitment", has_evidence=True)),
        unit(objective(*results(2, confidence=Decimal(2)), ambition="moonshot")),
        unit(objective(*results(2, confidence=None))),
    ],
    "L11": [
        unit(objective(instead_of=""), load=Decimal("0.8")),
        unit(objective(instead_of=""), load=None),
    ],
    "L13": [
        with_objective(author="Leadership", is_answered=True),
    ],
    "L14": [
        with_key_result(earlier_targets=(Decimal(2),)),
        with_key_result(earlier_targets=(Decimal(2), Decimal(3), Decimal(2))),
        with_key_result(earlier_targets=(None, Decimal(2))),
    ],
    "L15": [unit(objective(key_result(ambition="commitment"), *results(3), has_evidence=True))],
    "L16": [
        with_key_result(metric=metric(cadence_days=45)),
        with_key_result(metric=metric(cadence_days=None)),
    ],
}


def test_a_strong_quarter_hears_nothing():
    assert said(UNIT) == []


@pytest.mark.parametrize(("quarter", "code", "level", "message"), FIRES)
def test_a_rule_fires_on_what_is_weak(quarter, code, level, message):
    assert (code, level, message) in said(quarter)


@pytest.mark.parametrize(
    ("code", "quarter"), [(code, quarter) for code, quarters in STAYS_SILENT.items() for quarter in quarters]
)
def test_a_rule_is_silent_on_what_is_strong(code, quarter):
    assert [remark for remark in said(quarter) if remark[0] == code] == []


def test_every_rule_is_shown_to_fire():
    assert {code for _, code, _, _ in FIRES} == {f"L{number}" for number in range(1, 17)}


def test_the_help_page_has_all_that_it_says():
    assert [rule.code for rule in RULES] == [f"L{number}" for number in range(1, 17)]
    assert all(rule.title and rule.why and rule.weak and rule.strong for rule in RULES)
    assert [rule.code for rule in RULES if rule.level is Level.REFUSE] == ["L3"]
    assert [rule.code for rule in RULES if rule.level is Level.BLOCK] == ["L2", "L6", "L9", "L11", "L13"]


def test_the_examples_of_the_wording_rules_are_true():
    def codes(title):
        remarks = lint.lint_key_result(replace(SENTENCE, title=title), objective())
        return [remark.rule for remark in remarks]

    for code in ("L1", "L4"):
        rule = lint.RULE[code]
        assert (codes(rule.weak), codes(rule.strong)) == ([code], [])


def test_thresholds_can_be_set():
    quarter = unit(objective(*results(6)), objective(id=8))

    assert said(quarter, Limits(objectives=1, most_key_results=6)) == [
        ("L6", "block", "Repairs has 2 objectives for this cycle. Which 1 are they really?"),
    ]


def test_a_remark_says_what_it_is_about_and_what_it_saw():
    (remark,) = lint.lint_unit(with_key_result(earlier_targets=(Decimal(2), Decimal(2))))

    assert remark.about == About("key_result", 11)
    assert remark.salient == {"metric": 3, "target": Decimal(2), "cycles": 3}
    assert len(remark.fingerprint) == 64


def test_a_dismissed_remark_stays_dismissed_until_its_values_change():
    weak = {"metric": metric(cadence_days=46)}
    (remark,) = lint.lint_unit(with_key_result(**weak))
    dismissed = {remark.fingerprint}

    same = with_key_result(
        **weak, title="Answers come sooner", baseline=Decimal("9.00"), confidence=Decimal(6)
    )
    changed = with_key_result(metric=metric(cadence_days=60))
    elsewhere = with_key_result(**weak, id=99)

    assert lint.standing(lint.lint_unit(same), dismissed) == []
    assert [one.rule for one in lint.standing(lint.lint_unit(changed), dismissed)] == ["L16"]
    assert [one.rule for one in lint.standing(lint.lint_unit(elsewhere), dismissed)] == ["L16"]


def test_one_value_written_in_two_ways_is_one_fingerprint():
    def digest(target):
        quarter = with_key_result(target=target, baseline=None)
        return [remark.fingerprint for remark in lint.lint_unit(quarter)]

    assert digest(Decimal(2)) == digest(Decimal("2.00"))
    assert digest(Decimal(2)) != digest(Decimal(20))


def test_a_block_can_be_overridden_and_a_refusal_cannot():
    weak = key_result(baseline=Decimal(2), title="Launch it")
    remarks = lint.lint_unit(unit(objective(weak, SENTENCE, accountable=())))

    assert [one.rule for one in lint.in_the_way(remarks, ())] == ["L9", "L3"]
    everything = {one.fingerprint for one in remarks}
    assert [one.rule for one in lint.in_the_way(remarks, everything)] == ["L3"]


def test_what_has_begun_is_asked_and_not_held_back_before_its_start():
    begun = unit(objective(accountable=(), has_begun=True))

    assert [(rule, level) for rule, level, _words in said(begun)] == [("L9", "warn")]


def test_the_load_may_move_without_asking_again():
    def digest(load):
        return [one.fingerprint for one in lint.lint_unit(unit(objective(instead_of=""), load=Decimal(load)))]

    assert digest("0.9") == digest("1.1")
    assert digest("0.7") == []


def test_a_period_of_one_day_and_a_metric_of_every_day_is_answered():
    remarks = lint.lint_unit(with_key_result(starts_on=date(2027, 4, 1), ends_on=date(2027, 4, 1)))

    assert [one.rule for one in remarks] == ["L16"]
