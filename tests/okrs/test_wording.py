"""What a key result is about, read from its words."""

from time import perf_counter

import pytest

from apps.okrs.rules import wording
from apps.okrs.rules.sentences import Kind, plain
from apps.okrs.rules.wording import Phrasing
from tests.okrs.key_results import OUTCOMES, OUTPUTS, UNCLEAR


@pytest.mark.parametrize("title", OUTPUTS)
def test_a_delivery_is_an_output(title):
    assert wording.read(title).phrasing == Phrasing.OUTPUT


@pytest.mark.parametrize("title", OUTCOMES)
def test_a_difference_is_an_outcome(title):
    assert wording.read(title).phrasing == Phrasing.OUTCOME


@pytest.mark.parametrize("title", UNCLEAR)
def test_what_the_words_do_not_tell_is_unclear(title):
    assert wording.read(title).phrasing == Phrasing.UNCLEAR


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("Answer time from 9 hours to 2 hours", [Kind.CHANGE, Kind.CHANGE]),
        ("Answer time 9 h → 2 h", [Kind.CHANGE, Kind.CHANGE]),
        ("120 paying schools (currently 40)", [Kind.CHANGE, Kind.CHANGE]),
        ("1.5 % of orders come back", [Kind.PERCENT]),
        ("40 percent of orders come back", [Kind.PERCENT]),
        ("Nine out of ten nurses find the form", [Kind.PERCENT, Kind.PERCENT]),
        ("2/3 of the nurses find the form", [Kind.PERCENT]),
        ("Revenue of €120k", [Kind.AMOUNT]),
        ("Answers within 200ms", [Kind.TIME]),
        ("300 new subscribers", [Kind.EFFECT]),
        ("12 articles", [Kind.DELIVERABLES]),
        ("80% of the migration", [Kind.COMPLETENESS]),
        ("Portal 80 % complete", [Kind.COMPLETENESS]),
        ("Migrate 80% of the depots", [Kind.COMPLETENESS]),
        ("About 12", [Kind.NUMBER]),
        ("OAuth2 and S3 for B2B", []),
        ("The 3rd region in Q3 2027, version 4 of it", []),
        ("Live by 30 June 2027", []),
    ],
)
def test_a_number_counts_what_stands_behind_it(title, kinds):
    assert [measure.kind for measure in wording.read(title).measures] == kinds


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Adoption at 70 %", ("70 %",)),
        ("Adoption at 70 percent", ("70 percent",)),
        ("70% of landlords list a flat", ()),
        ("Share of late deliveries below 5%", ()),
        ("Cut complaints by 40%", ()),
        ("12 landlords", ()),
    ],
)
def test_a_percentage_says_of_what_or_is_bare(title, bare):
    assert wording.read(title).bare_percentages == bare


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("[P0] **Ship** the [portal](https://example.com/x) (WIP) by end of Q3", "ship the portal"),
        ("KR 2.1: Ship  it P1[WEB]", "ship it"),
        ("Release 4 is used by 20 shops in March 2027", "is used by 20 shops"),
    ],
)
def test_marks_dates_and_names_are_read_over(title, sentence):
    assert plain(title) == sentence


@pytest.mark.parametrize(
    ("weak", "strong"),
    [
        ("Write 4 guides", "New engineers deploy by themselves on day 3 (today: day 11)"),
        ("Increase the number of dashboards to 8", "Increase the number of active shops to 800"),
        ("Migrate 3 services", "Reduce the number of manual processes from 9 to 2"),
        ("Support for invoices in French", "Support tickets fall to 30 a week"),
        ("Onboard the agency", "Onboard 40 shops"),
        ("Get the portal", "Get 40 shops to renew"),
    ],
)
def test_the_same_first_word_can_be_either(weak, strong):
    assert (wording.read(weak).phrasing, wording.read(strong).phrasing) == (Phrasing.OUTPUT, Phrasing.OUTCOME)


def test_the_answer_says_why():
    assert wording.read("Launch the portal").because == "it begins with “launch” and measures nothing"
    assert wording.read("Build a thing so that shops like it").because == (
        "it says for whom, and not how one sees it"
    )
    assert wording.read("Publish a page with 5,000 visitors").because == "it mixes a delivery with a measure"


@pytest.mark.parametrize(
    "title",
    [
        "",
        " ",
        "?",
        "%",
        "5",
        "\0",
        "🎉",
        "\N{FULLWIDTH DIGIT NINE}\N{FULLWIDTH PERCENT SIGN}",
        "٣ users",
        "from from to to 5",
        "Запустить портал",
        "number of",
        "[" * 5_000,
        "(wip" * 5_000,
        "a-" * 5_000,
        "5 " * 5_000,
        "[a](" * 5_000,
        "to enable " * 5_000,
        "x" * 1_000_000,
    ],
    ids=lambda title: title[:9],
)
def test_whatever_is_typed_is_read_at_once(title):
    started = perf_counter()

    wording.read(title)

    assert perf_counter() - started < 0.5  # seconds; some milliseconds on a calm machine


@pytest.mark.parametrize(
    "title",
    [
        "All three carriers send us their scans within a minute",
        "Event Store fails over with its users connected",
        "All users migrated",
    ],
)
def test_what_others_do_is_no_delivery_of_ours(title):
    assert wording.read(title).phrasing is not wording.Phrasing.OUTPUT


@pytest.mark.parametrize(
    "title", ["Services migrated to the new cluster", "Teams migrate to the new cluster"]
)
def test_what_becomes_of_things_and_what_teams_do_is_one(title):
    assert wording.read(title).phrasing is wording.Phrasing.OUTPUT
