from datetime import timedelta

import pytest
from django.db import IntegrityError

from apps.activity.models import Event
from apps.catalog.models import Phase, Service
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from apps.readiness.models import Answer, Assessment
from apps.walkthroughs import queries, rules, transitions
from apps.walkthroughs.models import Capacity, ContentSnapshot, Decision, SignOff, State, Veto
from tests.factories import ActorFactory, UserFactory
from tests.factories.readiness import area_of
from tests.factories.walkthroughs import (
    LEVELS,
    answer_all,
    decided,
    fresh,
    held,
    holder,
    in_state,
    seat_as,
    sign,
    signing,
    veto,
)
from tests.history import told

pytestmark = pytest.mark.django_db


def changed(walkthrough, **values):
    """Change the first answer as a save would: the assessment counts it."""
    answer = Answer.objects.filter(assessment=walkthrough.assessment).order_by("pk")[0]
    Answer.objects.filter(pk=answer.pk).update(**values)
    assessment = Assessment.objects.filter(pk=walkthrough.assessment_id)
    assessment.update(content_version=assessment.get().content_version + 1)
    return answer.item


def counting(walkthrough, now):
    return [one.counts for one in queries.page(walkthrough.pk, by=ActorFactory(), now=now).signatures]


def test_a_signature_is_bound_to_the_content(now):
    walkthrough = held()
    seat = seat_as(walkthrough, Capacity.PEER)

    signed = sign(seat)

    content = queries.content(fresh(walkthrough))
    assert signed.snapshot.content == content
    assert signed.snapshot.sha256 == rules.digest(content)
    assert content["items"]["REL-01"]["state"] == "in_place"
    assert Event.objects.get(verb="walkthroughs.signed").data["content"] == signed.snapshot.sha256[:16]


def test_two_reviewers_of_one_name_both_count(now):
    walkthrough = held()
    area = area_of(walkthrough.assessment, "SEC")
    reviewers = [ActorFactory(person__name="Ada Lind", person__is_security=True) for _ in range(2)]

    for by, value in zip(reviewers, ["strong", "weak"], strict=True):
        transitions.say_verdict(walkthrough, area=area, value=value, by=by, at=now)

    assert queries.content(fresh(walkthrough))["verdicts"] == {
        "SEC": {
            str(by.person_id): {"reviewer": "Ada Lind", "value": value}
            for by, value in zip(reviewers, ["strong", "weak"], strict=True)
        }
    }


def test_the_same_content_is_kept_once(now):
    walkthrough = held("high")

    for seat in signing(walkthrough):
        sign(seat)

    assert ContentSnapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [
        (["approve", "approve"], Decision.APPROVED),
        (["approve", "conditions"], Decision.CONDITIONS),
        (["object", "conditions"], Decision.OBJECTIONS),
    ],
)
def test_the_last_signature_decides(now, decisions, outcome):
    walkthrough = held()
    seats = signing(walkthrough)

    sign(seats[0], decisions[0], note="One.")
    assert fresh(walkthrough).state == State.HELD
    sign(seats[1], decisions[1], note="Two.")

    row = fresh(walkthrough)
    assert (row.state, row.decision, row.decided_at) == (State.DECIDED, outcome, now)


def test_a_veto_outweighs_everything(now):
    walkthrough = held("high")
    for seat in signing(walkthrough):
        if seat.capacity != Capacity.SECURITY:
            sign(seat, "object", note="Hm.")

    veto(walkthrough)

    assert fresh(walkthrough).decision == Decision.VETO
    assert fresh(walkthrough).service.summary.has_veto


def test_a_later_signature_decides_anew(now):
    walkthrough = decided()
    seat = signing(walkthrough)[0]

    sign(seat, "object", note="I looked again.")

    assert fresh(walkthrough).decision == Decision.OBJECTIONS
    assert SignOff.objects.filter(seat=seat).count() == 2
    assert SignOff.objects.get(seat=seat, replaced_at=None).decision == "object"
    assert "signed anew: " in told(walkthrough)[0]


def test_two_decisions_within_a_second_are_both_told(now):
    walkthrough = decided()
    seat = signing(walkthrough)[0]
    later = now + timedelta(days=1)

    sign(seat, "object", note="I looked again.", at=later)
    sign(seat, "approve", at=later + timedelta(milliseconds=1))

    told_to = Notice.objects.filter(kind="walkthroughs/decided", at__gte=later)
    assert told_to.filter(recipient=walkthrough.service.lead.person).count() == 2


def test_signing_the_same_twice_is_one_signature(now):
    seat = signing(held())[0]

    assert sign(seat) == sign(seat)


@pytest.mark.parametrize("decision", ["conditions", "object", "veto"])
@pytest.mark.parametrize("note", ["", "  \n "])
def test_whoever_does_not_approve_says_why(now, decision, note):
    walkthrough = held("high")

    with pytest.raises(InvalidInputError) as error:
        sign(seat_as(walkthrough, Capacity.SECURITY), decision, note=note)

    assert error.value.field == "note"
    assert not SignOff.objects.exists()
    assert not ContentSnapshot.objects.exists()


@pytest.mark.parametrize("decision", ["", "yes", "APPROVE"])
def test_there_are_four_decisions(now, decision):
    with pytest.raises(InvalidInputError, match="There is no decision"):
        sign(signing(held())[0], decision)


@pytest.mark.parametrize("state", [State.SCHEDULED, State.IN_PROGRESS, State.CANCELLED])
def test_signing_comes_after_the_meeting(now, state):
    walkthrough = in_state(state)

    with pytest.raises(InvalidMoveError, match="signing is not possible"):
        sign(seat_as(walkthrough, Capacity.PEER))


@pytest.mark.parametrize("phase", [Phase.GREEN_LIGHT, Phase.LIVE])
def test_signing_ends_with_the_phase(now, phase):
    walkthrough = held()
    Service.objects.filter(pk=walkthrough.service_id).update(phase=phase)

    with pytest.raises(InvalidMoveError, match="nothing to sign"):
        sign(signing(walkthrough)[0])


def test_nobody_signs_for_somebody_else(now):
    walkthrough = held()
    seat = seat_as(walkthrough, Capacity.PEER)
    others = [ActorFactory(person__is_admin=True), walkthrough.service.lead, ActorFactory()]

    for by in others:
        with pytest.raises(NotPermittedError):
            transitions.sign_off(seat, decision="approve", by=by, at=now)


def test_presenters_do_not_sign(now):
    with pytest.raises(NotPermittedError, match="does not sign"):
        sign(seat_as(held(), Capacity.PRESENTER))


def test_whoever_joined_the_team_or_lost_the_role_does_not_sign(now):
    walkthrough = held("high")
    joined, lost = seat_as(walkthrough, Capacity.PEER), seat_as(walkthrough, Capacity.ARCHITECT)
    joined.person.team_ids = [walkthrough.service.team_id]
    joined.person.save()
    lost.person.is_architect = False
    lost.person.save()

    for seat in (joined, lost):
        with pytest.raises(NotPermittedError):
            sign(seat)


def terms(now, **changes):
    values = {"items": ["REL-01"], "lifted_by_what": "A restore.", "review_on": now.date() + timedelta(14)}
    return rules.VetoTerms(**(values | changes))


@pytest.mark.parametrize(
    ("level", "capacity"), [("low", "enablement"), ("medium", "architect"), ("high", "peer")]
)
def test_a_veto_is_for_experts_at_high_risk(now, level, capacity):
    seat = seat_as(held(level), capacity)

    with pytest.raises(NotPermittedError, match="A veto is for"):
        sign(seat, "veto", note="No.", terms=terms(now))

    assert not Veto.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lifted_by_what": " "}, "lifted_by_what"),
        ({"review_on": "today"}, "review_on"),
        ({"review_on": "in a year"}, "review_on"),
        ({"items": ["XYZ-99"]}, "items"),
    ],
)
def test_a_veto_is_whole(now, changes, field):
    seat = seat_as(held("high"), Capacity.SECURITY)
    days = {"today": 0, "in a year": 365}
    if "review_on" in changes:
        changes = {"review_on": now.date() + timedelta(days[changes["review_on"]])}

    with pytest.raises(InvalidInputError) as error:
        sign(seat, "veto", note="No.", terms=terms(now, **changes))

    assert error.value.field == field
    assert not SignOff.objects.exists()


def test_a_veto_tells_leads_and_leadership(now):
    leader = UserFactory(is_leadership=True)
    walkthrough = held("high")

    veto(walkthrough)

    told = set(Notice.objects.filter(kind="walkthroughs/vetoed").values_list("recipient", flat=True))
    assert told == {leader.pk, walkthrough.service.lead.person_id}


def test_worse_content_makes_a_signature_wait(now):
    walkthrough = decided()
    item = changed(walkthrough, state="gap")

    page = queries.page(walkthrough.pk, by=ActorFactory(), now=now)

    assert [one.counts for one in page.signatures] == [False, False]
    assert page.signatures[0].worse == [rules.Difference(item, "in place became gap", is_worse=True)]
    assert page.signatures[0].changes_in_words.startswith("1 answer changed since ")


@pytest.mark.parametrize("values", [{"text": "More words."}, {"due_on": "2026-05-01"}])
def test_other_changes_are_shown_and_leave_it_counting(now, values):
    walkthrough = decided()
    changed(walkthrough, **values)

    page = queries.page(walkthrough.pk, by=ActorFactory(), now=now)

    assert [one.counts for one in page.signatures] == [True, True]
    assert len(page.signatures[0].changes) == 1


def test_a_higher_risk_makes_signatures_wait(now):
    walkthrough = decided("low")
    Service.objects.filter(pk=walkthrough.service_id).update(**LEVELS["medium"], version=9)

    assert counting(walkthrough, now) == [False, False]


def test_confirming_lets_it_count_again(now):
    walkthrough = decided()
    changed(walkthrough, state="gap")
    seat = signing(walkthrough)[0]

    result = transitions.confirm(seat, by=holder(seat), at=now)

    assert isinstance(result, Saved)
    assert counting(walkthrough, now) == [True, False]
    event = Event.objects.get(verb="walkthroughs.signature_confirmed")
    assert (event.data["changes"], len(event.data["worse"])) == (1, 1)


def test_confirming_without_a_change_changes_nothing(now):
    seat = signing(decided())[0]

    transitions.confirm(seat, by=holder(seat), at=now)

    assert SignOff.objects.filter(seat=seat).count() == 1


def test_only_the_signer_confirms_and_only_what_was_signed(now):
    seat = signing(held())[0]

    with pytest.raises(InvalidMoveError, match="no signature to confirm"):
        transitions.confirm(seat, by=holder(seat), at=now)
    sign(seat)
    with pytest.raises(NotPermittedError):
        transitions.confirm(seat, by=ActorFactory(), at=now)


def test_what_changed_while_somebody_read_is_not_signed(now):
    walkthrough = held()
    seat = signing(walkthrough)[0]
    seen = rules.digest(queries.content(fresh(walkthrough)))
    changed(walkthrough, state="gap")

    result = transitions.sign_off(seat, decision="approve", by=holder(seat), at=now, seen=seen)

    assert isinstance(result, Conflict)
    assert not SignOff.objects.exists()
    assert not ContentSnapshot.objects.exists()


def test_what_changed_while_somebody_read_is_not_confirmed(now):
    walkthrough = decided()
    seat = signing(walkthrough)[0]
    seen = rules.digest(queries.content(fresh(walkthrough)))
    changed(walkthrough, state="gap")

    result = transitions.confirm(seat, by=holder(seat), at=now, seen=seen)

    assert isinstance(result, Conflict)
    assert SignOff.objects.filter(seat=seat).count() == 1
    assert ContentSnapshot.objects.count() == 1  # what was signed


def test_an_own_veto_is_lifted_before_signing_anew(now):
    walkthrough = held("high")
    stands = veto(walkthrough)
    seat = seat_as(walkthrough, Capacity.SECURITY)

    with pytest.raises(InvalidMoveError, match="Lift it first"):
        sign(seat)
    transitions.lift_veto(stands, reason="The store moved.", by=holder(seat), at=now)
    sign(seat)

    assert SignOff.objects.get(seat=seat, replaced_at=None).decision == "approve"


@pytest.mark.parametrize("who", ["author", "leadership"])
def test_the_author_or_leadership_lifts(now, who):
    walkthrough = held("high")
    stands = veto(walkthrough)
    for seat in signing(walkthrough):
        if seat.capacity != Capacity.SECURITY:
            sign(seat)
    by = holder(stands.sign_off.seat) if who == "author" else ActorFactory(person__is_leadership=True)

    transitions.lift_veto(stands, reason="The store moved.", by=by, at=now)

    stands.refresh_from_db()
    row = fresh(walkthrough)
    assert (stands.lifted_by, stands.lift_reason) == (by.person, "The store moved.")
    assert (row.decision, row.service.summary.has_veto) == (Decision.CONDITIONS, False)


@pytest.mark.parametrize("others", ["approve", "object"])
def test_history_says_who_lifted_and_not_that_they_signed(now, others):
    walkthrough = held("high")
    stands = veto(walkthrough)
    for seat in signing(walkthrough):
        if seat.capacity != Capacity.SECURITY:
            sign(seat, others, note="Hm.")
    by = ActorFactory(person__is_leadership=True, person__name="Elif Kaya")

    transitions.lift_veto(stands, reason="The store moved.", by=by, at=now)

    label = {"approve": "approved with conditions", "object": "objections stand"}[others]
    (sentence, *_earlier) = told(walkthrough)
    assert (
        sentence
        == f"Elif Kaya lifted a veto: the walkthrough of {walkthrough.service} is decided anew, {label}"
    )
    assert Event.objects.filter(verb="walkthroughs.decided").count() == 1


def test_others_do_not_lift_and_nobody_without_a_reason(now):
    walkthrough = held("high")
    stands = veto(walkthrough)
    leader = ActorFactory(person__is_leadership=True)

    for by in (walkthrough.service.lead, ActorFactory(person__is_admin=True), ActorFactory()):
        with pytest.raises(NotPermittedError):
            transitions.lift_veto(stands, reason="Please.", by=by, at=now)
    with pytest.raises(InvalidInputError):
        transitions.lift_veto(stands, reason=" ", by=leader, at=now)
    transitions.lift_veto(stands, reason="Yes.", by=leader, at=now)
    with pytest.raises(InvalidMoveError, match="lifted already"):
        transitions.lift_veto(stands, reason="Yes.", by=leader, at=now)


def test_the_author_alone_keeps_a_veto(now):
    walkthrough = held("high")
    stands = veto(walkthrough)
    day = now.date() + timedelta(days=30)

    with pytest.raises(NotPermittedError):
        transitions.keep_veto(
            stands, note="", review_on=day, by=ActorFactory(person__is_leadership=True), at=now
        )
    transitions.keep_veto(stands, note="Half done.", review_on=day, by=holder(stands.sign_off.seat), at=now)

    stands.refresh_from_db()
    assert stands.review_on == day


def test_a_signature_of_an_older_walkthrough_is_history(now):
    walkthrough = decided()
    service = walkthrough.service
    seat = signing(walkthrough)[0]
    Assessment.objects.filter(pk=walkthrough.assessment_id).update(closed_at=now)

    with pytest.raises(InvalidMoveError, match="history"):
        sign(seat, "object", note="Hm.")

    assert fresh(walkthrough).service == service


def test_the_database_refuses_two_signatures_of_one_seat(now):
    seat = signing(held())[0]
    one = sign(seat)

    with pytest.raises(IntegrityError):
        SignOff.objects.create(
            seat=seat,
            decision="approve",
            snapshot=one.snapshot,
            content_version=1,
            service_version=1,
            signed_at=now,
        )


@pytest.mark.parametrize("values", [{"decision": "object", "note": ""}])
def test_the_database_refuses_an_objection_without_a_reason(values):
    one = sign(signing(held())[0])

    with pytest.raises(IntegrityError):
        SignOff.objects.filter(pk=one.pk).update(**values)


@pytest.mark.parametrize("values", [{"lift_reason": "x"}, {"capacity": "peer"}])
def test_the_database_refuses_half_a_lift_and_a_peers_veto(values):
    stands = veto(held("high"))

    with pytest.raises(IntegrityError):
        Veto.objects.filter(pk=stands.pk).update(**values)


def test_everything_in_place_is_what_the_factory_says(now):
    walkthrough = held()
    answer_all(walkthrough)

    assert set(queries.content(fresh(walkthrough))["items"]) == {
        "REL-01",
        "REL-02",
        "REL-03",
        "REL-04",
        "SEC-02",
    }
