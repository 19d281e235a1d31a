"""How a team types its quarter: the sentences of objectives, and what stands around them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from apps.accounts.models import Actor, User
from apps.activity.models import Event
from apps.activity.transitions import record
from apps.catalog.models import Team
from apps.catalog.queries import leads_of, members_of
from apps.comments import transitions as comments
from apps.comments.models import Comment
from apps.comments.queries import conversation
from apps.core.days import check_day
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.okrs import rules
from apps.okrs.events import (
    KeyResultWritten,
    ObjectiveCorrected,
    ObjectiveDetailed,
    ObjectiveEdited,
    ObjectiveWritten,
    TowardSaid,
)
from apps.okrs.models import (
    Ambition,
    Cycle,
    Horizon,
    KeyResult,
    Objective,
    Quarter,
    State,
    Visibility,
)
from apps.okrs.transitions.following import let_sides_read
from apps.okrs.transitions.locking import locked_objective, opened_quarter
from apps.okrs.transitions.ranks import take_place
from apps.okrs.transitions.telling import tell

DETAILS = {
    "accountable": "owner",
    "reviewer": "reviewer",
    "ambition": "ambition",
    "tags": "tags",
    "evidence_url": "evidence",
    "visibility": "who may read it",
    "embargo_until": "the embargo",
    "restricted_because": "the reason of the restriction",
}
LINKS = ("https://", "http://", "/")


@one_transaction
def add_objective(  # noqa: PLR0913 -- all that can be typed at once
    team: Team,
    *,
    title: str,
    by: Actor,
    at: datetime,
    cycle: Cycle | None = None,
    key_results: Sequence[str] = (),
    why: str = "",
    instead_of: str = "",
    is_idea: bool = False,
) -> Objective:
    """Write down an objective, perhaps with its key results; without a cycle it goes into the backlog.

    The same sentence that stands there already is enough: a double click writes one.
    """
    quarter = opened_quarter(team, cycle, by=by, at=at) if cycle else None
    rules.check_may_draft(by, team)
    rules.check_open_cycle(quarter.cycle if quarter else None)
    words = rules.clean_words(title, why, instead_of)
    titles = rules.clean_key_results(list(key_results))
    same = Objective.objects.alive().filter(team=team, cycle=cycle, title=words["title"])
    if known := same.select_related("team", "cycle", "authored_by").order_by("pk").first():
        return known

    objective = Objective.objects.create(
        **words,
        team=team,
        authored_by=team,
        cycle=cycle,
        horizon=Horizon.NOW if cycle else Horizon.NEXT,
        state=State.IDEA if is_idea else State.DRAFT,
        made_at=at,
    )
    KeyResult.objects.bulk_create(
        KeyResult(objective=objective, title=one, position=place) for place, one in enumerate(titles)
    )
    if quarter is not None:
        take_place(objective, quarter, by=by, at=at)

    event = ObjectiveWritten(cycle=str(cycle or "the backlog"), key_results=len(titles))
    record(event, by=by, at=at, subject=objective.subject(on=at.date()))
    return objective


@one_transaction
def edit_objective(  # noqa: PLR0913 -- what the form of one objective holds
    objective: Objective, *, title: str, why: str, instead_of: str, revision: int, by: Actor, at: datetime
) -> Saved[Objective] | Conflict[Objective]:
    """Save the sentences of a draft if they are still those on screen; equal words are never a conflict.

    What one author types within a quarter of an hour is one change in history, with the words before it.
    """
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_draft(by, objective.team)
    rules.check_editable(objective)
    words = rules.clean_words(title, why, instead_of)
    before = {name: getattr(objective, name) for name in words}
    if words == before:
        return Saved(objective)
    if revision != objective.revision:
        return Conflict(objective)

    subject = objective.subject(on=at.date())
    for name, value in words.items():
        setattr(objective, name, value)
    objective.revision += 1
    objective.save(update_fields=[*words, "revision"])

    if not still_typing(subject.type, subject.id, ObjectiveEdited.verb, by=by, at=at):
        changed = {name: value for name, value in words.items() if value != before[name]}
        older = {name: before[name] for name in changed}
        record(
            ObjectiveEdited(before=older, after=changed),
            by=by,
            at=at,
            subject=objective.subject(on=at.date()),
        )
    return Saved(objective)


def still_typing(subject_type: str, subject_id: int, verb: str, *, by: Actor, at: datetime) -> bool:
    """Tell whether the last change of this kind was this author's, a moment ago. One query."""
    events = Event.objects.filter(subject_type=subject_type, subject_id=subject_id, verb=verb)
    last = events.order_by("-pk").first()
    return last is not None and last.actor_id == by.person_id and last.at > at - rules.ONE_EVENT


@one_transaction
def correct_objective(  # noqa: PLR0913 -- as editing, with a reason
    objective: Objective,
    *,
    title: str,
    why: str,
    instead_of: str,
    revision: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> Saved[Objective] | Conflict[Objective]:
    """Let an administrator mend the words of what is agreed; the reason stands in history."""
    objective = locked_objective(objective, by=by, at=at)
    if not by.has("admin"):
        message = "Only an administrator corrects what was agreed. Ask for a change instead."
        raise NotPermittedError(message)
    rules.check_correctable(objective)
    reason = clean_line(reason, field="reason", limit=500, is_required=True)
    words = rules.clean_words(title, why, instead_of)
    before = {name: getattr(objective, name) for name in words}
    if words == before:
        return Saved(objective)
    if revision != objective.revision:
        return Conflict(objective)

    for name, value in words.items():
        setattr(objective, name, value)
    objective.revision += 1
    objective.save(update_fields=[*words, "revision"])

    event = ObjectiveCorrected(before=before, after=words, reason=reason)
    record(event, by=by, at=at, subject=objective.subject(on=at.date()))
    return Saved(objective)


@one_transaction
def detail_objective(  # noqa: PLR0913 -- what is said on the line when wanted
    objective: Objective,
    *,
    revision: int,
    by: Actor,
    at: datetime,
    accountable: User | None = None,
    reviewer: User | None = None,
    ambition: str = Ambition.ROOFSHOT,
    tags: Sequence[str] = (),
    evidence_url: str = "",
    visibility: str = Visibility.OPEN,
    embargo_until: date | None = None,
    restricted_because: str = "",
) -> Saved[Objective] | Conflict[Objective]:
    """Say who owns an objective, how ambitious it is, and who may read it. Ambition is fixed once agreed.

    Whoever was slower sees what stands there now; the same details are never a conflict.
    """
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_draft(by, objective.team)
    rules.check_not_over(objective)
    values: dict[str, Any] = {
        "accountable": accountable,
        "reviewer": reviewer,
        "ambition": ambition,
        "tags": rules.clean_tags(tags),
        "evidence_url": clean_line(evidence_url, field="evidence_url", limit=500),
        "visibility": visibility,
        "embargo_until": embargo_until if visibility == Visibility.EMBARGOED else None,
        "restricted_because": clean_line(restricted_because, field="restricted_because", limit=300),
    }
    _check_details(objective, values)
    changed = {name: value for name, value in values.items() if getattr(objective, name) != value}
    if not changed:
        return Saved(objective)
    if revision != objective.revision:
        return Conflict(objective)
    if "accountable" in changed:
        rules.check_may_name(by, objective, accountable)
    if not changed.keys().isdisjoint(rules.READERS):
        rules.check_may_choose_readers(by, objective)

    was_open = objective.is_open(on=at.date())
    for name, value in changed.items():
        setattr(objective, name, value)
    objective.revision += 1
    objective.save(update_fields=[*changed, "revision"])
    if was_open and not objective.is_open(on=at.date()):
        let_sides_read(objective, by=by, at=at)

    names = _joined([DETAILS[name] for name in changed])
    after = {name: str(value) if value is not None else "" for name, value in changed.items()}
    record(ObjectiveDetailed(names=names, after=after), by=by, at=at, subject=objective.subject(on=at.date()))
    return Saved(objective)


def _check_details(objective: Objective, values: dict[str, Any]) -> None:
    if values["ambition"] not in Ambition:
        message = "Choose how ambitious it is."
        raise InvalidInputError(message, field="ambition")
    if values["visibility"] not in Visibility:
        message = "Choose who may read it."
        raise InvalidInputError(message, field="visibility")
    if values["ambition"] != objective.ambition and not rules.is_draft(objective):
        message = "The ambition was agreed: grades depend on it. Ask for a change."
        raise InvalidMoveError(message)
    owner: User | None = values["accountable"]
    if owner is not None and owner.pk != objective.accountable_id:
        members = {person.pk for person in members_of(objective.team_id)}
        rules.check_owner(objective.team, owner.pk, members)
    if values["evidence_url"] and not values["evidence_url"].startswith(LINKS):
        message = "Link to what was learned (https://…)."
        raise InvalidInputError(message, field="evidence_url")
    _check_readers(values)


def _check_readers(values: dict[str, Any]) -> None:
    if values["embargo_until"] is not None:
        check_day(values["embargo_until"], field="embargo_until")
    if values["visibility"] == Visibility.EMBARGOED and values["embargo_until"] is None:
        message = "Say until when."
        raise InvalidInputError(message, field="embargo_until")
    if values["visibility"] == Visibility.RESTRICTED and not values["restricted_because"]:
        message = "Say why only the team may read it."
        raise InvalidInputError(message, field="restricted_because")


def _joined(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


@one_transaction
def add_key_results(
    objective: Objective, *, titles: Sequence[str], by: Actor, at: datetime
) -> list[KeyResult]:
    """Add sentences by which a draft is judged; what stands there already is not added again."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_draft(by, objective.team)
    rules.check_editable(objective)
    wanted = rules.clean_key_results(list(titles))
    if not wanted:
        message = "Write a sentence first."
        raise InvalidInputError(message, field="titles")
    known = list(objective.key_results.order_by("position", "pk"))
    new = [title for title in wanted if title not in {one.title for one in known if not one.dropped_on}]
    if len(known) + len(new) > rules.MOST_KEY_RESULTS:
        message = f"An objective has at most {rules.MOST_KEY_RESULTS} key results."
        raise InvalidInputError(message, field="titles")
    if not new:
        return []

    place = max((one.position for one in known), default=-1) + 1
    made = [
        KeyResult.objects.create(objective=objective, title=title, position=place + number)
        for number, title in enumerate(new)
    ]

    record(KeyResultWritten(titles=new), by=by, at=at, subject=objective.subject(on=at.date()))
    return made


@one_transaction
def say_toward(
    quarter: Quarter, *, toward: str, revision: int, by: Actor, at: datetime
) -> Saved[Quarter] | Conflict[Quarter]:
    """Say in one sentence what a team's quarter serves; `revision` is the mark of the sentence on screen."""
    quarter = opened_quarter(quarter.team, quarter.cycle, by=by, at=at)
    rules.check_may_draft(by, quarter.team)
    rules.check_open_cycle(quarter.cycle)
    toward = clean_line(toward, field="toward", limit=rules.LONGEST_TOWARD)
    if toward == quarter.toward:
        return Saved(quarter)
    if revision != rules.mark_of(quarter.toward):
        return Conflict(quarter)

    before, quarter.toward = quarter.toward, toward
    quarter.revision += 1
    quarter.save(update_fields=["toward", "revision"])

    if not still_typing("quarter", quarter.pk, TowardSaid.verb, by=by, at=at):
        record(TowardSaid(before=before, after=toward), by=by, at=at, subject=quarter.subject)
    return Saved(quarter)


@one_transaction
def say(objective: Objective, *, text: str, by: Actor, at: datetime) -> Comment:
    """Write a note in the margin of an objective, and tell the other side: its owner, or who wrote before."""
    objective = Objective.objects.select_related("team", "cycle", "accountable").get(pk=objective.pk)

    comment = comments.say(objective.subject(on=at.date()), text=text, by=by, at=at)

    tell(
        _other_side(objective, by),
        key=f"objective:{objective.pk}:said:{comment.pk}",
        template="said",
        by=by,
        at=at,
        subject=objective.subject(on=at.date()),
        context={"objective": objective, "comment": comment},
    )
    return comment


def _other_side(objective: Objective, by: Actor) -> list[User]:
    """Return whom a word is for: the team's for others who wrote, everybody else's for the team."""
    authors = [comment.author for comment in conversation("objective", objective.pk)]
    if by.is_in(objective.team_id):
        people = [person for person in authors if objective.team_id not in person.team_ids]
    else:
        owner = [objective.accountable] if objective.accountable else leads_of(objective.team_id)
        people = [*owner, *(person for person in authors if objective.team_id in person.team_ids)]
    unique = {person.pk: person for person in people if person.is_active and person.pk != by.person_id}
    return list(unique.values())
