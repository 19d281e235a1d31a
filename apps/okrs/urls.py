"""Routes of goals; mounted at /okrs/."""

from django.urls import path

from apps.okrs import views

app_name = "okrs"
CAPACITY = "<slug:cycle>/teams/<slug:team>/capacity/"
urlpatterns = [
    # negotiations, nos, capacity
    path("negotiations/", views.negotiations, name="negotiations"),
    path("negotiations/new/", views.ask, name="ask"),
    path("negotiations/<int:pk>/", views.negotiation, name="negotiation"),
    path("negotiations/<int:pk>/say/", views.say, name="say"),
    path("negotiations/<int:pk>/moves/<slug:act>/", views.act, name="act"),
    path("nos/", views.nos, name="nos"),
    path("nos/new/", views.say_no, name="say_no"),
    path("nos/<int:pk>/", views.no, name="no"),
    path("nos/<int:pk>/<slug:step>/", views.no_step, name="no_step"),
    path(CAPACITY, views.capacity, name="capacity"),
    path(f"{CAPACITY}promises/", views.promise_weeks, name="promise_weeks"),
    path(f"{CAPACITY}promises/<int:pk>/", views.change_weeks, name="change_weeks"),
    path(f"{CAPACITY}promises/<int:pk>/free/", views.free_weeks, name="free_weeks"),
    path(f"{CAPACITY}waivers/", views.waive, name="waive"),
]
