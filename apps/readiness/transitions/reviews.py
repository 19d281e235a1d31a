"""What reviewers say about areas, and who they are."""

from collections.abc import Collection
from datetime import datetime

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.models import Service
from apps.catalog.queries import leads_of, owning_team_ids
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.text import clean_text
from apps.core.transactions import one_transaction
from apps.notifications.transitions import notify
from apps.readiness import queries, rules
from apps.readiness.events import VerdictGiven
from apps.readiness.models import Area, Kind, Reviewer, Value, Verdict
from apps.readiness.transitions.counting import lock_areas, recount
from apps.readiness.transitions.locking import content_changed, locked_assessment


@one_transaction
def give_verdict(area: Area, *, value: str, by: Actor, at: datetime, note: str = "") -> Verdict:
    """Say how an area looks; a reviewer's later word replaces the earlier, and the weakest one stands."""
    assessment = locked_assessment(area.assessment, by=by, at=at)
    team_ids, has_seat = owning_team_ids(assessment.service), queries.has_seat(assessment, by)
    rules.check_reviewing(by, assessment, team_ids, has_seat=has_seat)
    if assessment.kind != Kind.READINESS:
        message = "A conversation has no verdicts."
        raise InvalidMoveError(message)
    if value not in Value.values:
        message = "A verdict is strong, adequate or weak."
        raise InvalidInputError(message, field="value")
    note = clean_text(note, field="note", limit=rules.LONGEST_NOTE).strip()
    areas = lock_areas(assessment, by=by, at=at)
    area = next(row for row in areas if row.pk == area.pk)
    earlier = Verdict.objects.filter(area=area, reviewer=by.person).first()
    if earlier and (earlier.value, earlier.note) == (value, note):
        return earlier

    verdict, _is_new = Verdict.objects.update_or_create(
        area=area, reviewer=by.person, defaults={"value": value, "note": note, "at": at}
    )
    area.verdict = rules.weakest(Verdict.objects.filter(area=area).values_list("value", flat=True))
    area.save(update_fields=["verdict"])
    content_changed(assessment, by=by, at=at)
    recount(assessment, areas=areas, by=by, at=at)

    title = queries.sheet(assessment.edition).by_area[area.key].title
    subject = assessment.area_subject(area, title=title)
    event = VerdictGiven(area=area.key, before=earlier.value if earlier else "", value=value, note=note)
    record(event, by=by, at=at, subject=subject)
    notify(
        leads_of(assessment.service.team_id) if value == Value.WEAK else [],
        key=f"readiness:verdict:{verdict.pk}:{at:%Y%m%d%H%M%S%f}",
        template="readiness/verdict",
        by=by,
        at=at,
        subject=subject,
        context={"service": assessment.service, "title": title, "verdict": verdict},
    )
    return verdict


@one_transaction
def set_reviewers(service: Service, *, people: Collection[User], by: Actor, at: datetime) -> None:  # noqa: ARG001
    """Take over who may review because of a seat; walkthroughs calls it and tells history about seats."""
    ids = {person.pk for person in people}
    rows = Reviewer.objects.filter(service=service)
    known = set(rows.values_list("person_id", flat=True))
    rows.exclude(person_id__in=ids).delete()
    Reviewer.objects.bulk_create(
        [Reviewer(service=service, person_id=pk) for pk in sorted(ids - known)], ignore_conflicts=True
    )
