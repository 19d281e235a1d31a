"""The demo is played once for this module, inside a transaction that is undone at its end."""

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.activity.models import Event
from apps.catalog.models import Phase, Service
from apps.catalog.queries import least_busy_advisor
from apps.home.management.demo import data
from apps.home.management.demo.calendar import Calendar, working_day
from apps.home.management.demo.goal_scripts import GoalScript
from apps.home.management.demo.organisation import PASSWORD, SIGN_INS
from apps.home.management.demo.play import VERBS
from apps.home.management.demo.scripts import steps
from apps.home.management.demo.words import Writer
from apps.home.queries import my_work
from apps.jobs.models import Job
from apps.notifications.models import Delivery, Notice
from apps.notifications.queries import SHELVES, shelf
from apps.okrs.models import Cycle, Loan, Negotiation, No
from apps.readiness.models import Answer, AnswerVersion, Assessment, Exemption, State
from apps.walkthroughs.models import Launch, Veto, Walkthrough
from apps.walkthroughs.queries import propose_panel

# One worker of a parallel run plays the demo for all of these tests.
pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.thorough]

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def _played(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True):
            call_command("seed_demo")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(_played, db, settings):
    settings.DEMO = True


def service(slug):
    return Service.objects.select_related("summary").get(slug=slug)


def person(name):
    return User.objects.get(email=f"{name}@demo.example")


def sign_in(client, name):
    form = {"login": f"{name}@demo.example", "password": PASSWORD}
    client.post(reverse("account_login"), form)
    return "_auth_user_id" in client.session


def test_there_is_a_service_in_each_phase(demo):
    found = Counter(Service.objects.filter(part_of=None).values_list("phase", flat=True))

    assert found == {
        Phase.PLAYGROUND: 3,
        Phase.GREEN_LIGHT: 2,
        Phase.READY: 5,
        Phase.LIVE: 4,
        Phase.ARCHIVED: 1,
    }
    assert Service.objects.filter(part_of__slug="locker-network").count() == 2
    assert Service.objects.filter(team=None).count() == 1


def test_the_first_walkthrough_is_decided_and_every_item_of_it_is_answered(demo):
    first = Walkthrough.objects.earliest("pk")

    assert (first.service.slug, first.state, first.decision) == ("label-printing", "decided", "conditions")
    assert not Answer.objects.applicable().filter(assessment=first.assessment, state=State.OPEN).exists()
    assert Answer.objects.applicable().filter(assessment=first.assessment).count() == 102
    open_ones = first.follow_ups.filter(done_at=None).order_by("number")
    assert list(open_ones.values_list("number", flat=True)) == [3, 5, 6]
    assert (
        Job.objects.get(kind__startswith="walkthroughs").title
        == "Report of the walkthrough of Label Printing"
    )


def test_one_service_is_vetoed_and_one_was_launched_over_an_objection(demo):
    veto = Veto.objects.get(lifted_at=None)
    over = Launch.objects.get(is_over=True)

    assert (veto.service.slug, veto.author.name) == ("ledger-export", "Sofia Reyes")
    assert veto.review_on > timezone.now().date()
    assert service("ledger-export").summary.has_veto
    assert (over.service.slug, [one["code"] for one in over.over]) == ("depot-heatmap", ["no_objection"])


def test_two_editors_disagree_about_the_failover(demo):
    answer = Answer.objects.get(item="REL-03", assessment__service__slug="parcel-tracking")
    versions = AnswerVersion.objects.filter(answer=answer).order_by("pk")

    authors = [version.author.name for version in versions if version.author]
    assert authors == ["Ana Lind", "Jonas Berg", "Ana Lind", "Ana Lind"]
    assert answer.state == State.GAP
    summary = service("parcel-tracking").summary
    assert (summary.applicable - summary.answered, [area["key"] for area in summary.weak_areas]) == (
        7,
        ["REL", "OPS"],
    )
    states = Exemption.objects.filter(answer__assessment__service__slug="parcel-tracking")
    assert sorted(states.values_list("state", flat=True)) == ["approved", "asked"]


@pytest.mark.parametrize(
    ("name", "actions"),
    [
        ("lead", {"Answer", "Reply"}),
        ("reviewer", {"Finish", "Reply", "Sign"}),
        ("peer", {"Reply"}),
        ("security", {"Sign"}),
        ("enablement", {"Decide", "Reply"}),
    ],
)
def test_something_waits_for_those_who_look(demo, name, actions):
    todos = my_work(person(name), now=timezone.now()).todos

    assert {todo.action for todo in todos} >= actions


def test_whom_the_portal_proposes_can_be_walked_with_the_printed_sign_ins(demo):
    sign_ins = {f"{name}@demo.example" for name in SIGN_INS}
    for found in Service.objects.filter(team__slug="tracking", part_of=None).select_related("summary"):
        places = propose_panel(found, level="critical")

        assert {place.person.email for place in places} < sign_ins
        assert least_busy_advisor(found).email in sign_ins


def test_history_is_in_the_order_of_time_and_lies_in_the_past(demo):
    moments = list(Event.objects.order_by("pk").values_list("at", flat=True))

    assert all(before <= after for before, after in pairwise(moments))
    assert moments[-1] <= timezone.now()
    assert not Notice.objects.filter(at__gt=timezone.now()).exists()


def test_meetings_are_on_working_days(demo):
    starts = Walkthrough.objects.exclude(starts_at=None).values_list("starts_at", flat=True)

    assert {start.isoweekday() for start in starts} <= {1, 2, 3, 4, 5}


def test_texts_have_no_gaps_left(demo):
    assert not Answer.objects.filter(text__contains="{").exists()


def test_mails_are_moderate_and_reminders_wait_in_inboxes(demo):
    assert Delivery.objects.count() < 200
    assert Notice.objects.filter(recipient=person("reviewer"), read_at=None).exists()
    assert Notice.objects.filter(kind="walkthroughs/countdown").exists()


@pytest.mark.parametrize("name", ["lead", "reviewer", "enablement"])
def test_inboxes_show_what_can_be_done_with_a_notice(demo, name):
    shelves = {show: shelf(person(name), show).count() for show in SHELVES}

    assert all(shelves.values()), shelves
    assert shelves["unread"] < shelves[""] <= 30


def test_a_second_run_changes_nothing(demo, capsys):
    before = Event.objects.count(), Assessment.objects.count(), Notice.objects.count()

    call_command("seed_demo")

    assert (Event.objects.count(), Assessment.objects.count(), Notice.objects.count()) == before
    assert "nothing was changed" in capsys.readouterr().out


@pytest.mark.parametrize("name", SIGN_INS)
def test_they_sign_in_where_the_demo_runs(demo, client, name):
    assert sign_in(client, name)


def test_nobody_signs_in_where_it_does_not_run(demo, client, settings):
    settings.DEMO = False

    assert not sign_in(client, "lead")


def test_without_its_switch_the_command_refuses(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="ROADWORTHY_DEMO=1"):
        call_command("seed_demo")


def test_a_home_with_people_of_its_own_gets_no_demo(demo):
    User.objects.update(is_demo=False)

    with pytest.raises(CommandError, match="people of its own"):
        call_command("seed_demo")

    assert not User.objects.filter(is_demo=True).exists()


@pytest.mark.parametrize("now", [TUESDAY, SATURDAY])
def test_every_step_is_known_and_lies_in_the_past(demo, now):
    script = [*steps(Calendar(now)), *GoalScript(Calendar(now)).steps()]

    assert {step.do for step in script} == VERBS.keys()
    assert {step.by for step in script} <= data.people().keys() | {""}  # "" is a job of beat
    assert all(step.at < now for step in script)


def test_three_quarters_are_closed_active_and_planned(demo):
    first, *states = Cycle.objects.order_by("starts_on").values_list("state", flat=True)

    assert first in {"active", "grading", "closed"}  # it is closed in the second week of the next one
    assert {"active", "planning"} >= set(states) >= {"planning"}


def test_negotiations_are_in_every_stage(demo):
    stages = set(Negotiation.objects.values_list("stage", flat=True))

    assert stages >= {"open", "agreed", "declined", "lapsed"}
    declined = Negotiation.objects.filter(stage="declined")
    assert No.objects.filter(negotiation__in=declined).count() == declined.count()
    assert Loan.objects.get().lender.team.slug == "platform"


def test_goals_of_another_day_are_whole(demo):
    """What lies ahead of the first start has not happened yet; nothing depends on it."""
    for month, day in ((1, 1), (2, 14), (8, 3), (12, 31)):
        now = datetime(2027, month, day, 12, tzinfo=UTC)
        script = sorted(GoalScript(Calendar(now)).steps(), key=lambda step: step.at)
        written = [step.details["key"] for step in script if step.do in {"goal_write", "goal_measure"}]
        begun = [step.details["objective"] for step in script if step.do == "goal_begin"]
        asked = [step.details["key"] for step in script if step.details.get("move") == "ask"]

        assert set(begun) <= set(written)
        assert len(asked) == len(set(asked)) >= 10


@pytest.mark.parametrize(
    ("now", "days", "day"),
    [
        (TUESDAY, -1, date(2026, 11, 23)),
        (TUESDAY, -2, date(2026, 11, 20)),
        (TUESDAY, 4, date(2026, 11, 30)),
        (SATURDAY, -1, date(2026, 11, 27)),
        (SATURDAY, 1, date(2026, 11, 30)),
    ],
)
def test_days_of_the_script_are_working_days(now, days, day):
    assert Calendar(now).workday(days) == day


def test_calendar_days_move_on_from_a_weekend():
    assert working_day(TUESDAY.date(), 4) == date(2026, 11, 30)
    assert working_day(TUESDAY.date(), -2) == date(2026, 11, 20)


@pytest.mark.parametrize(("later", "quarter"), [(0, "2026-Q4"), (1, "2027-Q1"), (5, "2028-Q1")])
def test_quarters_are_counted_on(later, quarter):
    assert Calendar(TUESDAY).quarter(later) == quarter


def test_gaps_are_filled_with_days_numbers_and_names():
    writer = Writer("label-printing:DEP-01", date(2026, 1, 14), TUESDAY.date(), {"users": "drivers"})

    text = writer.fill("{Users} since {-2d}, {users} in {-20d}")

    assert text == "Drivers since 12 January, drivers in 25 December 2025"
    assert writer.fill("{5..5} of {2..9}") == writer.fill("{5..5} of {2..9}")
    assert writer.fill("{5..5}") == "5"
