"""What the rows of the table send: a form with wrong fields would be refused for them, not for its sender."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.roles import measuring
from tests.roles.goals import bodies
from tests.roles.okr_deals import programs
from tests.roles.okr_files import file_bodies
from tests.roles.okr_written import written

SENTENCES = {"title": "Other words", "why": "", "instead_of": "", "revision": 0}
MEASURE = {
    "kind": "metric",
    "new_metric": "Calls",
    "curve": "linear",
    "required_share": "0.95",
    "revision": 0,
}


def soon(days=9):
    return (timezone.now() + timedelta(days=days)).date().isoformat()


SERVICE = {"name": "Ledger", "purpose": "Books parcels"}
EDIT = SERVICE | {"kind": "service", "tier": "3", "data_class": "internal", "exposure": "internal"}
PROFILE = {"name": "Me", "time_zone": "UTC", "works_from": "09:00", "works_to": "17:00", "works_on": ["1"]}
WISHES = {"has_daily_mail": True, "mail_hour": 8}
WISH = {"reason": "Later", "measure": "A copy", "ends_on": soon(60)}
MEETING = {"minutes": 80, "time_zone": "UTC", "place": "Room 4"}
LINK = {"url": "https://example.org/2", "title": "More"}
ANSWER = {"state": "gap", "text": "Not yet", "revision": 0}


def body_of(method, path, world):
    """Return what a row sends."""
    if method == "GET":
        return {}
    api = path.startswith("/api/")
    start = world.now + timedelta(days=10)
    by_ending = (
        {
            "/settings/": PROFILE,
            "/settings/theme/": {"theme": "dark"},
            "/settings/notifications/": WISHES,
            "/unsubscribe/{fewer}/": {"way": "inbox"},
            "/me/notifications/": WISHES | {"quiet_from": None, "quiet_to": None, "ways": {}},
            "/snooze/": {"until": "tomorrow"},
            "/settings/tokens/": {"name": "nightly", "scope": "read", "days": "7"},
            "/v1/tokens/": {"name": "ci", "scope": "read", "days": 7},
            "/people/invite/": {"email": "x@example.org", "name": "X"},
            "/people/": {"email": "x@example.org", "name": "X"},
            "/me/": {"reviews": True},
            "/{newcomer}/invite/": {"email": "new@example.org"},
            "/{newcomer}/second-factor/": {"reason": "Lost the phone"},
            "/take-second-factor/": {"reason": "Lost the phone"},
            "/roles/": {"roles": ["architect"]},
            "/services/new/": EDIT | {"team": world.team.pk},
            "/v1/services/": SERVICE | {"team": "owners"},
            "/v1/services/{playground}/": {"tier": 2},
            "/edit/": EDIT | {"version": 1},
            "/risk/": {"level": "low", "reason": "Nobody uses it"},
            "/advisor/": {"advisor": world.panel[2].pk},
            "/adopt/": {"team": "owners" if api else world.team.pk},
            "/teams/new/": {"name": "New"},
            "/teams/": {"name": "New"},
            "/teams/{team}/edit/": {"name": "Owners", "revision": 1},
            "/v1/teams/{team}/": {"mission": "Ours"},
            "/members/": {"person": "new@example.org"},
            "/members/{member}/": {"is_lead": True},
            "/lead/": {"is_lead": "1"},
            "/imports/": {"files": [{"name": "a.yaml", "text": "kind: Group"}]},
            "/import/": {"uploads": SimpleUploadedFile("a.yaml", b"kind: Group")},
            "/green-light/": {"expected_users": "40", "target_quarter": "2027-Q1"},
            "/start/": {"expected_users": "40", "target_quarter": "2027-Q1"},
            "/return/": {"items": ["REL-03"] if api else [world.names["answer"]]},
            "/verdict/": {"value": "weak"},
            "/verdicts/REL/": {"value": "weak"},
            "/verdicts/{area}/": {"value": "weak"},
            "/save/": ANSWER,
            "/answers/{answer}/": {"state": "gap", "text": "Not yet, and why"},
            "/evidence/": LINK,
            "/thread/": {"text": "What's HA?"},
            "/exemption/": WISH,
            "/exemptions/": WISH,
            "/decide/": {"approve": True if api else "yes", "reason": "Fine"},
            "/replace/": {"person": world.newcomer.pk},
            "/hand-over/": {"person": world.newcomer.pk},
            "/seats/": {"person": world.newcomer.pk, "capacity": "observer"},
            "/{follow_up}/finish/": {"note": "Done"},
            "/vetoes/{veto}/": {"reason": "It moved"},
            "/lift/": {"reason": "It moved"},
            "/keep/": {"review_on": soon(20)},
            "/move/": MEETING
            | ({"starts_at": start.isoformat()} if api else {"day": soon(10), "time": "14:00"}),
            "/cancel/": {"reason": "Later"},
            "/reply/": {"reply": "maybe"},
            "/{link}/": {"reply": "maybe"},
            "/notes/": {"text": "Seen.", "revision": 0},
            "/follow-ups/": {"text": "Do it", "owner": world.people["member"].pk, "due_on": soon()},
            "/sign/": {"decision": "approve"},
            "/launch/": {"reason": "Because"},
            "/move-back/": {"reason": "Because"},
            "/archive/": {"reason": "Because"},
            "/restore/": {"reason": "Because"},
        }
        | _of_goals(world)
        | _of_strategy(world)
        | bodies(world)
        | measuring.bodies(world)
        | file_bodies()
        | programs(world)
        | written(world)
    )
    ending = max((one for one in by_ending if path.endswith(one)), key=len, default="")
    values = dict(by_ending.get(ending, {}))
    if api and path.endswith("/notes/"):
        del values["revision"]
    if path.endswith("/schedule/"):
        values = _schedule(world, start, api=api)
    if path.endswith(("/signature/", "/confirm/")) and "walkthroughs" in path and api:
        values = {"seen": world.seen} | ({"decision": "approve"} if "signature" in path else {})
    return values


def _schedule(world, start, *, api):
    peer = world.people["seat"]
    architect, security, enablement = world.panel
    if not api:
        when = {"day": start.date().isoformat(), "time": "14:00", "presenters": world.lead.person_id}
        seats = [peer, architect, security, enablement]
        return MEETING | when | {f"seat_{number}": person.pk for number, person in enumerate(seats)}
    panel = {"peer": peer, "architect": architect, "security": security, "enablement": enablement}
    panel |= {"presenter": world.lead.person}
    places = [{"capacity": capacity, "person": person.pk} for capacity, person in panel.items()]
    return MEETING | {"starts_at": start.isoformat(), "panel": places}


def _of_goals(world):
    """Return what the rows of a team's quarter send."""
    order = [world.names[f"okr_{state}"] for state in ("idea", "draft", "agreed", "active", "grading")]
    return {
        "/{okr_draft}/save/": SENTENCES,
        "/{okr_active}/correct/": SENTENCES | {"reason": "A slip"},
        "/{okr_draft}/details/": {"ambition": "moonshot", "visibility": "open", "revision": 0},
        "/{okr_draft}/thread/": {"text": "Returns too?"},
        "/{okr_draft}/key-results/": {"text": "Calls fall"},
        "/teams/{team}/objectives/": {"text": "Quiet nights"},
        "/backlog/add/{team}/": {"text": "Quiet nights"},
        "/teams/{team}/toward/": {"toward": "Onward", "revision": 0},
        "/ranks/{team}/": {"up": order[1], "reason": "Outages", "revision": 0},
        "/{kr_draft}/save/": {"title": "Other words", "revision": 0},
        "/{kr_draft}/place/": {"places": "1"},
        "/{kr_draft}/measure/": MEASURE,
        "/{kr_draft}/drop/": {"reason": "Double"},
        "/{kr_active}/drop/": {"reason": "Double"},
        "/{kr_steps}/milestones/": {"title": "US"},
        "/{milestone}/reach/": {
            "done_on": world.now.date().isoformat(),
            "evidence_url": "https://example.org",
        },
        "/steps/activate/": {"reason": "We know"},
        "/steps/stop/": {"reason": "Done by others"},
        "/steps/defer/": {"horizon": "next", "reason": "Later"},
        "/steps/withdraw/": {"reason": "Double"},
        "/steps/take-up/": {"cycle": world.names["cycle_pk"]},
        "/steps/reopen/": {"reason": "A wrong grade"},
    }


def _of_strategy(world):
    """Return what the rows of findings, ties, potholes, horizons and the offsite send."""
    sentence = {"horizon": "later", "statement": "They choose", "precision": "none", "revision": 0}
    return {
        "/say/": {"text": "Why?"},
        "/{finding}/accept/": {"accept-reason": "We know"},
        "/{finding}/dismiss/": {"dismiss-reason": "A name"},
        "/{finding}/resolve/": {"resolve-reason": "So", "resolve-resolution": "sequence"},
        "/rules/l5/": {"text": "Why?"},
        "/ties/": {"kind": "contributes", "target": world.names["okr_target"], "statement": "So"},
        "/{okr_draft}/services/": {"service": world.names["service_slug"]},
        "/horizons/new/": sentence,
        "/horizons/{item}/": sentence,
        "/revalidate/": {"verdict": "holds"},
        "/offsite/decisions/": {"text": "Go", "owner": world.lead.person_id, "due_on": soon()},
        "/potholes/take/": {"key": f"readiness:answer:{world.names['answer']}", "title": "It recovers"},
        "/potholes/leave/": {"key": f"readiness:answer:{world.names['answer']}", "reason": "Later"},
        "/potholes/leave-all/": {"reason": "Later"},
    }
