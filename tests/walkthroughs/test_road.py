"""The whole road of one service, as its people take it."""

import pytest

from apps.catalog.models import Phase, Service
from apps.walkthroughs import transitions
from apps.walkthroughs.models import Decision, State
from tests.factories.catalog import lead_of
from tests.factories.readiness import conversation_of
from tests.factories.walkthroughs import (
    MEETING,
    answer_all,
    fresh,
    panel_for,
    sign,
    signing,
)
from tests.history import told

pytestmark = pytest.mark.django_db


def test_the_road_from_green_light_to_live(now):
    service = conversation_of().service
    service.lead = lead_of(service.team)

    walkthrough = transitions.prepare(service, by=service.lead, at=now)
    assert walkthrough.planned_on.isoformat() == "2026-03-30"
    walkthrough = transitions.schedule(
        walkthrough, panel=panel_for(service), by=service.lead, at=now, **MEETING
    )
    answer_all(walkthrough)
    transitions.begin(walkthrough, by=service.lead, at=now)
    transitions.hold(walkthrough, by=service.lead, at=now)
    for seat in signing(walkthrough):
        sign(seat)
    launch = transitions.launch(service, by=service.lead, at=now)

    walkthrough = fresh(walkthrough)
    service = Service.objects.get(pk=service.pk)
    assert (walkthrough.state, walkthrough.decision) == (State.DECIDED, Decision.APPROVED)
    assert (service.phase, service.summary.next_step) == (Phase.LIVE, "Look back on the launch")
    assert (launch.is_over, launch.look_back_on.isoformat()) == (False, "2026-04-01")
    assert told(walkthrough)[0] == f"{launch.by} launched {service}"
