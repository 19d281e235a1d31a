from datetime import UTC, date, datetime
from fractions import Fraction
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Actor, User
from apps.core.errors import InvalidInputError
from apps.readiness import rules
from apps.readiness.models import Answer, Kind, State, Value, Weight
from apps.readiness.rules import Score

TODAY = date(2026, 3, 2)
ITEM = rules.Item("REL-01", "REL", 0, "What happens?", "Say it.", weight="high")
TEXTS = st.text(alphabet="ab \n.", max_size=60)


def answer(**fields):
    return Answer(**{"item": "REL-01", "area": "REL", "weight": "high", "position": 0} | fields)


def codes(row, item=ITEM):
    return [hint.code for hint in rules.hints(row, item, team_id=7, today=TODAY)]


@given(st.integers(0, 400), st.integers(0, 400))
def test_strength_lies_between_nothing_and_everything(weight, credit):
    score = Score(weight=weight, credit=min(credit, weight))

    assert score.strength is None if weight == 0 else 0 <= score.strength <= 1


def test_where_nothing_applies_there_is_nothing_to_score():
    assert (Score().strength, Score().coverage, rules.is_weak(Score())) == (None, None, False)


@pytest.mark.parametrize(
    ("score", "weak"),
    [
        (Score(weight=10, credit=6), False),
        (Score(weight=10, credit=5), True),
        (Score(weight=10, credit=10, open_high=1), True),
    ],
)
def test_an_area_is_weak_below_three_fifths_or_with_an_open_high_item(score, weak):
    assert rules.is_weak(score) == weak


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 3), st.sampled_from(Value.values))
def test_the_reviewers_word_wins(weight, credit, open_high, verdict):
    score = Score(weight=weight, credit=min(weight, credit), open_high=open_high)

    assert rules.is_weak(score, verdict=verdict) == (verdict == Value.WEAK)


def test_a_conversation_is_never_weak():
    assert not rules.is_weak(Score(weight=10, open_high=3), kind=Kind.CONVERSATION)


@given(st.lists(st.sampled_from(Value.values)))
def test_the_weakest_word_stands(values):
    stands = rules.weakest(values)

    assert stands == (
        "weak" if "weak" in values else "adequate" if "adequate" in values else "strong" if values else ""
    )


@given(TEXTS, TEXTS)
def test_differences_lose_nothing(mine, theirs):
    left, right = rules.differences(mine, theirs)

    assert ("".join(piece.text for piece in left), "".join(piece.text for piece in right)) == (mine, theirs)


@given(TEXTS, TEXTS)
def test_a_text_to_merge_holds_every_line_of_both(mine, theirs):
    merged = rules.merged(mine, theirs).split("\n")

    assert set(mine.splitlines()) | set(theirs.splitlines()) <= set(merged)


def test_differences_of_long_texts_are_quick():
    mine, theirs = "one two\n" * 2500, "one three\n" * 2500

    left, _right = rules.differences(mine, theirs)

    assert "".join(piece.text for piece in left) == mine


@pytest.mark.parametrize("end", [" ", "\n"])
def test_texts_of_the_same_few_words_hold_nobody_up(end):
    mine, theirs = f"a{end}b{end}" * 5000, f"a{end}b{end}c{end}" * 3333
    begun = perf_counter()

    left, right = rules.differences(mine, theirs)
    rules.merged(mine, theirs)

    assert perf_counter() - begun < 2
    assert "".join(piece.text for piece in left) == mine
    assert "".join(piece.text for piece in right) == theirs


def test_only_what_one_text_says_is_marked():
    left, right = rules.differences("We tried it in May, twice.", "We tried it in June, twice.")

    assert [piece.text for piece in left if piece.is_own] == ["May,"]
    assert [piece.text for piece in right if piece.is_own] == ["June,"]


def test_nothing_is_said_about_an_answer_that_says_enough():
    row = answer(
        state=State.IN_PLACE, text="Rehearsed on 3 November, 11 minutes.", saved_at=datetime.now(UTC)
    )

    assert codes(row) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": State.OPEN, "text": "A pair in two zones"}, "still_open"),
        ({"state": State.IN_PLACE, "text": "Yes."}, "says_little"),
        ({"state": State.IN_PLACE, "text": "TBD"}, "says_little"),
        ({"state": State.GAP, "text": "Never tried"}, "high_gap"),
        ({"state": State.OPEN, "is_returned": True}, "returned"),
        ({"state": State.OPEN, "text": "Taken over", "is_inherited": True}, "inherited"),
        ({"state": State.IN_PLACE, "text": "Proved", "evidence_until": date(2026, 3, 1)}, "evidence_expired"),
        (
            {
                "state": State.PLANNED,
                "text": "In May",
                "owner": User(pk=1, name="Ana", team_ids=[7]),
                "due_on": date(2026, 3, 1),
            },
            "date_passed",
        ),
        (
            {"state": State.GAP, "text": "No", "weight": "low", "owner": User(name="Ana", team_ids=[8])},
            "owner_left",
        ),
        (
            {
                "state": State.GAP,
                "text": "No",
                "weight": "low",
                "owner": User(name="Ana", team_ids=[7], is_active=False),
            },
            "owner_left",
        ),
    ],
)
def test_hints_say_what_would_help(fields, code):
    assert codes(answer(**fields)) == [code]


def test_evidence_is_asked_for_where_it_is_required():
    item = rules.Item(
        "REL-01", "REL", 0, "?", ".", weight="high", evidence="a restore", evidence_required=True
    )
    row = answer(state=State.IN_PLACE, text="Every night")

    assert codes(row, item) == ["no_evidence"]


def test_an_old_answer_is_asked_about_again():
    item = rules.Item("REL-01", "REL", 0, "?", ".", weight="high", reconfirm_days=90)
    row = answer(state=State.IN_PLACE, text="Every night", saved_at=datetime(2025, 11, 1, tzinfo=UTC))

    assert codes(row, item) == ["old"]


def test_a_conversation_has_no_hints_but_about_what_it_took_over():
    assert codes(answer(weight="", state=State.ANSWERED, text="yes")) == []
    assert codes(answer(weight="", state=State.OPEN, text="Old", is_inherited=True)) == ["inherited"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.org/x",
        "//example.org",
        "example.org",
        "https://",
        "data:text/html,x",
        "http://[bad",
        "https://a b",
    ],
)
def test_links_are_whole_web_addresses(url):
    with pytest.raises(InvalidInputError, match="whole address"):
        rules.check_web_address(url)


def test_a_web_address_is_accepted():
    rules.check_web_address("https://wiki.example/failover?x=1#there")


@pytest.mark.parametrize("ends_on", [date(2026, 3, 2), date(2025, 1, 1), date(2027, 3, 4)])
def test_an_exemption_ends_within_a_year(ends_on):
    with pytest.raises(InvalidInputError, match="at most a year"):
        rules.check_exemption_end(ends_on, today=TODAY)


@pytest.mark.parametrize(
    ("person", "area", "may"),
    [
        ({"is_enablement": True}, "REL", True),
        ({"is_enablement": True, "team_ids": [7]}, "REL", False),
        ({"is_enablement": True, "team_ids": [9, 8]}, "REL", False),
        ({"is_enablement": True, "team_ids": [9]}, "REL", True),
        ({"is_security": True}, "SEC", True),
        ({"is_security": True}, "REL", False),
        ({"is_security": True, "team_ids": [7]}, "SEC", False),
        ({"is_architect": True, "is_leadership": True, "is_admin": True}, "REL", False),
    ],
)
def test_who_decides_on_exemptions(person, area, may):
    assert rules.may_decide(Actor(person=User(**person)), {7, 8}, area=area) == may


@pytest.mark.parametrize(
    ("person", "has_seat", "may"),
    [
        ({"is_architect": True}, False, True),
        ({"is_security": True}, False, True),
        ({"is_enablement": True, "team_ids": [7]}, True, False),
        ({"is_enablement": True, "team_ids": [8]}, True, False),
        ({"reviews": True}, False, False),
        ({"reviews": True}, True, True),
    ],
)
def test_who_reviews(person, has_seat, may):
    assert rules.may_review(Actor(person=User(**person)), {7, 8}, has_seat=has_seat) == may


def test_points_follow_the_weights():
    assert Fraction(rules.POINTS[Weight.HIGH], rules.POINTS[Weight.LOW]) == 3
