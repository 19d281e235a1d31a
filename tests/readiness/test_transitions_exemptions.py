from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.readiness import transitions
from apps.readiness.models import Exemption
from tests.factories import ActorFactory, UserFactory, lead_of
from tests.factories.readiness import answer_of, area_of, readiness_of
from tests.history import told

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 31)
REFRESH = Actor.system("readiness.refresh")


@pytest.fixture
def ask(assessment, member, save, now):
    def asked(item="REL-01", *, by=member, at=now, **values):
        if answer_of(assessment, item).state == "open":
            save(item, state="gap", text="Never tried.", at=at)
        values = {"reason": "The driver comes in May.", "measure": "Daily copies.", "ends_on": MAY} | values
        return transitions.ask_exemption(answer_of(assessment, item), by=by, at=at, **values)

    return asked


@pytest.fixture
def decide(enablement, now):
    def decided(exemption, *, by=enablement, approve=True, reason="Enough until then.", at=now):
        return transitions.decide_exemption(exemption, approve=approve, reason=reason, by=by, at=at)

    return decided


def test_asking_tells_whoever_may_decide(assessment, enablement, security, ask):
    own = UserFactory(is_enablement=True, team_ids=[assessment.service.team_id])

    exemption = ask()

    assert (exemption.state, exemption.ends_on) == ("asked", MAY)
    recipients = set(Notice.objects.values_list("recipient", flat=True))
    assert recipients == {enablement.person_id}
    assert own.pk not in recipients
    assert told(answer_of(assessment, "REL-01"))[0] == (
        f"Ana Lind asked for an exemption for REL-01 of {assessment.service.name} until 31 May 2026"
    )


def test_security_is_asked_about_its_own_area(security, enablement, ask):
    ask("SEC-02")

    assert set(Notice.objects.values_list("recipient", flat=True)) == {
        security.person_id,
        enablement.person_id,
    }


def test_an_approved_exemption_counts_and_shows_as_what_it_is(assessment, ask, decide, now, enablement):
    lead = lead_of(assessment.service.team)

    approved = decide(ask())

    assert (approved.state, approved.decided_by, approved.decided_at) == ("approved", enablement.person, now)
    assert answer_of(assessment, "REL-01").is_exempt
    area = area_of(assessment, "REL")
    assert (area.credit, area.gaps, area.open_high, area.exempt) == (6, 1, 1, 1)  # REL-02 is open and High
    told_to = Notice.objects.filter(kind="readiness/exemption_decided").values_list("recipient", flat=True)
    assert set(told_to) == {approved.asked_by_id, lead.person_id}


def test_a_refused_exemption_changes_no_number(assessment, ask, decide):
    refused = decide(ask(), approve=False, reason="Try a restore first.")

    assert refused.state == "refused"
    assert not answer_of(assessment, "REL-01").is_exempt
    assert told(answer_of(assessment, "REL-01"))[0].endswith(": Try a restore first.")


def test_after_a_refusal_one_may_ask_again(ask, decide):
    decide(ask(), approve=False)

    assert ask().state == "asked"


@pytest.mark.parametrize(
    "person", [{}, {"is_architect": True}, {"is_security": True}, {"is_leadership": True}]
)
def test_others_do_not_decide(assessment, ask, decide, person):
    exemption = ask()
    events = Event.objects.count()

    with pytest.raises(NotPermittedError):
        decide(exemption, by=ActorFactory(**{f"person__{name}": value for name, value in person.items()}))

    exemption.refresh_from_db()
    assert (exemption.state, Event.objects.count()) == ("asked", events)


def test_security_decides_on_security_items_only(ask, decide, security):
    assert decide(ask("SEC-02"), by=security).state == "approved"
    with pytest.raises(NotPermittedError):
        decide(ask("REL-01"), by=security)


def test_the_own_team_never_decides(assessment, ask, decide):
    own = Actor(person=UserFactory(is_enablement=True, team_ids=[assessment.service.team_id]))

    with pytest.raises(NotPermittedError, match="never by the own team"):
        decide(ask(), by=own)


def test_the_team_of_a_part_is_not_asked_and_never_decides(ask, decide, of_a_part):
    exemption = ask("SEC-02")

    assert not Notice.objects.filter(recipient=of_a_part.person).exists()
    with pytest.raises(NotPermittedError, match="never by the own team"):
        decide(exemption, by=of_a_part)


def test_nobody_decides_on_an_own_wish_even_after_leaving_the_team(ask, decide, member):
    exemption = ask()
    member.person.team_ids, member.person.is_enablement = [], True
    member.person.save()

    with pytest.raises(NotPermittedError, match="Somebody else"):
        decide(exemption, by=member)
    with pytest.raises(IntegrityError), transaction.atomic():
        Exemption.objects.filter(pk=exemption.pk).update(decided_by=member.person)


@pytest.mark.parametrize("again", [True, False])
def test_a_decision_is_made_once(ask, decide, again):
    exemption = decide(ask())

    with pytest.raises(InvalidMoveError, match="approved already"):
        decide(exemption, approve=again)


def test_a_wish_that_is_over_by_now_is_not_approved(ask, decide, now):
    exemption = ask()

    with pytest.raises(InvalidInputError, match="after today"):
        decide(exemption, at=now + timedelta(days=200))
    assert decide(exemption, approve=False, at=now + timedelta(days=200)).state == "refused"


@pytest.mark.parametrize(
    "values",
    [
        {"reason": " "},
        {"measure": ""},
        {"reason": "x" * 2001},
        {"measure": "nul\0"},
        {"ends_on": date(2026, 3, 2)},
        {"ends_on": date(2028, 3, 2)},
    ],
)
def test_a_wish_has_a_reason_a_measure_and_an_end(ask, values):
    with pytest.raises(InvalidInputError):
        ask(**values)

    assert not Exemption.objects.exists()


@pytest.mark.parametrize(
    "values", [{"state": "in_place", "text": "Yes."}, {"state": "not_applicable", "reason": "No."}]
)
def test_only_what_is_missing_is_exempted(ask, save, values):
    save("REL-01", **values)

    with pytest.raises(InvalidMoveError, match="Say first"):
        ask()


def test_a_second_wish_waits_for_the_first(ask, decide):
    exemption = ask()
    with pytest.raises(InvalidMoveError, match="asked for already"):
        ask()
    decide(exemption)

    with pytest.raises(InvalidMoveError, match="approved already"):
        ask()


@pytest.mark.parametrize("is_approved", [True, False])
def test_the_team_withdraws(assessment, member, ask, decide, now, is_approved):
    exemption = decide(ask()) if is_approved else ask()

    withdrawn = transitions.withdraw_exemption(exemption, by=member, at=now)

    assert withdrawn.state == "withdrawn"
    assert not answer_of(assessment, "REL-01").is_exempt
    assert area_of(assessment, "REL").credit == 0
    with pytest.raises(InvalidMoveError):
        transitions.withdraw_exemption(exemption, by=member, at=now)


def test_others_do_not_withdraw(ask, enablement, now):
    exemption = ask()

    with pytest.raises(NotPermittedError):
        transitions.withdraw_exemption(exemption, by=enablement, at=now)


def test_an_exemption_ends_with_its_day(assessment, ask, decide, now):
    exemption = decide(ask())

    assert transitions.refresh(by=REFRESH, at=now.replace(month=5, day=31)) == 0
    assert transitions.refresh(by=REFRESH, at=now.replace(month=6, day=1)) == 1
    assert transitions.refresh(by=REFRESH, at=now.replace(month=6, day=1)) == 0

    exemption.refresh_from_db()
    assert exemption.state == "ended"
    assert not answer_of(assessment, "REL-01").is_exempt
    assert area_of(assessment, "REL").open_high == 2
    assert told(answer_of(assessment, "REL-01"))[0] == (
        f"The exemption for REL-01 of {assessment.service.name} ended on 31 May 2026"
    )


def test_after_the_end_one_may_ask_again_at_once(assessment, ask, decide, now):
    first = decide(ask())

    later = now.replace(month=6, day=2)
    second = ask(at=later, ends_on=date(2026, 7, 1))

    first.refresh_from_db()
    assert (first.state, second.state) == ("ended", "asked")
    assert not answer_of(assessment, "REL-01").is_exempt


def test_a_conversation_knows_no_exemptions(assessment, member, now):
    answer = answer_of(assessment, "REL-04")
    answer.applies = False
    answer.save()

    with pytest.raises(InvalidMoveError, match="needs no exemption"):
        transitions.ask_exemption(answer, reason="x", measure="y", ends_on=MAY, by=member, at=now)


def test_the_database_lets_one_stand(ask, member, now):
    exemption = ask()

    with pytest.raises(IntegrityError), transaction.atomic():
        Exemption.objects.create(
            answer=exemption.answer,
            reason="x",
            measure="y",
            ends_on=MAY,
            asked_by=member.person,
            asked_at=now,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Exemption.objects.filter(pk=exemption.pk).update(state="approved")


def test_another_teams_exemptions_stay_where_they_are(ask, decide):
    other = readiness_of()
    decide(ask())

    assert not answer_of(other, "REL-01").is_exempt
