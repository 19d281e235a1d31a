"""The real-world files of the folder that ROADWORTHY_SAMPLES names; the only module that reads it.

Without that folder nothing of this runs, and the reason says so; `make test` in CI names it.
"""

import csv
import os
from hashlib import sha256
from pathlib import Path

import pytest

from apps.accounts.models import Actor, User
from apps.activity.models import Event
from apps.catalog.imports import DiskFiles
from apps.catalog.models import Dependency, Interface, Service, Team
from apps.catalog.transitions import import_catalog
from apps.okrs.rules import lint, wording
from apps.okrs.rules.lint import KeyResultFacts, ObjectiveFacts, UnitFacts
from apps.okrs.rules.wording import Phrasing

SAMPLES = os.environ.get("ROADWORTHY_SAMPLES", "")
ACME = Path(SAMPLES) / "catalog" / "acme"
KEY_RESULTS = Path(SAMPLES) / "okrs" / "key-results.csv"
JUDGED = Path(__file__).parent / "okrs" / "judged.csv"

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


@pytest.fixture
def key_results():
    with KEY_RESULTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def judged(key_results):
    """Return (sample, what a person said, what the rule says) of the rows that were judged by hand."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        rows = [(key_results[int(row["row"])]["key_result"], row) for row in csv.DictReader(file)]
    assert all(sha256(text.encode()).hexdigest()[:8] == row["digest"] for text, row in rows)
    return [(row["sample"], row["judged"], wording.read(text).phrasing) for text, row in rows]


def test_every_real_key_result_is_read(key_results):
    quarters = {}
    for number, row in enumerate(key_results):
        key = (row["organisation"], row["period"], row["objective"])
        quarters.setdefault(key, []).append(KeyResultFacts(id=number, title=row["key_result"]))
    objectives = [
        ObjectiveFacts(id=number, title=key[2], key_results=tuple(results))
        for number, (key, results) in enumerate(quarters.items())
    ]

    remarks = lint.lint_unit(UnitFacts(id=1, name="All", objectives=tuple(objectives)))

    share = sum(remark.rule == "L1" for remark in remarks) / len(key_results)
    assert len(key_results) == 547
    assert 0.7 < share < 0.85  # these teams list what they build; 82 of the 100 judged rows are outputs
    assert not [remark for remark in remarks if not remark.message]


@pytest.mark.parametrize(("sample", "size"), [("first", 100), ("holdout", 50)])
def test_the_lint_agrees_with_a_person(judged, sample, size):
    """Precision counts an unclear row that is flagged as wrong."""
    pairs = [(person, rule) for name, person, rule in judged if name == sample]

    flagged = [person for person, rule in pairs if rule == Phrasing.OUTPUT]
    outputs = [rule for person, rule in pairs if person == Phrasing.OUTPUT]

    assert len(pairs) == size
    assert flagged.count("output") / len(flagged) >= 0.94
    assert outputs.count(Phrasing.OUTPUT) / len(outputs) >= 0.88
    assert "outcome" not in flagged
