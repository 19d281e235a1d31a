"""Routes of services, teams and imports; the overview and history of one service belong to home."""

from django.urls import path

from apps.catalog.views import importing, services, teams

app_name = "catalog"
urlpatterns = [
    path("services/", services.services, name="services"),
    path("services/export.csv", services.export, name="export"),
    path("services/new/", services.register, name="register"),
    path("services/<slug:slug>/edit/", services.edit, name="edit"),
    path("services/<slug:slug>/risk/", services.risk, name="risk"),
    path("services/<slug:slug>/advisor/", services.advisor, name="advisor"),
    path("services/<slug:slug>/adopt/", services.adopt, name="adopt"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.create, name="create_team"),
    path("teams/<slug:slug>/", teams.team, name="team"),
    path("teams/<slug:slug>/edit/", teams.edit, name="edit_team"),
    path("teams/<slug:slug>/members/", teams.add_member, name="add_member"),
    path("teams/<slug:slug>/members/<int:pk>/remove/", teams.remove_member, name="remove_member"),
    path("teams/<slug:slug>/members/<int:pk>/lead/", teams.lead, name="lead"),
    path("import/", importing.upload, name="import"),
    path("import/<int:pk>/", importing.result, name="import_result"),
]
