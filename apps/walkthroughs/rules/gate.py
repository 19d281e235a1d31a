"""What stands between a service and its launch, and what may be passed over with a reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.urls import reverse

from apps.accounts.models import Actor
from apps.catalog.models import Phase, RiskLevel, Service
from apps.catalog.rules import Condition
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.walkthroughs.models import Capacity, Decision, FollowUp, Seat, SignOff, State, Veto, Walkthrough
from apps.walkthroughs.rules.content import Difference, worse
from apps.walkthroughs.rules.content import in_words as changes_in_words
from apps.walkthroughs.rules.invitations import when_in_words
from apps.walkthroughs.rules.moves import PLANNED_ITEMS_WITHIN, silent, working_days_between
from apps.walkthroughs.rules.panel import in_words

HELD, SIGNED, OBJECTION, VETO, MUST_FIX, ITEMS = (
    "walkthrough_held",
    "seats_signed",
    "no_objection",
    "no_veto",
    "must_fix_done",
    "items_ready",
)
NEVER_PASSED: Final = frozenset({HELD, VETO})
CONDITIONS_STAND: Final = frozenset({RiskLevel.HIGH.value, RiskLevel.CRITICAL.value})
SILENT_AFTER: Final = 5  # working days
MOST_NAMED: Final = 4
NUMBERS: Final = ("No", "One", "Two", "Three", "Four", "Five", "Six")


@dataclass(frozen=True)
class Signature:
    """One required seat, what it signed, and what changed since."""

    seat: Seat
    sign_off: SignOff | None = None
    changes: tuple[Difference, ...] = ()
    changed_on: date | None = None  # when the content last changed, where it did

    @property
    def worse(self) -> list[Difference]:
        """Return the turns for the worse since it was signed."""
        return worse(list(self.changes))

    @property
    def counts(self) -> bool:
        """Tell whether it holds for the present content; a veto stands whatever changes."""
        is_veto = self.stands_as == SignOff.Decision.VETO
        return self.sign_off is not None and (is_veto or not self.worse)

    @property
    def changes_in_words(self) -> str:
        """Say what changed: "3 answers changed since Priya signed"."""
        return changes_in_words(list(self.changes), signer=self.seat.person.name.split(maxsplit=1)[0])

    @property
    def stands_as(self) -> str:
        """Return the decision that stands; a lifted veto stands as conditions."""
        return standing_decision(self.sign_off) if self.sign_off else ""

    def is_silent(self, held_on: date, today: date) -> bool:
        """Tell whether five working days went by without the signature that is waited for."""
        since = [held_on, self.changed_on if self.sign_off else None]
        if self.seat.invited_at:
            since.append(self.seat.invited_at.date())
        return working_days_between(max(day for day in since if day), today) >= SILENT_AFTER


@dataclass(frozen=True)
class Items:
    """What the gate looks at in the checklist, as codes of High items."""

    open_high: Sequence[str] = ()
    high_gaps: Sequence[str] = ()  # without an exemption
    planned: Sequence[tuple[str, date]] = ()  # with their dates
    urls: dict[str, str] = field(default_factory=dict)  # code → where it is answered

    def late(self, today: date) -> list[str]:
        """Return the planned items whose date lies too far behind the launch."""
        return [code for code, due_on in self.planned if due_on > today + PLANNED_ITEMS_WITHIN]


@dataclass(frozen=True)
class LaunchFacts:
    """Everything that decides about a launch, read from the database."""

    service: Service
    today: date
    level: str
    held: Walkthrough | None = None  # the latest one
    coming: Walkthrough | None = None  # planned, scheduled or in progress
    coming_seats: Sequence[Seat] = ()
    signatures: Sequence[Signature] = ()  # of the required seats of the held one
    missing: Sequence[Capacity] = ()
    vetoes: Sequence[Veto] = ()
    must_fix: Sequence[FollowUp] = ()
    items: Items = field(default_factory=Items)
    items_url: str = ""
    may_plan: bool = True  # whether the reader may; others are told who can, and are led nowhere in vain

    @property
    def objections(self) -> list[Signature]:
        """Return the objections that stand."""
        return [one for one in self.signatures if one.stands_as == SignOff.Decision.OBJECT]

    @property
    def waited_for(self) -> list[Signature]:
        """Return the seats whose signature for the present content is missing."""
        return [one for one in self.signatures if not one.counts]


@dataclass(frozen=True)
class Gate:
    """The conditions of a launch, and whether a lead may pass those that are not met."""

    conditions: list[Condition]
    level: str
    blocking: frozenset[str]  # codes of unmet conditions that cannot be passed

    @property
    def unmet(self) -> list[Condition]:
        """Return what is still in the way."""
        return [condition for condition in self.conditions if not condition.met]

    @property
    def is_open(self) -> bool:
        """Tell whether every condition is met."""
        return not self.unmet

    @property
    def can_be_passed(self) -> bool:
        """Tell whether a reason is enough."""
        return bool(self.unmet) and not self.blocking

    @property
    def conditions_stand(self) -> bool:
        """Tell whether the risk allows no exception."""
        return self.level in CONDITIONS_STAND

    @property
    def title(self) -> str:
        """Say how much stands in the way."""
        count = len(self.unmet)
        number = NUMBERS[count] if count < len(NUMBERS) else str(count)
        noun, verb = ("thing", "stands") if count == 1 else ("things", "stand")
        if not count:
            return "Nothing stands between this service and its launch"
        return f"{number} {noun} {verb} between this service and its launch"

    @property
    def detail(self) -> str:
        """Say what a lead may do about it."""
        if self.is_open:
            return "A lead launches it."
        level = RiskLevel(self.level).label
        if self.conditions_stand:
            return f"{level} risk: these conditions stand; a lead cannot pass over them."
        if self.can_be_passed:
            return f"{level} risk: a lead may pass them with a written reason."
        return f"{level} risk: a lead may pass some conditions with a reason, but not all that are open."


def standing_decision(sign_off: SignOff) -> str:
    """Return what a signature says today; load `veto` first. A lifted veto stands as conditions."""
    veto = getattr(sign_off, "veto", None)
    if veto is not None and veto.lifted_at is not None:
        return SignOff.Decision.CONDITIONS
    return sign_off.decision


def decision(decisions: Collection[str]) -> Decision:
    """Add up what the seats said: veto > objections > with conditions > approved."""
    order = [
        (SignOff.Decision.VETO, Decision.VETO),
        (SignOff.Decision.OBJECT, Decision.OBJECTIONS),
        (SignOff.Decision.CONDITIONS, Decision.CONDITIONS),
    ]
    return next((ours for theirs, ours in order if theirs in decisions), Decision.APPROVED)


def gate(facts: LaunchFacts) -> Gate:
    """Weigh the facts: what is open comes first, each with who resolves it and the one click."""
    found = [_held(facts), _items(facts), _signed(facts), _objection(facts), _veto(facts), _must_fix(facts)]
    blocking = frozenset(one.code for one in found if not one.met and not _passable(one.code, facts))
    return Gate(sorted(found, key=lambda condition: condition.met), facts.level, blocking)


def _passable(code: str, facts: LaunchFacts) -> bool:
    if facts.level in CONDITIONS_STAND or code in NEVER_PASSED:
        return False
    if code == SIGNED:
        held_on = facts.held.held_at.date() if facts.held and facts.held.held_at else facts.today
        return not facts.missing and all(one.is_silent(held_on, facts.today) for one in facts.waited_for)
    return True


def _met(code: str, title: str, reason: str = "", url: str = "", action: str = "") -> Condition:
    return Condition(code=code, met=True, title=title, reason=reason, url=url, action=action)


def _open(code: str, title: str, reason: str = "", url: str = "", action: str = "") -> Condition:
    return Condition(code=code, met=False, title=title, reason=reason, url=url, action=action)


def _held(facts: LaunchFacts) -> Condition:
    title = "The walkthrough was held"
    if facts.held and facts.held.held_at:
        url = facts.held.get_absolute_url()
        return _met(HELD, title, f"Held on {_day(facts.held.held_at)}.", url, "Read it")
    return _open(HELD, title, *_not_held(facts))


def _not_held(facts: LaunchFacts) -> tuple[str, str, str]:
    coming = facts.coming
    if coming is None:
        reason = f"No walkthrough is planned. {_planners(facts)} plans one."
        url = reverse("walkthroughs:of_service", args=[facts.service.slug])
        return (reason, url, "Plan it") if facts.may_plan else (reason, "", "")
    url = coming.get_absolute_url()
    if coming.state == State.PLANNED:
        return _not_scheduled(facts, coming)
    if coming.state == State.SCHEDULED:
        names = [seat.person.name for seat in silent(facts.coming_seats)]
        have = "has" if len(names) == 1 else "have"
        reply = f" {_named(names)} {have} not replied to the invitation." if names else ""
        return f"{when_in_words(coming)}.{reply}", url, "Ask again" if names and facts.may_plan else "Open it"
    return "It is being held now; it ends with “End the meeting”.", url, "Open it"


def _not_scheduled(facts: LaunchFacts, planned: Walkthrough) -> tuple[str, str, str]:
    reason = f"Planned for about {planned.planned_on:%-d %B}; nobody is invited yet."
    if not facts.may_plan:
        return f"{reason} {_planners(facts)} schedules it.", planned.get_absolute_url(), "Open it"
    return reason, reverse("walkthroughs:schedule", args=[planned.pk]), "Schedule it"


def _items(facts: LaunchFacts) -> Condition:
    title = "No High item is open, or a gap without an exemption"
    items, late = facts.items, facts.items.late(facts.today)
    said = []
    if items.open_high:
        said.append(f"{_named(items.open_high)} {_is(items.open_high)} open.")
    if items.high_gaps:
        kind = "is a gap" if len(items.high_gaps) == 1 else "are gaps"
        said.append(f"{_named(items.high_gaps)} {kind}: Developer Enablement approves exemptions.")
    if late:
        said.append(f"{_named(late)}: a date within 60 days of the launch is needed.")
    if said:
        first = [*items.open_high, *items.high_gaps, *late][0]
        return _open(ITEMS, title, " ".join(said), items.urls.get(first, facts.items_url), f"Answer {first}")
    return _met(
        ITEMS, title, _planned(len(items.planned)) or "No High item is left open.", facts.items_url, "Look"
    )


def _planned(count: int) -> str:
    if count == 1:
        return "1 planned High item becomes a follow-up."
    return f"{count} planned High items become follow-ups." if count else ""


def _signed(facts: LaunchFacts) -> Condition:
    title = "Every required seat signs the present content"
    if facts.held is None:
        return _open(SIGNED, title, "Signing opens when the walkthrough is held.")
    url = f"{facts.held.get_absolute_url()}#sign-offs"
    if facts.missing:
        level = RiskLevel(facts.level).label
        reason = f"{level} risk also needs {in_words(facts.missing)}; nobody sits there."
        return _open(SIGNED, title, *_not_seated(facts, facts.held, reason))
    if not facts.waited_for:
        count = len(facts.signatures)
        return _met(SIGNED, title, f"{count} of {count} signed.", url, "Read them")
    unsigned = [one.seat.person.name for one in facts.waited_for if one.sign_off is None]
    said = [f"{_named(unsigned)} {'has' if len(unsigned) == 1 else 'have'} not signed."] if unsigned else []
    said += [f"{one.changes_in_words}." for one in facts.waited_for if one.sign_off]
    return _open(SIGNED, title, " ".join(said), url, "See who")


def _not_seated(facts: LaunchFacts, held: Walkthrough, reason: str) -> tuple[str, str, str]:
    if facts.coming:  # the next panel can be whole
        return reason, facts.coming.get_absolute_url(), "Open the next one"
    if not facts.may_plan:
        return f"{reason} {_planners(facts)} gives the seat to somebody.", "", ""
    return reason, reverse("walkthroughs:add_seat", args=[held.pk]), "Fill the seat"


def _planners(facts: LaunchFacts) -> str:
    whole = facts.service.part_of or facts.service
    return f"A lead of {whole.team or 'its team'} or Developer Enablement"


def _objection(facts: LaunchFacts) -> Condition:
    title = "No objection stands"
    if facts.held is None or not facts.objections:
        return _met(OBJECTION, title, "Nobody objects.")
    names = [one.seat.person.name for one in facts.objections]
    verb = "objects" if len(names) == 1 else "object"
    reason = f"{_named(names)} {verb}; only a new signature of theirs ends it."
    return _open(OBJECTION, title, reason, f"{facts.held.get_absolute_url()}#sign-offs", "Why")


def _veto(facts: LaunchFacts) -> Condition:
    standing = [veto for veto in facts.vetoes if veto.lifted_at is None]
    if standing:
        veto = standing[0]
        who = f"{veto.author.name} ({veto.get_capacity_display()})"
        review = f"to be looked at again on {veto.review_on:%-d %B}"
        reason = f"{who} says no, {review}. They lift it, or leadership does."
        url = reverse("walkthroughs:lift_veto", args=[veto.pk])
        return _open(VETO, "No veto stands", reason, url, "Why")
    lifted = next((veto for veto in facts.vetoes if veto.lifted_at), None)
    if lifted and lifted.lifted_at:
        reason = f"A veto by {lifted.get_capacity_display()} was lifted on {_day(lifted.lifted_at)}."
        url = reverse("walkthroughs:lift_veto", args=[lifted.pk])
        return _met(VETO, "No veto", reason, url, "Why")
    return _met(VETO, "No veto", "Nobody vetoed.")


def _must_fix(facts: LaunchFacts) -> Condition:
    title = "Follow-ups that come before the launch are done"
    if not facts.must_fix:
        return _met(MUST_FIX, title, "None is open.")
    first = facts.must_fix[0]
    said = [f"{one} ({one.owner.name}, by {one.due_on:%-d %B})" for one in facts.must_fix]
    url = reverse("walkthroughs:walkthrough", args=[first.walkthrough_id])
    return _open(MUST_FIX, title, f"Open: {_named(said)}.", f"{url}#follow-ups", "Open them")


def check_gate(service: Service, found: Gate, *, reason: str) -> None:
    """Refuse a launch that conditions stop, or that passes some without saying why."""
    if found.is_open:
        return
    titles = "; ".join(f"“{condition.title}”" for condition in found.unmet)
    if found.blocking:
        message = f"{service} cannot be launched yet: {titles}."
        raise InvalidMoveError(message)
    if not reason:
        message = f"{titles}: say why {service} is launched all the same."
        raise InvalidInputError(message, field="reason")


def may_launch(by: Actor, service: Service, found: Gate) -> bool:
    """Tell whether the button is awake for this person."""
    return service.phase == Phase.READY and by.leads(service.team_id) and found.is_open


def may_launch_over(by: Actor, service: Service, found: Gate) -> bool:
    """Tell whether this person may pass the open conditions with a reason."""
    return service.phase == Phase.READY and by.leads(service.team_id) and found.can_be_passed


def _named(names: Sequence[str]) -> str:
    """Say up to four names, and how many more there are."""
    more = len(names) - MOST_NAMED
    shown = list(names[:MOST_NAMED]) + ([f"{more} more"] if more > 0 else [])
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"
