"""Routes of the pages that combine apps."""

from django.urls import path

from apps.home import views

app_name = "home"
urlpatterns = [
    path("", views.my_work, name="my_work"),
    path("services/<slug:slug>/", views.service, name="service"),
    path("services/<slug:slug>/history/", views.history, name="history"),
    path("teams/<slug:slug>/history/", views.team_history, name="team_history"),
    path("settings/events/", views.events, name="events"),
    path("settings/events/export.jsonl", views.events_export, name="events_export"),
    path("settings/events/names/<slug:of>/", views.event_names, name="event_names"),
    path("settings/events/<int:pk>/", views.event, name="event"),
    path("help/", views.help_page, name="help"),
    path("help/events/", views.events_explained, name="events_explained"),
    path("help/goal-rules/", views.rules_explained, name="goal_rules"),
    path("help/problems/", views.problems_explained, name="problems_explained"),
    path("help/<slug:topic>/", views.help_page, name="help_topic"),
]
