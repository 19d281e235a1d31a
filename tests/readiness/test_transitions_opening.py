from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.catalog.models import Dependency, Interface, Phase, Service, ServiceSummary
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.readiness import queries, transitions
from apps.readiness.models import Answer, Area, Assessment, Edition, Kind, Reviewer
from tests.factories import ActorFactory, ServiceFactory, UserFactory, lead_of, member_of
from tests.factories.readiness import (
    GREEN_LIGHT,
    READINESS,
    SYSTEM,
    answer_of,
    area_of,
    conversation_of,
    publish_editions,
    readiness_of,
)
from tests.history import told

pytestmark = pytest.mark.django_db
WISH = {"expected_users": "40 drivers", "target_quarter": "2026-Q4"}


@pytest.fixture
def service(db):
    publish_editions()
    return ServiceFactory(phase=Phase.PLAYGROUND, name="Ledger")


def test_green_light_begins_with_an_advisor_and_all_questions(service, now):
    advisor = UserFactory(is_enablement=True, name="Maya Sund")
    lead = lead_of(service.team)
    member = member_of(service.team, name="Ana Lind")

    assessment = transitions.start_green_light(service, sponsor="None yet", by=member, at=now, **WISH)

    service.refresh_from_db()
    assert (service.phase, service.advisor, service.expected_users) == (
        Phase.GREEN_LIGHT,
        advisor,
        "40 drivers",
    )
    assert (service.target_quarter, service.sponsor) == ("2026-Q4", "None yet")
    assert (assessment.kind, assessment.applies_version) == (Kind.CONVERSATION, service.version)
    assert list(assessment.answers.order_by("position").values_list("item", "state", "weight")) == [
        ("GL-01", "open", ""),
        ("GL-02", "open", ""),
        ("GL-03", "open", ""),
    ]
    assert told(assessment) == ["Ana Lind started the green-light conversation; Maya Sund advises"]
    told_to = Notice.objects.filter(kind="readiness/started").values_list("recipient", flat=True)
    assert set(told_to) == {lead.person_id, advisor.pk}
    assert "Ana Lind asked for an advisor of Ledger; the portal chose Maya Sund" in told(service)
    letter = Notice.objects.get(kind="catalog/advisor")
    assert letter.title == "You advise Ledger now"
    assert letter.text.startswith("Ana Lind started the green-light conversation, and you have the fewest")
    summary = ServiceSummary.objects.get(service=service)
    assert (summary.answered, summary.applicable, summary.weak_areas) == (0, 3, [])
    assert (summary.next_step, summary.next_url) == (
        "Answer GL-01: What is it for?",
        f"/services/{service.slug}/green-light/#GL-01",
    )


def test_the_day_on_which_the_playground_was_to_be_reviewed_is_over(service, now):
    ServiceSummary.objects.filter(service=service).update(next_on=now.date() + timedelta(days=90))

    transitions.start_green_light(service, by=member_of(service.team), at=now, **WISH)

    assert ServiceSummary.objects.get(service=service).next_on is None


def test_a_conversation_begins_even_when_nobody_can_advise(service, now):
    assessment = transitions.start_green_light(service, by=member_of(service.team), at=now, **WISH)

    assert assessment.service.advisor is None


@pytest.mark.parametrize("phase", [Phase.GREEN_LIGHT, Phase.READY, Phase.LIVE])
def test_green_light_begins_in_playground_only(service, now, phase):
    Service.objects.filter(pk=service.pk).update(phase=phase)

    with pytest.raises(InvalidMoveError):
        transitions.start_green_light(service, by=member_of(service.team), at=now, **WISH)

    assert not Assessment.objects.exists()


@pytest.mark.parametrize("role", ["is_enablement", "is_leadership", "is_admin"])
def test_others_do_not_start_it(service, now, role):
    with pytest.raises(NotPermittedError):
        transitions.start_green_light(service, by=ActorFactory(**{f"person__{role}": True}), at=now, **WISH)

    service.refresh_from_db()
    assert (service.phase, Event.objects.exclude(verb__startswith="readiness.edition").count()) == (
        Phase.PLAYGROUND,
        0,
    )


def test_a_part_goes_with_its_whole(service, now):
    part = ServiceFactory(part_of=service, team=service.team, phase=Phase.PLAYGROUND)

    with pytest.raises(InvalidMoveError, match="moves with its whole"):
        transitions.start_green_light(part, by=member_of(service.team), at=now, **WISH)


@pytest.mark.parametrize(
    "wish",
    [
        {"expected_users": " ", "target_quarter": "2026-Q4"},
        {"expected_users": "x" * 301, "target_quarter": "2026-Q4"},
        {"expected_users": "forty", "target_quarter": "soon"},
        {"expected_users": "forty", "target_quarter": "2026-Q5"},
        {"expected_users": "nul\0", "target_quarter": "2026-Q4"},
        {"expected_users": "forty", "target_quarter": "2026-Q4", "sponsor": "x" * 301},
    ],
)
def test_what_cannot_be_kept_starts_nothing(service, now, wish):
    with pytest.raises(InvalidInputError):
        transitions.start_green_light(service, by=member_of(service.team), at=now, **wish)

    service.refresh_from_db()
    assert (service.phase, Assessment.objects.count()) == (Phase.PLAYGROUND, 0)


def test_without_a_published_checklist_nothing_begins(now):
    service = ServiceFactory(phase=Phase.PLAYGROUND)

    with pytest.raises(InvalidMoveError, match="not published yet"):
        transitions.start_green_light(service, by=member_of(service.team), at=now, **WISH)


def test_the_ten_areas_open_with_what_applies(now):
    assessment = readiness_of(data_class="internal")

    assert answer_of(assessment, "SEC-01").applies is False
    area = area_of(assessment, "SEC")
    assert (area.applicable, area.answered, area.weight, area.is_weak) == (1, 0, 4, True)
    assert told(assessment) == [
        f"tests opened {assessment.subject.name}: 5 questions apply, 0 have a text to confirm"
    ]


def test_they_open_once(now):
    assessment = readiness_of()

    with pytest.raises(InvalidMoveError, match="open already"):
        transitions.open_readiness(assessment.service, by=SYSTEM, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(
            service=assessment.service, edition=assessment.edition, kind=Kind.READINESS, opened_at=now
        )


def test_what_nobody_knows_yet_is_not_taken_over(now):
    conversation = conversation_of()
    member = member_of(conversation.service.team)
    transitions.save_answer(
        answer_of(conversation, "GL-03"), revision=0, state="unknown", text="Hm.", by=member, at=now
    )

    assessment = readiness_of(conversation.service)

    assert answer_of(assessment, "REL-01").text == ""


def test_moving_back_closes_and_a_second_time_takes_texts_over(assessment, member, save, now):
    save("REL-02", state="in_place", text="Nightly, restored in May.")
    Service.objects.filter(pk=assessment.service_id).update(phase=Phase.GREEN_LIGHT)

    transitions.close_assessments(assessment.service, by=member, at=now)

    assessment.refresh_from_db()
    assert assessment.closed_at == now
    assert told(assessment)[0] == f"Ana Lind closed {assessment.subject.name}; it is kept as it was"
    again = readiness_of(assessment.service)
    taken = answer_of(again, "REL-02")
    assert (taken.state, taken.text, taken.is_inherited, taken.owner) == (
        "open",
        "Nightly, restored in May.",
        True,
        None,
    )


def test_in_its_phase_nothing_is_closed(assessment, member, now):
    transitions.close_assessments(assessment.service, by=member, at=now)

    assessment.refresh_from_db()
    assert assessment.closed_at is None


def test_conditions_follow_the_service(now):
    assessment = readiness_of(data_class="internal")
    by = Actor.system("readiness.refresh")
    assert transitions.refresh(by=by, at=now) == 0

    Service.objects.filter(pk=assessment.service_id).update(
        data_class="restricted", has_store=False, version=assessment.service.version + 1
    )
    assert transitions.refresh(by=by, at=now) == 1
    assert transitions.refresh(by=by, at=now) == 0

    assert answer_of(assessment, "SEC-01").applies
    assert not answer_of(assessment, "REL-02").applies
    assert (area_of(assessment, "SEC").applicable, area_of(assessment, "REL").applicable) == (2, 3)
    assert told(assessment)[0] == f"{assessment.subject.name} follows the service: 1 items more, 1 fewer"
    assessment.refresh_from_db()
    assert (assessment.content_version, assessment.applies_version) == (1, 2)


def test_a_change_that_concerns_no_item_is_only_noted(now):
    assessment = readiness_of()
    Service.objects.filter(pk=assessment.service_id).update(version=7)

    transitions.refresh(by=Actor.system("readiness.refresh"), at=now)

    assessment.refresh_from_db()
    assert (assessment.applies_version, assessment.content_version) == (7, 0)
    assert len(told(assessment)) == 1


def test_a_whole_has_the_interfaces_and_dependencies_of_its_parts():
    whole, other = ServiceFactory(), ServiceFactory()
    part = ServiceFactory(part_of=whole)
    assert queries.service_facts(whole)["service"]["has_interfaces"] is False
    Interface.objects.create(slug="a", name="A", kind="openapi").providers.add(part)
    Dependency.objects.create(service=part, target=whole)
    inside = queries.service_facts(whole)["service"]
    Dependency.objects.create(service=part, target=other)

    assert (inside["has_interfaces"], inside["has_dependencies"]) == (True, False)
    assert queries.service_facts(whole)["service"]["has_dependencies"] is True


def test_publishing_twice_changes_nothing(now):
    for text in (GREEN_LIGHT, READINESS, GREEN_LIGHT, READINESS):
        transitions.publish(text, by=SYSTEM, at=now)

    assert Edition.objects.count() == 2
    assert Event.objects.filter(verb="readiness.edition_published").count() == 2


def test_an_edition_never_changes(now):
    publish_editions()

    with pytest.raises(InvalidInputError, match="a correction is edition 2"):
        transitions.publish(READINESS.replace("fails over", "falls over"), by=SYSTEM, at=now)
    second = transitions.publish(READINESS.replace("edition: 1", "edition: 2"), by=SYSTEM, at=now)

    assert queries.latest_edition(Kind.READINESS) == second


@pytest.mark.parametrize(
    ("person", "may"),
    [({"person__is_enablement": True}, True), ({"person__is_admin": True}, True), ({}, False)],
)
def test_who_publishes(now, person, may):
    by = ActorFactory(**person)

    if may:
        assert transitions.publish(READINESS, by=by, at=now).number == 1
        return
    with pytest.raises(NotPermittedError):
        transitions.publish(READINESS, by=by, at=now)


def test_a_broken_edition_is_not_published(now):
    with pytest.raises(InvalidInputError, match="weight is high"):
        transitions.publish(READINESS.replace("weight: low", "weight: heavy"), by=SYSTEM, at=now)

    assert not Edition.objects.exists()


def test_reviewers_are_those_on_the_panel(assessment, now):
    first, second, third = UserFactory.create_batch(3)

    transitions.set_reviewers(assessment.service, people=[first, second], by=SYSTEM, at=now)
    transitions.set_reviewers(
        assessment.service, people=[third, second], by=SYSTEM, at=now + timedelta(days=1)
    )

    assert set(Reviewer.objects.values_list("person", flat=True)) == {second.pk, third.pk}


def test_the_database_keeps_each_answer_and_area_once(assessment):
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(assessment=assessment, item="REL-01", area="REL", position=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.create(assessment=assessment, key="REL", position=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.create(
            key="x",
            number=0,
            kind="readiness",
            title="x",
            content={},
            sha256="x",
            published_at=assessment.opened_at,
        )
