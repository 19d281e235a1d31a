"""Quarters as lists, tables to import, and files to restore: what pages show, to whom, and what they cost."""

import csv
import json
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.sheets import XLSX
from apps.jobs.models import Job
from apps.jobs.transitions import run_next
from apps.okrs import imports, queries, transitions
from apps.okrs.models import Cycle, KeyResult, Objective, Quarter
from tests.factories import UserFactory, member_of
from tests.factories.okrs import CycleFactory, KeyResultFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.goals import Goals
from tests.okrs.whole_quarter import LEARNED, SECRET_GRADE, emptied, whole_quarter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]
MOST_QUERIES = 12
WORKER = Actor.system("jobs.run")


@pytest.fixture
def admin(client):
    person = UserFactory(is_admin=True)
    client.force_login(person)
    return person


def listed(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def table_url(quarter):
    return reverse("okrs:import_objectives", args=[quarter.cycle.slug, quarter.team.slug])


# Lists


def test_a_list_has_a_line_for_each_key_result(client):
    goals = Goals(title="=1+1")
    goals.values("90", "75")
    goals.calls.asked_target, goals.calls.offered_target = 40, 60
    goals.calls.save()
    client.force_login(goals.member.person)

    rows = listed(client, f"/okrs/{goals.cycle.slug}/teams/{goals.team.slug}/list.csv")

    sentences = [goals.calls, goals.steps, goals.words]
    assert [row["key result"] for row in rows] == [one.title for one in sentences]
    first, second, third = rows
    assert first["objective"] == "'=1+1"
    assert (first["baseline"], first["target"]) == ("100", "50")
    assert (first["value"], first["as of"]) == ("75", "2026-01-09")
    assert (first["asked"], first["offered"], first["agreed"]) == ("40", "60", "50")
    assert (first["progress"], first["expected"], first["hint"]) == ("0.5", "0.6742", "At risk")
    assert second["progress"] == "0.5"
    assert third["progress"] == ""
    assert first["objective coverage"] == "0.6667"
    assert first["address"].startswith("http://testserver/okrs/objectives/")


def test_a_list_holds_no_grade_and_no_person(client, now):
    cycle = whole_quarter(now)
    KeyResult.objects.filter(grade=None).update(grade_note="")
    client.force_login(UserFactory(is_leadership=True))

    text = client.get(f"/okrs/{cycle.slug}/list.csv").content.decode()

    assert SECRET_GRADE not in text
    assert LEARNED not in text
    assert "grade" not in text.splitlines()[0]
    assert "Ada" not in text
    assert "ada@example.org" not in text


def test_a_list_shows_nobody_what_they_may_not_read(client):
    goals = Goals(visibility="restricted", restricted_because="Not yet.")
    client.force_login(UserFactory())

    assert listed(client, f"/okrs/{goals.cycle.slug}/list.csv") == []

    client.force_login(goals.member.person)
    assert len(listed(client, f"/okrs/{goals.cycle.slug}/list.csv")) == 3


def test_a_list_is_a_workbook_too_and_taking_it_leaves_an_event(client):
    goals = Goals()
    client.force_login(goals.member.person)

    answer = client.get(f"/okrs/{goals.cycle.slug}/list.xlsx")

    assert answer["Content-Type"] == XLSX
    assert answer.content.startswith(b"PK")
    assert answer["Content-Disposition"] == f'attachment; filename="{goals.cycle.slug}.xlsx"'
    assert Event.objects.latest("pk").verb == "activity.exported"
    assert client.get(f"/okrs/{goals.cycle.slug}/list.pdf").status_code == 404


def test_a_list_costs_the_same_for_any_number_of_teams(client, admin):
    cycle = CycleFactory()
    url, counts = f"/okrs/{cycle.slug}/list.csv", []
    for _size in range(2):
        for objective in ObjectiveFactory.create_batch(3, cycle=cycle):
            QuarterFactory(team=objective.team, cycle=cycle)
            KeyResultFactory.create_batch(2, objective=objective)
        with CaptureQueriesContext(connection) as queries_:
            client.get(url)
        counts.append(len(queries_))

    assert counts[0] == counts[1]


def test_an_empty_quarter_is_a_list_with_a_head(client, admin):
    cycle = CycleFactory()

    assert listed(client, f"/okrs/{cycle.slug}/list.csv") == []
    assert client.get(f"/okrs/{cycle.slug}/list.xlsx").status_code == 200


# Tables of objectives


def test_a_table_is_looked_at_and_then_written_down(client):
    quarter = QuarterFactory()
    client.force_login(member_of(quarter.team).person)
    table = "\ufeffObjective;Key result;Owner\r\nRuhe;Niemand wacht\r\n"
    upload = SimpleUploadedFile("plan.csv", table.encode())

    looked = client.post(table_url(quarter), {"upload": upload, "text": "typed before"})

    text = looked.content.decode()
    assert looked.status_code == 200
    assert "Write down 1 draft" in text
    assert "Columns that are not read: Owner" in text
    assert looked.context["text"].startswith("Objective")
    assert not Objective.objects.exists()

    written = client.post(table_url(quarter), {"text": looked.context["text"], "write": "1"})

    assert written.status_code == 302
    assert [(one.title, one.state) for one in Objective.objects.all()] == [("Ruhe", "draft")]


def test_what_is_wrong_is_named_and_the_text_stays(client):
    quarter = QuarterFactory()
    client.force_login(member_of(quarter.team).person)
    text = "objective,key result,metric,target\nA,B,C,nine\n"

    answer = client.post(table_url(quarter), {"text": text, "write": "1"})

    page = answer.content.decode()
    assert "1 to mend first" in page
    assert "“nine” is not a number" in page
    assert "A,B,C,nine" in page
    assert not Objective.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose a file, or paste a table"),
        ({"text": "x" * (imports.LONGEST_SHEET + 1)}, "at most 1,000,000 are kept"),
        ({"text": "kept", "upload": SimpleUploadedFile("a.xlsx", b"PK\x03\x04x")}, "Save the sheet as CSV"),
        ({"text": "a\0b"}, "cannot be stored (U+0000)"),
    ],
    ids=range(4),
)
def test_what_is_no_table_is_refused_in_words(client, fields, words):
    quarter = QuarterFactory()
    client.force_login(member_of(quarter.team).person)

    answer = client.post(table_url(quarter), fields)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert fields.get("text", "")[:4] in answer.content.decode()


def test_ten_megabytes_are_refused_in_words(client, settings):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    quarter = QuarterFactory()
    client.force_login(member_of(quarter.team).person)

    answer = client.post(table_url(quarter), {"text": "x" * (settings.UPLOAD_LIMIT + 1)})

    assert answer.status_code == 413
    assert "at most 10 MB" in answer.content.decode()


def test_a_closed_quarter_takes_no_table(client):
    quarter = QuarterFactory(cycle=CycleFactory(state="closed"))
    client.force_login(member_of(quarter.team).person)

    assert client.get(table_url(quarter)).status_code == 409


def test_the_example_can_be_brought_back(client):
    quarter = QuarterFactory()
    client.force_login(member_of(quarter.team).person)
    example = client.get(reverse("okrs:example")).content

    answer = client.post(table_url(quarter), {"upload": SimpleUploadedFile("objectives.csv", example)})

    assert "Write down 2 drafts" in answer.content.decode()


def test_the_pages_of_files_stay_cheap(client, now, admin):
    cycle = whole_quarter(now)
    team = Quarter.objects.first().team
    transitions.ask_export(cycle, by=Actor(person=admin), at=now)
    run_next(by=WORKER, at=now)
    for url in (
        f"/okrs/{cycle.slug}/teams/{team.slug}/import/",
        f"/okrs/{cycle.slug}/export/",
        "/okrs/restore/",
        f"/okrs/{cycle.slug}/",
        f"/okrs/{cycle.slug}/teams/{team.slug}/",
    ):
        client.get(url)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(url).status_code == 200
        assert len(counted) <= MOST_QUERIES, url


# Whole quarters


def test_an_administrator_exports_a_quarter_and_restores_it(client, now, admin):
    cycle = whole_quarter(now)
    export = reverse("okrs:export", args=[cycle.slug])
    assert "Nobody has asked for this file yet" in client.get(export).content.decode()

    client.post(export)
    run_next(by=WORKER, at=now)

    assert "Download" in client.get(export).content.decode()
    content = client.get(f"{export}quarter.json").content
    assert json.loads(content)["exported_at"] == now.isoformat()
    assert Event.objects.latest("pk").verb == "activity.exported"
    emptied(cycle)

    upload = SimpleUploadedFile("okrs.json", content)
    looked = client.post(reverse("okrs:restore"), {"upload": upload})
    run_next(by=WORKER, at=now)
    job = Job.objects.latest("pk")
    assert looked.url == job.get_absolute_url()
    page = client.get(job.url).content.decode()
    assert "Can be restored" in page
    assert not Objective.objects.exists()

    client.post(job.url)
    run_next(by=WORKER, at=now)

    page = client.get(job.url).content.decode()
    assert "What was written" in page
    restored = queries.quarter_file(Cycle.objects.get(), at=now).content
    assert queries.written(restored) == content


def test_a_file_that_says_something_else_is_shown_with_what_to_do(client, now, admin):
    cycle = whole_quarter(now)
    content = queries.written(queries.quarter_file(cycle).content)
    Objective.objects.update(title="Changed here")

    client.post(reverse("okrs:restore"), {"upload": SimpleUploadedFile("okrs.json", content)})
    run_next(by=WORKER, at=now)

    page = client.get(Job.objects.latest("pk").url).content.decode()
    assert "objectives[0].title" in page
    assert "What this portal has was kept as it is." in page
    assert "Make them equal" in page


def test_what_is_no_json_is_refused_at_once(client, admin):
    answer = client.post(reverse("okrs:restore"), {"upload": SimpleUploadedFile("a.json", b"[]")})

    assert answer.status_code == 422
    assert "a.json is not the JSON file of a quarter" in answer.content.decode()
    assert not Job.objects.exists()


def test_nobody_else_reads_the_result_of_such_work(client, now):
    cycle = CycleFactory()
    admin = Actor(person=UserFactory(is_admin=True))
    job = transitions.ask_export(cycle, by=admin, at=now)
    run_next(by=WORKER, at=now)
    client.force_login(UserFactory(is_leadership=True))

    assert client.get(f"/okrs/{cycle.slug}/export/quarter.json").status_code == 403
    assert job.url not in client.get(job.get_absolute_url()).content.decode()


# Commands


def test_the_commands_take_a_quarter_along_and_bring_it_back(tmp_path, now, capsys):
    cycle = whole_quarter(now)
    call_command("export_okrs", cycle.slug)
    text = capsys.readouterr().out
    file = tmp_path / "q.json"
    file.write_text(text)
    emptied(cycle)

    call_command("import_okrs", str(file), "--preview")
    assert "can be restored" in capsys.readouterr().out
    call_command("import_okrs", str(file), "--json")
    assert json.loads(capsys.readouterr().out)["state"] == "restored"
    call_command("import_okrs", str(file))
    assert "exactly as in the file" in capsys.readouterr().out
    call_command("export_okrs", cycle.slug)
    assert capsys.readouterr().out == text


def test_the_commands_say_what_is_wrong(tmp_path, capsys):
    CycleFactory()
    file = tmp_path / "q.json"
    file.write_text('{"format": "roadworthy.okrs", "version": 9}')

    with pytest.raises(CommandError, match="there is: 2026-q1"):
        call_command("export_okrs", "2030-q1")
    with pytest.raises(CommandError, match="refused"):
        call_command("import_okrs", str(file))
    assert "q.json: version: The file has version 9" in capsys.readouterr().out
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_okrs", str(tmp_path / "none.json"))
