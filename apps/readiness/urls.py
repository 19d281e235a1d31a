"""Pages of checklists."""

from django.urls import path

from apps.readiness import views

app_name = "readiness"
ANSWER = "services/<slug:slug>/answers/<int:pk>/"
urlpatterns = [
    path("checklists/", views.checklists, name="checklists"),
    path("checklists/<slug:key>/", views.checklist, name="checklist"),
    path("services/<slug:slug>/green-light/", views.green_light, name="green_light"),
    path("services/<slug:slug>/green-light/start/", views.start, name="start"),
    path("services/<slug:slug>/green-light/print/", views.print_green_light, name="print_green_light"),
    path("services/<slug:slug>/readiness/", views.readiness, name="readiness"),
    path("services/<slug:slug>/readiness/all/", views.all_items, name="all_items"),
    path("services/<slug:slug>/readiness/next/", views.next_open, name="next_open"),
    path("services/<slug:slug>/readiness/print/", views.print_readiness, name="print_readiness"),
    path("services/<slug:slug>/readiness/submit/", views.submit, name="submit"),
    path("services/<slug:slug>/readiness/return/", views.return_answers, name="return_answers"),
    path("services/<slug:slug>/readiness/<slug:key>/", views.area, name="area"),
    path("services/<slug:slug>/readiness/<slug:key>/verdict/", views.verdict, name="verdict"),
    path(ANSWER, views.item, name="item"),
    path(f"{ANSWER}save/", views.save, name="save"),
    path(f"{ANSWER}confirm/", views.confirm, name="confirm"),
    path(f"{ANSWER}evidence/", views.evidence, name="evidence"),
    path(f"{ANSWER}evidence/<int:link>/remove/", views.remove_evidence, name="remove_evidence"),
    path(f"{ANSWER}thread/", views.thread, name="thread"),
    path(f"{ANSWER}versions/", views.versions, name="versions"),
    path(f"{ANSWER}exemption/", views.exemption, name="exemption"),
    path(f"{ANSWER}exemption/<int:wish>/decide/", views.decide, name="decide"),
    path(f"{ANSWER}exemption/<int:wish>/withdraw/", views.withdraw, name="withdraw"),
]
