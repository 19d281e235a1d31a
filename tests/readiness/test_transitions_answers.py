from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.activity.models import Event
from apps.catalog.models import Phase, Service, ServiceSummary
from apps.comments.models import Comment
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from apps.readiness import transitions
from apps.readiness.models import Answer, AnswerVersion, Area, Assessment
from tests.factories import ActorFactory, UserFactory, lead_of, member_of
from tests.factories.readiness import answer_of, area_of, conversation_of, readiness_of
from tests.history import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def nothing(assessment):
    """Tell whether a refusal left anything behind."""
    before = (Event.objects.count(), Notice.objects.count(), AnswerVersion.objects.count())
    rows = list(Answer.objects.order_by("pk").values())
    version = assessment.content_version

    def is_left():
        assessment.refresh_from_db()
        counts = (Event.objects.count(), Notice.objects.count(), AnswerVersion.objects.count())
        return (counts, list(Answer.objects.order_by("pk").values()), assessment.content_version) == (
            before,
            rows,
            version,
        )

    return is_left


def test_saving_keeps_the_answer_its_version_and_who_did_it(assessment, member, save, now):
    result = save("REL-04", state="in_place", text="We did,\r\nin May.  \n")

    answer = answer_of(assessment, "REL-04")
    assert result == Saved(answer)
    assert (answer.state, answer.text, answer.revision) == ("in_place", "We did,\nin May.", 1)
    assert (answer.saved_by_id, answer.saved_at) == (member.person_id, now)
    assert list(AnswerVersion.objects.values_list("revision", "state", "author")) == [
        (1, "in_place", member.person_id)
    ]
    assert told(answer) == [f"Ana Lind answered REL-04 of {assessment.service.name}: In place"]


def test_saving_recounts_the_area_and_the_summary(assessment, save):
    save("REL-01", state="in_place", text="Rehearsed in May.")
    save("REL-02", state="gap", text="None yet.")
    save(
        "REL-03",
        state="planned",
        text="In June.",
        owner=member_of(assessment.service.team).person,
        due_on=date(2026, 6, 1),
    )
    save("REL-04", state="not_applicable", reason="Nobody calls it.")

    area = area_of(assessment, "REL")
    assert (area.applicable, area.answered, area.weight, area.credit) == (4, 4, 16, 8)
    assert (area.open_high, area.gaps, area.exempt, area.is_weak) == (1, 1, 0, True)
    summary = ServiceSummary.objects.get(service=assessment.service)
    assert (summary.answered, summary.applicable, summary.open_high) == (4, 5, 1)
    assert summary.weak_areas == [
        {"key": "REL", "title": "Reliability / Failover"},
        {"key": "SEC", "title": "Security"},
    ]
    assert summary.next_step == "Answer SEC-02: How do secrets change?"
    assert summary.next_url == f"/services/{assessment.service.slug}/readiness/sec/#SEC-02"


def test_when_all_is_answered_the_next_step_is_to_submit(assessment, member, save, now):
    for item in ("REL-01", "REL-02", "REL-03", "REL-04", "SEC-02"):
        save(item, state="in_place", text="It is.")

    assert ServiceSummary.objects.get().next_step == "Submit the checklist for the walkthrough"


def test_once_submitted_the_next_step_is_the_walkthrough(assessment, member, save, now):
    for item in ("REL-01", "REL-02", "REL-03", "REL-04"):
        save(item, state="in_place", text="It is.")
    transitions.submit(assessment, by=member, at=now)
    save("SEC-02", state="in_place", text="Each month.")

    summary = ServiceSummary.objects.get()
    url = f"/services/{assessment.service.slug}/walkthroughs/"
    assert (summary.next_step, summary.next_url) == ("Go on to the walkthrough", url)


def test_an_answer_leaves_the_next_step_of_the_walkthrough_alone(assessment, member, save, now):
    for item in ("REL-01", "REL-02", "REL-03", "REL-04", "SEC-02"):
        save(item, state="in_place", text="It is.")
    transitions.submit(assessment, by=member, at=now)
    ServiceSummary.objects.update(next_step="2 signatures to come", next_url="/walkthroughs/1/#sign-offs")

    save("SEC-02", state="gap")

    assert ServiceSummary.objects.get().next_step == "2 signatures to come"


def test_one_authors_saves_within_a_quarter_of_an_hour_are_one_version(assessment, member, save, now):
    for minute, text in enumerate(["R", "Re", "Rehearsed"]):
        save("REL-01", text=text, at=now + timedelta(minutes=minute))
    save("REL-01", text="Rehearsed in May", at=now + timedelta(minutes=16))
    save("REL-01", text="In June", by=member_of(assessment.service.team), at=now + timedelta(minutes=17))

    versions = AnswerVersion.objects.order_by("revision").values_list("revision", "text")
    assert list(versions) == [(3, "Rehearsed"), (4, "Rehearsed in May"), (5, "In June")]
    assert len(told(answer_of(assessment, "REL-01"))) == 3


def test_a_state_that_changes_is_told_even_within_one_version(assessment, save, now):
    save("REL-01", state="gap")
    save("REL-01", state="in_place", at=now + timedelta(minutes=1))

    sentences = [sentence.rpartition(": ")[2] for sentence in told(answer_of(assessment, "REL-01"))]
    assert sentences == ["In place", "Gap"]


def test_a_stale_save_is_a_conflict_and_writes_nothing(assessment, member, save, now, nothing):
    save("REL-01", text="Theirs.")
    assessment.refresh_from_db()
    before = AnswerVersion.objects.count()

    result = save("REL-01", text="Mine.", revision=0)

    answer = answer_of(assessment, "REL-01")
    assert isinstance(result, Conflict)
    assert (result.row.text, answer.text, AnswerVersion.objects.count()) == ("Theirs.", "Theirs.", before)


def test_a_stale_save_of_the_same_content_is_no_conflict(assessment, save):
    save("REL-01", state="gap", text="Same.")

    result = save("REL-01", state="gap", text="Same.", revision=0)

    assert isinstance(result, Saved)
    assert result.row.revision == 1


def test_saving_counts_what_signatures_are_about(assessment, save):
    save("REL-01", text="One.")
    save("REL-01", text="One.")
    save("REL-01", text="Two.")

    assessment.refresh_from_db()
    assert assessment.content_version == 2


@pytest.mark.parametrize(
    "values",
    [
        {"state": "answered"},
        {"state": "nonsense"},
        {"state": "planned"},
        {"state": "not_applicable"},
        {"state": "not_applicable", "reason": "  \n"},
        {"text": "x" * 20_001},
        {"text": "nul\0"},
        {"reason": "x" * 2001},
        {"state": "in_place", "due_on": date(1066, 10, 14)},
    ],
)
def test_what_cannot_be_kept_is_refused_whole(save, nothing, values):
    with pytest.raises(InvalidInputError):
        save("REL-01", **values)

    assert nothing()


def test_planned_needs_owner_and_date_in_the_database_too(assessment):
    answer = answer_of(assessment, "REL-01")

    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(pk=answer.pk).update(state="planned")


@pytest.mark.parametrize("person", [{}, {"is_active": False}])
def test_an_owner_is_in_the_team(assessment, save, nothing, person):
    with pytest.raises(InvalidInputError, match="not in the team"):
        save("REL-01", owner=UserFactory(**person))

    assert nothing()


def test_an_owner_who_left_may_stay_until_somebody_else_is_named(assessment, save):
    owner = member_of(assessment.service.team).person
    save("REL-01", owner=owner)
    owner.team_ids = []
    owner.save()

    assert isinstance(save("REL-01", owner=owner, text="More."), Saved)


@pytest.mark.parametrize(
    "role", ["is_enablement", "is_security", "is_architect", "is_leadership", "is_admin"]
)
def test_others_do_not_answer(save, nothing, role):
    with pytest.raises(NotPermittedError):
        save("REL-01", by=ActorFactory(**{f"person__{role}": True}), text="Mine.")

    assert nothing()


def test_a_closed_checklist_stays_as_it_was(assessment, save, now):
    Assessment.objects.filter(pk=assessment.pk).update(closed_at=now)

    with pytest.raises(InvalidMoveError, match="closed on 2 Mar 2026"):
        save("REL-01", text="More.")


def test_an_archived_service_is_restored_first(assessment, save):
    Service.objects.filter(pk=assessment.service_id).update(phase=Phase.ARCHIVED, phase_before=Phase.READY)

    with pytest.raises(InvalidMoveError, match="archived"):
        save("REL-01", text="More.")


def test_a_conversation_has_its_own_states(now):
    conversation = conversation_of()
    member = member_of(conversation.service.team)

    for state in ("answered", "unknown", "not_applicable", "open"):
        answer = answer_of(conversation, "GL-01")
        result = transitions.save_answer(
            answer, revision=answer.revision, state=state, text=state, by=member, at=now
        )
        assert result.row.state == state
    with pytest.raises(InvalidInputError):
        transitions.save_answer(answer, revision=4, state="gap", text="", by=member, at=now)


@pytest.fixture
def talk(now):
    """Save a question of a conversation: `talk("open", "40 drivers", revision=0)`."""
    conversation = conversation_of()
    by = lead_of(conversation.service.team)

    def saved(state, text, *, revision):
        answer = answer_of(conversation, "GL-02")
        return transitions.save_answer(answer, state=state, text=text, revision=revision, by=by, at=now)

    return saved


def test_a_text_under_an_open_question_answers_it(talk):
    saved = talk("open", "40 drivers", revision=0)

    assert (saved.row.state, saved.row.text) == ("answered", "40 drivers")
    event = Event.objects.get(verb="readiness.answer_saved")
    assert (event.data["before"], event.data["after"]) == ("Open", "Answered")


def test_the_same_save_once_more_is_no_conflict(talk):
    first = talk("open", "40 drivers", revision=0)
    again = talk("open", "40 drivers", revision=0)

    assert isinstance(again, Saved)
    assert (again.row.state, again.row.revision) == ("answered", first.row.revision)
    assert isinstance(talk("open", "50 drivers", revision=0), Conflict)


def test_who_opens_a_question_again_means_it(talk):
    revision = talk("answered", "40 drivers", revision=0).row.revision

    opened = talk("open", "40 drivers, or more", revision=revision)

    assert opened.row.state == "open"


@pytest.mark.parametrize(("state", "text"), [("unknown", "Hm."), ("open", ""), ("open", "  \n")])
def test_other_states_and_blanks_stay(talk, state, text):
    assert talk(state, text, revision=0).row.state == state


def test_in_the_ten_areas_a_text_claims_nothing(save):
    assert save("REL-01", text="Not sure yet.").row.state == "open"


def test_what_was_taken_over_counts_once_it_is_confirmed(now):
    conversation = conversation_of()
    member = member_of(conversation.service.team, name="Ana Lind")
    transitions.save_answer(
        answer_of(conversation, "GL-03"), revision=0, state="answered", text="A pair.", by=member, at=now
    )
    Service.objects.filter(pk=conversation.service_id).update(phase=Phase.READY)
    assessment = readiness_of(conversation.service)
    inherited = answer_of(assessment, "REL-01")
    assert (inherited.state, inherited.text, inherited.is_inherited) == ("open", "A pair.", True)
    assert area_of(assessment, "REL").credit == 0

    confirmed = transitions.confirm_inherited(inherited, by=member, at=now)

    assert (confirmed.state, confirmed.is_inherited, area_of(assessment, "REL").credit) == (
        "in_place",
        False,
        6,
    )
    assert told(confirmed) == [
        f"Ana Lind confirmed the text of REL-01 of {assessment.service.name}: In place"
    ]
    assert list(AnswerVersion.objects.filter(answer=confirmed).values_list("revision", "author")) == [
        (0, None),
        (1, member.person_id),
    ]


def test_only_what_was_taken_over_is_confirmed(assessment, member, now, nothing):
    with pytest.raises(InvalidMoveError, match="no text that waits"):
        transitions.confirm_inherited(answer_of(assessment, "REL-01"), by=member, at=now)

    assert nothing()


def test_the_team_writes_to_its_advisor(now):
    conversation = conversation_of()
    advisor = UserFactory(is_enablement=True)
    Service.objects.filter(pk=conversation.service_id).update(advisor=advisor)
    Notice.objects.all().delete()
    member = member_of(conversation.service.team, name="Ana Lind")

    transitions.say(
        answer_of(conversation, "GL-02"), text="About 40. Is that <b>many</b>?", by=member, at=now
    )

    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (advisor, "readiness/said")
    assert notice.title == f"Ana Lind wrote about GL-02 of {conversation.service.name}"
    assert "About 40. Is that <b>many</b>?" in notice.text
    assert notice.url == f"/services/{conversation.service.slug}/green-light/#GL-02"


def test_the_advisor_writes_to_leads_until_somebody_of_the_team_took_part(now):
    conversation = conversation_of()
    advisor = ActorFactory(person__is_enablement=True)
    Service.objects.filter(pk=conversation.service_id).update(advisor=advisor.person)
    lead = lead_of(conversation.service.team)
    member = member_of(conversation.service.team)
    Notice.objects.all().delete()
    answer = answer_of(conversation, "GL-02")

    transitions.say(answer, text="How many?", by=advisor, at=now)
    leads = set(Notice.objects.values_list("recipient", flat=True))
    Notice.objects.all().delete()
    transitions.say(answer, text="Forty.", by=member, at=now)
    Notice.objects.all().delete()
    transitions.say(answer, text="Thanks.", by=advisor, at=now)

    assert lead.person_id in leads
    assert member.person_id not in leads
    assert list(Notice.objects.values_list("recipient", flat=True)) == [member.person_id]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 10_001, "nul\0"])
def test_words_that_cannot_be_kept_are_refused(assessment, member, now, nothing, text):
    with pytest.raises(InvalidInputError):
        transitions.say(answer_of(assessment, "REL-01"), text=text, by=member, at=now)

    assert nothing()


def test_returned_items_go_to_their_owners_and_else_to_the_leads(assessment, member, save, security, now):
    lead = lead_of(assessment.service.team)
    save("REL-01", state="in_place", text="Yes.", owner=member.person)
    answers = [answer_of(assessment, item) for item in ("REL-02", "REL-01")]

    returned = transitions.return_answers(answers, note="Who watched it?", by=security, at=now)

    assert [answer.item for answer in returned] == ["REL-01", "REL-02"]
    assert Answer.objects.filter(is_returned=True).count() == 2
    assert Comment.objects.filter(text="Who watched it?").count() == 2
    notices = {
        notice.recipient_id: notice.title for notice in Notice.objects.filter(kind="readiness/returned")
    }
    assert notices == {
        member.person_id: f"Priya Raman returned REL-01 of {assessment.service.name}",
        lead.person_id: f"Priya Raman returned REL-02 of {assessment.service.name}",
    }
    assert told(assessment)[0] == f"Priya Raman returned REL-01, REL-02 of {assessment.subject.name}"


def test_looking_at_a_returned_item_again_ends_that(assessment, save, security, now):
    transitions.return_answers([answer_of(assessment, "REL-01")], by=security, at=now)

    save("REL-01", text="We looked.")

    assert not answer_of(assessment, "REL-01").is_returned


def test_the_own_team_returns_nothing(assessment, member, now, nothing):
    with pytest.raises(NotPermittedError):
        transitions.return_answers([answer_of(assessment, "REL-01")], by=member, at=now)

    assert nothing()


def test_items_of_two_checklists_are_not_returned_together(assessment, security, now):
    other = readiness_of()

    with pytest.raises(InvalidInputError):
        transitions.return_answers(
            [answer_of(assessment, "REL-01"), answer_of(other, "REL-01")], by=security, at=now
        )
    with pytest.raises(InvalidInputError):
        transitions.return_answers([], by=security, at=now)


def test_submitting_freezes_nothing_and_tells_the_advisor_and_the_panel(assessment, member, save, now):
    advisor, reviewer = UserFactory(is_enablement=True), UserFactory(reviews=True)
    Service.objects.filter(pk=assessment.service_id).update(advisor=advisor)
    transitions.set_reviewers(assessment.service, people=[reviewer], by=member, at=now)
    save("REL-01", state="gap", text="Not yet.")

    submitted = transitions.submit(assessment, by=member, at=now)

    assert submitted.submitted_at == now
    assert told(assessment)[0] == f"Ana Lind submitted {assessment.subject.name}: 1 of 5 answered"
    told_to = Notice.objects.filter(kind="readiness/submitted").values_list("recipient", flat=True)
    assert set(told_to) == {advisor.pk, reviewer.pk}
    assert isinstance(save("REL-02", text="Later.", at=now + timedelta(hours=1)), Saved)


def test_what_is_submitted_twice_within_a_second_is_told_twice(assessment, member, now):
    advisor = UserFactory(is_enablement=True)
    Service.objects.filter(pk=assessment.service_id).update(advisor=advisor)

    for number in range(2):
        transitions.submit(assessment, by=member, at=now + timedelta(milliseconds=number))

    assert Notice.objects.filter(kind="readiness/submitted", recipient=advisor).count() == 2


def test_others_do_not_submit(assessment, enablement, now, nothing):
    with pytest.raises(NotPermittedError):
        transitions.submit(assessment, by=enablement, at=now)

    assert nothing()


def test_a_conversation_is_not_submitted(now):
    conversation = conversation_of()

    with pytest.raises(InvalidMoveError, match="not submitted"):
        transitions.submit(conversation, by=member_of(conversation.service.team), at=now)


def test_the_summary_of_areas_is_the_same_as_counting_by_hand(assessment, save):
    save("REL-01", state="in_place", text="Yes, in May.")
    save("REL-02", state="gap")
    save("SEC-02", state="not_applicable", reason="No secrets.")

    for area in Area.objects.filter(assessment=assessment):
        rows = Answer.objects.filter(assessment=assessment, area=area.key, applies=True)
        assert area.applicable == len(rows)
        assert area.answered == sum(row.state != "open" for row in rows)
