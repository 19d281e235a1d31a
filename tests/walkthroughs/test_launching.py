from datetime import timedelta

import pytest
from django.db import IntegrityError

from apps.activity.models import Event
from apps.catalog.models import Kind as ServiceKind
from apps.catalog.models import Phase, Service
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.jobs.models import Job
from apps.notifications.models import Notice
from apps.readiness.models import Answer, Assessment
from apps.walkthroughs import queries, transitions
from apps.walkthroughs.models import Capacity, FollowUp, Launch, State
from tests.factories import ActorFactory, ServiceFactory, UserFactory
from tests.factories.catalog import lead_of, member_of
from tests.factories.walkthroughs import (
    LEVELS,
    cancelled,
    decided,
    fresh,
    held,
    holder,
    in_state,
    planned,
    scheduled,
    seat_as,
    sign,
    signing,
    veto,
)
from tests.history import told

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def open_codes(service, now):
    service = Service.objects.select_related("team", "summary").get(pk=service.pk)
    return [one.code for one in queries.gate(service, now) if not one.met]


def test_an_open_gate_lets_the_lead_launch(now):
    walkthrough = decided("high")
    service = walkthrough.service

    launch = transitions.launch(service, by=service.lead, at=now)

    service.refresh_from_db()
    assert (service.phase, launch.is_over, launch.over) == (Phase.LIVE, False, [])
    assert launch.look_back_on.isoformat() == "2026-04-01"
    assert told(walkthrough)[0] == f"{service.lead.name} launched {service}"
    assert Notice.objects.filter(kind="walkthroughs/launched").count() == 4


def test_parts_go_live_with_their_whole(now):
    walkthrough = decided(kind=ServiceKind.PRODUCT)
    part = ServiceFactory(part_of=walkthrough.service, team=walkthrough.service.team)

    transitions.launch(walkthrough.service, by=walkthrough.service.lead, at=now)

    part.refresh_from_db()
    assert part.phase == Phase.LIVE


def test_a_part_is_not_launched_alone(now):
    walkthrough = decided(kind=ServiceKind.PRODUCT)
    part = ServiceFactory(part_of=walkthrough.service, team=walkthrough.service.team)

    with pytest.raises(InvalidMoveError, match="moves with it"):
        transitions.launch(part, by=walkthrough.service.lead, at=now)


@pytest.mark.parametrize("who", ["member", "enablement", "leadership", "admin"])
def test_launch_is_for_leads(now, who):
    service = decided().service
    by = member_of(service.team) if who == "member" else ActorFactory(**{f"person__is_{who}": True})

    with pytest.raises(NotPermittedError):
        transitions.launch(service, by=by, at=now, reason="I want to.")

    assert not Launch.objects.exists()


@pytest.mark.parametrize("phase", [Phase.PLAYGROUND, Phase.GREEN_LIGHT, Phase.LIVE])
def test_launch_needs_the_phase(now, phase):
    service = decided().service
    Service.objects.filter(pk=service.pk).update(phase=phase)

    with pytest.raises(InvalidMoveError, match="cannot enter"):
        transitions.launch(service, by=service.lead, at=now)


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        (State.PLANNED, ["walkthrough_held", "items_ready", "seats_signed"]),
        (State.SCHEDULED, ["walkthrough_held", "items_ready", "seats_signed"]),
        (State.IN_PROGRESS, ["walkthrough_held", "items_ready", "seats_signed"]),
        (State.HELD, ["seats_signed"]),
        (State.DECIDED, []),
        (State.CANCELLED, ["walkthrough_held", "items_ready", "seats_signed"]),
    ],
)
def test_the_gate_of_each_state(now, state, codes):
    service = in_state(state).service
    if state == State.CANCELLED:  # nothing is planned: there is nothing to look at
        codes = [code for code in codes if code != "items_ready"]

    assert open_codes(service, now) == codes


def test_high_items_that_are_open_or_a_gap_close_the_gate(now):
    walkthrough = decided("high")
    Answer.objects.filter(assessment=walkthrough.assessment, item="REL-01").update(state="open")
    Answer.objects.filter(assessment=walkthrough.assessment, item="REL-02").update(state="gap")

    service = Service.objects.select_related("team").get(pk=walkthrough.service_id)
    condition = queries.gate(service, now)[0]

    assert (condition.code, condition.action) == ("items_ready", "Answer REL-01")
    assert condition.title == "No High item is open, or a gap without an exemption"
    assert condition.url.endswith("readiness/rel/#REL-01")
    assert condition.reason == "REL-01 is open. REL-02 is a gap: Developer Enablement approves exemptions."


def test_gaps_of_medium_and_low_weight_do_not_close_the_gate(now):
    walkthrough = decided("high")
    lighter = Answer.objects.filter(assessment=walkthrough.assessment, weight__in=["medium", "low"])
    lighter.update(state="gap")

    assert open_codes(walkthrough.service, now) == []
    launch = transitions.launch(walkthrough.service, by=walkthrough.service.lead, at=now)
    assert (launch.is_over, launch.over) == (False, [])


@pytest.mark.parametrize(("days", "codes"), [(60, []), (61, ["items_ready"])])
def test_planned_high_items_need_a_date_within_sixty_days(now, days, codes):
    walkthrough = decided()
    Answer.objects.filter(assessment=walkthrough.assessment, item="REL-01").update(
        state="planned", owner=walkthrough.service.lead.person, due_on=now.date() + timedelta(days=days)
    )

    assert open_codes(walkthrough.service, now) == codes


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["REL-01"], "1 planned High item becomes a follow-up."),
        (["REL-01", "REL-02"], "2 planned High items become follow-ups."),
    ],
)
def test_the_gate_counts_planned_high_items_in_words(now, items, words):
    walkthrough = decided()
    Answer.objects.filter(assessment=walkthrough.assessment, item__in=items).update(
        state="planned",
        owner=walkthrough.service.lead.person,
        due_on=now.date() + timedelta(days=30),
    )

    service = Service.objects.select_related("team", "summary").get(pk=walkthrough.service_id)

    assert [one.reason for one in queries.gate(service, now) if one.code == "items_ready"] == [words]


def test_planned_high_items_become_follow_ups(now):
    walkthrough = decided()
    owner = walkthrough.service.lead.person
    due_on = now.date() + timedelta(days=30)
    Answer.objects.filter(assessment=walkthrough.assessment, item="REL-01").update(
        state="planned", owner=owner, due_on=due_on
    )

    transitions.launch(walkthrough.service, by=walkthrough.service.lead, at=now)

    one = FollowUp.objects.get()
    assert (one.item, one.owner, one.due_on, one.must_fix) == ("REL-01", owner, due_on, False)
    assert Event.objects.get(verb="walkthroughs.launched").data["follow_ups"] == ["REL-01"]


def test_must_fix_follow_ups_close_the_gate(now):
    walkthrough = held()
    lead = walkthrough.service.lead
    one = transitions.add_follow_up(
        walkthrough, text="Test it.", owner=lead.person, due_on=now.date(), must_fix=True, by=lead, at=now
    )
    for seat in signing(walkthrough):
        sign(seat)

    assert open_codes(walkthrough.service, now) == ["must_fix_done"]
    transitions.finish_follow_up(one, by=lead, at=now)
    assert open_codes(walkthrough.service, now) == []


@pytest.mark.parametrize("level", ["high", "critical"])
def test_at_high_risk_conditions_stand(now, level):
    walkthrough = held(level)
    for seat in signing(walkthrough)[1:]:
        sign(seat)
    sign(signing(walkthrough)[0], "object", note="No.")

    with pytest.raises(InvalidMoveError, match="cannot be launched yet: “No objection stands”"):
        transitions.launch(
            walkthrough.service, by=walkthrough.service.lead, at=now, reason="The season starts."
        )

    assert not Launch.objects.exists()
    assert Service.objects.get(pk=walkthrough.service_id).phase == Phase.READY


@pytest.mark.parametrize("level", ["low", "medium"])
def test_at_low_risk_a_reason_passes_an_objection(now, level):
    leader = UserFactory(is_leadership=True)
    walkthrough = held(level)
    service = walkthrough.service
    for seat in signing(walkthrough)[1:]:
        sign(seat)
    sign(signing(walkthrough)[0], "object", note="No.")

    with pytest.raises(InvalidInputError) as error:
        transitions.launch(service, by=service.lead, at=now)
    launch = transitions.launch(service, by=service.lead, at=now, reason="The season starts.")

    assert error.value.field == "reason"
    assert (launch.is_over, launch.reason) == (True, "The season starts.")
    assert [one["code"] for one in launch.over] == ["no_objection"]
    assert told(walkthrough)[0] == (
        f"{service.lead.name} launched {service} over “No objection stands”: The season starts."
    )
    assert Notice.objects.filter(recipient=leader, kind="walkthroughs/launched_over").exists()


@pytest.mark.parametrize(("days", "may_pass"), [(4, False), (6, False), (7, True)])
def test_a_silent_seat_is_passed_after_five_working_days(now, days, may_pass):
    walkthrough = held()
    sign(signing(walkthrough)[0])
    service = walkthrough.service
    later = now + timedelta(days=days)

    gate = queries.launch_gate(service, now=later)

    assert ([one.code for one in gate.unmet], gate.can_be_passed) == (["seats_signed"], may_pass)


def test_a_walkthrough_that_was_not_held_is_never_passed(now):
    service = scheduled().service

    with pytest.raises(InvalidMoveError):
        transitions.launch(service, by=service.lead, at=now + WEEK, reason="We are in a hurry.")


def test_a_veto_is_never_passed_even_after_the_risk_fell(now):
    walkthrough = held("high")
    service = walkthrough.service
    for seat in signing(walkthrough):
        if seat.capacity != Capacity.SECURITY:
            sign(seat)
    veto(walkthrough)
    Service.objects.filter(pk=service.pk).update(**LEVELS["low"])
    transitions.freeze_risk(walkthrough, by=ActorFactory(person__is_enablement=True), at=now)

    with pytest.raises(InvalidMoveError, match="No veto stands"):
        transitions.launch(service, by=service.lead, at=now, reason="The risk is low now.")


def risen():
    """Return a walkthrough that was decided before the risk rose from low to high."""
    walkthrough = decided("low")
    Service.objects.filter(pk=walkthrough.service_id).update(**LEVELS["high"], version=7)
    return walkthrough


def test_a_risk_that_rose_asks_for_more_seats(now):
    walkthrough = risen()
    service = Service.objects.select_related("team").get(pk=walkthrough.service_id)

    gate = queries.launch_gate(service, now=now)

    condition = next(one for one in gate.unmet if one.code == "seats_signed")
    assert gate.conditions_stand
    assert condition.reason == "High risk also needs architect and security; nobody sits there."
    assert (condition.action, condition.url) == ("Fill the seat", f"{walkthrough.get_absolute_url()}seats/")


@pytest.mark.parametrize(
    ("make", "code", "offer", "who"),
    [
        (cancelled, "walkthrough_held", "Plan it", "plans one"),
        (planned, "walkthrough_held", "Schedule it", "schedules it"),
        (risen, "seats_signed", "Fill the seat", "gives the seat to somebody"),
    ],
)
def test_who_may_not_plan_reads_who_can_and_is_led_nowhere_in_vain(client, now, make, code, offer, who):
    service = Service.objects.select_related("team").get(pk=make().service_id)
    member, lead = member_of(service.team), lead_of(service.team)

    shown = {}
    for by in (member, lead, ActorFactory(person__is_enablement=True)):
        gate = queries.launch_gate(service, now=now, by=by)
        shown[by] = next(one for one in gate.unmet if one.code == code)

    assert [one.action == offer for one in shown.values()] == [False, True, True]
    assert f"A lead of {service.team} or Developer Enablement {who}." in shown[member].reason
    for by, condition in shown.items():
        client.force_login(by.person)
        assert not condition.url or client.get(condition.url).status_code == 200


def test_on_the_page_of_a_part_those_of_its_whole_plan(client, now):
    whole = planned().service
    part = ServiceFactory(part_of=whole, phase=Phase.READY)
    lead = lead_of(part.team)
    client.force_login(lead.person)

    html = client.get(f"/services/{part.slug}/launch/").content.decode()

    assert f"A lead of {whole.team} or Developer Enablement schedules it." in html
    assert "Schedule it" not in html


def test_a_worse_answer_closes_the_gate_until_it_is_confirmed(now):
    walkthrough = decided()
    answers = Answer.objects.filter(assessment=walkthrough.assessment, item="SEC-02")
    answers.update(state="planned", owner=walkthrough.service.lead.person, due_on=now.date())
    Assessment.objects.filter(pk=walkthrough.assessment_id).update(content_version=9)

    assert open_codes(walkthrough.service, now) == ["seats_signed"]
    for seat in signing(walkthrough):
        transitions.confirm(seat, by=holder(seat), at=now)
    assert open_codes(walkthrough.service, now) == []


def test_a_launch_calls_off_the_walkthrough_that_was_planned_beside(now):
    service = decided().service
    coming = transitions.plan(service, by=service.lead, at=now)

    transitions.launch(service, by=service.lead, at=now)

    assert (fresh(coming).state, fresh(coming).cancel_reason) == (
        State.CANCELLED,
        "The service was launched.",
    )
    assert Service.objects.get(pk=service.pk).summary.next_step == "Look back on the launch"


def test_a_launch_happens_once(now):
    service = decided().service
    transitions.launch(service, by=service.lead, at=now)

    with pytest.raises(InvalidMoveError):
        transitions.launch(service, by=service.lead, at=now)

    assert Launch.objects.count() == 1


def test_the_database_refuses_a_second_launch_and_one_over_without_a_reason(now):
    walkthrough = decided()
    launch = transitions.launch(walkthrough.service, by=walkthrough.service.lead, at=now)

    with pytest.raises(IntegrityError):
        Launch.objects.filter(pk=launch.pk).update(is_over=True)


@pytest.mark.parametrize("state", [State.PLANNED, State.SCHEDULED, State.HELD, State.DECIDED])
def test_move_back_closes_the_checklist_and_calls_off_what_is_open(now, state):
    walkthrough = in_state(state)
    service = walkthrough.service

    transitions.move_back(service, reason="The sponsor changed.", by=service.lead, at=now)

    service.refresh_from_db()
    kept = State.DECIDED if state == State.DECIDED else State.CANCELLED
    assert (service.phase, fresh(walkthrough).state) == (Phase.GREEN_LIGHT, kept)
    assert Assessment.objects.get(pk=walkthrough.assessment_id).closed_at == now
    assert told(service)[0].endswith("back to green-light: The sponsor changed.")


def test_the_advisor_moves_back_too_and_others_do_not(now):
    service = planned().service
    advisor = ActorFactory(person__is_enablement=True)
    Service.objects.filter(pk=service.pk).update(advisor=advisor.person)

    for by in (member_of(service.team), ActorFactory(person__is_enablement=True)):
        with pytest.raises(NotPermittedError):
            transitions.move_back(service, reason="No.", by=by, at=now)
    transitions.move_back(service, reason="Let us talk.", by=advisor, at=now)

    service.refresh_from_db()
    assert service.phase == Phase.GREEN_LIGHT


@pytest.mark.parametrize("phase", [Phase.LIVE, Phase.PLAYGROUND])
def test_nothing_moves_back_from_live_or_playground(now, phase):
    service = planned().service
    Service.objects.filter(pk=service.pk).update(phase=phase)

    with pytest.raises(InvalidMoveError, match="cannot move back"):
        transitions.move_back(service, reason="No.", by=service.lead, at=now)


def test_what_was_signed_before_moving_back_opens_no_gate(now):
    service = decided().service
    transitions.move_back(service, reason="Again.", by=service.lead, at=now)
    Service.objects.filter(pk=service.pk).update(phase=Phase.READY)

    assert "walkthrough_held" in open_codes(service, now)


def test_archive_and_restore(now):
    walkthrough = scheduled()
    service = walkthrough.service

    transitions.archive(service, reason="Replaced.", by=service.lead, at=now)
    service.refresh_from_db()
    assert (service.phase, service.phase_before) == (Phase.ARCHIVED, Phase.READY)
    assert fresh(walkthrough).state == State.CANCELLED
    assert Notice.objects.filter(kind="walkthroughs/cancelled").count() == 3

    transitions.restore(service, reason="Not after all.", by=service.lead, at=now)
    service.refresh_from_db()
    assert (service.phase, service.phase_before) == (Phase.READY, "")
    assert Service.objects.get(pk=service.pk).summary.next_on is None


def test_a_service_that_is_archived_twice_within_a_second_is_told_twice(now):
    service = scheduled().service
    enablement = UserFactory(is_enablement=True)
    Service.objects.filter(pk=service.pk).update(advisor=enablement)

    for number, step in enumerate((transitions.archive, transitions.restore, transitions.archive)):
        step(service, reason="By mistake.", by=service.lead, at=now + timedelta(milliseconds=number))

    assert Notice.objects.filter(kind="walkthroughs/archived", recipient=enablement).count() == 2


def test_what_was_held_stays_when_a_live_service_is_archived(now):
    walkthrough = held()
    service = walkthrough.service
    sign(signing(walkthrough)[0])
    later = now + timedelta(days=7)  # the other seat was silent for five working days
    transitions.launch(service, reason="The season starts.", by=service.lead, at=later)

    transitions.archive(service, reason="Replaced.", by=service.lead, at=later)

    row = fresh(walkthrough)
    assert (row.state, row.cancel_reason) == (State.HELD, "")
    assert not Event.objects.filter(verb="walkthroughs.cancelled").exists()
    assert Launch.objects.get().walkthrough == walkthrough


def test_signatures_that_were_to_come_are_waited_for_again_after_the_archive(now):
    walkthrough = held()
    service = walkthrough.service

    transitions.archive(service, reason="Replaced.", by=service.lead, at=now)
    with pytest.raises(InvalidMoveError, match="nothing to sign"):
        sign(signing(walkthrough)[0])
    transitions.restore(service, reason="Not after all.", by=service.lead, at=now)
    for seat in signing(walkthrough):
        sign(seat)

    assert fresh(walkthrough).state == State.DECIDED


@pytest.mark.parametrize("state", [State.PLANNED, State.SCHEDULED, State.IN_PROGRESS])
def test_archiving_cancels_what_lies_ahead(now, state):
    walkthrough = in_state(state)

    transitions.archive(walkthrough.service, reason="Replaced.", by=walkthrough.service.lead, at=now)

    assert fresh(walkthrough).state == State.CANCELLED


@pytest.mark.parametrize("step", ["archive", "restore"])
def test_archive_and_restore_are_for_leads_with_a_reason(now, step):
    service = planned().service
    if step == "restore":
        transitions.archive(service, reason="Away.", by=service.lead, at=now)
    move = getattr(transitions, step)
    stranger = ActorFactory(person__is_enablement=True, person__is_admin=True)

    with pytest.raises(NotPermittedError):
        move(service, reason="Hm.", by=stranger, at=now)
    for reason in ("", " \n", "a\0b", "x" * 5001):
        with pytest.raises(InvalidInputError):
            move(service, reason=reason, by=service.lead, at=now)


def test_the_report_waits_once_in_the_queue(now):
    walkthrough = held()

    first = transitions.prepare_report(walkthrough, by=ActorFactory(), at=now)
    second = transitions.prepare_report(walkthrough, by=ActorFactory(), at=now)

    assert first == second
    job = Job.objects.get()
    assert (job.kind, job.payload, job.url) == (
        "walkthroughs.report",
        {"walkthrough": walkthrough.pk, "of": [0, 1, walkthrough.revision]},
        walkthrough.get_absolute_url(),
    )


def test_a_report_that_waits_for_a_later_attempt_is_printed_at_once_when_asked_for(now):
    walkthrough, lead = held(), ActorFactory()
    first = transitions.prepare_report(walkthrough, by=ActorFactory(), at=now)
    Job.objects.update(due_at=now + timedelta(minutes=16), attempts=5, problem="It was away.")

    again = transitions.prepare_report(walkthrough, by=lead, at=now)

    assert again == first
    assert Job.objects.values_list("due_at", "attempts", "problem", "asked_by").get() == (
        now,
        0,
        "",
        lead.person_id,
    )


@pytest.mark.parametrize("state", [State.PLANNED, State.SCHEDULED, State.IN_PROGRESS, State.CANCELLED])
def test_there_is_no_report_before_it_was_held(now, state):
    with pytest.raises(InvalidMoveError, match="a report is not possible"):
        transitions.prepare_report(in_state(state), by=ActorFactory(), at=now)


def test_the_gate_takes_four_queries(now, django_assert_num_queries):
    walkthrough = decided("high")
    service = Service.objects.select_related("team", "summary").get(pk=walkthrough.service_id)

    with django_assert_num_queries(4):  # walkthroughs, seats, signatures, answers
        queries.gate(service, now)


def test_the_seat_that_objects_is_named(now):
    walkthrough = held()
    seat = seat_as(walkthrough, Capacity.PEER)
    sign(seat, "object", note="No second copy.")

    service = Service.objects.select_related("team").get(pk=walkthrough.service_id)
    (condition,) = (one for one in queries.gate(service, now) if one.code == "no_objection")

    assert condition.reason == f"{seat.person} objects; only a new signature of theirs ends it."
