"""Routes of inbox and outbox."""

from django.urls import path

from apps.notifications import views

app_name = "notifications"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.open_notice, name="open"),
    path("inbox/<int:pk>/snooze/", views.snooze, name="snooze"),
    path("inbox/<int:pk>/done/", views.finish, name="finish"),
    path("inbox/<int:pk>/back/", views.bring_back, name="bring_back"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("settings/notifications/", views.preferences, name="preferences"),
    path("settings/mails/", views.mails, name="mails"),
    path("settings/mails/<path:key>/html/", views.mail_html, name="mail_html"),
    path("settings/mails/<path:key>/", views.mail, name="mail"),
    path("settings/outbox/", views.outbox, name="outbox"),
    path("settings/outbox/<int:pk>/retry/", views.retry, name="retry"),
    path("settings/jobs/", views.trouble, name="trouble"),
]
