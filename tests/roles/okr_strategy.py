"""What is tied to the goals of the world's team, and what rules and leadership say about them."""

from apps.catalog.models import Service
from apps.core.pdf import render_pdf
from apps.okrs.models import (
    AlignmentLink,
    Cycle,
    Decision,
    Finding,
    Objective,
    OffsitePack,
    ServiceLink,
    StrategyItem,
)
from apps.okrs.queries import pack_content
from apps.okrs.reports import TEMPLATE, context
from tests.factories.okrs import ObjectiveFactory
from tests.roles.printing import printed


def strategy_names(team, names, *, owner, now):
    """Return what the addresses of the table call them; the team stands for the organisation."""
    objective = Objective.objects.get(pk=names["okr_draft"])
    other = Objective.objects.get(pk=names["okr_active"])
    link = AlignmentLink.objects.create(
        kind="contributes", objective=objective, to_objective=other, statement="So"
    )
    service = Service.objects.filter(team=team).order_by("pk").first()
    about = ServiceLink.objects.create(objective=objective, service=service)
    item = StrategyItem.objects.create(horizon="later", statement="Nobody waits")
    cycle = Cycle.objects.get(slug=names["cycle"])
    pack = OffsitePack.objects.create(
        cycle=cycle,
        content=pack_content(cycle, on=now.date()),
        made_at=now,
    )
    pack.file = printed("pack", lambda: render_pdf(TEMPLATE, context(pack) | {"site": "http://test"})[0])
    pack.save()
    decision = Decision.objects.create(pack=pack, text="Go", owner=owner, due_on=now.date(), decided_at=now)
    hidden = ObjectiveFactory(
        team__parent=team,  # one team alone is part of no other
        cycle=cycle,
        visibility="restricted",
        restricted_because="A merger",
    )
    return {
        "finding": _finding(objective, now).pk,
        "accepted": _finding(
            objective, now, state="accepted", reason="So", decided_by=owner, decided_at=now
        ).pk,
        "hidden_finding": _finding(hidden, now).pk,
        "okr_tie": link.pk,
        "okr_service": about.pk,
        "service_slug": Service.objects.filter(team=team).order_by("-pk").first().slug,
        "item": item.pk,
        "decision": decision.pk,
        "okr_target": f"objective:{names['okr_agreed']}",
    }


def _finding(objective, now, **fields):
    return Finding.objects.create(
        code="K1",
        severity="high",
        cycle=objective.cycle,
        team=objective.team,
        objective=objective,
        message="Two ways on one metric.",
        fingerprint=str(Finding.objects.count()),
        found_at=now,
        **fields,
    )
