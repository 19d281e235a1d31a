from datetime import date

import pytest

from apps.activity.models import Event
from apps.catalog.models import ServiceSummary
from apps.core.errors import InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.readiness import transitions
from apps.readiness.models import AnswerVersion, Exemption
from tests.factories import ActorFactory, member_of
from tests.factories.readiness import answer_of, area_of, readiness_of
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql


@pytest.fixture
def assessment(transactional_db):
    return readiness_of()


def test_of_two_editors_one_saves_and_one_sees_both_texts(assessment, now):
    members = [member_of(assessment.service.team) for _n in range(4)]
    answer = answer_of(assessment, "REL-01")

    results = at_once(
        lambda n: transitions.save_answer(
            answer, revision=0, state="in_place", text=f"Text {n}", by=members[n], at=now
        ),
        times=4,
    )

    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 3 + ["Saved"]
    (saved,) = (result for result in results if isinstance(result, Saved))
    assert {result.row.text for result in results if isinstance(result, Conflict)} == {saved.row.text}
    assert (AnswerVersion.objects.count(), Event.objects.filter(verb="readiness.answer_saved").count()) == (
        1,
        1,
    )


def test_saves_of_different_items_are_all_counted(assessment, now):
    member = member_of(assessment.service.team)
    answers = [answer_of(assessment, item) for item in ("REL-01", "REL-02", "REL-03", "REL-04")]

    results = at_once(
        lambda n: transitions.save_answer(
            answers[n], revision=0, state="in_place", text="It is.", by=member, at=now
        ),
        times=4,
    )

    assert all(isinstance(result, Saved) for result in results)
    area = area_of(assessment, "REL")
    assessment.refresh_from_db()
    assert (area.answered, area.credit, assessment.content_version) == (4, 18, 4)


def test_the_summary_follows_saves_that_cancel_each_other_out(assessment, now):
    member = member_of(assessment.service.team)
    for turn in range(5):
        assessment = readiness_of(team=assessment.service.team)
        said, unsaid = answer_of(assessment, "REL-03"), answer_of(assessment, "REL-04")
        transitions.save_answer(said, revision=0, state="in_place", text="It is.", by=member, at=now)
        saves = [(said, 1, "open"), (unsaid, 0, "in_place")]

        results = at_once(
            lambda n, saves=saves: transitions.save_answer(
                saves[n][0], revision=saves[n][1], state=saves[n][2], text="It is.", by=member, at=now
            ),
            times=2,
        )

        assert all(isinstance(result, Saved) for result in results), turn
        assert ServiceSummary.objects.get(service=assessment.service).answered == 1


def test_an_exemption_is_decided_once(assessment, now):
    member = member_of(assessment.service.team)
    answer = answer_of(assessment, "REL-01")
    transitions.save_answer(answer, revision=0, state="gap", text="No.", by=member, at=now)
    exemption = transitions.ask_exemption(
        answer, reason="May", measure="Copies", ends_on=date(2026, 5, 31), by=member, at=now
    )
    deciders = [ActorFactory(person__is_enablement=True) for _n in range(2)]

    results = at_once(
        lambda n: transitions.decide_exemption(
            exemption, approve=n == 0, reason="Said.", by=deciders[n], at=now
        ),
        times=2,
    )

    assert sum(isinstance(result, InvalidMoveError) for result in results) == 1
    assert Exemption.objects.get().decided_by is not None
    assert answer_of(assessment, "REL-01").is_exempt == (Exemption.objects.get().state == "approved")


def test_two_wishes_for_one_item_are_one(assessment, now):
    member = member_of(assessment.service.team)
    answer = answer_of(assessment, "REL-01")
    transitions.save_answer(answer, revision=0, state="gap", text="No.", by=member, at=now)

    results = at_once(
        lambda _n: transitions.ask_exemption(
            answer, reason="May", measure="Copies", ends_on=date(2026, 5, 31), by=member, at=now
        ),
        times=3,
    )

    assert sum(isinstance(result, InvalidMoveError) for result in results) == 2
    assert Exemption.objects.count() == 1


def test_two_refreshes_end_an_exemption_once(assessment, now):
    member, decider = member_of(assessment.service.team), ActorFactory(person__is_enablement=True)
    answer = answer_of(assessment, "REL-01")
    transitions.save_answer(answer, revision=0, state="gap", text="No.", by=member, at=now)
    wish = transitions.ask_exemption(
        answer, reason="May", measure="Copies", ends_on=date(2026, 5, 31), by=member, at=now
    )
    transitions.decide_exemption(wish, approve=True, reason="Said.", by=decider, at=now)

    at_once(lambda _n: transitions.refresh(by=decider, at=now.replace(month=7)), times=2)

    assert Event.objects.filter(verb="readiness.exemption_ended").count() == 1
