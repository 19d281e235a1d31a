from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.module_loading import import_string

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.notifications.rules import Due
from apps.readiness import queries, transitions
from apps.readiness.models import Answer, Exemption, Kind
from tests.factories import ActorFactory, ServiceFactory, UserFactory, member_of
from tests.factories.readiness import answer_of, conversation_of, readiness_of

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
TODAY = date(2026, 3, 2)
MAY = date(2026, 5, 31)


@pytest.fixture
def exemption(assessment, member, save, enablement, now):
    save("REL-01", state="gap", text="Never tried.", owner=member.person)
    asked = transitions.ask_exemption(
        answer_of(assessment, "REL-01"), reason="May", measure="Copies", ends_on=MAY, by=member, at=now
    )
    return transitions.decide_exemption(asked, approve=True, reason="Fine.", by=enablement, at=now)


def test_a_sheet_is_read_once(assessment, django_assert_num_queries):
    queries.sheet(assessment.edition)

    with django_assert_num_queries(0):
        sheet = queries.sheet(assessment.edition)

    assert [item.position for item in sheet.items] == [0, 1, 2, 3, 4, 5]
    assert sheet.by_key["SEC-02"].area == "SEC"


def test_a_part_has_the_assessment_of_its_whole(assessment):
    part = ServiceFactory(part_of=assessment.service)

    assert queries.present(part, Kind.READINESS) == assessment
    assert queries.present(part, Kind.CONVERSATION) is None
    assert [row.key for row in queries.areas_of(part)] == ["REL", "SEC"]
    assert queries.areas_of(ServiceFactory()) == []


def test_the_present_assessment_comes_before_closed_ones(assessment, member, now):
    reader = UserFactory()
    Service.objects.filter(pk=assessment.service_id).update(phase=Phase.GREEN_LIGHT)
    transitions.close_assessments(assessment.service, by=member, at=now)
    slug = assessment.service.slug

    assert queries.assessment(slug, Kind.READINESS, reader=reader) == assessment
    again = readiness_of(assessment.service)
    assert queries.assessment(slug, Kind.READINESS, reader=reader) == again


def test_the_gate_sees_high_items_that_are_open_missing_and_planned(assessment, member, save):
    save("REL-01", state="gap", text="Never tried.")
    save("REL-02", state="planned", owner=member.person, due_on=MAY)
    Answer.objects.filter(assessment=assessment, item="SEC-01").update(applies=True)

    facts = queries.gate_facts(assessment, on=TODAY)

    assert [answer.item for answer in facts.open_high] == ["SEC-01"]
    assert [answer.item for answer in facts.high_gaps] == ["REL-01"]
    assert [(planned.item, planned.due_on) for planned in facts.planned_high] == [("REL-02", MAY)]


@pytest.mark.parametrize("state", ["open", "gap", "planned"])
def test_medium_and_low_items_are_no_matter_of_the_gate(assessment, member, state):
    Answer.objects.filter(assessment=assessment).update(state="in_place")
    Answer.objects.filter(assessment=assessment, weight__in=["medium", "low"]).update(
        state=state, owner=member.person, due_on=MAY
    )

    facts = queries.gate_facts(assessment, on=TODAY)

    assert facts == queries.GateFacts(open_high=[], high_gaps=[], planned_high=[])


def test_an_exemption_opens_the_gate_until_its_day_is_over(assessment, exemption):
    gaps = [
        [answer.item for answer in queries.gate_facts(assessment, on=day).high_gaps]
        for day in (MAY, MAY + timedelta(days=1))
    ]

    assert gaps == [[], ["REL-01"]]


def test_what_does_not_apply_is_no_matter_of_the_gate(assessment):
    Answer.objects.filter(assessment=assessment).update(applies=False)

    assert queries.gate_facts(assessment, on=TODAY).open_high == []


def test_content_is_what_signatures_are_about(assessment, member, exemption, now):
    transitions.add_evidence(
        answer_of(assessment, "REL-01"), title="Test", url="https://a.example", by=member, at=now
    )

    found = {item["item"]: item for item in queries.content(assessment)}

    assert list(found) == ["REL-01", "REL-02", "REL-03", "REL-04", "SEC-02"]
    assert found["REL-01"] == {
        "item": "REL-01",
        "state": "gap",
        "text": "Never tried.",
        "owner": "Ana Lind",
        "due_on": "",
        "reason": "",
        "evidence": [{"title": "Test", "url": "https://a.example", "expires_on": ""}],
        "exemption": {
            "reason": "May",
            "measure": "Copies",
            "ends_on": "2026-05-31",
            "approved_by": "Maya Sund",
        },
    }
    assert found["SEC-02"]["exemption"] is None


def test_open_questions_become_gaps(now):
    conversation = conversation_of()
    member = member_of(conversation.service.team)
    for item, state in (("GL-01", "answered"), ("GL-02", "unknown")):
        transitions.save_answer(
            answer_of(conversation, item), revision=0, state=state, text="x", by=member, at=now
        )

    url = f"/services/{conversation.service.slug}/green-light/"
    assert queries.gaps(conversation) == [
        queries.Gap("GL-02", "Who will use it?", is_unknown=True, url=f"{url}#GL-02"),
        queries.Gap(
            "GL-03", "How does it survive the loss of a machine?", is_unknown=False, url=f"{url}#GL-03"
        ),
    ]


def test_the_next_item_is_returned_then_mine_then_anybodys(assessment, member, save, security, now):
    person = member.person
    other = member_of(assessment.service.team).person
    assert queries.next_open_for(assessment, person).item == "REL-01"
    save("REL-01", owner=other)
    assert queries.next_open_for(assessment, person).item == "REL-02"
    save("REL-04", owner=person)
    assert queries.next_open_for(assessment, person).item == "REL-04"
    transitions.return_answers([answer_of(assessment, "SEC-02")], by=security, at=now)
    assert queries.next_open_for(assessment, person).item == "SEC-02"
    assert queries.next_open_for(assessment, person, after=5).item == "SEC-02"


def test_when_nothing_is_open_for_me_there_is_no_next(assessment, member):
    Answer.objects.update(owner=UserFactory())

    assert queries.next_open_for(assessment, member.person) is None


@pytest.mark.parametrize("count", [1, 10])
def test_what_waits_costs_the_same_for_any_number(
    assessment, member, save, now, django_assert_max_num_queries, count
):
    for _n in range(count):
        other = readiness_of(team=assessment.service.team)
        Answer.objects.filter(assessment=other, item="REL-01").update(owner=member.person)

    with django_assert_max_num_queries(3):
        todos = queries.waits_for(member.person, now=now)

    assert len(todos) == count


def test_my_open_high_items_wait_for_me(assessment, member, save, now):
    save("REL-01", owner=member.person)
    save("REL-03", owner=member.person)
    save("REL-04", state="planned", owner=member.person, due_on=date(2026, 3, 1))

    todos = queries.waits_for(member.person, now=now)

    assert [(todo.title, todo.detail, todo.is_urgent) for todo in todos] == [
        (f"Answer REL-04 of {assessment.service.name}", "The date has passed", True),
        (f"Answer REL-01 of {assessment.service.name}", "High, still open, and yours", False),
    ]
    assert todos[1].url == f"/services/{assessment.service.slug}/readiness/rel/#REL-01"


def test_returned_items_wait_for_the_team(assessment, member, security, now):
    transitions.return_answers([answer_of(assessment, "REL-03")], by=security, at=now)

    (todo,) = queries.waits_for(member.person, now=now)

    assert (todo.detail, todo.is_urgent) == ("A reviewer asked you to look at it again", True)
    assert queries.waits_for(security.person, now=now) == []


def test_what_is_closed_or_archived_waits_for_nobody(assessment, member, save, now):
    save("REL-01", owner=member.person)
    Service.objects.filter(pk=assessment.service_id).update(phase=Phase.ARCHIVED, phase_before=Phase.READY)

    assert queries.waits_for(member.person, now=now) == []


def test_wishes_wait_for_those_who_may_decide(  # noqa: PLR0913, PLR0917 -- everybody who might
    assessment, member, save, enablement, security, of_a_part, now
):
    own = UserFactory(is_enablement=True, team_ids=[assessment.service.team_id])
    save("REL-01", state="gap", text="Never.")
    transitions.ask_exemption(
        answer_of(assessment, "REL-01"), reason="May", measure="Copies", ends_on=MAY, by=member, at=now
    )

    waiting = {
        person: len(queries.waits_for(person, now=now))
        for person in (enablement.person, security.person, of_a_part.person, own)
    }

    assert waiting == {enablement.person: 1, security.person: 0, of_a_part.person: 0, own: 0}


def test_a_thread_waits_for_the_side_that_did_not_speak_last(now):
    conversation = conversation_of()
    advisor = ActorFactory(person__is_enablement=True)
    Service.objects.filter(pk=conversation.service_id).update(advisor=advisor.person)
    member = member_of(conversation.service.team)

    def waiting():
        return [[todo.title for todo in queries.waits_for(one.person, now=now)] for one in (advisor, member)]

    assert waiting() == [[], []]
    name = conversation.service.name
    transitions.say(answer_of(conversation, "GL-02"), text="Forty?", by=member, at=now)
    assert waiting() == [[f"Reply about GL-02 of {name}"], []]
    transitions.say(answer_of(conversation, "GL-02"), text="Say more.", by=advisor, at=now)
    assert waiting() == [[], [f"Reply about GL-02 of {name}"]]


@pytest.mark.parametrize(
    ("day", "keys"),
    [
        (date(2026, 5, 16), []),
        (date(2026, 5, 17), ["14"]),
        (date(2026, 5, 27), ["14"]),
        (date(2026, 5, 28), ["3"]),
        (date(2026, 5, 31), ["3"]),
        (date(2026, 6, 1), []),
    ],
)
def test_the_owner_is_reminded_before_an_exemption_ends(member, exemption, day, keys):
    found = list(queries.due(now=datetime(day.year, day.month, day.day, 9, tzinfo=UTC)))

    assert [due.key.rpartition(":")[2] for due in found] == keys
    assert all(isinstance(due, Due) and due.recipient == member.person for due in found)


@pytest.mark.parametrize(
    ("day", "steps"),
    [(date(2026, 5, 23), []), (date(2026, 5, 24), ["soon"]), (MAY, ["soon"]), (date(2026, 6, 1), ["over"])],
)
def test_the_owner_is_reminded_of_what_is_planned(assessment, member, save, day, steps):
    save("REL-01", state="planned", owner=member.person, due_on=MAY)

    found = list(queries.due(now=datetime(day.year, day.month, day.day, 9, tzinfo=UTC)))

    assert [(due.recipient, due.key.rpartition(":")[2]) for due in found] == [
        (member.person, step) for step in steps
    ]


def test_a_due_date_ends_at_midnight_of_its_owner(assessment, member, save):
    member.person.time_zone = "Pacific/Auckland"
    member.person.save()
    save("REL-01", state="planned", owner=member.person, due_on=MAY)

    found = list(queries.due(now=datetime(2026, 5, 31, 14, tzinfo=UTC)))  # 1 June there

    assert [due.key.rpartition(":")[2] for due in found] == ["over"]


def test_what_was_answered_meanwhile_is_no_longer_due(assessment, member, save, exemption):
    save("REL-02", state="planned", owner=member.person, due_on=MAY)
    at = datetime(2026, 5, 29, 9, tzinfo=UTC)
    keys = [due.key for due in queries.due(now=at)]
    assert queries.still_due(keys, now=at) == set(keys)
    assert len(keys) == 2

    save("REL-02", state="in_place", text="Done.")
    Exemption.objects.update(state="withdrawn")

    assert queries.still_due(keys, now=at) == set()


def test_what_is_archived_is_no_longer_due(assessment, member, save, exemption):
    save("REL-02", state="planned", owner=member.person, due_on=MAY)
    at = datetime(2026, 5, 29, 9, tzinfo=UTC)
    keys = [due.key for due in queries.due(now=at)]
    Service.objects.filter(pk=assessment.service_id).update(phase=Phase.ARCHIVED, phase_before=Phase.READY)

    assert len(keys) == 2
    assert queries.still_due(keys, now=at) == set()


def test_nobody_decides_on_what_is_archived(assessment, member, save, enablement, now):
    save("REL-01", state="gap")
    transitions.ask_exemption(
        answer_of(assessment, "REL-01"), reason="May", measure="Copies", ends_on=MAY, by=member, at=now
    )

    assert [todo.action for todo in queries.waits_for(enablement.person, now)] == ["Decide"]
    Service.objects.filter(pk=assessment.service_id).update(phase=Phase.ARCHIVED, phase_before=Phase.READY)
    assert queries.waits_for(enablement.person, now) == []


def test_a_date_that_moved_is_another_fact(assessment, member, save):
    save("REL-01", state="planned", owner=member.person, due_on=MAY)
    at = datetime(2026, 5, 29, 9, tzinfo=UTC)
    keys = [due.key for due in queries.due(now=at)]

    save("REL-01", due_on=date(2026, 6, 1), state="planned", owner=member.person)

    assert queries.still_due(keys, now=at) == set()


@pytest.mark.parametrize("count", [1, 10])
def test_reminders_cost_the_same_for_any_number(assessment, member, django_assert_num_queries, count):
    for _n in range(count):
        other = readiness_of(team=assessment.service.team)
        Answer.objects.filter(assessment=other, item="REL-01").update(
            state="planned", owner=member.person, due_on=MAY
        )

    with django_assert_num_queries(3):  # two kinds, each read until nothing is left
        found = list(queries.due(now=datetime(2026, 5, 29, 9, tzinfo=UTC)))

    assert len(found) == count


def test_the_settings_name_what_is_due():
    assert import_string("apps.readiness.queries.due") is queries.due


def test_older_editions_can_be_read(assessment):
    assert queries.edition("operational-readiness", 1) == assessment.edition
    assert [edition.key for edition in queries.editions()] == ["green-light", "operational-readiness"]


def test_the_system_answers_nothing(assessment):
    assert not Actor.system("x").is_in(assessment.service.team_id)


def test_only_the_newest_step_is_still_due(assessment, member, save, exemption):
    """A mail server that was away for eleven days tells of three days once, and not of fourteen too."""
    save("REL-02", state="planned", owner=member.person, due_on=MAY)
    keys = [
        {due.key for due in queries.due(now=datetime(2026, 5, day, 9, tzinfo=UTC))} for day in (17, 28, 31)
    ]
    over = datetime(2026, 6, 1, 9, tzinfo=UTC)
    keys.append({due.key for due in queries.due(now=over)})
    ever = sorted(set.union(*keys))

    assert [sorted(key.rpartition(":")[2] for key in found) for found in keys] == [
        ["14"],
        ["3", "soon"],
        ["3", "soon"],
        ["over"],
    ]
    assert queries.still_due(ever, now=datetime(2026, 5, 31, 9, tzinfo=UTC)) == keys[2]
    assert queries.still_due(ever, now=over) == keys[3]
