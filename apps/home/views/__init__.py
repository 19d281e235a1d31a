"""Pages that combine apps: my work, the overview of a service, histories, help, all events."""

from apps.home.views.events import event, event_names, events, events_explained, events_export
from apps.home.views.goal_rules import rules_explained
from apps.home.views.pages import api_docs, help_page, history, my_work, service, team_history
from apps.home.views.problems import problems_explained

__all__ = [
    "api_docs",
    "event",
    "event_names",
    "events",
    "events_explained",
    "events_export",
    "help_page",
    "history",
    "my_work",
    "problems_explained",
    "rules_explained",
    "service",
    "team_history",
]
