"""Pages of goals. Fixed words come before <cycle>."""

from django.urls import path

from apps.okrs import views

app_name = "okrs"
OBJECTIVE = "okrs/objectives/<int:pk>/"
KEY_RESULT = "okrs/key-results/<int:pk>/"
MILESTONE = "okrs/milestones/<int:pk>/"
CYCLE = "okrs/<slug:cycle>/"
QUARTER = f"{CYCLE}teams/<slug:team>/"
# the quarter as a document, cycles, ranks: fixed words
FIXED = [
    path("okrs/", views.home, name="home"),
    path("okrs/archive/", views.archive, name="archive"),
    path("okrs/backlog/", views.backlog, name="backlog"),
    path("okrs/backlog/add/<slug:team>/", views.add_to_backlog, name="add_to_backlog"),
    path(OBJECTIVE, views.objective, name="objective"),
    path(f"{OBJECTIVE}item/", views.objective_item, name="objective_item"),
    path(f"{OBJECTIVE}save/", views.save_objective, name="save_objective"),
    path(f"{OBJECTIVE}correct/", views.correct_objective, name="correct_objective"),
    path(f"{OBJECTIVE}details/", views.objective_details, name="objective_details"),
    path(f"{OBJECTIVE}thread/", views.objective_thread, name="objective_thread"),
    path(f"{OBJECTIVE}key-results/", views.add_key_results, name="add_key_results"),
    path(f"{OBJECTIVE}steps/<slug:step>/", views.objective_step, name="objective_step"),
    path(f"{KEY_RESULT}item/", views.key_result_item, name="key_result_item"),
    path(f"{KEY_RESULT}save/", views.save_key_result, name="save_key_result"),
    path(f"{KEY_RESULT}place/", views.place_key_result, name="place_key_result"),
    path(f"{KEY_RESULT}measure/", views.measure_key_result, name="measure_key_result"),
    path(f"{KEY_RESULT}drop/", views.drop_key_result, name="drop_key_result"),
    path(f"{KEY_RESULT}milestones/", views.milestones, name="milestones"),
    path(f"{MILESTONE}reach/", views.reach_milestone, name="reach_milestone"),
    path(f"{MILESTONE}remove/", views.remove_milestone, name="remove_milestone"),
]
# the quarter as a document, cycles, ranks: of one cycle
OF_CYCLE = [
    path(CYCLE, views.cycle, name="cycle"),
    path(f"{CYCLE}steps/<slug:step>/", views.cycle_step, name="cycle_step"),
    path(QUARTER, views.quarter, name="quarter"),
    path(f"{QUARTER}toward/", views.save_toward, name="save_toward"),
    path(f"{QUARTER}objectives/", views.add_objective, name="add_objective"),
    path(f"{CYCLE}ranks/<slug:team>/", views.ranks, name="ranks"),
]
urlpatterns = [*FIXED, *OF_CYCLE]
