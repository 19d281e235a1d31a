"""Routes of people and their settings."""

from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/", views.profile, name="profile"),
    path("settings/theme/", views.theme, name="theme"),
    path("settings/hours/", views.hours, name="hours"),
    path("settings/tokens/", views.tokens, name="tokens"),
    path("settings/tokens/everybody/", views.all_tokens, name="all_tokens"),
    path("settings/tokens/<int:pk>/revoke/", views.revoke_token, name="revoke_token"),
    path("settings/people/", views.people, name="people"),
    path("settings/people/invite/", views.invite, name="invite"),
    path("settings/people/<int:pk>/", views.person, name="person"),
    path("settings/people/<int:pk>/history/", views.history, name="history"),
    path("settings/people/<int:pk>/roles/", views.roles, name="roles"),
    path("settings/people/<int:pk>/invite/", views.invite_again, name="invite_again"),
    path("settings/people/<int:pk>/deactivate/", views.deactivate, name="deactivate"),
    path("settings/people/<int:pk>/reactivate/", views.reactivate, name="reactivate"),
    path("settings/people/<int:pk>/second-factor/", views.take_second_factor, name="take_second_factor"),
]
