import pytest

from apps.readiness import imports
from apps.readiness.management.commands.publish_editions import FOLDER
from apps.readiness.rules import Sheet, applies, service_variables
from tests.factories import ServiceFactory
from tests.factories.readiness import GREEN_LIGHT, READINESS


def problems(text):
    return [str(problem) for problem in imports.read(text).problems]


@pytest.mark.parametrize("text", [GREEN_LIGHT, READINESS])
def test_a_whole_edition_has_no_problems(text):
    assert problems(text) == []


def test_reading_keeps_the_words_and_the_hash_of_the_text():
    parsed = imports.read(READINESS)

    assert (parsed.key, parsed.number, parsed.kind) == ("operational-readiness", 1, "readiness")
    assert parsed.content["areas"][0]["items"][1] == {
        "key": "REL-02",
        "weight": "high",
        "question": "Where are the backups?",
        "guidance": "A backup nobody restored is none.",
        "evidence": "a restore with its date",
        "evidence_required": True,
        "applies": "service.has_store",
    }
    assert parsed.sha256 != imports.read(READINESS + "\n").sha256


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("kind: readiness", "kind: quiz", "edition: kind is conversation or readiness."),
        ("edition: 1", "edition: 0", "edition: Editions count from 1."),
        ("edition: 1", "edition: one", "edition: edition should be a whole number."),
        ("title: Operational readiness", "tittle: x", "edition: title is missing."),
        ("weight: low", "weight: heavy", "REL-04: weight is high, medium, low."),
        ("key: REL-02", "key: REL-07", "REL-07: Codes count from 01; this one should be REL-02."),
        ("key: SEC-02", "key: REL-05", "REL-05: The codes of this area begin with SEC."),
        ("reconfirm_days: 90", "reconfirm_days: 0", "REL-03: reconfirm_days is at least 1."),
        ("service.has_store", "service.has_shop", "is no condition that can be answered"),
        ("service.has_store", "service.tier <", "is no condition that can be answered"),
        ("service.has_store", "service.tier + 1", "does not answer with yes or no."),
        ("- key: SEC\n", "- key: REL\n", "REL is there twice."),
        ("- key: SEC\n", "- key: ALL\n", "cannot be the key of an area"),
        ('question: "How do secrets change?"', "question: ''", "SEC-02: question is missing."),
        ("guidance: Roles.", "guidance: Roles., colour: red", "SEC-01: colour is unknown here."),
    ],
)
def test_what_is_wrong_is_said(old, new, problem):
    assert old in READINESS

    assert any(problem in found for found in problems(READINESS.replace(old, new, 1)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "key: [unclosed",
        "\x00\x01binary",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "!!python/object/apply:os.system ['true']",
        "x" * (imports.LARGEST + 1),
    ],
    ids=["nothing", "list", "broken", "binary", "bomb", "code", "huge"],
)
def test_what_is_no_edition_is_refused(text):
    assert problems(text) != []


def test_aliases_are_refused_because_they_multiply():
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"

    assert problems(bomb) == ["file: This is not YAML: aliases are not allowed here"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_editions_are_whole(path):
    assert problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.django_db
def test_conditions_are_checked_with_what_they_are_asked_with_later():
    variables = service_variables(ServiceFactory(), has_interfaces=True, has_dependencies=True)

    assert imports.EXAMPLES[0]["service"].keys() == variables["service"].keys()


@pytest.mark.django_db
def test_a_small_internal_tool_sees_fewer_than_fifty_items():
    service = ServiceFactory(tier=4, data_class="public", exposure="internal", has_store=False)
    variables = service_variables(service, has_interfaces=False, has_dependencies=False)
    parsed = imports.read((FOLDER / "operational-readiness.yaml").read_text(encoding="utf-8"))
    sheet = Sheet.of(
        key=parsed.key, title=parsed.title, number=parsed.number, kind=parsed.kind, content=parsed.content
    )

    assert sum(applies(item, variables) for item in sheet.items) < 50
