from datetime import timedelta

import pytest

from apps.accounts.models import Actor
from apps.catalog.models import ServiceSummary
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.readiness import transitions
from apps.readiness.models import Reviewer, Verdict
from tests.factories import ActorFactory, UserFactory, lead_of
from tests.factories.readiness import SYSTEM, answer_of, area_of, conversation_of
from tests.history import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def judge(assessment, security, now):
    def judged(value, *, by=security, key="REL", note="", at=now):
        return transitions.give_verdict(area_of(assessment, key), value=value, note=note, by=by, at=at)

    return judged


def test_a_verdict_stands_beside_the_numbers(assessment, judge):
    verdict = judge("adequate", note="Rehearse the failover.")

    area = area_of(assessment, "REL")
    assert (verdict.value, area.verdict, area.is_weak, area.open_high) == ("adequate", "adequate", False, 2)
    assert told(Named(area, assessment)) == [
        f"Priya Raman finds Reliability / Failover of {assessment.service.name} adequate"
    ]
    assert [found["key"] for found in ServiceSummary.objects.get().weak_areas] == ["SEC"]
    assessment.refresh_from_db()
    assert assessment.content_version == 1


class Named:
    """What `told` wants: something with a subject."""

    def __init__(self, area, assessment):
        self.subject = assessment.area_subject(area, title="Reliability / Failover")


def test_the_weakest_word_stands_and_all_are_kept(assessment, judge, enablement):
    judge("strong")
    judge("weak", by=enablement)

    assert (area_of(assessment, "REL").verdict, Verdict.objects.count()) == ("weak", 2)
    judge("adequate", by=enablement)
    assert (area_of(assessment, "REL").verdict, Verdict.objects.count()) == ("adequate", 2)


def test_the_same_word_again_changes_nothing(assessment, judge):
    judge("strong")
    judge("strong")

    assessment.refresh_from_db()
    assert assessment.content_version == 1


def test_a_weak_area_is_told_to_the_leads(assessment, judge):
    lead = lead_of(assessment.service.team)

    judge("weak", note="Nobody has seen it fail.")

    notice = Notice.objects.get()
    assert (notice.recipient_id, notice.title) == (
        lead.person_id,
        f"Priya Raman finds Reliability / Failover of {assessment.service.name} weak",
    )


def test_an_area_that_is_weak_twice_within_a_second_is_told_twice(assessment, judge, now):
    lead_of(assessment.service.team)

    for number, value in enumerate(("weak", "strong", "weak")):
        judge(value, at=now + timedelta(milliseconds=number))

    assert Notice.objects.count() == 2


def test_a_seat_is_enough(assessment, judge, now):
    peer = UserFactory(reviews=True)
    with pytest.raises(NotPermittedError):
        judge("strong", by=Actor(person=peer))
    transitions.set_reviewers(assessment.service, people=[peer], by=SYSTEM, at=now)

    assert judge("strong", by=Actor(person=peer)).reviewer == peer


@pytest.mark.parametrize("role", ["is_leadership", "is_admin"])
def test_other_roles_do_not_review(judge, role):
    with pytest.raises(NotPermittedError):
        judge("strong", by=ActorFactory(**{f"person__{role}": True}))

    assert not Verdict.objects.exists()


@pytest.mark.parametrize("role", ["is_enablement", "is_architect", "is_security"])
def test_the_own_team_never_reviews(assessment, judge, now, role):
    own = UserFactory(team_ids=[assessment.service.team_id], **{role: True})
    transitions.set_reviewers(assessment.service, people=[own], by=SYSTEM, at=now)

    with pytest.raises(NotPermittedError):
        judge("strong", by=Actor(person=own))


@pytest.mark.parametrize("values", [("great", ""), ("weak", "x" * 5001), ("weak", "nul\0")])
def test_what_is_no_verdict_is_refused(judge, values):
    value, note = values
    with pytest.raises(InvalidInputError):
        judge(value, note=note)

    assert not Verdict.objects.exists()


def test_a_conversation_has_no_verdicts(security, now):
    conversation = conversation_of()

    with pytest.raises(InvalidMoveError, match="no verdicts"):
        transitions.give_verdict(area_of(conversation, "GL"), value="weak", by=security, at=now)


def test_the_team_of_a_part_neither_judges_nor_returns(assessment, judge, of_a_part, now):
    Reviewer.objects.create(service=assessment.service, person=of_a_part.person)  # a seat makes no difference

    with pytest.raises(NotPermittedError, match="never the own team"):
        judge("strong", by=of_a_part)
    with pytest.raises(NotPermittedError, match="never the own team"):
        transitions.return_answers([answer_of(assessment, "REL-01")], by=of_a_part, at=now)

    assert not Verdict.objects.exists()
