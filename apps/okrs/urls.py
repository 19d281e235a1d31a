"""Pages of goals. Fixed words come before the slug of a cycle."""

from django.urls import path

from apps.okrs import views

app_name = "okrs"
METRIC = "okrs/metrics/<slug:key>/"
CHECK_IN = "okrs/check-ins/<int:pk>/"
OBJECTIVE = "okrs/objectives/<int:pk>/"
KEY_RESULT = f"{OBJECTIVE}key-results/<int:key_result>/"
MEASURING = [  # metrics, check-ins, the objective's page and its grades
    path("okrs/metrics/", views.metrics, name="metrics"),
    path("okrs/metrics/new/", views.create_metric, name="create_metric"),
    path(METRIC, views.metric, name="metric"),
    path(f"{METRIC}edit/", views.edit_metric, name="edit_metric"),
    path(f"{METRIC}archive/", views.archive_metric, name="archive_metric"),
    path(f"{METRIC}values/", views.record_value, name="record_value"),
    path(f"{METRIC}paste/", views.paste_values, name="paste_values"),
    path(f"{METRIC}tensions/", views.declare_tension, name="declare_tension"),
    path(f"{METRIC}tensions/<int:pk>/end/", views.end_tension, name="end_tension"),
    path("okrs/check-ins/", views.check_ins, name="check_ins"),
    path(CHECK_IN, views.check_in, name="check_in"),
    path(f"{CHECK_IN}discard/", views.discard, name="discard_check_in"),
    path(f"{CHECK_IN}correct/", views.correct, name="correct_check_in"),
    path(f"{CHECK_IN}acknowledge/", views.acknowledge, name="acknowledge_check_in"),
    path(OBJECTIVE, views.objective, name="objective"),
    path(f"{OBJECTIVE}history/", views.history, name="objective_history"),
    path(f"{OBJECTIVE}say/", views.say, name="say_of_objective"),
    path(f"{OBJECTIVE}close/", views.close, name="close_objective"),
    path(f"{KEY_RESULT}terms/", views.terms, name="terms"),
    path(f"{KEY_RESULT}grade/", views.grade, name="grade_key_result"),
    path("okrs/<slug:cycle>/teams/<slug:team>/check-in/", views.write_check_in, name="write_check_in"),
]
urlpatterns = [*MEASURING]
