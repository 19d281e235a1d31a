"""Things of no app at all, for tests of the apps at the bottom."""

from apps.activity.models import Subject

# A kind of tests/notices.py: "A message to {{ recipient.name }} could not be delivered", and {{ problem }}
TEMPLATE = "tests/message"


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
