"""What readiness tells people, and when it reminds them."""

from datetime import date
from typing import Final

from apps.notifications.models import Way
from apps.notifications.rules import Kind, in_words

GROUP: Final = "Checklists"
EXEMPTION_STEPS: Final = (3, 14)  # days before the end
PLANNED_SOON: Final = 7  # days before the date

_SERVICE: Final = {"name": "Parcel Tracking"}
_ANSWER: Final = {"item": "REL-04", "due_on": date(2026, 3, 9)}
_EXEMPTION: Final = {
    "reason": "The second region opens in May.",
    "measure": "A nightly copy, restored every week.",
    "ends_on": date(2026, 5, 31),
    "state": "approved",
    "decision_reason": "The copies are restored every week; that will do until May.",
}

KINDS: Final = [
    Kind(
        key="readiness/started",
        icon="messages",
        group=GROUP,
        title="A green-light conversation began",
        to="the leads and the advisor",
        when="when somebody starts it",
        action="Read the questions",
        way=Way.AT_ONCE,
        example={
            "actor": "Ada Lind",
            "advisor": {"name": "Maya Sund"},
            "service": _SERVICE
            | {"expected_users": "Every customer", "target_quarter": "2026 Q3", "sponsor": ""},
        },
    ),
    Kind(
        key="readiness/said",
        icon="message",
        group=GROUP,
        title="Somebody wrote in a conversation of yours",
        to="the other side: the advisor, or who wrote for the team",
        when="with each word",
        action="Reply",
        way=Way.AT_ONCE,
        example={
            "actor": "Maya Sund",
            "answer": {"item": "GL-02"},
            "service": _SERVICE,
            "comment": {"text": "Do you know who pays for it?", "author": {"name": "Maya Sund"}},
        },
    ),
    Kind(
        key="readiness/returned",
        icon="arrow-back-up",
        group=GROUP,
        title="Items came back to you",
        to="the owners of the items, else the leads",
        when="when a reviewer asks for another look",
        action="Look again",
        way=Way.AT_ONCE,
        example={
            "actor": "Noor Haddad",
            "items": [{"item": "REL-04"}, {"item": "SEC-01"}],
            "service": _SERVICE,
            "note": "Which of the two regions is meant?",
        },
    ),
    Kind(
        key="readiness/submitted",
        icon="checkbox",
        group=GROUP,
        title="A checklist is ready to be walked through",
        to="the advisor and the reviewers",
        when="when the team submits it",
        action="Read it",
        example={"actor": "Ada Lind", "service": _SERVICE, "answered": 90, "applicable": 95},
    ),
    Kind(
        key="readiness/verdict",
        icon="list-check",
        group=GROUP,
        title="A reviewer finds an area weak",
        to="the leads",
        when="with the verdict",
        action="See the area",
        example={
            "actor": "Noor Haddad",
            "title": "Security",
            "service": _SERVICE,
            "verdict": {"note": "Nobody has looked at the tokens yet."},
        },
    ),
    Kind(
        key="readiness/exemption_asked",
        icon="shield-half",
        group=GROUP,
        title="Somebody asks for an exemption",
        to="Developer Enablement; for security items security engineers too",
        when="when it is asked for",
        action="Decide",
        way=Way.AT_ONCE,
        example={
            "actor": "Ada Lind",
            "answer": _ANSWER,
            "service": _SERVICE,
            "exemption": _EXEMPTION,
        },
    ),
    Kind(
        key="readiness/exemption_decided",
        icon="shield-check",
        group=GROUP,
        title="An exemption was approved or refused",
        to="who asked for it, and the leads",
        when="with the decision",
        way=Way.AT_ONCE,
        example={
            "actor": "Maya Sund",
            "answer": _ANSWER,
            "service": _SERVICE,
            "exemption": _EXEMPTION,
        },
    ),
    Kind(
        key="readiness/exemption_ends",
        icon="shield-half",
        group=GROUP,
        title="An exemption ends",
        to="the owner of the item, else who asked for it",
        when=f"{in_words(sorted(EXEMPTION_STEPS, reverse=True))} before",
        action="Say how it goes on",
        is_reminder=True,
        example={"answer": _ANSWER, "service": _SERVICE, "exemption": _EXEMPTION},
    ),
    Kind(
        key="readiness/planned_due",
        icon="clock",
        group=GROUP,
        title="A planned answer comes due",
        to="the owner of the item",
        when=f"{in_words([PLANNED_SOON])} before, then once it is overdue",
        action="Say how it goes on",
        is_reminder=True,
        example={"answer": _ANSWER, "service": _SERVICE, "is_over": False},
    ),
]
