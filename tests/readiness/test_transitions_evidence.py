from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.readiness import transitions
from apps.readiness.models import Evidence
from tests.factories import ActorFactory
from tests.factories.readiness import answer_of, readiness_of
from tests.history import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(assessment, member, now):
    def added(item="REL-01", *, by=member, url="https://wiki.example/restore", title="Restore", **more):
        return transitions.add_evidence(
            answer_of(assessment, item), url=url, title=title, by=by, at=now, **more
        )

    return added


def test_a_link_shows_that_an_answer_is_true(assessment, add):
    evidence = add(expires_on=date(2026, 9, 1))

    answer = answer_of(assessment, "REL-01")
    assert list(answer.evidence.all()) == [evidence]
    assert (answer.evidence_count, answer.evidence_until) == (1, date(2026, 9, 1))
    assert told(answer) == [f"Ana Lind added evidence to REL-01 of {assessment.service.name}: Restore"]
    assessment.refresh_from_db()
    assert assessment.content_version == 1


def test_one_link_serves_several_answers(assessment, add, member, now):
    first = add("REL-01")

    again = add("REL-02", title="Another name")
    transitions.attach_evidence(answer_of(assessment, "REL-03"), evidence=first, by=member, at=now)

    assert again == first
    assert Evidence.objects.get().title == "Restore"
    assert [answer_of(assessment, item).evidence_count for item in ("REL-01", "REL-02", "REL-03")] == [
        1,
        1,
        1,
    ]


def test_adding_a_link_twice_changes_nothing(assessment, add):
    add()
    add()

    assert (answer_of(assessment, "REL-01").evidence_count, len(told(answer_of(assessment, "REL-01")))) == (
        1,
        1,
    )


def test_a_link_without_a_title_is_called_by_its_address(add):
    assert add(title=" ").title == "https://wiki.example/restore"


def test_a_link_that_no_answer_uses_is_forgotten(assessment, add, member, now):
    evidence = add("REL-01")
    add("REL-02")

    transitions.remove_evidence(answer_of(assessment, "REL-01"), evidence=evidence, by=member, at=now)
    assert answer_of(assessment, "REL-01").evidence_count == 0
    assert Evidence.objects.exists()
    transitions.remove_evidence(answer_of(assessment, "REL-02"), evidence=evidence, by=member, at=now)

    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"url": "javascript:alert(1)"},
        {"url": "https://x.example/" + "x" * 1000},
        {"url": ""},
        {"title": "x" * 201},
        {"title": "two\nlines"},
        {"title": "nul\0"},
        {"expires_on": date(3000, 1, 1)},
    ],
)
def test_what_is_no_link_is_refused(add, values):
    with pytest.raises(InvalidInputError):
        add(**values)

    assert not Evidence.objects.exists()


@pytest.mark.parametrize("role", ["is_enablement", "is_security", "is_admin"])
def test_others_bring_no_evidence(assessment, add, now, role):
    stranger = ActorFactory(**{f"person__{role}": True})
    with pytest.raises(NotPermittedError):
        add(by=stranger)
    evidence = add()
    with pytest.raises(NotPermittedError):
        transitions.remove_evidence(answer_of(assessment, "REL-01"), evidence=evidence, by=stranger, at=now)


def test_links_of_another_checklist_are_not_used(assessment, add, member, now):
    other = readiness_of(team=assessment.service.team)
    foreign = transitions.add_evidence(
        answer_of(other, "REL-01"), url="https://a.example", title="", by=member, at=now
    )

    with pytest.raises(InvalidMoveError, match="another checklist"):
        transitions.attach_evidence(answer_of(assessment, "REL-01"), evidence=foreign, by=member, at=now)
    with pytest.raises(InvalidMoveError, match="does not use"):
        transitions.remove_evidence(answer_of(assessment, "REL-01"), evidence=foreign, by=member, at=now)


def test_the_database_keeps_an_address_once(assessment, add, member, now):
    add()

    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(
            assessment=assessment,
            url="https://wiki.example/restore",
            title="x",
            added_by=member.person,
            added_at=now,
        )
