"""Services: a list to filter, and every step that needs no checklist."""

from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.http import actor, person
from apps.accounts.models import User
from apps.catalog import queries, rules, transitions
from apps.catalog.http import services_file
from apps.catalog.models import DataClass, Exposure, Kind, Phase, RiskLevel, Service, Team
from apps.core.api import (
    CSV,
    IF_MATCH,
    LARGEST_KEY,
    SLUG,
    CsvRenderer,
    Input,
    NamedField,
    PreconditionFailedError,
    Search,
    SortedPages,
    body,
    filters,
    revision_asked,
    with_revision,
)
from apps.core.results import Conflict, Saved

TEAM = NamedField(slug_field="slug", queryset=Team.objects.filter(is_archived=False))


class LinkInput(Input):
    """A link with what it is."""

    url = serializers.CharField()
    title = serializers.CharField(required=False, allow_blank=True)


class ServiceFields(Input):
    """A service's own fields."""

    name = serializers.CharField()
    purpose = serializers.CharField(help_text="One line: what is it for, and for whom?")
    description = serializers.CharField(required=False, allow_blank=True)
    kind = serializers.ChoiceField(Kind.choices, required=False)
    tier = serializers.IntegerField(required=False, min_value=1, max_value=4)
    data_class = serializers.ChoiceField(DataClass.choices, required=False)
    exposure = serializers.ChoiceField(Exposure.choices, required=False)
    moves_money = serializers.BooleanField(required=False)
    has_store = serializers.BooleanField(required=False)
    expected_users = serializers.CharField(required=False, allow_blank=True)
    target_quarter = serializers.CharField(required=False, allow_blank=True)
    sponsor = serializers.CharField(required=False, allow_blank=True)
    launch_on = serializers.DateField(required=False, allow_null=True)
    links = LinkInput(many=True, required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)


class RegisterInput(ServiceFields):
    """A new service of one of the own teams."""

    team = TEAM


class RiskInput(Input):
    """Enablement's word on a risk; an empty level gives the sum its say back."""

    level = serializers.ChoiceField(RiskLevel.choices, allow_blank=True)
    reason = serializers.CharField()


class AdvisorInput(Input):
    """Who advises from now on."""

    advisor = serializers.PrimaryKeyRelatedField(queryset=User.objects.active())


class AdoptInput(Input):
    """Which team owns it from now on."""

    team = TEAM


class WeakArea(serializers.Serializer[Any]):
    """An area of the checklist that needs a conversation."""

    key = serializers.CharField()
    title = serializers.CharField()


class ServiceRow(serializers.Serializer[Any]):
    """A service in a list. Described here, written as the query returns it."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    phase = serializers.ChoiceField(Phase.choices)
    phase_since = serializers.DateTimeField()
    tier = serializers.IntegerField()
    data_class = serializers.ChoiceField(DataClass.choices)
    exposure = serializers.ChoiceField(Exposure.choices)
    moves_money = serializers.BooleanField()
    launch_on = serializers.DateField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    team = serializers.CharField(allow_null=True)
    part_of = serializers.CharField(allow_null=True)
    advisor = serializers.IntegerField(allow_null=True)
    next_step = serializers.CharField(allow_null=True)
    next_url = serializers.CharField(allow_null=True)
    next_on = serializers.DateField(allow_null=True)
    answered = serializers.IntegerField(allow_null=True)
    applicable = serializers.IntegerField(allow_null=True)
    weak_areas = WeakArea(many=True, allow_null=True)
    open_high = serializers.IntegerField(allow_null=True)
    has_veto = serializers.BooleanField(allow_null=True)
    version = serializers.IntegerField()


class LinkOut(serializers.Serializer[Any]):
    """A link with what it is."""

    url = serializers.CharField()
    title = serializers.CharField()


class ServiceOut(ServiceRow):
    """A service with all of its own fields."""

    description = serializers.CharField()
    has_store = serializers.BooleanField()
    expected_users = serializers.CharField()
    target_quarter = serializers.CharField()
    sponsor = serializers.CharField()
    links = LinkOut(many=True)
    system = serializers.CharField(allow_null=True)
    origin = serializers.CharField()
    review_on = serializers.DateField(allow_null=True)
    risk_override = serializers.CharField()
    risk_reason = serializers.CharField()


class RiskPart(serializers.Serializer[Any]):
    """One of the things that risk adds up."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of our own, not the serializer's
    points = serializers.IntegerField()


class RiskOut(serializers.Serializer[Any]):
    """How much can go wrong, and what it is made of."""

    level = serializers.ChoiceField(RiskLevel.choices)
    points = serializers.IntegerField()
    parts = RiskPart(many=True)
    computed = serializers.ChoiceField(RiskLevel.choices)
    reason = serializers.CharField()


class ServiceFilters(Search):
    """What the list of services is narrowed to: words of the name, the purpose or a tag, and more."""

    phase = serializers.ChoiceField(Phase.choices, required=False)
    tier = serializers.IntegerField(required=False, min_value=1, max_value=4)
    team = serializers.SlugField(required=False, help_text="The team's slug.")
    advisor = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    weak = serializers.SlugField(required=False, help_text="The key of a weak area, or any.")
    mine = serializers.BooleanField(required=False)
    orphan = serializers.BooleanField(required=False)


class SortedFilters(ServiceFilters):
    """The same, and in which order; pages of a sorted list lead forwards only."""

    sort = serializers.ChoiceField(
        list(queries.ORDERS),
        required=False,
        help_text="By name, time in the phase, wanted launch or next date; pages then lead forwards only.",
    )


class ServiceViewSet(viewsets.GenericViewSet[Service]):
    """Services: what teams run for others."""

    queryset = Service.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG
    pagination_class = SortedPages
    orders = queries.ORDERS

    @extend_schema(responses=ServiceRow(many=True), parameters=[SortedFilters])
    def list(self, request: Request) -> Response:
        """List services, the newest first or sorted."""
        asked = queries.Filters(**filters(request, SortedFilters))
        page = self.paginate_queryset(queries.service_rows(asked, person=person(request)))
        rows: list[Any] = page or []
        return self.get_paginated_response([queries.as_listed(row) for row in rows])

    @extend_schema(responses=ServiceOut)
    def retrieve(self, request: Request, slug: str) -> Response:
        """Show one service; its ETag is what a change names."""
        return _service(slug)

    @extend_schema(request=RegisterInput, responses={201: ServiceOut})
    def create(self, request: Request) -> Response:
        """Write down a new service of an own team; it begins in the playground."""
        values = body(request, RegisterInput)
        made = transitions.register(values.pop("team"), by=actor(request), at=timezone.now(), **values)
        return _service(made.slug, status=201)

    @extend_schema(request=ServiceFields(partial=True), responses=ServiceOut, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        """Change some of a service's own fields."""
        service = queries.service(slug)
        version = revision_asked(request, present=service.version)
        changes = body(request, ServiceFields, partial=True)
        match transitions.edit_service(
            service, version=version, changes=changes, by=actor(request), at=timezone.now()
        ):
            case Saved(saved):
                return _service(saved.slug)
            case Conflict(theirs):
                raise PreconditionFailedError(queries.service_in_full(slug), revision=theirs.version)

    @extend_schema(responses=RiskOut, methods=["GET"])
    @extend_schema(request=RiskInput, responses=RiskOut, methods=["PUT"])
    @action(detail=True, methods=["get", "put"])
    def risk(self, request: Request, slug: str) -> Response:
        """Show how the risk adds up; enablement sets it by hand."""
        service = queries.service(slug)
        if request.method == "PUT":
            values = body(request, RiskInput)
            service = transitions.override_risk(service, by=actor(request), at=timezone.now(), **values)
        return Response(RiskOut(rules.risk(service)).data)

    @extend_schema(request=AdvisorInput, responses=ServiceOut)
    @action(detail=True, methods=["put"])
    def advisor(self, request: Request, slug: str) -> Response:
        """Let somebody else of Developer Enablement advise."""
        service, values = queries.service(slug), body(request, AdvisorInput)
        transitions.hand_over_advisor(service, by=actor(request), at=timezone.now(), **values)
        return _service(slug)

    @extend_schema(request=AdoptInput, responses=ServiceOut)
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, slug: str) -> Response:
        """Give a service without a team to one."""
        service, values = queries.service(slug), body(request, AdoptInput)
        transitions.adopt(service, by=actor(request), at=timezone.now(), **values)
        return _service(slug)


class ServicesFileView(APIView):
    """The list of services as a file."""

    renderer_classes = (JSONRenderer, CsvRenderer)

    @extend_schema(
        operation_id="services_export",
        parameters=[ServiceFilters],
        responses={(200, CSV): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Take the filtered list along as CSV, as the page has it; history says who did."""
        asked = queries.Filters(**filters(request, ServiceFilters))
        return services_file(request, asked, to=person(request), by=actor(request))


def _service(slug: str, *, status: int = 200) -> Response:
    found = queries.service_in_full(slug)
    return with_revision(found, revision=found["version"], status=status)
