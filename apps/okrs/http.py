"""What pages and the API share: files of goals that they hand out, and the trace of confidential reads."""

from collections.abc import Collection, Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from apps.accounts.models import Actor, User
from apps.activity.transitions import note_export
from apps.catalog.models import Team
from apps.core import files, sheets
from apps.core.models import StoredFile
from apps.core.statements import or_404
from apps.jobs.models import State
from apps.jobs.queries import latest
from apps.okrs import queries, rules, transitions
from apps.okrs.models import Cycle, Objective, OffsitePack


def noted(shown: Iterable[Objective | None], *, by: Actor) -> None:
    """Write down which of the objectives on a page or in an answer an administrator reads in confidence."""
    now = timezone.now()
    on = rules.today_of(by, now)
    for one in {one.pk: one for one in shown if one}.values():
        if rules.reads_in_confidence(by, one, on=on):
            transitions.note_reading(one, by=by, at=now)


def noted_of(cycle: Cycle, teams: Collection[Team] | None = None, *, by: Actor) -> None:
    """Write down the same of all that a file or a page of a quarter holds."""
    if by.has("admin"):
        noted(queries.kept_back(cycle, on=rules.today_of(by, timezone.now()), teams=teams), by=by)


def as_file(content: bytes, name: str, media_type: str) -> HttpResponse:
    """Hand out bytes under a name."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def offsite_file(pack: OffsitePack, *, by: Actor) -> HttpResponse:
    """Hand out the PDF of a pack, and write down that we did; 404 while it was not printed."""
    stored = or_404(pack.file)
    content = files.read(stored)
    note_export(pack.subject, what=f"the offsite pack of {pack.cycle}", by=by, at=timezone.now())
    return as_file(content, f"offsite-{pack.cycle.slug}.pdf", stored.media_type)


def list_file(
    request: HttpRequest | Request, cycle: Cycle, team: Team | None, kind: str, *, to: User, by: Actor
) -> HttpResponse:
    """Hand out a quarter, or a team's, as a list of what somebody may read; and write down that we did."""
    name = f"{team.slug}-{cycle.slug}" if team else cycle.slug
    what = f"{cycle} of {team}" if team else f"{cycle} of everybody"
    now = timezone.now()
    noted_of(cycle, [team] if team else None, by=by)
    note_export(to.subject, what=f"the list of {what}", by=by, at=now)
    rows = queries.quarter_list(cycle, person=to, today=rules.today_of(by, now), team=team)
    for row in rows:
        row[-1] = request.build_absolute_uri(str(row[-1]))
    if kind == "csv":
        return as_file("".join(sheets.csv_lines(queries.COLUMNS, rows)).encode(), f"{name}.csv", sheets.CSV)
    return as_file(sheets.workbook(queries.COLUMNS, rows, title=name), f"{name}.xlsx", sheets.XLSX)


def quarter_file(cycle: Cycle, *, by: Actor) -> HttpResponse:
    """Hand out the file of a quarter that was written last, and write down that we did; 404 without one."""
    rules.check_may_carry_quarters(by)
    job = or_404(latest("cycle", cycle.pk, transitions.EXPORT))
    if job.state != State.DONE:
        raise Http404
    stored = or_404(StoredFile.objects.filter(pk=job.result["file"]).first())
    content = files.read(stored)
    noted_of(cycle, by=by)
    note_export(cycle.subject, what=f"all of {cycle}", by=by, at=timezone.now())
    return as_file(content, f"okrs-{cycle.slug}.json", stored.media_type)
