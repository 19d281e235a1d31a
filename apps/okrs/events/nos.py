"""What can happen to a no."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class NoSaid(EventKind):
    """A team wrote down what it does not do, without having been asked."""

    verb = "okrs.no_said"
    sentence = "{actor} said no for {team}: {subject}"
    example = {"team": "Tracking", "kind": "no", "code": "lower_value", "reason": "Few would use it."}

    team: str
    kind: str
    code: str
    reason: str


@dataclass(frozen=True)
class NoComesBack(EventKind):
    """The day has come, or the condition is met: it is decided again."""

    verb = "okrs.no_comes_back"
    sentence = "{subject} is to be decided again: {because}"
    example = {"because": "its day, 1 October 2026, has come"}

    because: str


@dataclass(frozen=True)
class NoHeld(EventKind):
    """A no stands on, until another day."""

    verb = "okrs.no_held"
    sentence = "{actor} holds {subject}, {condition}"
    example = {"condition": "decided again on 1 April 2027", "reason": "Still no room."}

    condition: str
    reason: str


@dataclass(frozen=True)
class NoReopened(EventKind):
    """What was refused may be asked for again."""

    verb = "okrs.no_reopened"
    sentence = "{actor} reopened {subject}: {reason}"
    example = {"reason": "Calls fell below 3,000."}

    reason: str


@dataclass(frozen=True)
class NoLetGo(EventKind):
    """Nobody needs the no any longer."""

    verb = "okrs.no_let_go"
    sentence = "{actor} let {subject} go: {reason}"
    example = {"reason": "The product it was about is gone."}

    reason: str


@dataclass(frozen=True)
class NoHandedOver(EventKind):
    """Somebody else holds a no."""

    verb = "okrs.no_handed_over"
    sentence = "{actor} handed {subject} over to {holder}"
    example = {"holder": "Ada Lind", "before": "Ben Osei"}

    holder: str
    before: str


@dataclass(frozen=True)
class NoReopeningAsked(EventKind):
    """Somebody asked to decide a no again."""

    verb = "okrs.no_reopening_asked"
    sentence = "{actor} asked to reopen {subject}: {reason}"
    example = {"reason": "We would lend two people."}

    reason: str


@dataclass(frozen=True)
class ExceptionMade(EventKind):
    """Something is done against a no, which stands on."""

    verb = "okrs.exception_made"
    sentence = "{actor} made an exception to {subject}: {reason}"
    example = {"reason": "For one customer, once.", "person_weeks": "2", "objective": ""}

    reason: str
    person_weeks: str
    objective: str
