"""How what the rules notice is kept, and what people decide about it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import Actor, User
from apps.activity.models import Event
from apps.activity.transitions import record
from apps.catalog.queries import people_of
from apps.comments import transitions as comments
from apps.comments.models import Comment
from apps.comments.queries import conversation
from apps.core.text import clean_line
from apps.core.transactions import one_by_one, one_transaction
from apps.notifications.transitions import notify
from apps.okrs import queries, rules
from apps.okrs.events import (
    FindingAccepted,
    FindingDismissed,
    FindingOpened,
    FindingReopened,
    ResolutionChosen,
    RulesRun,
)
from apps.okrs.models import Cycle, Finding, Look, No, Objective, State
from apps.okrs.transitions.locking import locked_objective
from apps.okrs.transitions.moving import stop, withdraw
from apps.okrs.transitions.registering import write_own_no

OVERLAP: Final = timedelta(minutes=2)  # what was begun before a run may be committed after it
LONGEST_REASON: Final = 500
KEPT: Final = ("code", "severity", "is_blocking", "message", "evidence", "gone_at", "state")
ENDS: Final = ("team", "other_team", "objective__team", "other_objective__team", "key_result", "cycle")


def look(*, by: Actor, at: datetime, is_whole: bool = False) -> int:
    """Run the rules over each open cycle in which something happened since; return over how many.

    The rows are read before anything is locked: what changes meanwhile, the next run sees.
    """
    done = 0
    for cycle in Cycle.objects.open().order_by("starts_on"):
        last = Look.objects.filter(cycle=cycle).first()
        if last is not None and not is_whole and not _has_news(last, by=by):
            continue
        found = queries.noticed(cycle, on=at.date())
        _keep(cycle, found, by=by, at=at)
        done += 1
    return done


def _has_news(last: Look, *, by: Actor) -> bool:
    """Tell whether somebody changed a goal, or commented on one, since the last run. One query."""
    goals = Q(verb__startswith="okrs.") | Q(verb="comments.said", subject_type="objective")
    news = Event.objects.filter(goals, at__gte=last.at - OVERLAP)
    return news.exclude(actor_id=None, actor_name=by.name).exists()


@one_transaction
def _keep(cycle: Cycle, found: list[Finding], *, by: Actor, at: datetime) -> None:
    """Store what is new, mend what is known, and end what is gone; what people decided stays decided."""
    one_by_one("okrs.look")
    rows = Finding.objects.select_for_update(of=("self",), no_key=True).filter(cycle=cycle)
    known = {one.fingerprint: one for one in rows.order_by("pk")}
    new, changed = [], []
    for one in found:
        row = known.pop(one.fingerprint, None)
        if row is None:
            one.found_at = at
            new.append(one)
        elif _mend(row, one):
            changed.append(row)
    gone = [row for row in known.values() if row.gone_at is None]
    for row in gone:
        row.gone_at = at
        row.state = Finding.State.RESOLVED if row.state == Finding.State.OPEN else row.state
    Finding.objects.bulk_create(new, batch_size=500)
    Finding.objects.bulk_update([*changed, *gone], KEPT, batch_size=200)
    Look.objects.update_or_create(cycle=cycle, defaults={"at": at, "found": len(found)})

    # What blocks a draft stands in its margin; only what two teams must hear of is told.
    grave = [one for one in new if one.severity == Finding.Severity.HIGH]
    for one in grave:
        record(FindingOpened(one.code, one.severity), by=by, at=at, subject=one.subject(on=at.date()))
    if new or gone:
        record(RulesRun(opened=len(new), gone=len(gone)), by=by, at=at, subject=cycle.subject)
    _tell(cycle, grave, by=by, at=at)


def _mend(row: Finding, found: Finding) -> bool:
    """Take over what the rule says today; a finding that returns is open again unless somebody decided."""
    before = [getattr(row, name) for name in KEPT]
    for name in ("code", "severity", "is_blocking", "message", "evidence"):
        setattr(row, name, getattr(found, name))
    if row.gone_at is not None:
        row.gone_at = None
        row.state = Finding.State.OPEN if row.state == Finding.State.RESOLVED else row.state
    return before != [getattr(row, name) for name in KEPT]


def _tell(cycle: Cycle, grave: Iterable[Finding], *, by: Actor, at: datetime) -> None:
    """Tell the leads of each team once a day that something grave stands in the way."""
    sides = [team for one in grave for team in (one.team, one.other_team) if team is not None]
    counts = Counter(team.pk for team in sides)
    teams = {team.pk: team for team in sides}
    people = people_of(list(teams)) if teams else {}
    for team_id, team in teams.items():
        url = f"{reverse('okrs:findings', args=[cycle.slug])}?team={team.slug}"
        notify(
            [one.person for one in people[team_id] if one.is_lead],
            key=f"okrs:findings:{cycle.pk}:{team_id}:{at:%Y-%m-%d}",
            template="okrs/findings",
            by=by,
            at=at,
            subject=replace(team.subject, url=url),
            context={"cycle": cycle, "team": team, "count": counts[team_id]},
        )


@one_transaction
def accept_risk(finding: Finding, *, reason: str, by: Actor, at: datetime) -> Finding:
    """Say that one knows about it and goes on all the same."""
    finding = _locked(finding)
    rules.check_may_decide(by, finding)
    rules.check_finding_open(finding)
    rules.check_may_be_accepted(finding)
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)

    _decide(finding, Finding.State.ACCEPTED, reason, by=by, at=at)

    record(FindingAccepted(reason=reason), by=by, at=at, subject=finding.subject(on=at.date()))
    _tell_decided(finding, "accepted as a risk", by=by, at=at)
    return finding


@one_transaction
def dismiss(finding: Finding, *, reason: str, by: Actor, at: datetime) -> Finding:
    """Say that it does not matter here; it returns when its values change."""
    finding = _locked(finding)
    rules.check_may_decide(by, finding)
    rules.check_finding_open(finding)
    rules.check_may_be_accepted(finding)
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)

    _decide(finding, Finding.State.DISMISSED, reason, by=by, at=at)

    record(FindingDismissed(reason=reason), by=by, at=at, subject=finding.subject(on=at.date()))
    _tell_decided(finding, "dismissed", by=by, at=at)
    return finding


@one_transaction
def reopen_finding(finding: Finding, *, by: Actor, at: datetime) -> Finding:
    """Take a decision back."""
    finding = _locked(finding)
    rules.check_may_decide(by, finding)
    rules.check_decided(finding)

    was = finding.get_state_display().lower()
    finding.state = Finding.State.OPEN if finding.gone_at is None else Finding.State.RESOLVED
    finding.resolution = finding.reason = ""
    finding.decided_by = finding.decided_at = None
    finding.save(update_fields=["state", "resolution", "reason", "decided_by", "decided_at"])

    record(FindingReopened(was=was), by=by, at=at, subject=finding.subject(on=at.date()))
    return finding


@one_transaction
def choose_resolution(finding: Finding, *, resolution: str, reason: str, by: Actor, at: datetime) -> Finding:
    """Say how two sides come together; it stays open until the plans have changed.

    To drop the own side is done at once: what was agreed is stopped, a draft is withdrawn, and the no is
    written down.
    """
    dropped = rules.own_side(by, finding) if resolution == Finding.Resolution.DROP else None
    if dropped is not None:
        dropped = locked_objective(dropped, by=by, at=at)
    finding = _locked(finding)
    rules.check_may_decide(by, finding)
    rules.check_finding_open(finding)
    resolution = rules.clean_resolution(finding, resolution)
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)

    if resolution == Finding.Resolution.DROP:
        _drop(rules.droppable(dropped), reason, by=by, at=at)
    finding.resolution = resolution
    finding.reason = reason
    finding.decided_by = by.person
    finding.decided_at = at
    finding.save(update_fields=["resolution", "reason", "decided_by", "decided_at"])

    label = Finding.Resolution(resolution).label.lower()
    record(
        ResolutionChosen(resolution=label, reason=reason), by=by, at=at, subject=finding.subject(on=at.date())
    )
    _tell_decided(finding, label, by=by, at=at)
    return finding


def _drop(objective: Objective, reason: str, *, by: Actor, at: datetime) -> None:
    if objective.state in {State.AGREED, State.ACTIVE}:
        stop(objective, reason=reason, by=by, at=at)
        return
    withdraw(objective, reason=reason, by=by, at=at)
    write_own_no(objective, No.Kind.NO, reason=reason, by=by, at=at)


@one_transaction
def argue(finding: Finding, *, text: str, by: Actor, at: datetime) -> Comment:
    """Say something about a finding, and tell the leads of its teams and whoever argued before."""
    finding = Finding.objects.select_related(*ENDS).get(pk=finding.pk)

    comment = comments.say(finding.subject(on=at.date()), text=text, by=by, at=at)

    notify(
        _arguing(finding, by=by, at=at),
        key=f"okrs:finding:{finding.pk}:said:{comment.pk}",
        template="okrs/finding_said",
        by=by,
        at=at,
        subject=finding.subject(on=at.date()),
        context={"actor": by.name, "finding": finding, "comment": comment},
    )
    return comment


@one_transaction
def argue_about_rule(code: str, *, text: str, by: Actor, at: datetime) -> Comment:
    """Say something about a rule itself; rules change with releases, and this is where one reads why."""
    return comments.say(queries.rule_subject(code), text=text, by=by, at=at)


def _locked(finding: Finding) -> Finding:
    return Finding.objects.select_related(*ENDS).locked(finding.pk)


def _decide(finding: Finding, state: Finding.State, reason: str, *, by: Actor, at: datetime) -> None:
    finding.state = state
    finding.reason = reason
    finding.decided_by = by.person
    finding.decided_at = at
    finding.save(update_fields=["state", "reason", "decided_by", "decided_at"])


def _tell_decided(finding: Finding, words: str, *, by: Actor, at: datetime) -> None:
    """Tell the other side how somebody decided about what concerns both."""
    if finding.other_team is None:
        return
    notify(
        _arguing(finding, by=by, at=at),
        key=f"okrs:finding:{finding.pk}:decided:{at.isoformat()}",
        template="okrs/finding_decided",
        by=by,
        at=at,
        subject=finding.subject(on=at.date()),
        context={"actor": by.name, "finding": finding, "words": words, "reason": finding.reason},
    )


def _arguing(finding: Finding, *, by: Actor, at: datetime) -> list[User]:
    """Return the leads of both teams and whoever argued, without who just spoke; each may read it."""
    team_ids = [pk for pk in (finding.team_id, finding.other_team_id) if pk is not None]
    leads = [one.person for rows in people_of(team_ids).values() for one in rows if one.is_lead]
    authors = [comment.author for comment in conversation("finding", finding.pk)]
    found = {one.pk: one for one in (*leads, *authors) if one.is_active and one.pk != by.person_id}
    audience = finding.subject(on=at.date()).audience
    return [one for one in found.values() if audience in one.audiences]
