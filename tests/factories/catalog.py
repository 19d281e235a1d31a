"""Teams and services; defaults are valid and dull."""

from datetime import UTC, datetime

import factory

from apps.accounts.models import Actor
from apps.catalog.models import Membership, Phase, Service, ServiceSummary, Team
from tests.factories.accounts import UserFactory


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class ServiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Service
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Service {n}")
    slug = factory.Sequence(lambda n: f"service-{n}")
    team = factory.SubFactory(TeamFactory)
    purpose = "Does one thing well"
    phase = Phase.READY
    phase_since = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    @factory.post_generation
    def summary(self, create, _values, **fields):
        """Every service has its row: `ServiceFactory(summary__next_step="Talk")`."""
        if create:
            ServiceSummary.objects.create(service=self, **fields)


class SummaryFactory(factory.django.DjangoModelFactory):
    """The summary of an existing service: `SummaryFactory(service=service, answered=3)` replaces its row."""

    class Meta:
        model = ServiceSummary
        django_get_or_create = ("service",)

    service = factory.SubFactory(ServiceFactory)

    @classmethod
    def _get_or_create(cls, _model, *_args, **kwargs):
        service = kwargs.pop("service")
        row, _is_new = ServiceSummary.objects.update_or_create(service=service, defaults=kwargs)
        return row


def member_of(team, **person):
    """Return an Actor who is a new member of the team."""
    return _joined(team, is_lead=False, **person)


def lead_of(team, **person):
    """Return an Actor who is a new lead of the team."""
    return _joined(team, is_lead=True, **person)


def _joined(team, *, is_lead, **person):
    user = UserFactory(team_ids=[team.pk], lead_ids=[team.pk] if is_lead else [], **person)
    Membership.objects.create(team=team, person=user, is_lead=is_lead)
    return Actor(person=user, request_id="4711")
