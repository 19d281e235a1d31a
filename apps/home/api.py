"""All events for programs: what administrators take along."""

from typing import Final

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.http import actor, person
from apps.accounts.rules import check_admin
from apps.core.api import NOT_FILTERS
from apps.home.forms import EventsSinceForm
from apps.home.http import JSON_LINES, copy_of_events

TYPES: Final = {"since": OpenApiTypes.DATE, "until": OpenApiTypes.DATE, "after": OpenApiTypes.INT64}
FILTERS: Final = [
    OpenApiParameter(name, TYPES.get(name, OpenApiTypes.STR), description=field.help_text)
    for name, field in EventsSinceForm.base_fields.items()
]


class JsonLinesRenderer(JSONRenderer):
    """Lets a program ask for lines of JSON; a refusal comes as JSON all the same."""

    media_type = JSON_LINES
    format = "jsonl"


class EventsView(APIView):
    """All events with their seals."""

    renderer_classes = (JSONRenderer, JsonLinesRenderer)

    @extend_schema(
        operation_id="events_export",
        parameters=FILTERS,
        responses={(200, JSON_LINES): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Take filtered events along, one JSON object per line, the oldest first; history says who did."""
        unknown = sorted(request.query_params.keys() - EventsSinceForm.base_fields.keys() - NOT_FILTERS)
        if unknown:
            raise ValidationError({name[:60]: ["There is no such field."] for name in unknown[:20]})
        asking, by = person(request), actor(request)
        check_admin(by)
        form = EventsSinceForm(request.query_params, zone=asking.time_zone)
        if not form.is_valid():
            raise ValidationError(
                {name: [str(why) for why in errors] for name, errors in form.errors.items()}
            )
        return copy_of_events(form, request.query_params, to=asking, by=by, at=timezone.now())
