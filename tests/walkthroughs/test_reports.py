import json
from datetime import timedelta
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone
from pypdf import PdfReader

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.activity.transitions import record
from apps.catalog.events import ServiceEdited
from apps.catalog.models import Service
from apps.core import files, pdf
from apps.jobs.models import Job
from apps.jobs.models import State as JobState
from apps.jobs.transitions import run_next
from apps.notifications.models import Notice
from apps.readiness.models import Answer, Assessment
from apps.readiness.transitions import give_verdict, say
from apps.walkthroughs import queries, reports, transitions
from apps.walkthroughs.events import Planned
from apps.walkthroughs.models import ContentSnapshot, Report, SignOff, Walkthrough
from apps.walkthroughs.rules import digest
from tests.api.asking import Program
from tests.factories import ActorFactory
from tests.factories.walkthroughs import decided, held, scheduled, seat_as, sign, signing, veto
from tests.history import told

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
WORKER = Actor.system("jobs.run")


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.HOME = tmp_path


def shown(walkthrough, now):
    """Return what the report shows, as plain values."""
    walkthrough = queries.walkthrough(walkthrough.pk)
    return reports.context(walkthrough, queries.content(walkthrough), at=now)


def html_of(walkthrough, now):
    return pdf.render_html(reports.TEMPLATE, shown(walkthrough, now))


def test_the_report_says_who_decided_what(now):
    walkthrough = decided("high")

    context = shown(walkthrough, now)

    assert context["decision"] == {"label": "Approved", "tone": "strong", "line": "4 of 4 seats signed."}
    assert [(row["seat"], row["decision"]) for row in context["sign_offs"]] == [
        ("Peer", "approve"),
        ("Architect", "approve"),
        ("Security", "approve"),
        ("Enablement", "approve"),
    ]


def test_before_everybody_signed_the_report_says_so(now):
    walkthrough = held()
    sign(signing(walkthrough)[0])

    context = shown(walkthrough, now)

    assert (context["decision"]["label"], context["decision"]["line"]) == (
        "Not decided yet: held",
        "1 of 2 seats signed.",
    )
    assert [row["decision"] for row in context["sign_offs"]] == ["approve", "not signed yet"]


def test_a_signature_that_is_older_than_the_content_says_so(now):
    walkthrough = decided()
    Answer.objects.filter(assessment=walkthrough.assessment, item="REL-01").update(state="gap")
    walkthrough.assessment.content_version += 1
    walkthrough.assessment.save(update_fields=["content_version"])

    (peer, _enablement) = shown(walkthrough, now)["sign_offs"]

    assert "1 answer changed since" in peer["detail"]
    assert shown(walkthrough, now)["decision"] == {
        "label": "Approved",
        "tone": "adequate",
        "line": "2 of 2 seats signed. Since then something changed: 0 of 2 signatures count.",
    }


def test_a_veto_stands_in_the_report_with_what_would_lift_it(now):
    walkthrough = held("high")
    veto(walkthrough)

    (shown_veto,) = shown(walkthrough, now)["vetoes"]

    assert (shown_veto["state"], shown_veto["reason"]) == ("stands", "Addresses leave the region.")
    assert shown_veto["lifted_by_what"] == "The store moves."
    assert shown_veto["detail"] == "Items: SEC-02. To be looked at again on 16 March 2026."
    assert "<b>What would lift it:</b> The store moves." in html_of(walkthrough, now)


def test_a_lifted_veto_is_printed_as_what_it_stands_for(now):
    walkthrough = held("high")
    lifted = veto(walkthrough)
    transitions.lift_veto(
        lifted, reason="It moved.", by=ActorFactory(person__is_leadership=True, person__name="Elif"), at=now
    )

    context = shown(walkthrough, now)

    (row,) = [row for row in context["sign_offs"] if row["seat"] == "Security"]
    (shown_veto,) = context["vetoes"]
    assert (row["decision"], row["tone"]) == ("◐ veto, lifted", "adequate")
    assert shown_veto["state"] == "lifted"
    assert shown_veto["lifted_by_what"] == "The store moves."
    assert shown_veto["detail"] == "Items: SEC-02. Lifted on 2 Mar 2026, 10:00 by Elif: It moved."


def test_the_history_is_all_of_this_walkthrough_and_of_nothing_else(now):
    walkthrough = held()
    lead = walkthrough.service.lead
    for note in range(30):
        transitions.edit_notes(walkthrough, text=f"Note {note}.", revision=note, by=lead, at=now)
    record(ServiceEdited(**ServiceEdited.example), by=lead, at=now, subject=walkthrough.service.subject)
    record(Planned(**Planned.example), by=lead, at=now, subject=decided().subject)

    history = shown(walkthrough, now)["history"]

    sentences = [line["sentence"] for line in history]
    assert "scheduled the walkthrough" in sentences[0]
    assert sentences[-1] == f"{lead.name} edited the minutes of the walkthrough of {walkthrough.service}"
    assert sentences == told(walkthrough)[::-1]


def test_objections_and_their_reasons_are_printed(now):
    walkthrough = held()
    for seat in signing(walkthrough):
        sign(seat, SignOff.Decision.OBJECT, note="Nobody restored a backup.")

    html = html_of(walkthrough, now)

    assert "Objections stand" in html
    assert html.count("Nobody restored a backup.") == 2


def test_every_answer_that_applies_is_printed_with_its_question(now):
    walkthrough = decided()

    (reliability, security) = shown(walkthrough, now)["areas"]

    assert [item["code"] for item in reliability["items"]] == ["REL-01", "REL-02", "REL-03", "REL-04"]
    assert [item["code"] for item in security["items"]] == ["SEC-02"]  # its neighbour is for secret data
    assert {item["text"] for item in reliability["items"]} == {"Seen on 1 March."}
    assert reliability["parts"] == [{"state": "in_place", "width": "30.00"}]


def test_follow_ups_say_what_must_come_before_the_launch(now):
    walkthrough = held()
    transitions.add_follow_up(
        walkthrough,
        text="Rehearse a restore.",
        owner=walkthrough.service.lead.person,
        due_on=(now + timedelta(days=7)).date(),
        must_fix=True,
        by=walkthrough.service.lead,
        at=now,
    )

    context = shown(walkthrough, now)

    (row,) = context["follow_ups"]
    assert (row["number"], row["text"], row["must_fix"]) == ("F-1", "Rehearse a restore.", True)
    assert context["decision"]["line"].endswith("1 follow-up must be done before the launch.")


def test_markup_in_any_text_is_printed_as_text(now):
    walkthrough = decided(name="<script>alert(1)</script>", purpose="<b>bold</b>")
    Answer.objects.filter(assessment=walkthrough.assessment).update(text="<img src=file:///etc/passwd>")

    html = html_of(walkthrough, now)

    assert "<script>alert" not in html
    assert "<img" not in html
    assert "&lt;b&gt;bold" in html


def test_the_pdf_is_tagged_bookmarked_and_carries_what_it_shows(now):
    walkthrough = decided(name="Parcel Tracking")

    printed = reports.render(queries.walkthrough(walkthrough.pk), at=now)

    reader = PdfReader(BytesIO(printed.document))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert printed.pages == len(reader.pages)
    assert all(
        words in text
        for words in ("Parcel Tracking", "Approved", "Reliability / Failover", "Seen on 1 March.")
    )
    assert f"{printed.pages} of {printed.pages}" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert {"Parcel Tracking", "Ten areas at a glance", "Sign-offs", "Follow-ups", "Security"} <= set(titles)
    (attached,) = reader.attachments["assessment.json"]
    assert digest(json.loads(attached)) == digest(printed.content)


def test_a_name_of_200_letters_does_not_break_the_cover(now):
    walkthrough = decided(name="W" * 200)

    assert reports.render(queries.walkthrough(walkthrough.pk), at=now).pages >= 2


def test_the_worker_keeps_the_report_and_tells_who_asked(now):
    walkthrough = decided()
    lead = walkthrough.service.lead
    transitions.prepare_report(walkthrough, by=lead, at=now)

    run_next(by=WORKER, at=now)

    report = Report.objects.select_related("file", "snapshot").get()
    assert Job.objects.get().state == JobState.DONE
    assert files.read(report.file).startswith(b"%PDF")
    assert report.snapshot.content["service"]["slug"] == walkthrough.service.slug
    assert Notice.objects.get(kind="walkthroughs/report").recipient == lead.person
    assert f"{lead.name} printed the report" in told(walkthrough)[0]


def test_a_report_that_a_token_asked_for_is_printed_by_that_token(now):
    walkthrough = decided()
    lead = walkthrough.service.lead
    program = Program(lead.person, team_id=walkthrough.service.team_id, team_name="A team")
    program("POST", f"walkthroughs/{walkthrough.pk}/report/", status=202)

    run_next(by=WORKER, at=timezone.now())

    printed = Event.objects.get(verb="walkthroughs.report_printed")
    assert (printed.actor_id, printed.actor_name) == (lead.person_id, f"{lead.name} (token ci)")


def _asked(walkthrough, now):
    return transitions.prepare_report(walkthrough, by=walkthrough.service.lead, at=now)


def _taken_by_a_worker(job, now):
    lease = {"lease": uuid4(), "lease_until": now + timedelta(minutes=5)}
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, **lease)


def test_a_report_that_waits_or_is_printed_of_the_same_state_is_enough(now):
    walkthrough = decided()

    first, while_it_waits = _asked(walkthrough, now), _asked(walkthrough, now)
    _taken_by_a_worker(first, now)
    while_it_runs = _asked(walkthrough, now)

    assert first == while_it_waits == while_it_runs
    assert Event.objects.filter(verb="walkthroughs.report_asked").count() == 1


@pytest.mark.parametrize("model", [Assessment, Service, Walkthrough])
def test_what_changed_while_a_report_is_printed_asks_for_one_more(now, model):
    walkthrough = decided()
    _taken_by_a_worker(first := _asked(walkthrough, now), now)
    counter = {Assessment: "content_version", Service: "version", Walkthrough: "revision"}[model]
    model.objects.update(**{counter: F(counter) + 1})

    second, third = _asked(walkthrough, now), _asked(walkthrough, now)

    assert first != second == third
    assert Event.objects.filter(verb="walkthroughs.report_asked").count() == 2


def _comment(walkthrough, now):
    answer = Answer.objects.filter(assessment=walkthrough.assessment_id).first()
    say(answer, text="Zaubernuss", by=walkthrough.service.lead, at=now)


def _note_of_a_verdict(walkthrough, now):
    area = walkthrough.assessment.areas.get(key="REL")
    by = ActorFactory(person__is_architect=True)
    for note in ("", "Zaubernuss"):
        give_verdict(area, value="strong", note=note, by=by, at=now)


def _launch(walkthrough, now):
    transitions.launch(walkthrough.service, by=walkthrough.service.lead, at=now)


@pytest.mark.parametrize(
    ("step", "is_printed"),
    [(_comment, False), (_note_of_a_verdict, True), (_launch, True)],
)
def test_what_is_printed_asks_for_one_more_report_and_a_comment_is_not(now, step, is_printed):
    walkthrough = decided("low")
    _taken_by_a_worker(first := _asked(walkthrough, now), now)
    step(walkthrough, now)

    second = _asked(walkthrough, now)

    assert (second != first) == is_printed
    html = html_of(walkthrough, now)
    assert ("Zaubernuss" in html or "Launched on" in html) == is_printed


def test_a_job_that_is_done_twice_keeps_one_report(now):
    walkthrough = decided()
    job = transitions.prepare_report(walkthrough, by=walkthrough.service.lead, at=now)

    for _ in range(2):
        reports.print_report(job, progress=lambda _done, _total: None, by=WORKER, at=now)

    assert Report.objects.count() == 1


def test_a_report_shares_the_snapshot_that_was_signed(now):
    walkthrough = decided()
    job = transitions.prepare_report(walkthrough, by=walkthrough.service.lead, at=now)

    reports.print_report(job, progress=lambda _done, _total: None, by=WORKER, at=now)

    signed = SignOff.objects.get(seat=seat_as(walkthrough, "peer")).snapshot
    assert Report.objects.get().snapshot == signed
    assert ContentSnapshot.objects.count() == 1


def test_the_command_writes_the_file_and_changes_nothing(now, tmp_path):
    walkthrough = decided()
    output, said = tmp_path / "report.pdf", StringIO()

    call_command("render_report", walkthrough.pk, output=output, stdout=said)

    assert output.read_bytes().startswith(b"%PDF")
    assert said.getvalue().endswith("pages\n")
    assert not Report.objects.exists()


def test_the_command_says_in_one_sentence_what_is_wrong(now, tmp_path):
    walkthrough = scheduled()

    with pytest.raises(CommandError, match="There is no walkthrough 4711"):
        call_command("render_report", 4711, output=tmp_path / "x.pdf")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("render_report", walkthrough.pk, output=tmp_path / "no" / "x.pdf")


def test_the_report_of_somebody_unknown_is_not_found(client):
    client.force_login(ActorFactory().person)

    assert client.get("/walkthroughs/4711/report.pdf").status_code == 404
