"""Goals for a tool that asks for everything: random numbers would never meet the few rows that are there."""

from datetime import timedelta

from django.utils import timezone

from apps.okrs import transitions
from apps.okrs.models import (
    AlignmentLink,
    Allocation,
    Decision,
    Finding,
    OffsitePack,
    ServiceLink,
    StrategyItem,
)
from apps.okrs.queries import pack_content
from tests.factories import ServiceFactory, TeamFactory
from tests.factories.okrs import ObjectiveFactory
from tests.okrs.sides import WORK, capacity_of, sides

ROOT = "everybody"
WORDS = """
[[operations]]
include-path-regex = "{path}"
parameters = {{ {values} }}
"""


def goals(person):
    """Let a person lead a team that negotiates; return where the tool finds what, as its configuration."""
    now = timezone.now()
    day = now.date()
    two = sides(slug="now", name="Now", starts_on=day - timedelta(days=30), ends_on=day + timedelta(days=60))
    root = TeamFactory(name="Everybody", slug=ROOT)
    person.team_ids = person.lead_ids = [*person.team_ids, two.tracking.pk, root.pk]
    person.save()
    asked = two.ask(now, WORK | {"ends_on": day.isoformat()})
    no = transitions.say_no(two.tracking, what="Blue", reason_code="risk", reason="No", by=two.giver, at=now)
    quarter = capacity_of(two.tracking, two.cycle, has="90", promised="5")
    own = ObjectiveFactory(team=two.tracking, cycle=two.cycle)
    tie = AlignmentLink.objects.create(
        kind="contributes", objective=own, to_objective=two.objective, statement="So"
    )
    about = ServiceLink.objects.create(objective=own, service=ServiceFactory())
    item = StrategyItem.objects.create(horizon="later", statement="Nobody waits")
    pack = OffsitePack.objects.create(cycle=two.cycle, content=pack_content(two.cycle, on=day), made_at=now)
    decision = Decision.objects.create(pack=pack, text="Go", owner=person, due_on=day, decided_at=now)
    finding = Finding.objects.create(
        code="K1",
        severity="high",
        cycle=two.cycle,
        team=two.tracking,
        objective=own,
        other_team=two.checkout,
        other_objective=two.objective,
        message="Two ways on one metric.",
        evidence={"metric": "Calls", "of": ["up", "down"]},
        fingerprint="1",
        found_at=now,
    )
    rows = {
        "negotiations": asked,
        "nos": no,
        "findings": finding,
        "horizons": item,
        "ties": tie,
        "service-links": about,
        "decisions": decision,
    }
    promise = Allocation.objects.get(quarter=quarter, negotiation=None)
    return _as_text(rows, own, promise)


def _as_text(rows, own, promise):
    place = {"slug": "now", "team": "tracking"}
    steps = "(take|leave|leave-all|promises|waivers)"
    places = {f"/okrs/{name}/[{{]id[}}]/": {"id": row.pk} for name, row in rows.items()} | {
        "/okrs/objectives/[{]id[}]/(ties|targets|services)/": {"id": own.pk},
        "/okrs/rules/[{]code[}]/": {"code": "L5"},
        f"/teams/[{{]team[}}]/(capacity|potholes)/({steps}/)?$": place,
        "/capacity/promises/[{]promise[}]/": place | {"promise": promise.pk},
        "/okrs/cycles/[{]slug[}]/(map|leadership|offsite)/": {"slug": "now"},
    }
    return "".join(
        WORDS.format(
            path=path, values=", ".join(f"{name} = {_text(value)}" for name, value in values.items())
        )
        for path, values in places.items()
    )


def _text(value):
    return f'"{value}"' if isinstance(value, str) else value
