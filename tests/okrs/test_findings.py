"""Each check between plans on what collides and on what does not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.okrs.rules import findings
from apps.okrs.rules.findings import (
    CHECKS,
    Candidate,
    Demand,
    DependencyFacts,
    Facts,
    Limits,
    NoFacts,
    Provider,
    Push,
    Thread,
)
from tests.okrs.facts import END, START, party

UP = Push(
    party=party("key_result", 1, "More discounts", "Sales"),
    metric_id=3,
    metric="Discounts",
    baseline=Decimal(4),
    target=Decimal(9),
    starts_on=START,
    ends_on=END,
)
DOWN = replace(UP, party=party("key_result", 2, "Fewer discounts", "Finance"), target=Decimal(2))
ASKED = Demand(
    negotiation_id=5, claimant=party("objective", 1, "Checkout", "Web"), person_weeks=Decimal(12), rank=2
)
FIRST = Demand(
    negotiation_id=6, claimant=party("objective", 2, "Search", "Find"), person_weeks=Decimal(9), rank=1
)
LAST = Demand(negotiation_id=4, claimant=party("objective", 3, "Logos", "Brand"), person_weeks=Decimal(1))
PLATFORM = Provider(party=party("unit", 9, "Platform", ""), free=Decimal(20), demands=(ASKED, FIRST, LAST))
NEED = DependencyFacts(
    link_id=8,
    consumer=party("objective", 1, "Checkout", "Web"),
    provider=party("objective", 4, "Payments by card", "Payments"),
    state="open",
    is_locked=True,
)
RANKED = replace(NEED, state="agreed", consumer_rank=1, provider_rank=7, provider_count=9, provider_limit=4)
NO = NoFacts(
    party=party("no", 1, "The second region", "Platform"),
    decided_by="Platform",
    decided_on=date(2027, 5, 12),
    reason="nobody runs it at night yet.",
    until="Q4 2027",
    metric_id=3,
    dependency_id=6,
    tags=frozenset({"Second region", ""}),
)
PLAN = Candidate(party=party("objective", 5, "Shops in Spain", "Web"))
LOOSE = Thread(party=party("objective", 5, "Shops in Spain", "Web"))


def only(**facts):
    return findings.drafts(Facts(**facts))


def summary(draft):
    return draft.code, str(draft.kind), str(draft.severity), draft.message


def test_nothing_is_found_in_nothing():
    assert only() == []


def test_opposite_ways_on_one_metric_are_a_conflict():
    (draft,) = only(pushes=(DOWN, UP))

    assert summary(draft) == (
        "K1",
        "conflict",
        "high",
        "“More discounts” of Sales moves “Discounts” up to 9, and “Fewer discounts” of Finance down to 2.",
    )
    assert (draft.left, draft.right) == (UP.party, DOWN.party)
    assert draft.evidence["pushes"]["key_result:2"] == {
        "baseline": "4",
        "target": "2",
        "from": "2027-04-01",
        "to": "2027-06-30",
    }


@pytest.mark.parametrize(
    "other",
    [
        replace(DOWN, metric_id=4),
        replace(DOWN, target=Decimal(6)),
        replace(DOWN, starts_on=date(2027, 7, 1), ends_on=date(2027, 9, 30)),
    ],
    ids=["another metric", "the same way", "later"],
)
def test_what_can_both_hold_is_no_conflict(other):
    assert only(pushes=(UP, other)) == []


def test_a_common_day_is_enough_and_order_does_not_matter():
    late = replace(DOWN, starts_on=END, ends_on=date(2027, 9, 30))

    assert len(only(pushes=(UP, late))) == 1
    assert only(pushes=(UP, late)) == only(pushes=(late, UP))


def test_more_asked_than_free_is_contention_in_the_order_of_ranks():
    (draft,) = only(providers=(PLATFORM,))

    assert summary(draft) == (
        "K4",
        "divergence",
        "medium",
        "22 person-weeks are asked of Platform, and it has 20.",
    )
    assert draft.evidence["ratio"] == "1.1"
    assert [claim["claimant"] for claim in draft.evidence["claims"]] == [
        "“Search” of Find",
        "“Checkout” of Web",
        "“Logos” of Brand",
    ]


@pytest.mark.parametrize(
    ("free", "severities"),
    [
        ("22", []),
        ("21.9", ["medium"]),
        ("17.6", ["medium"]),
        ("17.5", ["high"]),
        ("0", ["high"]),
        ("-3", ["high"]),
    ],
)
def test_contention_has_two_steps(free, severities):
    found = only(providers=(replace(PLATFORM, free=Decimal(free)),))

    assert [str(draft.severity) for draft in found] == severities


def test_a_team_that_nobody_asks_is_not_contended():
    assert only(providers=(replace(PLATFORM, free=Decimal(0), demands=()),)) == []


@pytest.mark.parametrize(
    ("state", "is_locked", "messages"),
    [
        ("open", True, ["“Checkout” of Web depends on Payments, which did not agree to it (open)."]),
        ("lapsed", False, ["“Checkout” of Web depends on Payments, which did not answer in time."]),
        ("declined", True, ["“Checkout” of Web depends on Payments, which did not agree to it (declined)."]),
        ("open", False, []),
        ("agreed", True, []),
        ("closed", True, []),
    ],
)
def test_a_dependency_needs_a_yes(state, is_locked, messages):
    found = only(dependencies=(replace(NEED, state=state, is_locked=is_locked),))

    assert [draft.message for draft in found] == messages
    assert {(draft.code, str(draft.kind), str(draft.severity)) for draft in found} <= {("K5", "gap", "high")}


def test_first_here_and_last_there_is_an_inversion():
    (draft,) = only(dependencies=(RANKED,))

    assert summary(draft) == (
        "K7",
        "divergence",
        "medium",
        "“Checkout” is number 1 of Web and number 7 of Payments, which can hold 4.",
    )
    assert draft.evidence["score"] == "0.67"


@pytest.mark.parametrize(
    "ranks",
    [
        {"consumer_rank": 4},
        {"consumer_rank": None},
        {"provider_rank": 4},
        {"provider_rank": 3, "provider_limit": None},
    ],
)
def test_ranks_that_agree_are_no_inversion(ranks):
    assert only(dependencies=(replace(RANKED, **ranks),)) == []


def test_work_that_the_other_team_did_not_list_comes_after_its_list():
    (draft,) = only(dependencies=(replace(RANKED, provider_rank=None),))

    assert draft.message == "“Checkout” is number 1 of Web and not on the list of Payments, which can hold 4."
    assert draft.evidence["score"] == "1"


@pytest.mark.parametrize(
    ("changes", "matched"),
    [
        ({"metric_ids": frozenset({3, 4})}, ["metric"]),
        ({"dependency_ids": frozenset({6})}, ["dependency"]),
        ({"tags": frozenset({" second REGION "})}, ["tag second region"]),
        (
            {"metric_ids": frozenset({3}), "tags": frozenset({"second region", "x"})},
            ["metric", "tag second region"],
        ),
    ],
)
def test_a_no_that_holds_is_remembered(changes, matched):
    (draft,) = only(candidates=(replace(PLAN, **changes),), nos=(NO,))

    assert summary(draft) == (
        "K9",
        "collision",
        "medium",
        "On 12 May 2027 Platform said no to “The second region” until Q4 2027: nobody runs it at night yet.",
    )
    assert draft.evidence["matched"] == matched
    assert (draft.left, draft.right) == (PLAN.party, NO.party)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"metric_ids": frozenset({4}), "dependency_ids": frozenset({3}), "tags": frozenset({"region", ""})},
        {"party": party("objective", 5, "The second region", "Web")},
    ],
    ids=["nothing", "others", "similar words"],
)
def test_only_metric_dependency_and_tag_match_a_no(changes):
    assert only(candidates=(replace(PLAN, **changes),), nos=(NO,)) == []


def test_a_no_without_metric_and_dependency_matches_nothing_by_them():
    bare = replace(NO, metric_id=None, dependency_id=None, tags=frozenset())

    assert only(candidates=(replace(PLAN, metric_ids=frozenset({3})),), nos=(bare,)) == []


@pytest.mark.parametrize(
    ("thread", "messages"),
    [
        (LOOSE, ["“Shops in Spain” of Web has no link, and does not say what it contributes to."]),
        (
            replace(LOOSE, contribution=" "),
            ["“Shops in Spain” of Web has no link, and does not say what it contributes to."],
        ),
        (replace(LOOSE, contribution="Half of the growth."), []),
        (replace(LOOSE, links=1), []),
        (
            Thread(
                party=party("key_result", 6, "Churn to 3 %", ""), is_of_organisation=True, contribution="x"
            ),
            ["No team contributes to “Churn to 3 %”."],
        ),
        (replace(LOOSE, is_of_organisation=True, links=2), []),
    ],
)
def test_what_is_tied_to_nothing_is_a_low_gap(thread, messages):
    found = only(threads=(thread,))

    assert [summary(draft) for draft in found] == [("K11", "gap", "low", message) for message in messages]


def test_a_dismissed_finding_stays_dismissed_until_its_fingerprint_changes():
    (draft,) = only(pushes=(UP, DOWN))
    dismissed = {draft.fingerprint}

    renamed = replace(DOWN, party=party("key_result", 2, "Another title", "Money"), target=Decimal("2.00"))
    harder = replace(DOWN, target=Decimal(1))
    another = replace(DOWN, party=party("key_result", 7, "Fewer discounts", "Finance"))

    assert findings.standing(only(pushes=(UP, renamed)), dismissed) == []
    assert len(findings.standing(only(pushes=(UP, harder)), dismissed)) == 1
    assert len(findings.standing(only(pushes=(UP, another)), dismissed)) == 1


@pytest.mark.parametrize(
    ("before", "same", "changed"),
    [
        (
            {"providers": (PLATFORM,)},
            {"providers": (replace(PLATFORM, demands=(LAST, FIRST, replace(ASKED, rank=9))),)},
            {"providers": (replace(PLATFORM, free=Decimal(19)),)},
        ),
        (
            {"dependencies": (NEED,)},
            {"dependencies": (replace(NEED, consumer_rank=9),)},
            {"dependencies": (replace(NEED, state="lapsed"),)},
        ),
        (
            {"dependencies": (RANKED,)},
            {"dependencies": (replace(RANKED, state="closed"),)},
            {"dependencies": (replace(RANKED, provider_rank=8),)},
        ),
        (
            {"candidates": (replace(PLAN, metric_ids=frozenset({3})),), "nos": (NO,)},
            {
                "candidates": (replace(PLAN, metric_ids=frozenset({3, 9})),),
                "nos": (replace(NO, reason="So."),),
            },
            {
                "candidates": (replace(PLAN, metric_ids=frozenset({3})),),
                "nos": (replace(NO, until="Q1 2028"),),
            },
        ),
        (
            {"threads": (LOOSE,)},
            {"threads": (replace(LOOSE, party=party("objective", 5, "Shops in Portugal", "Web")),)},
            {"threads": (replace(LOOSE, party=party("objective", 6)),)},
        ),
    ],
    ids=["K4", "K5", "K7", "K9", "K11"],
)
def test_what_matters_changes_the_fingerprint_and_the_rest_does_not(before, same, changed):
    def digests(facts):
        return [draft.fingerprint for draft in only(**facts)]

    assert len(digests(before)) == len(digests(changed)) == 1
    assert digests(before) == digests(same)
    assert digests(before) != digests(changed)


def test_thresholds_can_be_set():
    limits = Limits(contention=Decimal(2), top=0)

    assert findings.drafts(Facts(providers=(PLATFORM,), dependencies=(RANKED,)), limits) == []


def test_the_help_page_has_all_that_it_says():
    assert [check.code for check in CHECKS] == ["K1", "K4", "K5", "K7", "K9", "K11"]
    assert all(check.title and check.why and check.weak and check.strong for check in CHECKS)
