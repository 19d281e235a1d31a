"""Routes of walkthroughs, signatures and launches."""

from django.urls import path

from apps.walkthroughs import views

app_name = "walkthroughs"
MEETING = "walkthroughs/<int:pk>/"
SERVICE = "services/<slug:slug>/"
urlpatterns = [
    path("walkthroughs/", views.walkthroughs, name="walkthroughs"),
    path("walkthroughs/reply/<str:token>/", views.invitation, name="invitation"),
    path("walkthroughs/seats/<int:pk>/replace/", views.replace, name="replace"),
    path("walkthroughs/seats/<int:pk>/hand-over/", views.hand_over, name="hand_over"),
    path("walkthroughs/follow-ups/<int:pk>/finish/", views.finish, name="finish"),
    path("walkthroughs/vetoes/<int:pk>/", views.lift_veto, name="lift_veto"),
    path("walkthroughs/vetoes/<int:pk>/keep/", views.keep_veto, name="keep_veto"),
    path(MEETING, views.walkthrough, name="walkthrough"),
    path(f"{MEETING}live/", views.live, name="live"),
    path(f"{MEETING}schedule/", views.schedule, name="schedule"),
    path(f"{MEETING}move/", views.move, name="move"),
    path(f"{MEETING}cancel/", views.cancel, name="cancel"),
    path(f"{MEETING}ask-again/", views.ask_again, name="ask_again"),
    path(f"{MEETING}seats/", views.add_seat, name="add_seat"),
    path(f"{MEETING}risk/", views.freeze_risk, name="freeze_risk"),
    path(f"{MEETING}reply/", views.reply, name="reply"),
    path(f"{MEETING}begin/", views.begin, name="begin"),
    path(f"{MEETING}hold/", views.hold, name="hold"),
    path(f"{MEETING}notes/", views.notes, name="notes"),
    path(f"{MEETING}verdicts/<int:area>/", views.verdict, name="verdict"),
    path(f"{MEETING}follow-ups/", views.add_follow_up, name="add_follow_up"),
    path(f"{MEETING}sign/", views.sign, name="sign"),
    path(f"{MEETING}confirm/", views.confirm, name="confirm"),
    path(f"{MEETING}report/", views.report, name="report"),
    path(f"{MEETING}report.pdf", views.report_file, name="report_file"),
    path(f"{SERVICE}walkthroughs/", views.of_service, name="of_service"),
    path(f"{SERVICE}walkthroughs/plan/", views.plan, name="plan"),
    path(f"{SERVICE}prepare/", views.prepare, name="prepare"),
    path(f"{SERVICE}launch/", views.launch, name="launch"),
    path(f"{SERVICE}move-back/", views.move_back, name="move_back"),
    path(f"{SERVICE}archive/", views.archive, name="archive"),
    path(f"{SERVICE}restore/", views.restore, name="restore"),
]
