"""Routes of inbox and outbox."""

from django.urls import path

from apps.notifications import views

app_name = "notifications"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.open_notice, name="open"),
    path("settings/outbox/", views.outbox, name="outbox"),
    path("settings/outbox/<int:pk>/retry/", views.retry, name="retry"),
    path("settings/jobs/", views.trouble, name="trouble"),
]
