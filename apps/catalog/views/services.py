"""Pages of services: the list, registering, editing, and what enablement decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import PortalRequest, actor
from apps.catalog import forms, queries, rules, transitions
from apps.catalog.http import service_context, services_file
from apps.catalog.models import Phase, Service
from apps.catalog.views.conflicts import both_of
from apps.core.http import page
from apps.core.results import Conflict, Saved

ORDERS: Final = {  # beside the order by name
    "-name": "Name, from Z",
    "since": "Longest in their phase",
    "-since": "Newest in their phase",
    "launch": "Wanted launch",
    "next": "Next date",
}
ADVISORS: Final = 20  # in the filter; the others by their services


@dataclass(frozen=True)
class Chip:
    """One filter that a click sets or takes away."""

    title: str
    url: str
    is_on: bool


@dataclass(frozen=True)
class Head:
    """The head of a column; of one that sorts, where a click leads and how it is sorted now."""

    title: str
    url: str = ""
    way: str = ""


@dataclass(frozen=True)
class Group:
    """Filters of which one at a time makes sense."""

    title: str
    chips: list[Chip]


@require_GET
def services(request: PortalRequest) -> HttpResponse:
    """List services; the address holds every filter and the order."""
    listing = queries.listing(queries.Filters.of(request.GET), person=request.user)
    groups = _groups(request, listing)
    context = {
        "listing": listing,
        "filters": listing.filters,
        "chips": [chip for group in groups for chip in group.chips if chip.is_on],
        "groups": groups,
        "heads": _heads(listing.filters),
        "may_register": bool(request.user.team_ids),
        "may_organise": rules.may_organise(actor(request)),
    }
    return page(request, "catalog/services.html", context, part="list")


def _heads(filters: queries.Filters) -> list[Head]:
    """Return the columns; a second click turns the order of those that have two, the others lead nowhere."""
    sorting = {"Service": ("", "-name"), "Phase since": ("since", "-since"), "Next step": ("next",)}
    heads = [_head(filters, title, orders) for title, orders in sorting.items()]
    return [*heads, Head("Weak areas"), Head("Answered"), Head("Team")]


def _head(filters: queries.Filters, title: str, orders: tuple[str, ...]) -> Head:
    if filters.sort not in orders:
        return Head(title, filters.address(sort=orders[0]))
    at = orders.index(filters.sort)
    way = "descending" if at else "ascending"
    if len(orders) == 1:
        return Head(title, way=way)
    return Head(title, filters.address(sort=orders[(at + 1) % len(orders)]), way)


def _groups(request: PortalRequest, listing: queries.Listing) -> list[Group]:
    """Return the filters; of teams and weak areas those that this page shows or the address names."""
    filters = listing.filters
    teams = {row["team_slug"]: row["team"] for row in listing.rows if row["team"]}
    areas = {area["key"]: area["title"] for row in listing.rows for area in row["weak"]}
    people = queries.advisor_names(limit=ADVISORS)
    if listing.team:
        teams[listing.team.slug] = listing.team.name
    if listing.advisor:
        people[listing.advisor.pk] = listing.advisor.name
    if filters.weak and filters.weak != "any":
        areas.setdefault(filters.weak, filters.weak.replace("-", " "))
    whose: dict[str, str] = {"mine": "My teams"} if request.user.team_ids else {}
    flags = [_chip(filters, name, value=True, title=title) for name, title in whose.items()]
    flags.append(_chip(filters, "orphan", value=True, title="Without a team"))
    return [
        Group("Phase", [_chip(filters, "phase", value=one.value, title=one.label) for one in Phase]),
        Group(
            "Tier", [_chip(filters, "tier", value=tier, title=f"Tier {tier}") for tier in rules.TIER_POINTS]
        ),
        Group("Team", flags + _by_name(filters, "team", teams)),
        Group("Advisor", _by_name(filters, "advisor", people)),
        Group("Weak area", _by_name(filters, "weak", {"any": "Any weak area"} | areas)),
        Group("Sort", _by_name(filters, "sort", ORDERS)),
    ]


def _by_name(filters: queries.Filters, name: str, found: Mapping[Any, str]) -> list[Chip]:
    return [_chip(filters, name, value=value, title=title) for value, title in found.items()]


def _chip(filters: queries.Filters, name: str, *, value: str | int | bool, title: str) -> Chip:
    is_on = getattr(filters, name) == value
    nothing = type(value)() if isinstance(value, str | bool) else None
    return Chip(title, filters.address(**{name: nothing if is_on else value}), is_on)


@require_GET
def export(request: PortalRequest) -> StreamingHttpResponse:
    """Hand out the filtered list as CSV."""
    return services_file(request, queries.Filters.of(request.GET), to=request.user, by=actor(request))


@require_http_methods(["GET", "POST"])
def register(request: PortalRequest) -> HttpResponse:
    """Write down a new service of an own team."""
    form = forms.RegisterForm(
        request.POST or None, person=request.user, initial={"team": request.GET.get("team")}
    )
    if request.method == "GET" or not form.is_valid():
        status = HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, "catalog/register.html", {"form": form}, status=status)
    values = dict(form.cleaned_data)
    service = transitions.register(values.pop("team"), by=actor(request), at=timezone.now(), **values)
    messages.success(request, f"{service} is registered. It begins in the playground: explore freely.")
    return redirect(service)


@require_http_methods(["GET", "POST"])
def edit(request: PortalRequest, slug: str) -> HttpResponse:
    """Change a service's own fields; whoever was slower sees both values and decides."""
    service = queries.service(slug)
    rules.check_in_team(actor(request), service)
    if request.method == "GET":
        return _edit(request, service, forms.edit_form(service))
    form = forms.EditForm(request.POST)
    if not form.is_valid():
        return _edit(request, service, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    changes = dict(form.cleaned_data)
    version = changes.pop("version")
    match transitions.edit_service(
        service, version=version, changes=changes, by=actor(request), at=timezone.now()
    ):
        case Saved(saved):
            messages.success(request, f"{saved} is saved.")
            return redirect(saved)
        case Conflict(theirs):
            mine = forms.EditForm(initial=form.cleaned_data | {"version": theirs.version})
            both = both_of(mine, forms.edit_form(theirs), names=forms.EDITED)
            return _edit(request, queries.service(slug), mine, status=HTTPStatus.CONFLICT, both=both)


def _edit(
    request: PortalRequest, service: Service, form: forms.EditForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = service_context(request, service, tab="")
    context |= {"form": form, "drift": queries.drift(service)}
    return page(request, "catalog/edit.html", context | more, status=status)


@require_http_methods(["GET", "POST"])
def risk(request: PortalRequest, slug: str) -> HttpResponse:
    """Show how the risk adds up; enablement may set it by hand."""
    reading = queries.service_for(actor(request), slug)
    service = reading.service
    if request.method == "GET":
        initial = {"level": service.risk_override or "computed", "reason": service.risk_reason}
        return _risk(request, reading, forms.RiskForm(initial=initial))
    form = forms.RiskForm(request.POST)
    if not form.is_valid():
        return _risk(request, reading, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    transitions.override_risk(service, by=actor(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, "The risk is set.")
    return redirect("catalog:risk", slug=slug)


def _risk(
    request: PortalRequest, reading: queries.Reading, form: forms.RiskForm, *, status: int = 200
) -> HttpResponse:
    context = service_context(request, reading.service, tab="") | {
        "form": form,
        "risk": rules.risk(reading.service),
        "may_override_risk": reading.may_override_risk,
    }
    return page(request, "catalog/risk.html", context, status=status)


@require_http_methods(["GET", "POST"])
def advisor(request: PortalRequest, slug: str) -> HttpResponse:
    """Let somebody else of enablement advise."""
    service = queries.service(slug)
    rules.check_may_organise(actor(request))
    form = forms.AdvisorForm(request.POST or None, initial={"advisor": service.advisor_id})
    if request.method == "POST" and form.is_valid():
        transitions.hand_over_advisor(service, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"{form.cleaned_data['advisor']} advises {service} now.")
        return redirect(service)
    return _decide(request, service, form, title="Hand over the advice", action="Hand over")


@require_http_methods(["GET", "POST"])
def adopt(request: PortalRequest, slug: str) -> HttpResponse:
    """Give a service without a team to one."""
    service = queries.service(slug)
    rules.check_may_organise(actor(request))
    form = forms.AdoptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        transitions.adopt(service, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"{service} belongs to {form.cleaned_data['team']} now.")
        return redirect(service)
    return _decide(request, service, form, title="Give it to a team", action="Give it to this team")


def _decide(
    request: PortalRequest,
    service: Service,
    form: forms.AdvisorForm | forms.AdoptForm,
    *,
    title: str,
    action: str,
) -> HttpResponse:
    context = service_context(request, service, tab="") | {"form": form, "title": title, "action": action}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "catalog/decide.html", context, status=status)
