"""The pages on which a checklist is read and answered."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.http import PortalRequest
from apps.catalog.models import Phase
from apps.core.http import page
from apps.readiness import queries
from apps.readiness.models import Assessment, Kind, State, Value
from apps.readiness.views.finding import csrf_input, found, framed, powers


@dataclass(frozen=True)
class Filter:
    """One switch above the items; its address switches it."""

    title: str
    url: str
    is_on: bool


@require_safe
def green_light(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the green-light conversation, all of it: it is one page. Ten queries."""
    context = framed(request, slug, Kind.CONVERSATION)
    if context["service"].part_of_id:
        return redirect("readiness:green_light", context["whole"].slug)
    assessment = queries.assessment(slug, Kind.CONVERSATION, reader=request.user, service=context["service"])
    if assessment is None:
        context["may_start"] = context["is_member"] and context["service"].phase == Phase.PLAYGROUND
        return page(request, "readiness/nothing_yet.html", context | {"kind": "conversation"})
    checklist = queries.whole_page(assessment, today=timezone.now().date())
    context |= _answering(request, assessment, checklist)
    return page(request, "readiness/green_light.html", context)


@require_safe
def readiness(request: PortalRequest, slug: str) -> HttpResponse:
    """Lead to the area that needs somebody most; `?item=REL-03` leads to that item."""
    assessment = queries.assessment(slug, Kind.READINESS, reader=request.user)
    if assessment is None:
        context = framed(request, slug, Kind.READINESS)
        if context["service"].part_of_id:
            return redirect("readiness:readiness", context["whole"].slug)
        return page(request, "readiness/nothing_yet.html", context | {"kind": "readiness"})
    item = queries.sheet(assessment.edition).by_key.get(request.GET.get("item", ""))
    if item:
        return redirect(f"{reverse('readiness:area', args=[slug, item.area.lower()])}#{item.key}")
    areas = queries.area_rows(assessment)
    first = next((row for row in areas if not row.is_full), areas[0] if areas else None)
    return redirect(first.url) if first else redirect("readiness:all_items", slug)


@require_safe
def area(request: PortalRequest, slug: str, key: str) -> HttpResponse:
    """Show one area in full; filters and the item in focus stand in the address. Ten queries."""
    context = framed(request, slug, Kind.READINESS)
    assessment = found(request, slug, Kind.READINESS, service=context["service"])
    if key.upper() not in queries.sheet(assessment.edition).by_area or not key.islower():
        raise Http404
    checklist = queries.area_page(assessment, key.upper(), today=timezone.now().date())
    context |= _answering(request, assessment, checklist)
    own = next((row for row in checklist.verdicts if row.reviewer_id == request.user.pk), None)
    context |= {"own_verdict": own, "values": Value.choices, **_neighbours(request, checklist, key.upper())}
    return page(request, "readiness/area.html", context)


def _neighbours(request: PortalRequest, checklist: queries.AreaPage, key: str) -> dict[str, Any]:
    """Return the areas before and after one, and the filters that go along."""
    areas = checklist.areas
    at = next((number for number, row in enumerate(areas) if row.key == key), None)
    if at is None:
        return {}
    asked = request.GET.copy()
    asked.pop("focus", None)
    return {
        "area_before": areas[at - 1] if at else None,
        "area_after": areas[at + 1] if at + 1 < len(areas) else None,
        "narrowed": f"?{asked.urlencode()}" if asked else "",
    }


def _answering(request: PortalRequest, assessment: Assessment, checklist: queries.AreaPage) -> dict[str, Any]:
    """Return what a page shows of its items; `?open=1`, `?mine=1` and `?focus=REL-03` narrow them."""
    may = powers(
        request,
        assessment,
        has_seat=assessment.reader_has_seat,  # type: ignore[attr-defined]
        area=checklist.area.key if checklist.area else "",
    )
    rows = checklist.items
    if "open" in request.GET:
        rows = [row for row in rows if row.answer.state == State.OPEN or row.answer.is_returned]
    if "mine" in request.GET:
        rows = [row for row in rows if row.answer.owner_id == request.user.pk]
    return may | {
        "assessment": assessment,
        "checklist": checklist,
        "answered": checklist.answered,
        "applicable": checklist.applicable,
        "members": checklist.members,
        "csrf_input": csrf_input(request),
        "is_conversation": checklist.sheet.is_conversation,
        "rows": rows,
        "filters": [_filter(request, "open", "Only open"), _filter(request, "mine", "Only mine")],
        **_focus(request.GET.get("focus", ""), checklist.items),
    }


def _filter(request: PortalRequest, name: str, title: str) -> Filter:
    asked = request.GET.copy()
    asked.pop("focus", None)
    is_on = name in asked
    if is_on:
        del asked[name]
    else:
        asked[name] = "1"
    return Filter(title, f"?{asked.urlencode()}" if asked else request.path, is_on)


def _focus(code: str, items: list[queries.ItemRow]) -> dict[str, Any]:
    """Return the one item in focus with its neighbours; nothing when none is asked for."""
    codes = [row.answer.item for row in items]
    if code not in codes:
        return {"focus": None}
    at = codes.index(code)
    return {
        "focus": items[at],
        "rows": [items[at]],
        "previous": codes[at - 1] if at else "",
        "next": codes[at + 1] if at + 1 < len(codes) else "",
        "focus_number": at + 1,
        "focus_count": len(codes),
    }


@require_safe
def all_items(request: PortalRequest, slug: str) -> HttpResponse:
    """List every item of the ten areas in one line each. Six queries."""
    context = framed(request, slug, Kind.READINESS)
    assessment = found(request, slug, Kind.READINESS, service=context["service"])
    groups, areas = queries.all_items(assessment), queries.area_rows(assessment)
    if "open" in request.GET:
        groups = [
            (heading, [line for line in lines if line.answer.state == State.OPEN])
            for heading, lines in groups
        ]
    may = powers(request, assessment, has_seat=assessment.reader_has_seat)  # type: ignore[attr-defined]
    context |= may | {
        "assessment": assessment,
        "sheet": queries.sheet(assessment.edition),
        "groups": [group for group in groups if group[1]],
        "areas": areas,
        "answered": sum(row.answered for row in areas),
        "applicable": sum(row.applicable for row in areas),
        "filters": [_filter(request, "open", "Only open")],
    }
    return page(request, "readiness/all_items.html", context)


@require_safe
def next_open(request: PortalRequest, slug: str) -> HttpResponse:
    """Lead to what this person should answer next; `?after=REL-03` goes on from there."""
    assessment = found(request, slug, Kind.READINESS)
    after = queries.sheet(assessment.edition).by_key.get(request.GET.get("after", ""))
    answer = queries.next_open_for(assessment, request.user, after=after.position if after else -1)
    if answer is None:
        return redirect(f"{reverse('readiness:all_items', args=[slug])}?done=1")
    return redirect(f"{reverse('readiness:area', args=[slug, answer.area.lower()])}#{answer.item}")
