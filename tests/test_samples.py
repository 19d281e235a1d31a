"""The real-world files of the folder that ROADWORTHY_SAMPLES names; the only module that reads it.

Without that folder nothing of this runs, and the reason says so; `make test` in CI names it.
"""

import os
from pathlib import Path

import pytest

from apps.accounts.models import Actor, User
from apps.activity.models import Event
from apps.catalog.imports import DiskFiles
from apps.catalog.models import Dependency, Interface, Service, Team
from apps.catalog.transitions import import_catalog

SAMPLES = os.environ.get("ROADWORTHY_SAMPLES", "")
ACME = Path(SAMPLES) / "catalog" / "acme"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not SAMPLES, reason="ROADWORTHY_SAMPLES names no folder, so the real-world files were not tried"
    ),
]


@pytest.fixture
def run(now):
    return lambda: import_catalog(DiskFiles([str(ACME)]), by=Actor.system("catalog.import_catalog"), at=now)


def test_every_known_entity_of_the_catalog_goes_in(run):
    outcome = run()

    assert outcome.created == {
        "domain": 3,
        "interface": 12,
        "person": 17,
        "service": 15,
        "system": 3,
        "team": 9,
    }
    assert (outcome.updated, outcome.unchanged, outcome.drifted) == ({}, {}, {})
    assert sorted((Path(one.file).name, one.line) for one in outcome.left_out) == [
        ("code-review-plugin.yaml", 2),
        ("company-ai-marketplace.yaml", 2),
        ("dev.yaml", 2),
        ("frontend-design-skill.yaml", 2),
        ("invalid-component.yaml", 4),
        ("petstore-webhook.oas.yaml", 1),
        ("petstore.oas.yaml", 1),
        ("prod.yaml", 2),
        ("use-internal-apis-rule.yaml", 2),
    ]


def test_importing_twice_changes_nothing(run):
    run()
    events = Event.objects.count()

    again = run()

    assert (again.created, again.updated, again.drifted) == ({}, {}, {})
    assert sum(again.unchanged.values()) == 59
    assert Event.objects.count() == events


def test_relations_of_the_catalog_are_kept(run):
    run()

    lookup = Service.objects.get(slug="artist-lookup")
    needs = Dependency.objects.filter(service=lookup).values_list("target__slug", flat=True)
    assert (lookup.team.name, lookup.system.name, list(needs)) == (
        "team-a",
        "artist-engagement-portal",
        ["artists-db"],
    )
    assert Team.objects.get(slug="team-a").parent.parent.parent.name == "ACME Corp"
    assert Service.objects.get(slug="alternative-different-namespace").team.slug == "team-a"
    assert User.objects.get(handle="development/guest").email is None  # the other guest has that address
    assert Interface.objects.get(slug="petstore").kind == "openapi"
