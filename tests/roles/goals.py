"""Goals of the small company: the owning team negotiates with another one."""

from apps.okrs import transitions
from apps.okrs.models import Allocation, Cycle, CycleState, Negotiation
from apps.okrs.rules.asking import Ask
from tests.factories import TeamFactory, lead_of
from tests.okrs.sides import capacity_of

WORK = {"deliverable": "A page", "person_weeks": "2"}
PLAN = {"people": "5", "weeks": "13", "upkeep": "25", "leave": "0", "revision": "0"}


def negotiated(world):
    """Return names: something asked of the team, something agreed with it, a draft of it, a no of it."""
    cycle = Cycle.objects.get(state=CycleState.ACTIVE)
    world.other_team = TeamFactory(name="Others", slug="others")
    other = lead_of(world.other_team)
    world.cycle = cycle
    ask = Ask(kind="contribution", initiator=world.other_team, counterpart=world.team, cycle=cycle)
    asked = transitions.ask(ask, payload=WORK, by=other, at=world.now)
    agreed = transitions.ask(ask, payload=WORK | {"deliverable": "B"}, by=other, at=world.now)
    transitions.accept(agreed, seen=digest(agreed), by=world.lead, at=world.now)
    own = Ask(kind="contribution", initiator=world.team, counterpart=world.other_team, cycle=cycle)
    draft = transitions.begin(own, payload=WORK, by=world.lead, at=world.now)
    no = transitions.say_no(
        world.team, what="Blue", reason_code="risk", reason="No", by=world.lead, at=world.now
    )
    quarter = capacity_of(world.team, cycle, has="50", promised="5")
    promise = Allocation.objects.get(quarter=quarter, negotiation=None)
    world.digests = {one: digest(row) for one, row in (("asked_of", asked), ("agreed_ask", agreed))}
    return {
        "cycle": cycle.slug,
        "asked_of": asked.pk,
        "agreed_ask": agreed.pk,
        "draft_ask": draft.pk,
        "no": no.pk,
        "promise": promise.pk,
    }


def digest(negotiation):
    return Negotiation.objects.select_related("terms").get(pk=negotiation.pk).terms.sha256


def bodies(world):
    """Return what the rows send, by the end of their address."""
    reason = {"reason_code": "risk", "reason": "No"}
    sides = {"initiator": world.team.pk, "counterpart": world.other_team.pk, "cycle": world.cycle.pk}
    return {
        "/negotiations/new/": sides | WORK | {"deliverable": "D"},
        "/say/": {"text": "Why?"},
        "/moves/accept/": {"seen": world.digests["asked_of"]},
        "/moves/counter/": WORK | {"person_weeks": "3"},
        "/moves/amend/": WORK | {"person_weeks": "3"},
        "/moves/decline/": reason,
        "/moves/revoke/": reason,
        "/moves/dispute/": reason,
        "/moves/change/": WORK | {"deliverable": "C", "message": "More"},
        "/nos/new/": reason | {"team": world.team.pk, "what": "Green"},
        "/{no}/hold/": {"reopen_when": "ever"},
        "/{no}/reopen/": reason,
        "/{no}/let-go/": reason,
        "/{no}/exception/": reason,
        "/{no}/ask/": reason,
        "/{no}/hand-over/": {"holder": world.people["member"].pk},
        "/capacity/": PLAN | {"revision": "0"},
        "/promises/": {"label": "Nights", "kind": "upkeep", "person_weeks": "1"},
        "/promises/{promise}/": {"person_weeks": "1"},
        "/waivers/": {"up_to": "1.1", "expires_on": world.cycle.ends_on.isoformat(), "reason": "Short"},
    }
