"""What objectives are tied to: other goals, the strategy, services; and the map of all of it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.catalog.models import Service
from apps.core.api import NUMBER, SLUG, Input, NamedField, Search, body, filters, number
from apps.core.errors import InvalidInputError
from apps.core.statements import or_404
from apps.okrs import queries, transitions
from apps.okrs.api.common import team_out
from apps.okrs.api.finding import objective, today
from apps.okrs.models import AlignmentLink, Cycle, Objective, ServiceLink
from apps.okrs.queries import Target, Tie


class TieInput(Input):
    """What an objective contributes to or depends on, and how."""

    kind = serializers.ChoiceField(AlignmentLink.Kind.choices)
    target = serializers.CharField(max_length=40, help_text="A key of the targets, such as objective:7.")
    statement = serializers.CharField(help_text="How: fewer late parcels, fewer calls.")
    needed_on = serializers.DateField(
        required=False, allow_null=True, help_text="By when, of what it depends on."
    )


class ServiceInput(Input):
    """A service that an objective is about."""

    service = NamedField(slug_field="slug", queryset=Service.objects.all())
    note = serializers.CharField(required=False, allow_blank=True)


class MapFilters(Input):
    """What the map is narrowed to."""

    team = serializers.SlugField(required=False, help_text="The slug of a team: what it is tied to.")


class TargetOut(serializers.Serializer[Any]):
    """Something that an objective can be tied to."""

    key = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()


class TieOut(serializers.Serializer[Any]):
    """A tie, from an objective to what it serves or needs."""

    id = serializers.IntegerField(source="link.pk")
    kind = serializers.ChoiceField(AlignmentLink.Kind.choices, source="link.kind")
    objective = serializers.IntegerField(source="link.objective_id")
    target = serializers.SerializerMethodField()
    title = serializers.CharField(source="target")
    unit = serializers.CharField(source="target_unit")
    statement = serializers.CharField(source="link.statement")
    needed_on = serializers.DateField(source="link.needed_on", allow_null=True)

    def get_target(self, tie: Tie) -> str:
        """Return the key of what it leads to."""
        return queries.key_of(tie.link)


class TiedHereOut(serializers.ModelSerializer[AlignmentLink]):
    """A tie that leads here, to the objective or to one of its key results."""

    team = serializers.CharField(source="objective.team.slug")
    title = serializers.CharField(source="objective.title")

    class Meta:
        model = AlignmentLink
        fields = ["id", "kind", "objective", "title", "team", "to_key_result", "statement", "needed_on"]
        read_only_fields = fields


class ServiceLinkOut(serializers.ModelSerializer[ServiceLink]):
    """A service that an objective is about."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)

    class Meta:
        model = ServiceLink
        fields = ["id", "service", "note"]
        read_only_fields = fields


class TiesOut(serializers.Serializer[Any]):
    """What one objective is tied to, and who is tied to it, as far as the person may read it."""

    ties = TieOut(many=True)
    here = TiedHereOut(many=True)
    services = ServiceLinkOut(many=True)


class NodeOut(serializers.Serializer[Any]):
    """A box of the map; the column says how far it is from the strategy."""

    key = serializers.CharField(source="node.key")
    title = serializers.CharField(source="node.title")
    unit = serializers.CharField(source="node.unit")
    column = serializers.IntegerField(source="node.column")
    tone = serializers.CharField(source="node.tone")
    x = serializers.IntegerField()
    y = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class EdgeOut(serializers.Serializer[Any]):
    """A line of the map, from what serves to what is served, with the path that draws it."""

    source = serializers.CharField(source="edge.source")  # type: ignore[assignment]  # a field of ours
    target = serializers.CharField(source="edge.target")
    is_dependency = serializers.BooleanField(source="edge.is_dependency")
    title = serializers.CharField(source="edge.title")
    path = serializers.CharField()


class LooseOut(serializers.ModelSerializer[Objective]):
    """An objective that is tied to nothing."""

    team = team_out()

    class Meta:
        model = Objective
        fields = ["id", "title", "team", "state"]
        read_only_fields = fields


class MapOut(serializers.Serializer[Any]):
    """What is tied to what in a quarter: as rows, and as the drawing of the same."""

    ties = TieOut(many=True)
    loose = LooseOut(many=True)
    nodes = NodeOut(many=True)
    edges = EdgeOut(many=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    is_cut = serializers.BooleanField()


class TiedViewSet(viewsets.GenericViewSet[Objective]):
    """The ties of one objective."""

    queryset = Objective.objects.none()
    lookup_value_regex = NUMBER
    pagination_class = None

    @extend_schema(responses=TiesOut, methods=["GET"])
    @extend_schema(request=TieInput, responses={201: TieOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def ties(self, request: Request, pk: str) -> Response:
        """Show what an objective is tied to and who is tied to it, or tie it to something."""
        found = objective(request, pk)
        if request.method == "GET":
            page = queries.ties_of(found, person=person(request), on=today(request))
            return Response(TiesOut(page).data)
        values = body(request, TieInput)
        target = queries.target(values.pop("target"), person=person(request), on=today(request))
        if target is None:
            message = "There is nothing of that key, or it is not for you."
            raise InvalidInputError(message, field="target")
        made = transitions.link_objective(
            found, target=target, by=actor(request), at=timezone.now(), **values
        )
        return Response(TieOut(queries.tie(made)).data, status=201)

    @extend_schema(responses=TargetOut(many=True), parameters=[Search])
    @action(detail=True)
    def targets(self, request: Request, pk: str) -> Response:
        """List what fits some words; without any, the organisation's goals and the strategy."""
        found, words = objective(request, pk), filters(request, Search).get("q", "")
        rows: list[Target] = queries.targets(
            found, root=queries.root_team(), person=person(request), on=today(request), words=words
        )
        return Response(TargetOut(rows, many=True).data)

    @extend_schema(request=ServiceInput, responses={201: ServiceLinkOut})
    @action(detail=True, methods=["post"])
    def services(self, request: Request, pk: str) -> Response:
        """Name a service that an objective is about: evidence, which moves no score."""
        found, values = objective(request, pk), body(request, ServiceInput)
        made = transitions.link_service(found, by=actor(request), at=timezone.now(), **values)
        return Response(ServiceLinkOut(made).data, status=201)


class TieViewSet(viewsets.GenericViewSet[AlignmentLink]):
    """Ties by their own numbers."""

    queryset = AlignmentLink.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take a tie away; history keeps it."""
        found = or_404(queries.link(number(pk), person=person(request), on=today(request)))
        transitions.unlink_objective(found, by=actor(request), at=timezone.now())
        return Response(status=204)


class ServiceLinkViewSet(viewsets.GenericViewSet[ServiceLink]):
    """Services of objectives by their own numbers."""

    queryset = ServiceLink.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take a service away from an objective."""
        found = or_404(queries.service_link(number(pk), person=person(request), on=today(request)))
        transitions.unlink_service(found, by=actor(request), at=timezone.now())
        return Response(status=204)


class MapViewSet(viewsets.GenericViewSet[Cycle]):
    """What is tied to what."""

    queryset = Cycle.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG
    pagination_class = None

    @extend_schema(responses=MapOut, parameters=[MapFilters])
    @action(detail=True, url_path="map")
    def alignment(self, request: Request, slug: str) -> Response:
        """Show what is tied to what in a quarter, as far as the person may read it."""
        found, asked = queries.cycle_of(slug), filters(request, MapFilters)
        shown = queries.alignment(
            found, root=queries.root_team(), person=person(request), on=today(request), **asked
        )
        drawing = shown.layout
        return Response(
            {
                "ties": TieOut(shown.ties, many=True).data,
                "loose": LooseOut(shown.loose, many=True).data,
                "nodes": NodeOut(drawing.boxes, many=True).data,
                "edges": EdgeOut(drawing.curves, many=True).data,
                "width": drawing.width,
                "height": drawing.height,
                "is_cut": shown.is_cut,
            }
        )
