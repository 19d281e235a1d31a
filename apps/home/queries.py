"""What the pages that combine apps read."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import DateTimeField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse

from apps.accounts.models import User, UserQuerySet
from apps.accounts.queries import people
from apps.activity.queries import Entry, Explained, explained, kinds, last_checked, of_services
from apps.catalog.models import (
    Dependency,
    Membership,
    Phase,
    PhaseChange,
    Service,
    ServiceQuerySet,
    Strength,
    Team,
)
from apps.catalog.rules import Risk, risk, tone
from apps.core.querysets import LockableQuerySet
from apps.core.results import Todo
from apps.core.statements import statement
from apps.jobs.queries import failed
from apps.notifications.queries import stopped
from apps.okrs.queries import waiting_for as okrs_waits_for
from apps.readiness.queries import AreaRow, areas_of
from apps.readiness.queries import waits_for as readiness_waits_for
from apps.walkthroughs.queries import Leadership, NextMeeting, leadership, next_for
from apps.walkthroughs.queries import waits_for as walkthroughs_waits_for

SERVICES_SHOWN: Final = 10
CHANGES_SHOWN: Final = 8
NEIGHBOURS: Final = 12
NEWS: Final = 6
NOON, EVENING = 12, 18
TEXTS: Final = ("row_name", "row_place", "row_word", "row_more")
RISK_TONES: Final = {"low": "", "medium": "", "high": "adequate", "critical": "weak"}
ICONS: Final = {
    Phase.PLAYGROUND: "flask",
    Phase.GREEN_LIGHT: "traffic-lights",
    Phase.READY: "rocket",
    Phase.LIVE: "world",
    Phase.ARCHIVED: "archive",
}


@dataclass(frozen=True)
class MyWork:
    """Everything on the page My work; `leadership` and the trouble lists are for those roles alone."""

    todos: list[Todo]
    services: list[Service]
    walkthrough: NextMeeting | None
    changes: list[Entry]
    leadership: Leadership | None
    trouble: int | None  # failed jobs, stopped deliveries, a break of the history


def my_work(person: User, *, now: datetime) -> MyWork:
    """Return what waits for one person, soonest first, and what changed around them.

    Eleven queries: three of readiness, four of walkthroughs, two of goals, services and changes.
    Administrators have three more for the trouble, leadership three.
    """
    todos = [
        *walkthroughs_waits_for(person, now=now),
        *readiness_waits_for(person, now=now),
        *okrs_waits_for(person, now=now),
    ]
    has_services = bool(person.team_ids) or person.is_enablement
    services = [_marked(one) for one in own_services(person)] if has_services else []
    ids = [service.pk for service in services]
    return MyWork(
        todos=sorted(todos, key=_urgency),
        services=services,
        walkthrough=next_for(person, now=now),
        changes=of_services(ids, audiences=person.audiences, limit=CHANGES_SHOWN) if ids else [],
        leadership=leadership(now=now) if person.is_leadership else None,
        trouble=_trouble() if person.is_admin else None,
    )


def _trouble() -> int:
    """Return how much administrators should look at. Three queries."""
    seen = last_checked()
    return len(failed()[:100]) + len(stopped()[:100]) + bool(seen and seen.problem)


def own_services(person: User) -> list[Service]:
    """Return what the person's teams own, or the person advises, and is still used; the newest phase first.

    One query. What is live needs its advisor no longer.
    """
    return _own_services(person_id=person.pk, team_ids=person.team_ids)


@statement()
def _own_services(*, person_id: int, team_ids: list[int]) -> ServiceQuerySet:
    advised = Service.objects.filter(advisor=person_id).exclude(phase=Phase.LIVE).values("pk")
    own = Service.objects.filter(team__in=team_ids).values("pk")
    mine = Service.objects.in_use().filter(pk__in=own.union(advised), part_of=None)
    return mine.select_related("summary", "team").in_order("-phase_since")[:SERVICES_SHOWN]


def _marked(service: Service) -> Service:
    """Give a row its icon and tone: templates decide nothing."""
    service.icon, service.tone = ICONS[Phase(service.phase)], tone(service.phase)  # type: ignore[attr-defined]
    return service


def greeting(person: User, *, now: datetime) -> dict[str, str]:
    """Return how the day begins where the person is. No query."""
    local = now.astimezone(ZoneInfo(person.time_zone))
    words = (
        "Good morning" if local.hour < NOON else "Good afternoon" if local.hour < EVENING else "Good evening"
    )
    return {"words": words, "name": person.name.split()[0], "day": f"{local:%A %-d %B}"}


def _urgency(todo: Todo) -> tuple[bool, bool, float]:
    """Urgent first, then by date; what has no date comes last."""
    return (not todo.is_urgent, todo.when is None, todo.when.timestamp() if todo.when else 0)


@dataclass(frozen=True)
class Step:
    """One step of the phase stepper."""

    title: str
    state: str  # done, now or coming; also the CSS class
    detail: str
    since: datetime | None


PHASES: Final = (Phase.PLAYGROUND, Phase.GREEN_LIGHT, Phase.READY, Phase.LIVE)
EXPLAINED: Final = {
    Phase.PLAYGROUND: "Explore freely.",
    Phase.GREEN_LIGHT: "A conversation about what production will ask.",
    Phase.READY: "Ten areas, then the walkthrough.",
    Phase.LIVE: "It runs for others.",
}


def steps(service: Service, entered: dict[str, datetime]) -> list[Step]:
    """Return the four phases with when each was entered. No query."""
    whole = service.part_of or service
    present = PHASES.index(Phase(whole.phase_before or whole.phase))
    return [_step(phase, number - present, entered.get(phase)) for number, phase in enumerate(PHASES)]


def _step(phase: Phase, distance: int, since: datetime | None) -> Step:
    if distance < 0:
        return Step(phase.label, "done", "" if since else "before Roadworthy", since)
    if distance == 0:
        return Step(phase.label, "now", EXPLAINED[phase], since)
    return Step(phase.label, "coming", "", None)


@dataclass(frozen=True)
class Neighbour:
    """A service that this one needs, or a part of it."""

    service: Service  # slug and name alone
    detail: str


@dataclass(frozen=True)
class Around:
    """What belongs to a service, in few words each."""

    leads: list[User]  # id and name alone
    needs: list[Neighbour]
    parts: list[Neighbour]
    entered: dict[str, datetime]  # phase → when


@dataclass(frozen=True)
class About:
    """What stands beside a service: its risk, what is around it, areas and latest news."""

    risk: Risk
    around: Around
    areas: list[AreaRow]
    lately: list[Entry]

    @property
    def risk_tone(self) -> str:
        """Return the tone of the risk's badge."""
        return RISK_TONES[self.risk.level]

    @property
    def answered(self) -> int:
        """Return how many items of the ten areas are answered."""
        return sum(area.answered for area in self.areas)

    @property
    def applicable(self) -> int:
        """Return how many items count for this service."""
        return sum(area.applicable for area in self.areas)

    @property
    def weak(self) -> int:
        """Return how many areas are marked as weak."""
        return sum(area.shows_weak for area in self.areas)

    @property
    def unreviewed(self) -> int:
        """Return how many areas no reviewer has said anything about."""
        return sum(not area.verdict for area in self.areas)


def about(service: Service, *, audiences: Collection[str]) -> About:
    """Return what stands beside a service. Three queries."""
    return About(
        risk=risk(service),
        around=around(service),
        areas=areas_of(service),
        lately=of_services([service.pk], audiences=audiences, limit=NEWS),
    )


def around(service: Service) -> Around:
    """Return leads, needs and parts by name, and the phases so far. One query: the page has many others."""
    rows: dict[str, list[tuple[Any, ...]]] = {"lead": [], "need": [], "part": [], "phase": []}
    found = _around(service_id=service.pk, whole_id=service.whole_id, team_id=service.team_id or 0)
    for kind, *row in found:
        rows[kind].append(tuple(row))
    return Around(
        leads=[User(pk=int(pk), name=name) for name, _key, pk, *_rest in rows["lead"]],
        needs=[
            Neighbour(Service(slug=slug, name=name), _need(strength, phase))
            for name, _key, slug, strength, phase, _at in rows["need"][:NEIGHBOURS]
        ],
        parts=[
            Neighbour(Service(slug=slug, name=name), purpose)
            for name, _key, slug, purpose, *_rest in rows["part"]
        ],
        entered={phase: at for _name, _key, phase, *_rest, at in rows["phase"]},
    )


@statement()
def _around(*, service_id: int, whole_id: int, team_id: int) -> QuerySet[Any, Any]:
    leads = Membership.objects.filter(team=team_id, is_lead=True, person__is_active=True)
    needs = Dependency.objects.filter(service=service_id)
    parts = Service.objects.filter(part_of=service_id)
    changes = PhaseChange.objects.filter(service=whole_id)
    names = {"row_name": F("target__name"), "row_place": F("target__slug")}
    found = [
        _row(needs, "need", **names, row_word=F("strength"), row_more=F("target__phase")),
        _row(parts, "part", row_name=F("name"), row_place=F("slug"), row_word=F("purpose")),
        _row(changes, "phase", row_place=F("after"), entered_at=F("at")),
    ]
    first = _row(leads, "lead", row_name=F("person__name"), row_place=Cast("person_id", TextField()))
    return first.union(*found, all=True).order_by("row_kind", "row_name", "pk")


def _row(rows: QuerySet[Any], kind: str, **columns: Any) -> QuerySet[Any, Any]:
    """Return the columns that all share; what one kind does not have is empty."""
    texts = {name: Cast(columns.get(name, Value("")), TextField()) for name in TEXTS}
    at = columns.get("entered_at", Cast(Value(None), DateTimeField()))
    rows = rows.order_by().annotate(row_kind=Value(kind, output_field=TextField()), **texts, entered_at=at)
    return rows.values_list("row_kind", "row_name", "pk", *TEXTS[1:], "entered_at")


def _need(strength: str, phase: str) -> str:
    said = f"{strength}, " if strength != Strength.UNKNOWN else ""
    return f"{said}{Phase(phase).label.lower()}"


@dataclass(frozen=True)
class Action:
    """The one button of the overview."""

    title: str
    url: str


def main_action(service: Service, *, is_member: bool) -> Action | None:
    """Return where the work of the present phase is done; none once a service is live. No query."""
    match (service.part_of or service).phase:
        case Phase.PLAYGROUND if is_member and not service.part_of:
            return Action("Start the conversation", reverse("readiness:start", args=[service.slug]))
        case Phase.GREEN_LIGHT:
            return Action("Open the conversation", f"{_whole_url(service)}green-light/")
        case Phase.READY:
            return Action("Open the checklist", f"{_whole_url(service)}readiness/")
    return None


def _whole_url(service: Service) -> str:
    return (service.part_of or service).get_absolute_url()


# What administrators may mean by a word in the filter of events.
FAMILIES: Final = {
    "accounts": "People and sign-in",
    "activity": "Files taken along",
    "catalog": "Services and teams",
    "comments": "Comments",
    "jobs": "Background work",
    "notifications": "Messages",
    "readiness": "Checklists and answers",
    "walkthroughs": "Walkthroughs and launches",
}
A_VERB: Final = re.compile(r"[a-z_]+\.[a-z_]+")
A_JOB: Final = re.compile(r"[a-z_]+[._][a-z_.]+")  # as tasks and commands are named
SUGGESTED: Final = 12


def verb_words(verb: str) -> str:
    """Return a kind of event as people say it: "Walkthroughs and launches: signed". No query."""
    app, _dot, step = verb.partition(".")
    return f"{FAMILIES.get(app, app.capitalize())}: {step.replace('_', ' ')}"


def verbs_called(word: str) -> list[str]:
    """Return the kinds of event that a word means: one, a family, or all that hold it. No query."""
    known, asked = sorted(kinds()), word.casefold()
    exact = [verb for verb in known if asked in {verb, verb_words(verb).casefold()}]
    family = [verb for verb in known if asked in _family(verb)]
    part = [verb for verb in known if asked in verb_words(verb).casefold() or asked in verb]
    old = [asked] if A_VERB.fullmatch(asked) else []
    return exact or family or part or old


def families(verbs: list[str]) -> list[str]:
    """Return kinds of event as people say them: a whole family by its name alone. No query."""
    is_family = len({verb.partition(".")[0] for verb in verbs}) == 1 and len(verbs) > 1
    app = verbs[0].partition(".")[0] if is_family else ""
    if app and verbs == [verb for verb in sorted(kinds()) if verb.startswith(f"{app}.")]:
        return [FAMILIES.get(app, app)]
    return [verb_words(verb) for verb in verbs]


def _family(verb: str) -> set[str]:
    app = verb.partition(".")[0]
    return {app, FAMILIES.get(app, app).casefold()}


def people_called(words: str) -> UserQuerySet:
    """Return whoever has just this address or name, else everybody in whose it is, by name. Two queries."""
    exact = User.objects.filter(Q(email__iexact=words) | Q(name__iexact=words))
    return (exact if exact.exists() else people(search=words)).in_order("name")


def services_called(words: str) -> ServiceQuerySet:
    """Return the service of just this address or name, else those in whose name it is. Two queries."""
    exact = Service.objects.filter(Q(slug=words.lower()) | Q(name__iexact=words))
    return (exact if exact.exists() else Service.objects.filter(name__icontains=words)).in_order("name")


def teams_called(words: str) -> LockableQuerySet[Team]:
    """Return the team of just this address or name, else those in whose name it is. Two queries."""
    exact = Team.objects.filter(Q(slug=words.lower()) | Q(name__iexact=words))
    return (exact if exact.exists() else Team.objects.filter(name__icontains=words)).in_order("name")


def jobs_called(word: str) -> list[str]:
    """Return the jobs of the system that a word means; what is named like one may be a command. No query."""
    asked = word.casefold()
    known = sorted({*settings.CELERY_BEAT_SCHEDULE, *settings.JOBS})
    if asked in known or A_JOB.fullmatch(asked):
        return [asked]
    return [job for job in known if asked in job]


def suggested(of: str, words: str) -> list[str]:
    """Return what could be meant by the beginning of a word. At most two queries."""
    match of:
        case "who":
            return [person.name for person in people_called(words)[:SUGGESTED]]
        case "service":
            return [service.name for service in services_called(words)[:SUGGESTED]]
        case "team":
            return [team.name for team in teams_called(words)[:SUGGESTED]]
    families = [name for name in FAMILIES.values() if words.casefold() in name.casefold()]
    return families + [verb_words(verb) for verb in verbs_called(words) if kinds().get(verb)]


def families_explained() -> list[tuple[str, str, list[Explained]]]:
    """Return every kind of event under its family: the app, its name for people, its kinds. No query."""
    by_app = groupby(explained(), key=lambda kind: kind.app)
    return [(app, FAMILIES.get(app, app.capitalize()), list(those)) for app, those in by_app]
