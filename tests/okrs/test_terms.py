"""The terms of both sides: canonical, compared field by field."""

from decimal import Decimal

import pytest

from apps.core.errors import InvalidInputError
from apps.okrs.models import Cycle, NegotiationKind
from apps.okrs.rules.negotiating import TABLE, Standing, after
from apps.okrs.rules.terms import FIELDS, changed, clean_payload, difference, digest, in_words, lines_of
from tests.factories.okrs import CycleFactory

CYCLE = CycleFactory.build()


def field(shape, name):
    return next(one for one in FIELDS[shape] if one.name == name)


def test_the_same_words_have_the_same_digest_however_they_are_written():
    one = clean_payload(
        "loan", {"person_weeks": "8.00", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}, cycle=CYCLE
    )
    same = {
        "ends_on": "2026-03-27",
        "person_weeks": Decimal(8),
        "starts_on": " 2026-01-05".strip(),
        "ramp": "0.20",
    }

    assert digest(one) == digest(clean_payload("loan", same, cycle=CYCLE))
    assert digest(one) != digest(one | {"person_weeks": "9"})


def test_every_kind_says_what_it_is_instead_of():
    assert all("instead_of" in {one.name for one in fields} for fields in FIELDS.values())
    assert set(FIELDS) | {NegotiationKind.CHANGE} == set(NegotiationKind)


def test_every_act_is_in_the_table_once():
    assert {rule.stage.value for rule in TABLE.values()} == {"draft", "open", "agreed", "reported"}
    assert len(TABLE) == 13


def sequences(length):
    """Yield every way through the table that the sides of 1 (asks) and 2 can take, by who moved when."""
    ways = [((), Standing())]
    for _ in range(length):
        longer = []
        for moves, standing in ways:
            for act, rule in TABLE.items():
                if standing.stage != rule.stage:
                    continue
                for team in (1, 2):
                    if rule.who in {"owing", "waiting"} and (team == standing.owes_id) != (
                        rule.who == "owing"
                    ):
                        continue
                    if rule.who == "initiator" and team != 1:
                        continue
                    after_it = after(standing, act, sides=(1, 2), team_id=team, terms_id=None)
                    longer.append(((*moves, (act, team)), after_it))
        ways = longer
        yield from ways


def test_no_path_leads_to_an_agreement_without_both_sides():
    agreed = [moves for moves, standing in sequences(6) if standing.stage == "agreed"]

    assert len(agreed) > 20
    assert all({team for _act, team in moves} == {1, 2} for moves in agreed)


def test_an_open_question_waits_for_one_side():
    assert all((standing.owes_id is not None) == (standing.stage == "open") for _m, standing in sequences(6))


def test_people_lent_for_it_run_as_long_as_the_quarter():
    said = clean_payload("contribution", {"deliverable": "A page", "lent_weeks": "2"}, cycle=CYCLE)

    assert (said["lent_from"], said["lent_to"]) == ("2026-01-01", "2026-03-31")


@pytest.mark.parametrize(
    ("shape", "said", "name"),
    [
        ("contribution", {}, "deliverable"),
        ("contribution", {"deliverable": "A page", "lent_from": "2026-01-05"}, "lent_weeks"),
        ("contribution", {"deliverable": "A\x00page"}, "deliverable"),
        ("contribution", {"deliverable": "A page", "needed_on": "soon"}, "needed_on"),
        ("contribution", {"deliverable": "A page", "needed_on": "1999-01-01"}, "needed_on"),
        ("objective", {"title": "Calm nights", "key_results": "\n \n"}, "key_results"),
        ("objective", {"title": "Calm nights", "key_results": "\n".join(map(str, range(30)))}, "key_results"),
        ("target", {"target": "12.00001"}, "target"),
        ("target", {"target": "1e20"}, "target"),
        ("target", {"target": "Infinity"}, "target"),
        ("loan", {"person_weeks": "1", "starts_on": "2026-01-05", "ends_on": "2026-04-02"}, "ends_on"),
    ],
)
def test_terms_that_mean_nothing_are_refused(shape, said, name):
    with pytest.raises(InvalidInputError) as refusal:
        clean_payload(shape, said, cycle=CYCLE)

    assert refusal.value.field == name


@pytest.mark.parametrize(
    ("shape", "name", "asked", "offered", "words"),
    [
        ("target", "target", "5000", "5800", "800 more"),
        ("target", "target", "5000", "5000", "same"),
        ("loan", "ends_on", "2026-03-01", "2026-02-28", "1 day earlier"),
        ("contribution", "needed_on", "2026-03-01", None, "only asked"),
        ("contribution", "conditions", None, "After the peak", "only offered"),
        ("contribution", "deliverable", "A page", "Half a page", "in other words"),
        ("objective", "key_results", "a\nb", "b\nc\nd", "1 left out, 2 new"),
        ("objective", "key_results", "a\nb", "b\na", "in another order"),
    ],
)
def test_the_difference_is_said_field_by_field(shape, name, asked, offered, words):
    assert difference(field(shape, name), asked, offered) == words


def test_values_are_said_as_people_read_them():
    said = clean_payload(
        "loan", {"person_weeks": "1", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}, cycle=CYCLE
    )

    assert list(lines_of("loan", said)) == [
        ("How much", "1 person-week"),
        ("From", "5 January 2026"),
        ("Until", "27 March 2026"),
        ("Lost in getting to know", "20 %"),
    ]
    assert in_words(field("target", "target"), "5000") == "5,000"
    assert changed(said, said | {"ramp": "0.1"}) == ["ramp"]
    assert isinstance(CYCLE, Cycle)


@pytest.mark.parametrize("number", ["1e1000000", "-1e1000000", "1e-1000000", "NaN", "sNaN", "Infinity"])
def test_numbers_that_overflow_are_refused(number):
    with pytest.raises(InvalidInputError):
        clean_payload("contribution", {"deliverable": "X", "person_weeks": number}, cycle=CYCLE)
