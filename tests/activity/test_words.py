"""An event in words: its pieces, what it changed, what was said with it."""

from pathlib import Path

import pytest
from django.conf import settings

from apps.activity.models import Event
from apps.activity.queries import Change, Detail, Piece, kinds, said, sentence, words

SPRITE = (Path(settings.BASE_DIR) / "static" / "icons.svg").read_text()


def event(verb, **data):
    return Event(
        verb=verb,
        actor_id=1,
        actor_name="Ada",
        subject_type="service",
        subject_id=1,
        subject_name="X",
        data=data,
    )


def about_ada(verb, **data):
    return Event(
        verb=verb,
        actor_id=1,
        actor_name="Ada",
        subject_type="person",
        subject_id=1,
        subject_name="Ada",
        data=data,
    )


@pytest.mark.parametrize("verb", kinds())
def test_every_kind_has_a_symbol_and_names_a_field_that_it_has(verb):
    kind = kinds()[verb]

    assert f'id="{kind.icon}"' in SPRITE
    assert kind.became == "after" or {kind.became, "before"} <= set(kind.example)


def test_a_sentence_comes_in_pieces():
    pieces = words.pieces(event("readiness.submitted", answered=1, applicable=2))

    assert pieces[:3] == [
        Piece("Ada", is_actor=True),
        Piece(" submitted "),
        Piece("X", is_object=True),
    ]


@pytest.mark.parametrize(
    ("verb", "data", "told"),
    [
        ("accounts.second_factor_changed", {"what": "switched on"}, "Ada switched on their second factor"),
        ("accounts.profile_edited", {"fields": []}, "Ada edited their own profile"),
        ("accounts.deactivated", {}, "Ada deactivated Ada"),
        (
            "notifications.preferences_changed",
            {"fields": "mail_hour, ways"},
            "Ada changed what they get by mail (mail hour, ways)",
        ),
    ],
)
def test_nobody_does_something_to_their_own_name(verb, data, told):
    assert sentence(about_ada(verb, **data)) == told


def test_days_in_a_sentence_are_words():
    told = sentence(event("readiness.exemption_approved", reason="", ends_on="2027-03-24"))

    assert told == "Ada approved the exemption for X until 24 March 2027"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ([], "nothing"),
        (0, "0"),
        (False, "no"),
        (["a", "2027-03-24"], "a, 24 March 2027"),
        ({"a": 1}, "a: 1"),
        ("2026-12-02T13:00:00+00:00", "2 December 2026, 13:00 UTC"),
        ("2026-13-99", "2026-13-99"),
    ],
)
def test_values_are_said_as_people_write_them(value, told):
    assert said(value) == told


@pytest.mark.parametrize(
    ("verb", "data", "changes"),
    [
        ("readiness.answer_saved", {"before": "Open", "after": "In place"}, [Change("", "Open", "In place")]),
        ("readiness.answer_saved", {"before": "Open", "after": "Open"}, []),
        ("readiness.verdict_given", {"before": "weak", "value": "strong"}, [Change("", "weak", "strong")]),
        ("readiness.verdict_given", {"before": "", "value": "strong"}, []),
        ("catalog.phase_entered", {"before": "a", "after": "b"}, []),  # the sentence tells both
        (
            "catalog.service_edited",
            {"fields": "tier", "changes": {"data_class": {"before": None, "after": "internal"}}},
            [Change("data class", "nothing", "internal")],
        ),
        (
            "walkthroughs.moved",
            {"before": {"minutes": 80, "place": "A"}, "after": {"minutes": 80, "place": "B"}},
            [Change("place", "A", "B")],
        ),
        ("catalog.service_edited", {"changes": ["broken"]}, []),
        ("gone.verb", {"before": "a", "after": "b"}, [Change("", "a", "b")]),
    ],
)
def test_an_event_tells_what_it_changed(verb, data, changes):
    assert words.changes(event(verb, **data)) == changes


@pytest.mark.parametrize(
    ("verb", "data", "details"),
    [
        ("walkthroughs.follow_up_done", {"number": "F-1", "note": "Done."}, [Detail("Note", "Done.")]),
        ("walkthroughs.cancelled", {"reason": "Rain"}, []),  # in the sentence
        (
            "accounts.profile_edited",
            {"fields": ["time_zone"]},
            [Detail("Changed", "time zone")],
        ),  # an old one
        ("accounts.profile_edited", {"fields": ["name"], "changes": {}}, []),
        (
            "catalog.relations_imported",
            {"relations": {"added": ["a"], "removed": []}},
            [Detail("Added", "a")],
        ),
    ],
)
def test_an_event_tells_what_was_said_with_it(verb, data, details):
    assert words.details(event(verb, **data)) == details
