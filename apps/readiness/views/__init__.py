"""Pages and fragments. Each view finds, asks once, and renders."""

from apps.readiness.views.answers import confirm, item, save
from apps.readiness.views.checklists import checklist, checklists
from apps.readiness.views.exemptions import decide, exemption, withdraw
from apps.readiness.views.pages import all_items, area, green_light, next_open, readiness
from apps.readiness.views.printing import print_green_light, print_readiness
from apps.readiness.views.reviews import return_answers, submit, verdict
from apps.readiness.views.sides import evidence, remove_evidence, thread, versions
from apps.readiness.views.starting import start

__all__ = [
    "all_items",
    "area",
    "checklist",
    "checklists",
    "confirm",
    "decide",
    "evidence",
    "exemption",
    "green_light",
    "item",
    "next_open",
    "print_green_light",
    "print_readiness",
    "readiness",
    "remove_evidence",
    "return_answers",
    "save",
    "start",
    "submit",
    "thread",
    "verdict",
    "versions",
    "withdraw",
]
