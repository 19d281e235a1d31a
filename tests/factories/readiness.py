"""Small checklists of our own, and assessments that were opened the way people open them."""

from datetime import UTC, datetime

from apps.accounts.models import Actor
from apps.catalog.models import Phase
from apps.readiness import imports, queries, transitions
from apps.readiness.models import Answer, Area, Edition, Kind
from tests.factories.catalog import ServiceFactory, lead_of

OPENED_AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
SYSTEM = Actor.system("tests")

GREEN_LIGHT = """
key: green-light
title: Green-light conversation
kind: conversation
edition: 1
summary: One page of questions before anybody builds too much.
areas:
  - key: GL
    title: The conversation
    summary: What it is, who needs it, and what it needs.
    items:
      - {key: GL-01, question: "What is it for?", guidance: Say it as to a friend.}
      - {key: GL-02, question: "Who will use it?", guidance: Numbers help.}
      - {key: GL-03, question: "How does it survive the loss of a machine?", guidance: A sketch is enough.}
"""
READINESS = """
key: operational-readiness
title: Operational readiness
kind: readiness
edition: 1
summary: What production asks of a service.
areas:
  - key: REL
    title: Reliability / Failover
    summary: What fails, what happens then, and who has seen it happen.
    items:
      - {key: REL-01, weight: high, question: "What happens when the store fails over?",
         guidance: Name the trigger and the date of the last rehearsal., prefilled_from: GL-03}
      - {key: REL-02, weight: high, question: "Where are the backups?",
         guidance: A backup nobody restored is none.,
         evidence: a restore with its date, evidence_required: true, applies: service.has_store}
      - {key: REL-03, weight: medium, question: "What do callers see when it is slow?",
         guidance: Milliseconds.,
         reconfirm_days: 90}
      - {key: REL-04, weight: low, question: "Who watched a failure?", guidance: Names and dates.}
  - key: SEC
    title: Security
    summary: Who may do what, and how one would notice.
    items:
      - {key: SEC-01, weight: high, question: "Who may read the data?", guidance: Roles.,
         applies: 'service.data_class in ["confidential", "restricted"]'}
      - {key: SEC-02, weight: medium, question: "How do secrets change?", guidance: How often.}
"""
SMALL = [imports.read(text) for text in (GREEN_LIGHT, READINESS)]


def publish_editions():
    """Keep both small checklists as published; a second call changes nothing."""
    for parsed in SMALL:
        fields = {name: getattr(parsed, name) for name in ("kind", "title", "content", "sha256")}
        Edition.objects.get_or_create(
            key=parsed.key, number=parsed.number, defaults=fields | {"published_at": OPENED_AT}
        )


def conversation_of(service=None, **fields):
    """Return the green-light conversation of a service; without one, of a new service in green-light."""
    publish_editions()
    service = service or ServiceFactory(phase=Phase.PLAYGROUND, **fields)
    lead = lead_of(service.team)
    return transitions.start_green_light(
        service, expected_users="40 drivers", target_quarter="2026-Q4", by=lead, at=OPENED_AT
    )


def readiness_of(service=None, **fields):
    """Return the open ten areas (here two) of a service; without one, of a new service getting ready."""
    publish_editions()
    service = service or ServiceFactory(phase=Phase.READY, **fields)
    return transitions.open_readiness(service, by=SYSTEM, at=OPENED_AT)


def answer_of(assessment, item):
    """Return the fresh row of one answer."""
    return Answer.objects.select_related("assessment__service__team").get(assessment=assessment, item=item)


def area_of(assessment, key):
    """Return the fresh row of one area."""
    return Area.objects.select_related("assessment__service").get(assessment=assessment, key=key)


def present_readiness(service):
    """Return the ten areas of a service as they are now."""
    return queries.present(service, Kind.READINESS)
