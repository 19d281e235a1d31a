"""What somebody takes along is written down, for them and administrators."""

import json
import shutil

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Actor
from apps.activity.models import Audience, Event
from apps.activity.queries import timeline
from apps.activity.transitions import note_export
from apps.jobs.models import Job
from apps.walkthroughs import queries, transitions
from tests.api.asking import Program
from tests.factories import ActorFactory, ServiceFactory, UserFactory
from tests.factories.walkthroughs import held
from tests.subjects import subject

pytestmark = pytest.mark.django_db


def taken():
    """Return what was taken along, and with which filter."""
    events = Event.objects.filter(verb="activity.exported").order_by("pk")
    return [(event.data["what"], event.data["filter"]) for event in events]


def test_an_export_is_for_the_person_and_administrators(now):
    ada = ActorFactory(person__name="Ada")

    note_export(subject(), what="the list of services", asked="x" * 9999, by=ada, at=now)

    security = UserFactory.build(is_security=True).audiences
    (line,) = timeline(subject(), audiences=list(Audience))
    assert line.sentence == "Ada took along the list of services"
    assert timeline(subject(), audiences=security) == []
    assert len(Event.objects.get().data["filter"]) == 500


def test_the_list_of_services_is_taken_along_with_its_filter(client):
    ServiceFactory(name="Ledger", tier=2)
    client.force_login(UserFactory())

    client.get(reverse("catalog:export"), {"tier": 2})

    assert taken() == [("the list of services", "tier=2")]


def test_a_report_is_taken_along(client, settings, tmp_path, now):
    settings.HOME = tmp_path
    walkthrough = queries.walkthrough(held().pk)
    by = Actor(person=UserFactory())
    transitions.prepare_report(walkthrough, by=by, at=now)
    transitions.keep_report(
        walkthrough,
        job=Job.objects.get(),
        document=b"%PDF",
        pages=7,
        content=queries.content(walkthrough),
        by=by,
        at=now,
    )
    client.force_login(by.person)

    in_a_page = client.get(reverse("walkthroughs:report_file", args=[walkthrough.pk]))
    by_a_program = client.get(f"/api/v1/walkthroughs/{walkthrough.pk}/report/file/")

    assert in_a_page.content == by_a_program.content == b"%PDF"
    assert taken() == [(f"the report of {walkthrough}", "")] * 2


def test_a_report_that_the_disk_has_lost_is_not_taken_along_but_made_anew(client, settings, tmp_path, now):
    settings.HOME = tmp_path
    walkthrough = queries.walkthrough(held().pk)
    by = Actor(person=UserFactory())
    job = transitions.prepare_report(walkthrough, by=by, at=now)
    report = {"document": b"%PDF", "pages": 7, "content": queries.content(walkthrough), "by": by, "at": now}
    transitions.keep_report(walkthrough, job=job, **report)
    shutil.rmtree(tmp_path / "files")
    client.force_login(by.person)

    page = client.get(reverse("walkthroughs:report_file", args=[walkthrough.pk]))
    problem = Program(by.person)("GET", f"walkthroughs/{walkthrough.pk}/report/file/", status=410)

    again = reverse("walkthroughs:report", args=[walkthrough.pk])
    assert (page.status_code, f'href="{again}">Prepare the report anew' in page.content.decode()) == (
        410,
        True,
    )
    assert problem["title"] == "This file is gone"
    assert taken() == []


def test_a_report_that_is_not_there_is_not_taken_along(client):
    client.force_login(UserFactory())

    client.get(reverse("walkthroughs:report_file", args=[held().pk]))

    assert taken() == []


def test_a_copy_of_events_says_itself_that_it_was_taken(client):
    client.force_login(UserFactory(name="Max", is_admin=True))

    answer = client.get(reverse("home:events_export"), {"verb": "activity.exported", "who": ""})

    (line,) = b"".join(answer.streaming_content).splitlines()
    assert json.loads(line)["sentence"] == "Max took along a copy of all events"
    assert taken() == [("a copy of all events", "verb=activity.exported")]
    assert Event.objects.get().at <= timezone.now()
