"""The pack for leadership's offsite: what is frozen, and how it is read again."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q
from django.shortcuts import get_object_or_404

from apps.core.models import StoredFile
from apps.okrs import rules
from apps.okrs.models import (
    CapacityPlan,
    Cause,
    Cycle,
    Decision,
    Finding,
    Horizon,
    KeyResult,
    Loan,
    Negotiation,
    No,
    NoException,
    Objective,
    OffsitePack,
    StrategyItem,
    everybody_reads,
)
from apps.okrs.queries.finding import root_team
from apps.okrs.queries.habits import changes_in, costliest, parts_of_all
from apps.okrs.queries.leadership import balances, lending, said_for
from apps.okrs.queries.negotiation_measures import Ask, asks_in, measures_of
from apps.okrs.queries.strategy import stated_of
from apps.okrs.rules.horizons import in_words
from apps.okrs.rules.numbers import half_up, plain
from apps.okrs.rules.overview import figures_of

SCHEMA: Final = 1
BEFORE: Final = timedelta(days=14)  # the quarter's end
MOST: Final = 40
AGENDA: Final = (  # 90 minutes
    ("vision", "Vision: is it still the story?", 5),
    ("strategy", "The strategy: holds, changed, or dead?", 20),
    ("grades", "Grades by ambition, and causes of misses", 15),
    ("nos", "What we said no to, and exceptions", 10),
    ("lash", "Priorities that moved", 10),
    ("findings", "Grave findings that are open", 10),
    ("capacity", "Capacity and loans", 10),
    ("decisions", "Decisions", 10),
)


def frozen_on(cycle: Cycle) -> date:
    """Return the day on which the job freezes the pack of a cycle."""
    return cycle.ends_on - BEFORE


def due_packs(*, on: date) -> list[Cycle]:
    """Return the cycles that end within two weeks and have no pack yet. One query."""
    ending = Cycle.objects.filter(starts_on__lte=on, ends_on__gte=on, ends_on__lte=on + BEFORE)
    return list(ending.exclude(pk__in=OffsitePack.objects.values("cycle")))


def offsite(cycle: Cycle) -> OffsitePack | None:
    """Return the pack of a cycle with its file. One query."""
    return OffsitePack.objects.filter(cycle=cycle).select_related("cycle", "file").first()


def offsite_pack(pk: int) -> OffsitePack:
    """Return one pack; the worker asks. One query."""
    return OffsitePack.objects.select_related("cycle").get(pk=pk)


def printed(pack: OffsitePack) -> StoredFile | None:
    """Return the file of a pack, once it was printed. No query."""
    return pack.file


def decisions(pack: OffsitePack | None) -> list[Decision]:
    """Return what was decided, the earliest due first. One query."""
    if pack is None:
        return []
    rows = Decision.objects.filter(pack=pack).select_related("owner")
    return list(rows.order_by("done_on", "due_on", "pk"))


def decision(pk: int) -> Decision:
    """Return one decision with its pack, or 404. One query."""
    return get_object_or_404(Decision.objects.select_related("pack__cycle", "owner"), pk=pk)


def pack_content(cycle: Cycle, *, on: date) -> dict[str, Any]:
    """Return what the pack freezes, as plain JSON. Some thirty queries, however many teams there are.

    Only what everybody may read goes in: the pack has one text for all.
    """
    sections = {
        "vision": _vision(),
        "strategy": _strategy(on),
        "grades": _grades(cycle, on=on),
        "nos": _nos(cycle, on=on),
        "lash": _moved(cycle, on=on),
        "findings": _findings(cycle, on=on),
        "capacity": _capacity(cycle, on=on),
    }
    root = root_team()
    return {
        "schema": SCHEMA,
        "cycle": cycle.name,
        "organisation": root.name if root else "",
        "on": on.isoformat(),
        "agenda": [{"key": key, "title": title, "minutes": minutes} for key, title, minutes in AGENDA],
        "figures": _figures(cycle, on=on),
        **sections,
    }


def _open(path: str = "objective", *, on: date) -> Q:
    return Q(**{path: None}) | everybody_reads(f"{path}__", on=on)


def _alive(horizon: str | None = None) -> list[StrategyItem]:
    rows = StrategyItem.objects.exclude(verdict=StrategyItem.Verdict.DEAD)
    rows = rows.filter(horizon=horizon) if horizon else rows.exclude(horizon=Horizon.VISION)
    return list(rows.order_by("position", "pk"))


def _vision() -> list[dict[str, Any]]:
    return [{"text": one.statement, "url": one.get_absolute_url()} for one in _alive(Horizon.VISION)]


def _strategy(on: date) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "text": one.statement,
            "horizon": one.get_horizon_display(),
            "words": in_words(stated_of(one), today=on),
            "verdict": one.get_verdict_display(),
            "revalidated_on": f"{one.revalidated_on:%-d %B %Y}" if one.revalidated_on else "",
            "url": one.get_absolute_url(),
        }
        for one in _alive()
    ]


def _grades(cycle: Cycle, *, on: date) -> dict[str, Any]:
    """Return means by ambition and causes of misses: of units together, never of one person."""
    rows = KeyResult.objects.filter(
        everybody_reads("objective__", on=on),
        objective__cycle=cycle,
        graded_at__isnull=False,
        dropped_on=None,
    ).exclude(objective__state="stopped")
    graded: dict[str, list[rules.Graded]] = defaultdict(list)
    causes: Counter[str] = Counter()
    names = {"commitment": "Committed", "roofshot": "Roof shot", "moonshot": "Moon shot"}
    for grade, own, whole, cause in rows.values_list("grade", "ambition", "objective__ambition", "cause"):
        graded[names.get(own or whole, "")].append(rules.Graded(grade))
        if cause and grade is not None:
            causes[str(Cause(cause).label)] += 1
    means = {name: rules.average(graded[name]) for name in names.values()}
    return {
        "by_ambition": [
            {"ambition": name, "count": len(one.grades), "mean": plain(half_up(one.value, 2))}
            for name, one in means.items()
            if one.value is not None
        ],
        "unmeasured": sum(one.not_measured for one in means.values()),
        "causes": [{"cause": cause, "count": count} for cause, count in causes.most_common()],
    }


def _nos(cycle: Cycle, *, on: date) -> dict[str, Any]:
    of_cycle = said_for(cycle.pk, since=cycle.starts_on, until=cycle.ends_on)
    rows = No.objects.filter(_open(on=on), of_cycle).select_related("team").order_by("-pk")[:MOST]
    granted = NoException.objects.filter(
        _open(on=on),
        _open("no__objective", on=on),
        at__date__gte=cycle.starts_on,
        at__date__lte=cycle.ends_on,
    ).select_related("no")
    return {
        "rows": [
            {
                "what": one.what,
                "team": one.team.name,
                "kind": one.get_kind_display(),
                "reason": one.reason,
                "url": f"/okrs/nos/{one.pk}/",
            }
            for one in rows
        ],
        "exceptions": [
            {"what": one.no.what, "reason": one.reason, "url": f"/okrs/nos/{one.no_id}/"}
            for one in granted.order_by("-pk")[:MOST]
        ],
    }


def _moved(cycle: Cycle, *, on: date) -> dict[str, Any]:
    """Return what moved priorities, how often orders changed, and which changes moved most."""
    rows = list(changes_in(cycle_id=cycle.pk))
    by_team = Counter(one.quarter.team.name for one in rows)
    titles = dict(Objective.objects.filter(everybody_reads(on=on), cycle=cycle).values_list("pk", "title"))
    parts = parts_of_all(cycle, on=on)
    return {
        "parts": [{"title": one.title, "value": one.shown, "words": one.words} for one in parts],
        "by_team": [{"team": name, "count": count} for name, count in by_team.most_common()],
        "costliest": [
            {
                "team": one.quarter.team.name,
                "on": f"{one.at:%-d %B %Y}",
                "reason": one.reason,
                "first": titles.get(one.after[0], "") if one.after else "",
                "was_first": titles.get(one.before[0], "") if one.before else "",
                "url": one.quarter.get_absolute_url(),
            }
            for one, _cost in costliest(rows)
        ],
    }


def _findings(cycle: Cycle, *, on: date) -> list[dict[str, Any]]:
    rows = Finding.objects.open().filter(_open(on=on), cycle=cycle, severity="high", gone_at=None)
    other = _open("other_objective", on=on)
    return [
        {
            "code": one.code,
            "message": one.message,
            "team": one.team.name,
            "other": one.other_team.name if one.other_team else "",
            "url": one.get_absolute_url(),
        }
        for one in rows.filter(other).select_related("team", "other_team").order_by("code", "pk")[:MOST]
    ]


def _capacity(cycle: Cycle, *, on: date) -> dict[str, Any]:
    around = ("lender__team", "borrower__team", "negotiation__objective")
    found = list(Loan.objects.filter(lender__cycle=cycle).select_related(*around).order_by("pk"))
    return {
        "plans": CapacityPlan.objects.filter(quarter__cycle=cycle).count(),
        "loans": [
            {
                "lender": one.lender.team.name,
                "borrower": one.borrower.team.name,
                "person_weeks": plain(one.person_weeks),
                "instead_of": one.instead_of if _is_for_all(one, on=on) else "",
            }
            for one in found[:MOST]
        ],
        "balances": [
            {"team": one.team, "lent": plain(one.lent), "borrowed": plain(one.borrowed)}
            for one in balances(lending(cycle))
        ],
    }


def _is_for_all(loan: Loan, *, on: date) -> bool:
    """Tell whether everybody may read what a loan is for; its person-weeks stand in both ledgers."""
    return loan.negotiation.objective is None or loan.negotiation.objective.is_open(on=on)


def _figures(cycle: Cycle, *, on: date) -> list[dict[str, str]]:
    asks = [Ask(*row) for row in asks_in(Negotiation.objects.filter(_open(on=on), cycle=cycle))]
    return [
        {"title": one.title, "value": one.value, "parts": one.parts, "warning": one.warning}
        for one in figures_of(measures_of(cycle, asks))
    ]
