"""What programs read of services: plain rows of one query, because lists are asked for often."""

from typing import Any, Final

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from apps.accounts.models import User
from apps.catalog.models import Service
from apps.catalog.queries.listing import SORTS, Filters, filtered

COLUMNS: Final = {  # of the database → of the API
    "pk": "id",
    "slug": "slug",
    "name": "name",
    "purpose": "purpose",
    "kind": "kind",
    "phase": "phase",
    "phase_since": "phase_since",
    "tier": "tier",
    "data_class": "data_class",
    "exposure": "exposure",
    "moves_money": "moves_money",
    "launch_on": "launch_on",
    "tags": "tags",
    "team__slug": "team",
    "part_of__slug": "part_of",
    "advisor_id": "advisor",
    "summary__next_step": "next_step",
    "summary__next_url": "next_url",
    "summary__next_on": "next_on",
    "summary__answered": "answered",
    "summary__applicable": "applicable",
    "summary__weak_areas": "weak_areas",
    "summary__open_high": "open_high",
    "summary__has_veto": "has_veto",
    "version": "version",
}
MORE: Final = {
    "description": "description",
    "has_store": "has_store",
    "expected_users": "expected_users",
    "target_quarter": "target_quarter",
    "sponsor": "sponsor",
    "links": "links",
    "system__slug": "system",
    "origin": "origin",
    "review_on": "review_on",
    "risk_override": "risk_override",
    "risk_reason": "risk_reason",
}
IN_FULL: Final = COLUMNS | MORE
ORDERS: Final = {"name": "name"} | {way: field for way, field in SORTS.items() if way}


def service_rows(filters: Filters, *, person: User) -> QuerySet[Service, Any]:
    """Return the services of a filtered list as mappings for `as_listed`. One query."""
    rows: QuerySet[Service, Any] = filtered(filters, person).values(*COLUMNS)
    return rows


def as_listed(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row under the names that programs know. No query."""
    return {name: row[column] for column, name in COLUMNS.items()}


def service_in_full(slug: str) -> dict[str, Any]:
    """Return all of a service's own fields under the names that programs know, or 404. One query."""
    row = get_object_or_404(Service.objects.values_list(*IN_FULL), slug=slug)
    return dict(zip(IN_FULL.values(), row, strict=True))
