"""What a team may want to take up when it plans a quarter."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Phase, Service
from apps.readiness import transitions
from apps.readiness.models import Answer
from apps.readiness.queries import candidates
from tests.factories.catalog import ServiceFactory
from tests.factories.readiness import answer_of, readiness_of

pytestmark = pytest.mark.django_db


def gap(assessment, item):
    Answer.objects.filter(assessment=assessment, item=item).update(state="gap", text="Not yet\nbut soon")


def test_gaps_come_first_and_then_what_is_exempt(now, assessment, member, enablement):
    for item in ("REL-03", "REL-01", "REL-04"):
        gap(assessment, item)
    wish = transitions.ask_exemption(
        answer_of(assessment, "REL-04"),
        reason="The region comes in summer.",
        measure="A copy",
        ends_on=now.date() + timedelta(days=60),
        by=member,
        at=now,
    )
    transitions.decide_exemption(wish, approve=True, reason="Fine", by=enablement, at=now)

    found = candidates(assessment.service.team)

    name = assessment.service.name
    assert [(one.kind, one.title.partition(":")[0]) for one in found] == [
        ("Gap", f"REL-01 of {name}"),
        ("Gap", f"REL-03 of {name}"),
        ("Accepted risk", f"REL-04 of {name}"),
    ]
    assert found[0].detail == "Not yet"
    assert found[0].url.endswith("/rel/#REL-01")
    assert "summer" in found[2].detail


def test_other_teams_and_what_is_archived_are_left_out(now, assessment):
    gap(assessment, "REL-01")
    other = ServiceFactory()
    assert candidates(other.team) == []

    Service.objects.update(phase=Phase.ARCHIVED, phase_before=Phase.READY)

    assert candidates(assessment.service.team) == []


@pytest.mark.parametrize("count", [1, 10])
def test_the_number_of_queries_does_not_grow(assessment, count):
    gap(assessment, "REL-01")
    for _service in range(count - 1):
        gap(readiness_of(ServiceFactory(team=assessment.service.team)), "REL-01")
    candidates(assessment.service.team)  # the edition is read once for each process

    with CaptureQueriesContext(connection) as counted:
        found = candidates(assessment.service.team)

    assert (len(found), len(counted)) == (count, 2)
