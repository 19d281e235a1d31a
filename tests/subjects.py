"""Things of no app at all, for tests of the apps at the bottom."""

from apps.activity.models import Subject

TEMPLATE = "notifications/stopped"  # a notice: "A message to {{ recipient.name }} could …", and {{ problem }}


def subject(number=7, **labels):
    """Return the labels of a service called R&D."""
    labels = {
        "type": "service",
        "name": "R&D",
        "url": f"/services/{number}/",
        "service_id": number,
        "service_name": "R&D",
        "team_id": 3,
        "team_name": "Payments",
    } | labels
    return Subject(id=number, **labels)
