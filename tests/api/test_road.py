"""The whole road through the API: what people do in pages, done by their programs."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.models import Actor, User
from apps.activity.models import Event
from apps.jobs import transitions as jobs
from tests.api.asking import Program
from tests.company import CATALOG, REHEARSED, found_company

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
SYSTEM = Actor.system("tests")
ROAD = "services/parcel-tracking"
THEIRS = "Requests go to the second zone. Rehearsed in June."
MINE = "Requests go to the second zone. Rehearsed in May."
NEW = {
    "team": "parcels",
    "name": "Parcel Tracking",
    "purpose": "Tells everybody where their parcel is",
    "tier": 2,
    "data_class": "confidential",
    "exposure": "internet",
}


def soon(days):
    return (timezone.now() + timedelta(days=days)).date()


def test_programs_walk_the_whole_road():
    call_command("publish_editions", verbosity=0)
    company = found_company()
    noor = Program(company.noor)
    import_the_catalog(noor)
    ada, ben = let_in(company, noor)
    talk(ada, noor)
    prepare(ada)
    answer(ada, ben)
    exempt(ada, noor)
    answer_the_rest(ada)
    walkthrough = schedule(company, ada)
    hold(company, ada, walkthrough)
    sign_and_launch(company, ada, walkthrough)
    download(ada, walkthrough)
    assert Event.objects.filter(actor_name="Ada Lind (token ci)", verb="walkthroughs.launched").exists()


def import_the_catalog(noor):
    files = [{"name": "catalog-info.yaml", "text": CATALOG.decode()}]
    job = noor("POST", "imports/", {"files": files}, status=202)
    assert job["state"] == "queued"
    jobs.run_next(by=SYSTEM, at=timezone.now())

    done = noor("GET", f"jobs/{job['id']}/", status=200)
    assert (done["state"], done["result"]["created"]["service"]) == ("done", 1)
    assert done["result"]["left_out"][0]["file"] == "catalog-info.yaml"
    assert noor("GET", "services/parcel-ledger/", status=200)["phase"] == "live"


def let_in(company, noor):
    """The administrator invites both, and enablement makes Ada a lead."""
    admin = Program(company.admin)
    people = [User.objects.get(email=f"{name}@example.org") for name in ("ada", "ben")]
    for person in people:
        admin("POST", f"people/{person.pk}/invite/", {"email": person.email}, status=200)
    team = noor("PUT", f"teams/parcels/members/{people[0].pk}/", {"is_lead": True}, status=200)
    assert [one["name"] for one in team["leads"]] == ["Ada Lind"]
    return [Program(person) for person in people]


def talk(ada, noor):
    made = ada("POST", "services/", NEW, status=201)
    assert (made["slug"], made["phase"]) == ("parcel-tracking", "playground")
    start = {"expected_users": "40,000 recipients a day", "target_quarter": "2027-Q2"}
    assert ada("POST", f"{ROAD}/green-light/", start, status=201)["kind"] == "conversation"

    rows = ada("GET", f"{ROAD}/answers/?kind=conversation", status=200)["results"]
    first = next(row for row in rows if row["item"] == "GL-01")
    save(ada, first["id"], {"state": "answered", "text": "People ask where their parcel is."}, revision=0)
    ada("POST", f"answers/{first['id']}/thread/", {"text": "What's HA?"}, status=201)
    noor("POST", f"answers/{first['id']}/thread/", {"text": "Two of everything."}, status=201)
    said = ada("GET", f"answers/{first['id']}/thread/", status=200)
    assert [one["author"]["name"] for one in said] == ["Ada Lind", "Noor Haddad"]
    assert any(notice["kind"] == "readiness/said" for notice in inbox(ada))


def inbox(program):
    return program("GET", "inbox/?show=unread", status=200)["results"]


def save(program, pk, values, *, revision, status=200):
    return program("PUT", f"answers/{pk}/", values, status=status, If_Match=f'"{revision}"')


def prepare(ada):
    planned = ada("POST", f"{ROAD}/prepare/", status=201)
    assert (planned["state"], planned["service"]) == ("planned", "parcel-tracking")
    assert ada("GET", f"{ROAD}/", status=200)["phase"] == "ready-for-production"


def item(program, code):
    rows = program("GET", f"{ROAD}/answers/", status=200)["results"]
    return next(row for row in rows if row["item"] == code)


def answer(ada, ben):
    """Both read the same item; who saves last learns what stands there, and saves the two as one."""
    pk = item(ada, "REL-02")["id"]
    read = ben("GET", f"answers/{pk}/")
    save(ada, pk, {"state": "in_place", "text": THEIRS}, revision=0)

    mine = {"state": "in_place", "text": MINE}
    stale = ben("PUT", f"answers/{pk}/", mine, If_Match=read["ETag"])
    assert stale.status_code == 412
    assert stale.json()["current"]["text"] == THEIRS
    assert item(ada, "REL-02")["text"] == THEIRS

    both = {"state": "in_place", "text": f"{THEIRS} {MINE}"}
    saved = ben("PUT", f"answers/{pk}/", both, If_Match=stale["ETag"])
    assert (saved.status_code, saved["ETag"]) == (200, '"2"')
    save(ada, pk, {"state": "not_applicable", "text": ""}, revision=2, status=422)


def exempt(ada, noor):
    pk = item(ada, "REL-03")["id"]
    save(ada, pk, {"state": "gap", "text": "Nobody restored it yet."}, revision=0)
    wish = {"reason": "The store moves in June.", "measure": "A copy in the other zone.", "ends_on": soon(60)}
    asked = ada("POST", f"answers/{pk}/exemptions/", wish, status=201)
    decision = {"approve": True, "reason": "Two months are fine."}
    ada("POST", f"answers/{pk}/exemptions/{asked['id']}/decide/", decision, status=403)
    noor("POST", f"answers/{pk}/exemptions/{asked['id']}/decide/", decision, status=200)
    assert item(ada, "REL-03")["is_exempt"]

    link = {"url": "https://example.org/rehearsal", "title": "Notes of the rehearsal"}
    ada("POST", f"answers/{pk}/evidence/", link, status=201)
    assert item(ada, "REL-03")["evidence_count"] == 1


def answer_the_rest(ada):
    me = ada("GET", "me/", status=200)["id"]
    rows = ada("GET", f"{ROAD}/answers/?state=open", status=200)["results"]
    planned = next(row for row in reversed(rows) if row["weight"] == "high")
    for row in rows:
        values = {"state": "in_place", "text": row["text"] or REHEARSED, "owner": me}
        if row == planned:
            values |= {"state": "planned", "due_on": soon(30)}
        save(ada, row["id"], values, revision=row["revision"])
    submitted = ada("POST", f"{ROAD}/readiness/submit/", status=200)
    assert submitted["submitted_at"]
    assert all(area["answered"] == area["applicable"] for area in submitted["areas"])


def schedule(company, ada):
    (row,) = ada("GET", f"{ROAD}/walkthroughs/", status=200)["results"]
    where = f"walkthroughs/{row['id']}"
    proposal = ada("GET", f"{where}/proposal/", status=200)
    panel = [{"capacity": seat["capacity"], "person": seat["person"]["id"]} for seat in proposal]
    panel.append({"capacity": "presenter", "person": ada("GET", "me/", status=200)["id"]})
    meeting = {"starts_at": timezone.now() + timedelta(days=9), "minutes": 80, "place": "Room 4"}
    meeting |= {"time_zone": "Europe/Stockholm", "panel": panel}
    shown = ada("POST", f"{where}/schedule/", meeting, status=200)
    assert {seat["person"]["name"] for seat in shown["seats"]} == {
        "Ada Lind",
        *(person.name for person in company.panel),
    }

    Program(company.pia)("PUT", f"{where}/reply/", {"reply": "yes", "note": "With questions"}, status=200)
    ada("PUT", f"{where}/reply/", {"reply": "yes"}, status=200)
    return where


def hold(company, ada, where):
    ada("POST", f"{where}/begin/", status=200)
    ada("PUT", f"{where}/notes/", {"text": "Failover was shown live."}, status=200, If_Match='"0"')
    ada("PUT", f"{where}/notes/", {"text": "Nothing happened."}, status=412, If_Match='"0"')
    Program(company.pia)("PUT", f"{where}/verdicts/REL/", {"value": "strong"}, status=200)
    me = ada("GET", "me/", status=200)["id"]
    what = {"text": "Write down who restores the archive", "owner": me, "due_on": soon(3), "must_fix": True}
    noted = ada("POST", f"{where}/follow-ups/", what, status=201)
    ada("POST", f"{where}/hold/", status=200)
    ada("POST", f"follow-ups/{noted['id']}/finish/", {"note": "It is in the runbook"}, status=200)


def sign_and_launch(company, ada, where):
    gate = ada("GET", f"{ROAD}/launch/", status=200)
    assert (gate["level"], all(one["met"] for one in gate["conditions"])) == ("high", False)
    ada("POST", f"{ROAD}/launch/", {"reason": "Because"}, status=409)  # high risk
    for person in company.panel:
        reviewer = Program(person)
        seen = reviewer("GET", f"{where}/content/", status=200)["sha256"]
        reviewer("PUT", f"{where}/signature/", {"decision": "approve", "seen": "0" * 64}, status=409)
        reviewer("PUT", f"{where}/signature/", {"decision": "approve", "seen": seen}, status=200)
    assert ada("GET", f"{where}/", status=200)["decision"] == "approved"

    launched = ada("POST", f"{ROAD}/launch/", {}, status=201)
    assert launched["is_over"] is False
    assert ada("GET", f"{ROAD}/", status=200)["phase"] == "live"
    ada("POST", f"{ROAD}/launch/", {}, status=409)  # the same request again


def download(ada, where):
    ada("GET", f"{where}/report/file/", status=404)
    job = ada("POST", f"{where}/report/", status=202)
    while jobs.run_next(by=SYSTEM, at=timezone.now()):
        pass
    assert ada("GET", f"jobs/{job['id']}/", status=200)["state"] == "done"

    report = ada("GET", f"{where}/report/file/", Accept="application/pdf")

    assert (report.status_code, report["Content-Type"]) == (200, "application/pdf")
    assert report.content.startswith(b"%PDF-")
