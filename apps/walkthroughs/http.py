"""The newest report of a walkthrough, as pages and the API hand it out."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import slugify

from apps.accounts.models import Actor
from apps.activity.transitions import note_export
from apps.core import files
from apps.core.statements import or_404
from apps.walkthroughs import queries
from apps.walkthroughs.models import Walkthrough


def report_file(found: Walkthrough, *, by: Actor) -> HttpResponse:
    """Hand out the newest report, and write down that we did; 404 while there is none."""
    newest = or_404(queries.latest_report(found))
    response = HttpResponse(files.read(newest.file), content_type=newest.file.media_type)
    note_export(found.subject, what=f"the report of {found}", by=by, at=timezone.now())
    name = f"{slugify(found.service.slug) or 'service'}-walkthrough-{found.pk}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
