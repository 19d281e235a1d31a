"""The list of services: filters that live in the address, pages by key, and the same rows as CSV."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypedDict
from urllib.parse import parse_qsl, urlencode

from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast

from apps.accounts.models import User
from apps.catalog.models import Phase, Service, ServiceQuerySet, ServiceSummary, Team
from apps.catalog.rules import TIER_POINTS, tone
from apps.core.text import key_in, words_in

ROWS: Final = 50
LONGEST_PURPOSE: Final = 90  # characters in a row
LONGEST_SEARCH: Final = 100
SORTS: Final = {  # in the address → the field; dates come soonest first, and those without one last
    "": "name",
    "-name": "-name",
    "since": "phase_since",
    "-since": "-phase_since",
    "launch": "launch_on",
    "next": "summary__next_on",
}
SHOWN: Final = (
    "slug",
    "name",
    "purpose",
    "tier",
    "phase",
    "phase_since",
    "launch_on",
    "review_on",
    "team__slug",
    "team__name",
    "part_of__name",
    "summary__next_step",
    "summary__next_url",
    "summary__next_on",
    "summary__weak_areas",
    "summary__answered",
    "summary__applicable",
    "summary__has_veto",
)


@dataclass(frozen=True)
class Filters:
    """What the address asks for; anything that makes no sense is dropped, not refused."""

    q: str = ""
    phase: str = ""
    tier: int | None = None
    team: str = ""  # a slug
    advisor: int | None = None
    weak: str = ""  # an area's key, or "any"
    mine: bool = False
    orphan: bool = False
    sort: str = ""  # a key of SORTS
    after: int | None = None  # the last service of the page before

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        """Read them from an address."""
        return cls(
            q=words_in(asked.get("q", ""), limit=LONGEST_SEARCH),
            phase=asked.get("phase", "") if asked.get("phase", "") in Phase.values else "",
            tier=_tier(asked.get("tier", "")),
            team=_slug(asked.get("team", "")),
            advisor=key_in(asked.get("advisor", "")),
            weak=_slug(asked.get("weak", "")),
            mine=asked.get("mine", "") == "1",
            orphan=asked.get("orphan", "") == "1",
            sort=asked.get("sort", "") if asked.get("sort", "") in SORTS else "",
            after=key_in(asked.get("after", "")),
        )

    @property
    def is_narrow(self) -> bool:
        """Tell whether anything is filtered at all."""
        return replace(self, after=None, sort="") != Filters()

    @property
    def query(self) -> str:
        """Return the address's query without the page, so that a file holds all rows: "?tier=2"."""
        return self.address(after=None)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return the filters that a new search keeps."""
        asked = parse_qsl(replace(self, q="").address(after=None)[1:])
        return [(name, value) for name, value in asked if name != "q"]

    def address(self, **changes: Any) -> str:
        """Return the query of the same list with some filters changed; paging starts again."""
        values = vars(self) | {"after": None} | changes
        asked = {name: value for name, value in values.items() if value not in ("", None, False)}
        return "?" + urlencode({name: 1 if value is True else value for name, value in asked.items()})


class Row(TypedDict):
    """One service as the list shows it, ready to be written out.

    A mapping, because templates look there first: fifty rows of objects cost a millisecond more.
    """

    slug: str
    name: str
    purpose: str
    phase: str  # in words
    tone: str
    dated: str  # what the list is sorted by, where no other column shows it
    whole: str  # the product that it is a part of
    next_step: str
    next_url: str
    next_on: str  # in words
    weak: list[dict[str, str]]
    is_weighed: bool  # somebody has answered something, so "none" can be said of weak areas
    answered: int
    applicable: int
    has_veto: bool
    team: str
    team_slug: str


@dataclass(frozen=True)
class Listing:
    """One page of the list."""

    rows: list[Row]
    filters: Filters
    count: str  # exact to 1,000
    next_page: str  # the query of the next page
    team: Team | None = None  # which the filter names
    advisor: User | None = None


def listing(filters: Filters, *, person: User) -> Listing:
    """Return one page of services in their order. Up to five queries, however many services there are."""
    found = filtered(filters, person)
    rows = list(found.after(filters.after, field=SORTS[filters.sort]).values("pk", *SHOWN)[: ROWS + 1])
    shown = [_row(values, filters.sort) for values in rows[:ROWS]]
    last = rows[ROWS - 1]["pk"] if len(rows) > ROWS else None
    return Listing(
        rows=shown,
        filters=filters,
        count=found.counted(),
        next_page=filters.address(after=last) if last else "",
        team=Team.objects.filter(slug=filters.team).first() if filters.team else None,
        advisor=User.objects.filter(pk=filters.advisor).first() if filters.advisor else None,
    )


def exported(filters: Filters, *, person: User) -> Iterator[Service]:
    """Yield every service of a filtered list with team, advisor and summary. One query for each 500."""
    found = filtered(replace(filters, after=None), person).select_related("team", "advisor", "summary")
    return found.streamed()


def filtered(filters: Filters, person: User) -> ServiceQuerySet:
    """Return the services that the filters name, in no order yet. One query."""
    # "Not archived", and not "one of four": so both databases walk along the index by name and stop early.
    rows = Service.objects.filter(phase=filters.phase) if filters.phase else Service.objects.in_use()
    wanted: dict[str, Any] = {"tier": filters.tier, "advisor": filters.advisor, "team__slug": filters.team}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if filters.mine:
        rows = rows.of_teams(person.team_ids)
    if filters.orphan:
        rows = rows.filter(team=None)
    if filters.weak:
        rows = rows.filter(_is_weak(filters.weak))
    if filters.sort == "next":  # so that the join is an inner one, and the database walks along its index
        rows = rows.filter(summary__isnull=False)
    return rows.mentioning(filters.q) if filters.q else rows


def _is_weak(key: str) -> Exists:
    """Match by the text of the JSON, which both databases write alike: `"key": "security"`."""
    rows = ServiceSummary.objects.filter(service=OuterRef("pk"))
    rows = rows.alias(words=Cast("weak_areas", TextField()))
    return Exists(rows.filter(words__contains='"key": "' + ("" if key == "any" else f'{key}"')))


def _row(values: dict[str, Any], sort: str) -> Row:
    phase = Phase(values["phase"])
    next_on = values["summary__next_on"]
    return Row(
        slug=values["slug"],
        name=values["name"],
        purpose=shortened(values["purpose"], LONGEST_PURPOSE),
        phase=phase.label,
        tone=tone(phase),
        dated=_dated(values, sort),
        whole=values["part_of__name"] or "",
        next_step=values["summary__next_step"] or "",
        next_url=values["summary__next_url"] or "",
        next_on=f"{next_on:%a %-d %b %Y}" if next_on else "",
        weak=values["summary__weak_areas"] or [],
        is_weighed=bool(values["summary__answered"]) and phase in {Phase.READY, Phase.LIVE},
        answered=values["summary__answered"] or 0,
        applicable=values["summary__applicable"] or 0,
        has_veto=bool(values["summary__has_veto"]),
        team=values["team__name"] or "",
        team_slug=values["team__slug"] or "",
    )


def _dated(values: dict[str, Any], sort: str) -> str:
    if sort in {"since", "-since"}:
        return f"since {values['phase_since']:%-d %b %Y}"
    if sort == "launch":
        return f"launch wanted {values['launch_on']:%-d %b %Y}" if values["launch_on"] else "no launch wanted"
    return ""


def shortened(text: str, limit: int) -> str:
    """Return at most `limit` characters; an ellipsis says that there is more."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _tier(text: str) -> int | None:
    return tier if (tier := key_in(text)) in TIER_POINTS else None


def _slug(text: str) -> str:
    return text[:200] if text.replace("-", "").replace("_", "").isalnum() and text.isascii() else ""
