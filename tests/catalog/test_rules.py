from datetime import date

import pytest

from apps.accounts.models import Actor, User
from apps.catalog import rules
from apps.catalog.models import Phase, RiskLevel, Service, Team
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError


def service(**fields):
    return Service(name="Ledger", slug="ledger", **fields)


@pytest.mark.parametrize(
    ("fields", "points", "level"),
    [
        ({"tier": 4, "data_class": "public", "exposure": "internal"}, 0, RiskLevel.LOW),
        ({"tier": 3, "data_class": "internal", "exposure": "internal"}, 2, RiskLevel.LOW),
        ({"tier": 3, "data_class": "internal", "exposure": "partners"}, 3, RiskLevel.MEDIUM),
        ({"tier": 2, "data_class": "internal", "exposure": "partners"}, 4, RiskLevel.MEDIUM),
        ({"tier": 2, "data_class": "internal", "exposure": "internet"}, 5, RiskLevel.HIGH),
        (
            {"tier": 3, "data_class": "restricted", "exposure": "internal", "moves_money": True},
            6,
            RiskLevel.HIGH,
        ),
        ({"tier": 2, "data_class": "restricted", "exposure": "internet"}, 7, RiskLevel.CRITICAL),
        ({"tier": 1, "data_class": "public", "exposure": "internal"}, 4, RiskLevel.CRITICAL),
    ],
)
def test_risk_adds_up(fields, points, level):
    risk = rules.risk(service(**fields))

    assert (risk.points, risk.level, risk.is_overridden) == (points, level, False)
    assert sum(part.points for part in risk.parts) == points


def test_an_override_wins_and_says_so():
    risk = rules.risk(service(tier=4, risk_override="high", risk_reason="It feeds customs."))

    assert (risk.level, risk.computed, risk.reason) == (RiskLevel.HIGH, RiskLevel.LOW, "It feeds customs.")


@pytest.mark.parametrize(
    ("phase", "to"),
    [
        (Phase.PLAYGROUND, Phase.GREEN_LIGHT),
        (Phase.PLAYGROUND, Phase.ARCHIVED),
        (Phase.GREEN_LIGHT, Phase.READY),
        (Phase.GREEN_LIGHT, Phase.PLAYGROUND),
        (Phase.READY, Phase.LIVE),
        (Phase.READY, Phase.GREEN_LIGHT),
        (Phase.LIVE, Phase.ARCHIVED),
    ],
)
def test_moves_of_the_table_are_allowed(phase, to):
    rules.check_move(service(phase=phase), to)


@pytest.mark.parametrize(
    ("phase", "to"),
    [
        (Phase.PLAYGROUND, Phase.READY),
        (Phase.PLAYGROUND, Phase.LIVE),
        (Phase.GREEN_LIGHT, Phase.LIVE),
        (Phase.READY, Phase.PLAYGROUND),
        (Phase.LIVE, Phase.READY),
        (Phase.LIVE, Phase.LIVE),
    ],
)
def test_other_moves_are_refused(phase, to):
    with pytest.raises(InvalidMoveError, match="cannot enter"):
        rules.check_move(service(phase=phase), to)


def test_archived_is_restored_into_the_phase_before_only():
    archived = service(phase=Phase.ARCHIVED, phase_before=Phase.GREEN_LIGHT)

    rules.check_move(archived, Phase.GREEN_LIGHT)
    with pytest.raises(InvalidMoveError):
        rules.check_move(archived, Phase.LIVE)


def test_a_part_moves_with_its_whole():
    part = service(part_of=Service(pk=7, name="Parcels"))

    with pytest.raises(InvalidMoveError, match="part of Parcels"):
        rules.check_whole(part)


def test_membership_is_direct_and_an_orphan_belongs_to_nobody():
    ada = Actor(person=User(pk=1, name="Ada", team_ids=[7], lead_ids=[]))
    owned = service(team=Team(pk=7, name="Money"))

    rules.check_in_team(ada, owned)
    with pytest.raises(NotPermittedError, match="Only a lead of Money"):
        rules.check_lead(ada, owned)
    with pytest.raises(NotPermittedError):
        rules.check_in_team(ada, service(team=Team(pk=8, name="Hubs")))
    with pytest.raises(NotPermittedError, match="once it has one"):
        rules.check_in_team(ada, service())


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Parcel Tracking", "parcel-tracking"), ("new", "new-2"), ("ledger", "ledger-3"), ("日本", "service")],
)
def test_addresses_are_made_of_names(name, slug):
    assert rules.slug_of(name, taken={"ledger", "ledger-2"}, fallback="service") == slug


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "Led\0ger"),
        ("name", "Led\nger"),
        ("purpose", "x" * 301),
        ("tier", 5),
        ("tier", True),
        ("kind", "toaster"),
        ("data_class", ""),
        ("moves_money", "yes"),
        ("launch_on", "2027-01-01"),
        ("launch_on", date(9999, 12, 31)),
        ("launch_on", date(1999, 12, 31)),
        ("links", [{"title": "x", "url": "javascript:alert(1)"}]),
        ("tags", [f"tag{n}" for n in range(51)]),
        ("phase", "live"),
    ],
)
def test_values_that_cannot_be_kept_are_refused(field, value):
    with pytest.raises(InvalidInputError) as refused:
        rules.clean({field: value}, fields=rules.SERVICE_FIELDS)

    assert refused.value.field == field


def test_values_are_cleaned():
    values = {
        "name": "  Ledger ",
        "tags": ["a", "", "a"],
        "links": [{"url": "https://x.org"}],
        "launch_on": None,
    }

    assert rules.clean(values, fields=rules.SERVICE_FIELDS) == {
        "name": "Ledger",
        "tags": ["a"],
        "links": [{"title": "https://x.org", "url": "https://x.org"}],
        "launch_on": None,
    }


def test_history_keeps_dates_as_text():
    changes = {"launch_on": {"before": None, "after": date(2027, 1, 1)}}

    assert rules.as_text(changes) == {"launch_on": {"before": None, "after": "2027-01-01"}}
    assert rules.in_words(["tier", "purpose", "launch_on"]) == "tier, purpose and the wanted launch date"


def test_the_source_counts_unless_somebody_edited_here():
    merged = rules.merged(
        {"name": "a", "purpose": "a", "tags": ["a"], "old": 1},
        here={"name": "a", "purpose": "edited", "tags": ["b"], "links": ["x"]},
        there={"name": "b", "purpose": "b", "tags": ["b"], "links": ["y"]},
    )

    assert merged.changes == {"name": "b"}
    assert merged.base == {"name": "b", "purpose": "a", "tags": ["b"], "old": 1}
    assert merged.drift == {
        "purpose": {"here": "edited", "there": "b"},
        "links": {"here": ["x"], "there": ["y"]},
    }
