"""The PDF of an offsite pack, as pages and the API hand it out."""

from django.http import HttpResponse
from django.utils import timezone

from apps.accounts.models import Actor
from apps.activity.transitions import note_export
from apps.core import files
from apps.core.statements import or_404
from apps.okrs.models import OffsitePack


def offsite_file(pack: OffsitePack, *, by: Actor) -> HttpResponse:
    """Hand out the PDF of a pack, and write down that we did; 404 while it was not printed."""
    stored = or_404(pack.file)
    response = HttpResponse(files.read(stored), content_type=stored.media_type)
    note_export(pack.subject, what=f"the offsite pack of {pack.cycle}", by=by, at=timezone.now())
    response["Content-Disposition"] = f'attachment; filename="offsite-{pack.cycle.slug}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
