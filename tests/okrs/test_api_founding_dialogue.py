"""The conversation that all of this is for, in four moves, by the programs of both sides.

"Do you want this or that? I only have resources for this." · "I have engineers I can lend this quarter." ·
"Sure, but we can only accomplish part of that." · "We can make that work."
"""

import pytest

from apps.activity.models import Event
from tests.api.asking import Program
from tests.factories import TeamFactory, lead_of
from tests.factories.okrs import NextCycleFactory
from tests.okrs.sides import capacity_of

pytestmark = pytest.mark.django_db

TITLE = "Anyone waiting for a parcel knows where it is"
THIS = "Calls that ask where a parcel is fall to 5,000 a week"
THAT = "Partners see the same times as receivers, in both markets"
PART = "Partners in Sweden see the same times as receivers"


def terms(*key_results, **more):
    return {"title": TITLE, "key_results": key_results, "instead_of": "The partner pages"} | more


def test_four_moves(time_machine, now):  # noqa: PLR0915 -- a conversation
    time_machine.move_to(now)
    leadership = TeamFactory(name="Everybody", slug="everybody")
    tracking = TeamFactory(name="Tracking", slug="tracking")
    leader, lead = Program(lead_of(leadership).person), Program(lead_of(tracking).person)
    cycle = NextCycleFactory()
    capacity_of(tracking, cycle, has="40", promised="30")
    capacity_of(leadership, cycle, has="60", promised="20")
    ask = {"kind": "objective", "initiator": "everybody", "counterpart": "tracking", "cycle": cycle.slug}
    wanted = {"title": TITLE, "key_results": [THIS, THAT]}

    asked = leader("POST", "okrs/negotiations/", ask | {"terms": wanted, "message": "Both."}, status=201)
    assert (asked["stage"], asked["owes"], asked["giver"]) == ("open", "tracking", "tracking")
    (found,) = lead("GET", "okrs/negotiations/?show=for-us", status=200)["results"]
    assert (found["id"], found["terms"]["payload"]["title"]) == (asked["id"], TITLE)
    there = f"okrs/negotiations/{asked['id']}"
    assert lead("GET", f"{there}/", status=200)["capacity"]["free"] == "10"  # beside the question

    # "Do you want this or that? I only have resources for this."
    this = "Do you want this or that? I only have resources for this."
    answer = {"terms": terms(THIS), "message": this, "seen": asked["terms"]["sha256"]}
    offered = lead("POST", f"{there}/counter/", answer, status=200)
    assert (offered["owes"], offered["rounds"]) == ("everybody", 1)
    differences = {one["name"]: one["difference"] for one in offered["compared"]}
    assert differences["key_results"] == "1 left out"

    # "I have engineers I can lend this quarter."
    lent = terms(THIS, THAT, lent_weeks="8")
    answer = {"terms": lent, "message": "I have engineers I can lend this quarter."}
    leader("POST", f"{there}/counter/", answer, status=200)

    # "Sure, but we can only accomplish part of that."
    part = terms(THIS, PART, lent_weeks="8")
    answer = {"terms": part, "message": "Sure, but we can only accomplish part of that."}
    last = lead("POST", f"{there}/counter/", answer, status=200)

    # "We can make that work."
    stale = leader("POST", f"{there}/accept/", {"seen": asked["terms"]["sha256"]}, status=409)
    assert stale["current"]["terms"] == last["terms"]
    agreed = leader("POST", f"{there}/accept/", {"seen": last["terms"]["sha256"]}, status=200)

    assert (agreed["stage"], agreed["owes"], agreed["terms"]) == ("agreed", None, last["terms"])
    assert [one["act"] for one in agreed["moves"]] == ["propose", "counter", "counter", "counter", "accept"]
    assert [one["team"] for one in agreed["moves"]][-2:] == ["tracking", "everybody"]
    loans = lead("GET", f"okrs/cycles/{cycle.slug}/teams/tracking/capacity/", status=200)
    (loan,) = loans["loans_in"]
    assert (loan["lender"], loan["person_weeks"], loans["ledger"]["available"]) == (
        "everybody",
        "8.00",
        "46.4",
    )
    names = set(Event.objects.filter(verb__startswith="okrs.").values_list("actor_name", flat=True))
    assert all(name.endswith("(token ci)") for name in names)
