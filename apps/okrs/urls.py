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
# findings, ties, horizons: fixed words
STRATEGY = [
    path("okrs/findings/<int:pk>/", views.finding, name="finding"),
    path("okrs/findings/<int:pk>/say/", views.argue, name="argue"),
    path("okrs/findings/<int:pk>/reopen/", views.reopen_finding, name="reopen_finding"),
    path("okrs/findings/<int:pk>/<slug:step>/", views.decide_finding, name="decide_finding"),
    path("okrs/rules/<slug:code>/", views.rule, name="rule"),
    path(f"{OBJECTIVE}ties/", views.ties, name="ties"),
    path(f"{OBJECTIVE}services/", views.add_service, name="add_service"),
    path("okrs/links/<int:pk>/remove/", views.untie, name="untie"),
    path("okrs/service-links/<int:pk>/remove/", views.remove_service, name="remove_service"),
    path("okrs/horizons/", views.horizons, name="horizons"),
    path("okrs/horizons/new/", views.write_item, name="write_item"),
    path("okrs/horizons/<int:pk>/", views.edit_item, name="edit_item"),
    path("okrs/horizons/<int:pk>/revalidate/", views.revalidate_item, name="revalidate_item"),
    path("okrs/decisions/<int:pk>/finish/", views.finish_decision, name="finish_decision"),
]
# findings, ties, leadership, offsite, potholes: of one cycle
STRATEGY_OF_CYCLE = [
    path(f"{CYCLE}map/", views.alignment, name="map"),
    path(f"{CYCLE}findings/", views.findings, name="findings"),
    path(f"{CYCLE}leadership/", views.leadership, name="leadership"),
    path(f"{CYCLE}habits/", views.habits, name="habits"),
    path(f"{CYCLE}offsite/", views.offsite, name="offsite"),
    path(f"{CYCLE}offsite/prepare/", views.prepare_offsite, name="prepare_offsite"),
    path(f"{CYCLE}offsite/print/", views.print_offsite, name="print_offsite"),
    path(f"{CYCLE}offsite/pack.pdf", views.offsite_file, name="offsite_file"),
    path(f"{CYCLE}offsite/decisions/", views.add_decision, name="add_decision"),
    path(f"{QUARTER}potholes/", views.potholes, name="potholes"),
    path(f"{QUARTER}potholes/take/", views.take_pothole, name="take_pothole"),
    path(f"{QUARTER}potholes/leave/", views.leave_pothole, name="leave_pothole"),
    path(f"{QUARTER}potholes/leave-all/", views.leave_all_potholes, name="leave_all_potholes"),
]
CAPACITY = "okrs/<slug:cycle>/teams/<slug:team>/capacity/"
NEGOTIATING = [
    # negotiations, nos, capacity
    path("okrs/negotiations/", views.negotiations, name="negotiations"),
    path("okrs/negotiations/new/", views.ask, name="ask"),
    path("okrs/negotiations/<int:pk>/", views.negotiation, name="negotiation"),
    path("okrs/negotiations/<int:pk>/say/", views.say_in_negotiation, name="say"),
    path("okrs/negotiations/<int:pk>/moves/<slug:act>/", views.act, name="act"),
    path("okrs/nos/", views.nos, name="nos"),
    path("okrs/nos/new/", views.say_no, name="say_no"),
    path("okrs/nos/<int:pk>/", views.no, name="no"),
    path("okrs/nos/<int:pk>/<slug:step>/", views.no_step, name="no_step"),
    path(CAPACITY, views.capacity, name="capacity"),
    path(f"{CAPACITY}promises/", views.promise_weeks, name="promise_weeks"),
    path(f"{CAPACITY}promises/<int:pk>/", views.change_weeks, name="change_weeks"),
    path(f"{CAPACITY}promises/<int:pk>/free/", views.free_weeks, name="free_weeks"),
    path(f"{CAPACITY}waivers/", views.waive, name="waive"),
]
METRIC = "okrs/metrics/<slug:key>/"
CHECK_IN = "okrs/check-ins/<int:pk>/"
KEY_RESULT_OF = f"{OBJECTIVE}key-results/<int:key_result>/"
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
    path(f"{OBJECTIVE}say/", views.say_of_objective, name="say_of_objective"),
    path(f"{OBJECTIVE}close/", views.close, name="close_objective"),
    path(f"{KEY_RESULT_OF}terms/", views.terms, name="terms"),
    path(f"{KEY_RESULT_OF}grade/", views.grade, name="grade_key_result"),
    path("okrs/<slug:cycle>/teams/<slug:team>/check-in/", views.write_check_in, name="write_check_in"),
]
FILES = [  # lists for spreadsheets, tables of objectives, whole quarters
    path("okrs/restore/", views.restore, name="restore"),
    path("okrs/restore/<int:pk>/", views.restored, name="restored"),
    path("okrs/objectives/example.csv", views.example, name="example"),
    path(f"{CYCLE}list.<slug:kind>", views.cycle_list, name="cycle_list"),
    path(f"{CYCLE}export/", views.export, name="export"),
    path(f"{CYCLE}export/quarter.json", views.export_file, name="export_file"),
    path(f"{QUARTER}list.<slug:kind>", views.quarter_list, name="quarter_list"),
    path(f"{QUARTER}import/", views.import_objectives, name="import_objectives"),
]
urlpatterns = [*FIXED, *MEASURING, *NEGOTIATING, *STRATEGY, *FILES, *OF_CYCLE, *STRATEGY_OF_CYCLE]
