"""What the rows of the API of negotiations, nos, person-weeks, findings, ties and the strategy send."""

from datetime import timedelta

from django.utils import timezone

OTHER = {"deliverable": "A page", "person_weeks": "3"}
WORK = {"deliverable": "A page", "person_weeks": "2"}
NO = {"reason_code": "risk", "reason": "No"}
WHY = {"reason": "So"}
SENTENCE = {"horizon": "later", "statement": "They choose"}


def programs(world):
    """Return the bodies by the end of their address, which names the API."""
    api, team, quarter = "/v1/okrs", world.team.slug, "/{cycle}/teams/{team}"
    soon = (timezone.now() + timedelta(days=9)).date().isoformat()
    pothole = {"key": f"readiness:answer:{world.names['answer']}"}
    sides = {"initiator": team, "counterpart": world.other_team.slug, "cycle": world.cycle.slug}
    promise = {"label": "Nights", "kind": "upkeep", "person_weeks": "1"}
    return {
        f"{api}/negotiations/": sides | {"kind": "contribution", "terms": WORK | {"deliverable": "D"}},
        f"{api}/negotiations/{{draft_ask}}/propose/": {},
        f"{api}/negotiations/{{asked_of}}/accept/": {"seen": world.digests["asked_of"]},
        f"{api}/negotiations/{{asked_of}}/counter/": {"terms": OTHER},
        f"{api}/negotiations/{{asked_of}}/amend/": {"terms": OTHER},
        f"{api}/negotiations/{{asked_of}}/decline/": NO,
        f"{api}/negotiations/{{asked_of}}/defer/": NO | {"until_on": soon},
        f"{api}/negotiations/{{agreed_ask}}/dispute/": WHY,
        f"{api}/negotiations/{{agreed_ask}}/revoke/": WHY,
        f"{api}/negotiations/{{agreed_ask}}/change/": WHY | {"terms": OTHER | {"deliverable": "C"}},
        f"{api}/nos/": NO | {"team": team, "what": "Green"},
        f"{api}/nos/{{no}}/hold/": {"reopen_when": "ever"},
        f"{api}/nos/{{no}}/reopen/": WHY,
        f"{api}/nos/{{no}}/let-go/": WHY,
        f"{api}/nos/{{no}}/exceptions/": WHY,
        f"{api}/nos/{{no}}/ask/": WHY,
        f"{api}/nos/{{no}}/hand-over/": {"holder": world.people["member"].pk},
        f"{api}/cycles{quarter}/capacity/": {"people": "5", "weeks": "13", "upkeep_share": "0.25"},
        f"{api}/cycles{quarter}/capacity/promises/": promise,
        f"{api}/cycles{quarter}/capacity/promises/{{promise}}/": {"person_weeks": "1"},
        f"{api}/cycles{quarter}/capacity/waivers/": WHY
        | {"up_to": "1.1", "expires_on": world.cycle.ends_on.isoformat()},
        f"{api}/findings/{{finding}}/accept/": WHY,
        f"{api}/findings/{{finding}}/dismiss/": WHY,
        f"{api}/findings/{{finding}}/resolve/": WHY | {"resolution": "sequence"},
        f"{api}/objectives/{{okr_draft}}/ties/": {
            "kind": "contributes",
            "target": world.names["okr_target"],
            "statement": "So",
        },
        f"{api}/objectives/{{okr_draft}}/services/": {"service": world.names["service_slug"]},
        f"{api}/cycles{quarter}/potholes/take/": pothole | {"title": "It recovers"},
        f"{api}/cycles{quarter}/potholes/leave/": pothole | {"reason": "Later"},
        f"{api}/cycles{quarter}/potholes/leave-all/": {"reason": "Later"},
        f"{api}/horizons/": SENTENCE,
        f"{api}/horizons/{{item}}/": SENTENCE,
        f"{api}/horizons/{{item}}/revalidate/": {"verdict": "holds"},
        f"{api}/cycles/{{closed_cycle}}/offsite/": {},
        f"{api}/cycles/{{cycle}}/offsite/print/": {},
        f"{api}/cycles/{{cycle}}/offsite/decisions/": {
            "text": "Go",
            "owner": world.lead.person_id,
            "due_on": soon,
        },
    }
