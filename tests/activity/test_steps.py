"""Every step that changes something says so in the history, all of it, and not before it is sure.

A new step joins one of the two tables; what it leaves when it is refused is nothing, because it is one
transaction. That each of these verbs is really produced is seen at the end of a whole run: tests/verbs.py.
"""

from importlib import import_module

import pytest

from apps.activity.queries import kinds
from tests.steps import Steps

STEPS = Steps()
RECORDED = STEPS.recorded()
RECORDS = {
    "accounts.add_admin": {"accounts.invited"},
    "accounts.add_demo_person": {"accounts.invited"},
    "accounts.deactivate": {"accounts.deactivated"},
    "accounts.edit_profile": {"accounts.profile_edited"},
    "accounts.give_roles": {"accounts.roles_given"},
    "accounts.import_person": {"accounts.imported"},
    "accounts.invite": {"accounts.invited"},
    "accounts.invite_again": {"accounts.invited"},
    "accounts.make_token": {"accounts.token_made"},
    "accounts.note_refusal": {"accounts.sign_in_locked", "accounts.sign_in_refused"},
    "accounts.note_second_factor": {"accounts.second_factor_changed"},
    "accounts.note_sign_in": {"accounts.signed_in"},
    "accounts.note_sign_out": {"accounts.signed_out"},
    "accounts.prove_second_factor": {"accounts.sign_in_locked", "accounts.sign_in_refused"},
    "accounts.reactivate": {"accounts.reactivated"},
    "accounts.revoke_token": {"accounts.token_revoked"},
    "accounts.set_password": {"accounts.password_set"},
    "accounts.take_second_factor": {"accounts.second_factor_taken"},
    "activity.note_export": {"activity.exported"},
    "catalog.add_member": {"catalog.member_added"},
    "catalog.adopt": {"catalog.orphan_adopted"},
    "catalog.assign_advisor": {"catalog.advisor_assigned", "catalog.advisor_found"},
    "catalog.create_team": {"catalog.team_created"},
    "catalog.edit_service": {"catalog.service_edited"},
    "catalog.edit_team": {"catalog.team_edited"},
    "catalog.enter_phase": {"catalog.phase_entered"},
    "catalog.import_catalog": {
        "catalog.entry_imported",
        "catalog.imported",
        "catalog.member_added",
        "catalog.member_removed",
        "catalog.relations_imported",
        "catalog.service_imported",
        "catalog.team_imported",
    },
    "catalog.override_risk": {"catalog.risk_overridden"},
    "catalog.register": {"catalog.service_registered"},
    "catalog.remove_member": {"catalog.member_removed"},
    "catalog.set_lead": {"catalog.lead_ended", "catalog.lead_named"},
    "comments.say": {"comments.said"},
    "jobs.retry": {"jobs.retried"},
    "jobs.run_next": {"jobs.failed"},
    "notifications.choose": {"notifications.preferences_changed"},
    "notifications.choose_daily_mail": {"notifications.preferences_changed"},
    "notifications.choose_way": {"notifications.preferences_changed"},
    "notifications.deliver": {"notifications.delivery_stopped"},
    "notifications.retry_delivery": {"notifications.delivery_retried"},
    "readiness.add_evidence": {"readiness.evidence_added"},
    "readiness.ask_exemption": {"readiness.exemption_asked"},
    "readiness.attach_evidence": {"readiness.evidence_added"},
    "readiness.close_assessments": {"readiness.closed"},
    "readiness.confirm_inherited": {"readiness.inherited_confirmed"},
    "readiness.decide_exemption": {"readiness.exemption_approved", "readiness.exemption_refused"},
    "readiness.end_exemption": {"readiness.exemption_ended"},
    "readiness.give_verdict": {"readiness.verdict_given"},
    "readiness.open_readiness": {"readiness.opened"},
    "readiness.publish": {"readiness.edition_published"},
    "readiness.refresh": {"readiness.conditions_applied"},
    "readiness.remove_evidence": {"readiness.evidence_removed"},
    "readiness.return_answers": {"readiness.answers_returned"},
    "readiness.save_answer": {"readiness.answer_saved"},
    "readiness.start_green_light": {"readiness.conversation_started"},
    "readiness.submit": {"readiness.submitted"},
    "readiness.withdraw_exemption": {"readiness.exemption_withdrawn"},
    "walkthroughs.add_seat": {"walkthroughs.seat_taken"},
    "walkthroughs.archive": {"walkthroughs.archived"},
    "walkthroughs.ask_again": {"walkthroughs.asked_again"},
    "walkthroughs.begin": {"walkthroughs.begun"},
    "walkthroughs.call_off": {"walkthroughs.cancelled"},
    "walkthroughs.confirm": {"walkthroughs.signature_confirmed"},
    "walkthroughs.decide": {"walkthroughs.decided", "walkthroughs.decided_anew"},
    "walkthroughs.edit_notes": {"walkthroughs.notes_edited"},
    "walkthroughs.finish_follow_up": {"walkthroughs.follow_up_done"},
    "walkthroughs.freeze_risk": {"walkthroughs.risk_frozen"},
    "walkthroughs.hand_over": {"walkthroughs.seat_replaced"},
    "walkthroughs.hold": {"walkthroughs.held"},
    "walkthroughs.keep_report": {"walkthroughs.report_printed"},
    "walkthroughs.keep_veto": {"walkthroughs.veto_kept"},
    "walkthroughs.launch": {"walkthroughs.launched", "walkthroughs.launched_over"},
    "walkthroughs.lift_veto": {"walkthroughs.veto_lifted"},
    "walkthroughs.move": {"walkthroughs.moved"},
    "walkthroughs.move_back": {"walkthroughs.moved_back"},
    "walkthroughs.note_follow_up": {"walkthroughs.follow_up_added"},
    "walkthroughs.plan": {"walkthroughs.planned"},
    "walkthroughs.prepare": {"walkthroughs.prepared"},
    "walkthroughs.prepare_report": {"walkthroughs.report_asked"},
    "walkthroughs.replace_seat": {"walkthroughs.seat_replaced"},
    "walkthroughs.reply": {"walkthroughs.replied"},
    "walkthroughs.restore": {"walkthroughs.restored"},
    "walkthroughs.schedule": {"walkthroughs.scheduled"},
    "walkthroughs.sign_off": {"walkthroughs.signed", "walkthroughs.veto_raised"},
    "walkthroughs.take_decision_back": {"walkthroughs.decision_taken_back"},
}
# What they do stands in the events of the steps that call them, or is nobody's history: signs of having
# read, mail on its way, work that waits.
SILENT = {
    "accounts.note_use",
    "accounts.push_memberships",
    "activity.record",
    "activity.seal",
    "catalog.ask_import",
    "catalog.hand_over_advisor",
    "catalog.run_import",
    "catalog.summarise",
    "jobs.enqueue",
    "notifications.bring_back",
    "notifications.finish",
    "notifications.gather",
    "notifications.notify",
    "notifications.notify_many",
    "notifications.read",
    "notifications.read_all",
    "notifications.remind",
    "notifications.send_letter",
    "notifications.snooze",
    "notifications.wake_snoozed",
    "readiness.say",
    "readiness.set_reviewers",
    "walkthroughs.add_follow_up",
    "walkthroughs.cancel",
    "walkthroughs.say_verdict",
    "walkthroughs.snapshot",
}


def is_front_door(step):
    """Tell whether pages and other apps may call a step: a package says which, a file has no other."""
    app, name = step.split(".")
    module = import_module(f"apps.{app}.transitions")
    return name in getattr(module, "__all__", vars(module))


@pytest.mark.parametrize("step", sorted(RECORDED.keys() | RECORDS.keys()))
def test_every_step_records_what_is_said_here(step):
    assert RECORDED.get(step) == RECORDS.get(step, set())


def test_a_step_that_records_nothing_is_meant_to():
    silent = {step for step, verbs in RECORDED.items() if not verbs and is_front_door(step)}

    assert silent == SILENT


def test_every_kind_of_event_is_recorded_by_some_step():
    assert set().union(*RECORDS.values()) == set(kinds())


def test_whoever_comes_by_the_front_door_leaves_nothing_behind_when_refused():
    """What records is one transaction; inner steps that are none are called by those alone."""
    assert [step for step in sorted(STEPS.loose()) if is_front_door(step)] == []
