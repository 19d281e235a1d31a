"""Lists, tables of objectives and whole quarters for programs."""

import csv
import json
from io import StringIO

import pytest

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.models import StoredFile
from apps.jobs.models import Job, State
from apps.jobs.transitions import run_next
from apps.okrs import imports, queries, transitions
from apps.okrs.models import Cycle, KeyResult, Objective
from tests.api.asking import Program
from tests.factories import TeamFactory, UserFactory, lead_of
from tests.okrs.goals import Goals
from tests.okrs.programs import ask, program, refused
from tests.okrs.whole_quarter import emptied, whole_quarter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]
WORKER = Actor.system("jobs.run")
TABLE = "objective,key result,metric,baseline,target\nNights are quiet,Nobody is woken,Pages,9,2\n,Sleep,,,\n"
WRONG = "objective,key result,metric,target\nA,B,C,nine\nD,E,F,ten\n"


@pytest.fixture
def admin():
    return Program(UserFactory(is_admin=True))


def place(goals, end):
    return f"cycles/2026-q1/teams/{goals.team.slug}/{end}"


def sent_as(kind, who, path, content):
    """Send bytes under a media type of their own; `Program` sends JSON."""
    return who.client.generic(
        "POST",
        f"/api/v1/okrs/{path}",
        content,
        content_type=kind,
        headers={"Authorization": f"Bearer {who.secret}"},
    )


# Lists


def test_a_quarter_and_a_team_s_are_lists(goals):
    Goals(key="other")
    who = program(goals.member)

    answers = [ask(who, "GET", end) for end in ("cycles/2026-q1/list.csv", place(goals, "list.csv"))]

    whole, own = [list(csv.DictReader(StringIO(one.content.decode("utf-8-sig")))) for one in answers]
    assert (len(whole), len(own)) == (6, 3)
    assert own[0]["address"] == f"http://testserver/okrs/objectives/{goals.objective.pk}/"
    assert answers[1]["Content-Type"] == "text/csv; charset=utf-8"
    assert f"{goals.team.slug}-2026-q1.csv" in answers[1]["Content-Disposition"]
    assert Event.objects.filter(verb="activity.exported").count() == 2


def test_a_list_holds_what_its_program_may_read(goals):
    Objective.objects.update(visibility="restricted", restricted_because="Not yet")
    stranger = lead_of(TeamFactory())

    assert len(ask(program(goals.member), "GET", place(goals, "list.csv")).content.splitlines()) == 4
    assert len(ask(program(stranger), "GET", place(goals, "list.csv")).content.splitlines()) == 1
    own = program(goals.lead, team_id=goals.team.pk, team_name=goals.team.name)
    assert len(ask(own, "GET", "cycles/2026-q1/list.csv", Accept="text/csv").content.splitlines()) == 4


@pytest.mark.parametrize("end", ["list.xlsx", "list.csv/", "teams/nobody/list.csv"])
def test_there_is_no_other_list(goals, end):
    assert ask(program(goals.member), "GET", f"cycles/2026-q1/{end}").status_code == 404


# Tables of objectives


def test_a_table_is_looked_at_and_then_written_down(goals):
    ci = program(goals.lead, team_id=goals.team.pk, team_name=goals.team.name)

    seen = ask(ci, "POST", place(goals, "sheet/?preview=1"), {"text": TABLE}, status=200)
    assert Objective.objects.count() == 1
    made = ask(ci, "POST", place(goals, "sheet/"), {"text": TABLE}, status=201)
    again = ask(ci, "POST", place(goals, "sheet/"), {"text": TABLE}, status=200)

    (row,) = seen["rows"]
    assert (row["line"], row["title"], row["is_new"]) == (2, "Nights are quiet", True)
    assert row["key_results"] == ["Nobody is woken", "Sleep"]
    assert (seen["lines"], seen["problems"], seen["written"]) == (2, [], [])
    (pk,) = made["written"]
    assert (Objective.objects.get(pk=pk).state, KeyResult.objects.filter(objective=pk).count()) == (
        "draft",
        2,
    )
    assert (again["written"], again["rows"][0]["is_known"]) == ([], True)
    assert Objective.objects.count() == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_table_comes_as_csv_as_a_spreadsheet_saves_it(goals, encoding):
    table = "Objective;Key result;Owner\r\nRuhe für alle;Niemand wacht;Ada\r\n".encode(encoding)

    answer = sent_as("text/csv", program(goals.member), place(goals, "sheet/"), table)

    assert (answer.status_code, answer.json()["ignored"]) == (201, ["Owner"])
    assert Objective.objects.get(pk=answer.json()["written"][0]).title == "Ruhe für alle"


def test_what_is_wrong_is_named_by_line_and_column_and_nothing_is_written(goals):
    who = program(goals.member)

    seen = ask(who, "POST", place(goals, "sheet/?preview=true"), {"text": WRONG}, status=200)
    status, words = refused(who, "POST", place(goals, "sheet/"), {"text": WRONG})

    assert [(one["line"], one["column"]) for one in seen["problems"]][:1] == [(2, "target")]
    assert "“nine” is not a number" in seen["problems"][0]["message"]
    assert status == 422
    assert "Line 2, target: “nine” is not a number" in words
    assert "a preview names them all" in words


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": ""}, 400),
        ({"text": 7, "more": 1}, 400),
        ({"text": "a\0b"}, 400),
        ({"text": "\ud800"}, 400),
        ({"text": "no,names\n1,2\n"}, 422),
        ({"text": "x" * (imports.LONGEST_SHEET + 1)}, 422),
    ],
    ids=range(7),
)
def test_what_is_no_table_is_refused(goals, body, status):
    assert refused(program(goals.member), "POST", place(goals, "sheet/"), body)[0] in {status, 422}


def test_neither_filters_nor_forms_that_there_are_not(goals):
    who = program(goals.member)

    assert refused(who, "POST", place(goals, "sheet/?preview=maybe"), {"text": TABLE})[0] == 400
    assert refused(who, "POST", place(goals, "sheet/?previw=1"), {"text": TABLE})[0] == 400
    assert sent_as("text/plain", who, place(goals, "sheet/"), TABLE.encode()).status_code == 415
    assert Objective.objects.count() == 1


@pytest.mark.parametrize("kind", ["text/csv", "application/json"])
def test_a_body_of_more_than_ten_megabytes_is_refused(goals, settings, kind):
    answer = sent_as(kind, program(goals.member), place(goals, "sheet/"), b"x" * (settings.UPLOAD_LIMIT + 1))

    assert (answer.status_code, answer.json()["status"]) == (413, 413)


def test_only_a_team_writes_its_table_and_only_into_an_open_quarter(goals):
    elsewhere = TeamFactory()
    maker = lead_of(goals.team)
    maker.person.lead_ids = maker.person.team_ids = [goals.team.pk, elsewhere.pk]
    maker.person.save()
    other = program(maker, team_id=elsewhere.pk, team_name=elsewhere.name)
    for who in (program(lead_of(elsewhere)), other, program(goals.lead, scope="read")):
        for end in ("sheet/", "sheet/?preview=1"):
            assert refused(who, "POST", place(goals, end), {"text": TABLE})[0] == 403
    Cycle.objects.update(state="closed")

    assert refused(program(goals.lead), "POST", place(goals, "sheet/"), {"text": TABLE})[0] == 409


# Whole quarters


def done(now, answer):
    """Let the worker do what was asked for; return the job."""
    run_next(by=WORKER, at=now)
    return Job.objects.get(pk=answer["id"])


def test_an_administrator_exports_a_quarter_and_restores_it(now, admin):
    cycle = whole_quarter(now)
    export = f"cycles/{cycle.slug}/export/"

    asked = ask(admin, "POST", export, {}, status=202)
    assert ask(admin, "GET", f"{export}quarter.json").status_code == 404
    assert done(now, asked).state == State.DONE
    content = ask(admin, "GET", f"{export}quarter.json").content
    assert json.loads(content)["exported_at"] == now.isoformat()
    assert Event.objects.latest("pk").verb == "activity.exported"
    emptied(cycle)

    looked = done(now, ask(admin, "POST", "restores/?name=q1.json", content, status=202))
    assert (looked.title, looked.result["state"]) == ("Look at q1.json", "preview")
    assert admin("GET", f"jobs/{looked.pk}/", status=200)["result"]["created"]["objectives"] > 0
    assert not Objective.objects.exists()
    written = done(now, ask(admin, "POST", f"restores/{looked.pk}/confirm/", {}, status=202))

    assert written.result["state"] == "restored"
    assert queries.written(queries.quarter_file(Cycle.objects.get(), at=now).content) == content
    assert refused(admin, "POST", f"restores/{written.pk}/confirm/", {})[0] == 409


def test_what_was_not_seen_or_was_refused_is_not_written(now, admin, client):
    asked = ask(admin, "POST", "restores/", b'{"format": "roadworthy.okrs", "version": 9}', status=202)
    where = f"restores/{asked['id']}/confirm/"

    assert "nobody has seen yet" in refused(admin, "POST", where, {})[1]
    assert done(now, asked).result["state"] == "refused"
    status, words = refused(admin, "POST", where, {})

    assert (status, "it was refused" in words) == (409, True)
    client.force_login(UserFactory(is_admin=True))
    assert client.post(Job.objects.get().url).status_code == 409
    assert Job.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"[]", b'"words"', b"\xff\xfe", b"PK\x03\x04"])
def test_what_is_no_file_of_a_quarter_is_refused_at_once(admin, content):
    assert refused(admin, "POST", "restores/", content)[0] == 400
    assert not StoredFile.objects.exists()


def test_a_file_of_more_than_ten_megabytes_is_refused(admin, settings):
    assert refused(admin, "POST", "restores/", b"{" + b" " * settings.UPLOAD_LIMIT)[0] == 413


def test_a_file_has_a_name_of_one_line_and_is_json(admin):
    assert refused(admin, "POST", "restores/?name=a%0Ab", b"{}")[0] == 422
    assert refused(admin, "POST", f"restores/?name={'x' * 201}", b"{}")[0] == 400
    assert refused(admin, "POST", "restores/?nam=x", b"{}")[0] == 400
    assert sent_as("text/csv", admin, "restores/", b"{}").status_code == 415


def test_nobody_else_carries_quarters(now, goals, admin):
    by = Actor(person=UserFactory(is_admin=True))
    looked = transitions.ask_restore(b"{}", name="q.json", by=by, at=now)
    transitions.ask_export(goals.cycle, by=by, at=now)
    team = {"team_id": goals.team.pk, "team_name": goals.team.name}
    in_team = lead_of(goals.team, is_admin=True)
    for who in (program(goals.lead), Program(UserFactory(is_leadership=True)), program(in_team, **team)):
        assert ask(who, "GET", "cycles/2026-q1/export/quarter.json").status_code == 403
        assert refused(who, "POST", "cycles/2026-q1/export/", {})[0] == 403
        assert refused(who, "POST", "restores/", b"{}")[0] == 403
        assert refused(who, "POST", f"restores/{looked.pk}/confirm/", {})[0] == 403
    export = Job.objects.get(kind="okrs.export")
    for pk in (export.pk, 10**9):  # no file of a quarter
        assert refused(admin, "POST", f"restores/{pk}/confirm/", {})[0] == 404


def test_what_a_file_holds_is_told_to_administrators_alone(now, goals, admin):
    content = {"format": "roadworthy.okrs", "version": 9}
    job = done(now, ask(admin, "POST", "restores/", content, status=202))

    told = [who("GET", f"jobs/{job.pk}/", status=200)["result"] for who in (admin, program(goals.lead))]

    assert (told[0]["state"], told[1]) == ("refused", {})
