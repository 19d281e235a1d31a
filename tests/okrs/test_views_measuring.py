"""Pages of metrics, check-ins and objectives: what they show, to whom, and what they cost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from apps.activity.models import Event
from apps.catalog.models import Service
from apps.okrs import rules, transitions
from apps.okrs.models import (
    AlignmentLink,
    KeyResult,
    Kind,
    Metric,
    MetricTension,
    MetricValue,
    Objective,
    Participant,
    ServiceLink,
    State,
    TargetChange,
    TeamCheckIn,
    Visibility,
)
from tests.factories import ServiceFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import KeyResultFactory, MetricFactory, ObjectiveFactory, value_of
from tests.okrs.goals import Goals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]


@pytest.fixture
def goals(client):
    made = Goals()
    client.force_login(made.lead.person)
    return made


def html(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def check_in_url(goals):
    return reverse("okrs:write_check_in", args=[goals.cycle.slug, goals.team.slug])


# Metrics


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_of_metrics_costs_the_same(client, goals, count, django_assert_max_num_queries):
    for row in MetricFactory.create_batch(count, team=goals.team):
        value_of(row, "2026-02-02", "4.5")

    with django_assert_max_num_queries(12):
        page = html(client, reverse("okrs:metrics"))

    assert page.count("4.5") == count


def test_the_list_is_searched_and_filtered(client, goals):
    MetricFactory(name="Theirs")

    assert "Theirs" not in html(client, reverse("okrs:metrics") + "?show=mine")
    assert "Theirs" in html(client, reverse("okrs:metrics") + "?q=theirs")
    assert "No metric is archived" in html(client, reverse("okrs:metrics") + "?show=archived")
    assert "No metric here holds" in html(client, reverse("okrs:metrics") + "?q=nothing%00")


@pytest.mark.parametrize("count", [2, 90])
def test_the_page_of_a_metric_costs_the_same(client, goals, count, django_assert_max_num_queries):
    for place in range(count):
        value_of(goals.metric, date(2026, 3, 1) - timedelta(days=place), str(place))
        KeyResultFactory(kind=Kind.METRIC, metric=goals.metric) if place < 10 else None

    with django_assert_max_num_queries(12):
        page = html(client, goals.metric.get_absolute_url())

    assert '<svg class="plot"' in page
    assert page.count('class="plot-dot"') == count


def test_a_metric_is_created_edited_and_archived_in_pages(client, goals):
    answer = client.post(
        reverse("okrs:create_metric"),
        {
            "team": goals.team.pk,
            "name": "Share on time",
            "unit_kind": "percent",
            "good": "up",
            "cadence_days": "7",
            "upper_bound": "99,5",
        },
    )
    metric = Metric.objects.get(key="share-on-time")
    assert answer.url == metric.get_absolute_url()
    assert metric.upper_bound == Decimal("99.5")

    edit = reverse("okrs:edit_metric", args=[metric.key])
    values = {"name": "On time", "unit_kind": "percent", "good": "up", "cadence_days": "7", "revision": "0"}
    assert client.post(edit, values).status_code == 302
    stale = client.post(edit, values | {"name": "In time"})
    assert (stale.status_code, "On time" in stale.content.decode()) == (409, True)
    assert client.post(edit, values | {"lower_bound": "200"}).status_code == 422

    for archive in ("1", "0"):
        client.post(reverse("okrs:archive_metric", args=[metric.key]), {"archive": archive})
        metric.refresh_from_db()
        assert (metric.archived_at is not None) == (archive == "1")


def test_a_value_is_typed_with_a_comma(client, goals):
    url = reverse("okrs:record_value", args=[goals.metric.key])

    assert client.post(url, {"on_date": "2026-03-01", "value": "6,900"}).status_code == 302
    assert client.post(url, {"on_date": "2026-02-28", "value": "93,5"}).status_code == 302

    assert list(MetricValue.objects.order_by("on_date").values_list("value", flat=True)) == [
        Decimal("93.5"),
        Decimal(6900),
    ]


@pytest.mark.parametrize(
    ("day", "value", "problem"),
    [
        ("2026-03-03", "5", "has not come yet"),
        ("2026-03-01", "5 %", "no percentage"),
        ("2026-03-01", "five", "not a number"),
        ("2026-03-01", "", "required"),
        ("", "5", "required"),
    ],
)
def test_a_refused_value_comes_back_with_its_input(client, goals, day, value, problem):
    url = reverse("okrs:record_value", args=[goals.metric.key])

    answer = client.post(url, {"on_date": day, "value": value})

    page = answer.content.decode()
    assert (answer.status_code, problem in page, f'value="{value}"' in page) == (422, True, True)
    assert not MetricValue.objects.exists()


def test_a_paste_is_looked_at_before_it_is_recorded(client, goals):
    value_of(goals.metric, "2026-02-01", "5")
    url = reverse("okrs:paste_values", args=[goals.metric.key])
    text = "Day\tCalls\n2026-02-01\t7\n2026-02-02\t8 %\n2026-04-01\t9\n2026-02-03\t6,900"

    page = client.post(url, {"text": text}).content.decode()

    for words in ("corrects 5", "This is a percentage", "has not come yet", "Record 2 values, leave 2 out"):
        assert words in page
    assert MetricValue.objects.count() == 1

    client.post(url, {"text": text, "record": "1"})
    assert list(
        MetricValue.objects.filter(is_current=True).order_by("on_date").values_list("value", flat=True)
    ) == [
        7,
        6900,
    ]


def test_a_paste_that_is_too_large_is_refused_by_size(client, goals):
    url = reverse("okrs:paste_values", args=[goals.metric.key])

    large = client.post(url, {"text": "2026-02-01\t7\n" * 20_000})
    assert (large.status_code, "at most 200,000 are kept" in large.content.decode()) == (422, True)

    huge = client.post(url, {"text": "x" * (10 * 1024 * 1024 + 1)})
    assert huge.status_code in {400, 413}
    assert not MetricValue.objects.exists()


@pytest.mark.parametrize("text", ["", "nothing here", "\0"])
def test_a_paste_without_values_says_so(client, goals, text):
    answer = client.post(reverse("okrs:paste_values", args=[goals.metric.key]), {"text": text, "record": "1"})

    assert answer.status_code in {302, 422}
    assert not MetricValue.objects.exists()


def test_a_tension_is_declared_and_ended_in_the_page(client, goals):
    other = MetricFactory()
    url = reverse("okrs:declare_tension", args=[goals.metric.key])

    assert client.post(url, {"other": other.pk, "note": ""}).status_code == 422
    client.post(url, {"other": other.pk, "note": "One harms the other"})
    assert "One harms the other" in html(client, other.get_absolute_url())

    tension = MetricTension.objects.get()
    client.post(reverse("okrs:end_tension", args=[goals.metric.key, tension.pk]))
    assert not MetricTension.objects.exists()


def test_a_metric_does_not_name_what_somebody_may_not_read(client, goals):
    Objective.objects.filter(pk=goals.objective.pk).update(
        visibility=Visibility.RESTRICTED, restricted_because="People"
    )
    client.force_login(UserFactory())

    assert "Calls fall from 100" not in html(client, goals.metric.get_absolute_url())


# Check-ins


def typed(goals, **more):
    values = {
        "revision": "0",
        "priorities": "Calls first",
        "next_four_weeks": "",
        "health": "",
        f"o{goals.objective.pk}-status": "at_risk",
        f"o{goals.objective.pk}-changed": "The page is live",
        f"k{goals.calls.pk}-value": "6,9",
        f"k{goals.calls.pk}-confidence": "6",
    }
    return values | more


def test_the_form_shows_hint_and_numbers(client, goals):
    goals.values(100, 99)

    page = html(client, check_in_url(goals))

    assert "The numbers hint at <b>○ off track</b>" in page
    assert f'name="k{goals.calls.pk}-value"' in page
    assert f'name="k{goals.steps.pk}-value"' not in page


@pytest.mark.parametrize("count", [1, 10])
def test_the_form_costs_the_same(client, goals, count, django_assert_max_num_queries):
    client.post(check_in_url(goals), typed(goals, publish="1"))
    client.post(check_in_url(goals), typed(goals))
    for one in ObjectiveFactory.create_batch(count, team=goals.team, state=State.ACTIVE):
        KeyResultFactory(objective=one, kind=Kind.METRIC, metric=goals.metric, baseline=1, target=2)

    with django_assert_max_num_queries(12):
        html(client, check_in_url(goals))


def test_a_plain_form_saves_and_publishes(client, goals):
    assert client.post(check_in_url(goals), typed(goals)).status_code == 302
    row = TeamCheckIn.objects.get()
    assert (row.priorities, row.lines.get().changed) == ("Calls first", "The page is live")
    assert MetricValue.objects.count() == 0

    answer = client.post(check_in_url(goals), typed(goals, revision="1", publish="1"))

    assert answer.url == row.get_absolute_url()
    assert MetricValue.objects.get().value == Decimal("6.9")
    page = html(client, answer.url)
    assert "The page is live" in page
    assert "◐ At risk" in page


def test_an_autosave_answers_with_its_status_and_revision(client, goals):
    answer = client.post(check_in_url(goals), typed(goals), headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert 'id="check-in-revision" value="1" hx-swap-oob="true"' in page
    assert "<main" not in page

    wrong = client.post(
        check_in_url(goals),
        typed(goals, **{"revision": "1", f"k{goals.calls.pk}-value": "1,2,3"}),
        headers={"HX-Request": "true"},
    )
    assert (wrong.status_code, "is not a number" in wrong.content.decode()) == (422, True)


def test_two_who_type_see_both_and_one_decides(client, goals):
    client.post(check_in_url(goals), typed(goals))

    slower = client.post(
        check_in_url(goals), typed(goals, priorities="Pages first"), headers={"HX-Request": "true"}
    )
    page = slower.content.decode()
    assert (slower.status_code, "Calls first" in page, "Keep mine" in page) == (409, True, True)
    plain = client.post(check_in_url(goals), typed(goals, priorities="Pages first"))
    assert (plain.status_code, "Pages first" in plain.content.decode()) == (409, True)

    client.post(check_in_url(goals), typed(goals, priorities="Pages first", mine="1"))
    assert TeamCheckIn.objects.get().priorities == "Pages first"


def test_the_quarter_says_when_a_team_says_one_thing_and_its_numbers_another(client, goals):
    page = reverse("okrs:quarter", args=[goals.cycle.slug, goals.team.slug])
    said = {f"o{goals.objective.pk}-status": "on_track", f"k{goals.calls.pk}-value": "99"}

    shown = []
    for number in range(2):
        with time_machine.travel(datetime(2026, 2, 10 + 14 * number, 9, tzinfo=UTC), tick=False):
            client.post(check_in_url(goals), typed(goals, publish="1", **said))
        shown.append("says on track, numbers say off track" in html(client, page))

    assert TeamCheckIn.objects.filter(published_at__isnull=False).count() == 2
    assert shown == [False, True]


def test_a_lead_finds_the_way_to_ask_on_the_page_of_another_team(client, goals):
    page = reverse("okrs:quarter", args=[goals.cycle.slug, goals.team.slug])
    ask = f"?team={goals.team.slug}&amp;cycle={goals.cycle.slug}"

    own = html(client, page)
    client.force_login(lead_of(TeamFactory()).person)
    others = html(client, page)
    client.force_login(UserFactory())

    assert [ask in one for one in (own, others, html(client, page))] == [False, True, False]


def test_publishing_with_a_control_goes_to_the_page(client, goals):
    answer = client.post(check_in_url(goals), typed(goals, publish="1"), headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == TeamCheckIn.objects.get().get_absolute_url()


def test_publishing_asks_for_what_is_missing_beside_the_field(client, goals):
    answer = client.post(
        check_in_url(goals),
        typed(goals, **{"publish": "1", f"o{goals.objective.pk}-status": ""}),
        headers={"HX-Request": "true"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.strip().startswith('<div id="check-in">')
    assert "goes: on track, at risk or off track" in page
    assert "The page is live" in page


def test_a_check_in_is_corrected_discarded_and_acknowledged_in_pages(client, goals):
    reviewer = UserFactory()
    Objective.objects.update(reviewer=reviewer)
    client.post(check_in_url(goals), typed(goals, publish="1"))
    row = TeamCheckIn.objects.get()

    answer = client.post(reverse("okrs:correct_check_in", args=[row.pk]))
    assert "Correct the check-in of 2 March" in html(client, answer.url)
    draft = TeamCheckIn.objects.get(published_at=None)
    client.post(reverse("okrs:discard_check_in", args=[draft.pk]))
    assert TeamCheckIn.objects.count() == 1

    client.force_login(reviewer)
    assert "Wait to be read by you" in html(client, reverse("okrs:check_ins"))
    client.post(reverse("okrs:acknowledge_check_in", args=[row.pk]))
    assert f"read by {reviewer.name}" in html(client, row.get_absolute_url())


def test_a_draft_is_read_by_its_team_alone(client, goals):
    client.post(check_in_url(goals), typed(goals))
    row = TeamCheckIn.objects.get()

    assert client.get(row.get_absolute_url()).status_code == 302
    client.force_login(UserFactory(is_admin=True))
    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(check_in_url(goals)).status_code == 403


def test_a_check_in_hides_the_objectives_that_somebody_may_not_read(client, goals):
    client.post(check_in_url(goals), typed(goals, publish="1"))
    Objective.objects.update(visibility=Visibility.RESTRICTED, restricted_because="People")
    row = TeamCheckIn.objects.get()
    client.force_login(UserFactory())

    page = html(client, row.get_absolute_url())

    assert "Calls first" in page
    assert "The page is live" not in page
    assert goals.objective.title not in page


def test_a_closed_quarter_takes_no_check_in(client, goals):
    goals.cycle.state = "closed"
    goals.cycle.save()

    assert client.get(check_in_url(goals)).status_code == 409
    assert client.post(check_in_url(goals), typed(goals)).status_code == 409
    assert not TeamCheckIn.objects.exists()


@pytest.mark.parametrize("count", [1, 10])
def test_my_check_ins_cost_the_same(client, goals, count, django_assert_max_num_queries):
    for place in range(count):
        at = rules_at(place)
        draft = rules.CheckInDraft(lines={goals.objective.pk: rules.LineDraft(status="on_track")})
        row = transitions.save_check_in(goals.quarter, draft=draft, revision=0, by=goals.lead, at=at).row
        transitions.publish_check_in(row, revision=1, by=goals.lead, at=at)

    with django_assert_max_num_queries(12):
        page = html(client, reverse("okrs:check_ins"))

    assert page.count("not acknowledged yet") == count


def rules_at(place):
    from django.utils import timezone  # noqa: PLC0415 -- the clock of this file stands still

    return timezone.now() - timedelta(days=place)


def test_my_check_ins_are_empty_for_somebody_without_a_team(client, goals):
    client.force_login(UserFactory())

    assert "none of your teams has a page" in html(client, reverse("okrs:check_ins"))


# The objective


def full(goals, count):
    """Give an objective much of everything."""
    goals.values(100, 95, 90, 88, 85)
    TargetChange.objects.create(
        key_result=goals.calls,
        field="target",
        old="40",
        new="50",
        why="external",
        reason="Both markets count",
        person_name="Ada Lind",
        on_date=date(2026, 2, 1),
        at=rules_at(29),
    )
    for place in range(count):
        AlignmentLink.objects.create(
            objective=ObjectiveFactory(), kind="contributes", to_objective=goals.objective, statement="So"
        )
        AlignmentLink.objects.create(
            objective=goals.objective,
            kind="depends_on",
            to_key_result=KeyResultFactory(),
            statement=f"They {place}",
        )
        ServiceLink.objects.create(objective=goals.objective, service=ServiceFactory())
        Participant.objects.create(objective=goals.objective, team=TeamFactory(), part="informed")
        metric = MetricFactory(team=goals.team)
        value_of(metric, "2026-02-02", "4")
        KeyResultFactory(objective=goals.objective, kind=Kind.MAINTAIN, metric=metric, band_high=Decimal(9))
        at = rules_at(20 - place)
        line = rules.LineDraft(
            status="at_risk",
            changed="Moved",
            items={goals.calls.pk: rules.ItemDraft(confidence=9 - place % 9)},
        )
        draft = rules.CheckInDraft(lines={goals.objective.pk: line})
        row = transitions.save_check_in(goals.quarter, draft=draft, revision=0, by=goals.lead, at=at).row
        transitions.publish_check_in(row, revision=1, by=goals.lead, at=at)
        transitions_say(goals, place)


def transitions_say(goals, place):
    from apps.comments.transitions import say  # noqa: PLC0415

    say(goals.objective.subject(on=rules_at(0).date()), text=f"Word {place}", by=goals.member, at=rules_at(0))


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_of_an_objective_costs_the_same(client, goals, count, django_assert_max_num_queries):
    full(goals, count)

    with django_assert_max_num_queries(12):
        page = html(client, goals.objective.get_absolute_url())

    assert page.count('class="plot"') == count + 1
    assert "(85 - 100) / (50 - 100) = 0.30" in page
    assert 'class="plot-target"' in page
    assert "if nothing changes" in page
    assert "1 change of what was agreed" in page
    assert "Confidence over time" in page
    assert page.count("Moved") == count


@pytest.mark.parametrize("count", [1, 10])
def test_the_history_costs_the_same(client, goals, count, django_assert_max_num_queries):
    full(goals, count)

    with django_assert_max_num_queries(12):
        page = html(client, reverse("okrs:objective_history", args=[goals.objective.pk]))

    assert page.count(": at risk") == count
    assert "Both markets count" in page


def test_an_empty_objective_says_what_comes_first(client, goals):
    objective = ObjectiveFactory(team=goals.team, cycle=None, horizon="later")

    page = html(client, objective.get_absolute_url())

    assert "No key result yet" in page
    assert "no evidence" in page


def test_what_is_not_open_is_not_there(client, goals):
    Objective.objects.update(visibility=Visibility.RESTRICTED, restricted_because="People")
    pages = [goals.objective.get_absolute_url(), reverse("okrs:objective_history", args=[goals.objective.pk])]
    posts = [
        reverse("okrs:say_of_objective", args=[goals.objective.pk]),
        reverse("okrs:close_objective", args=[goals.objective.pk]),
        reverse("okrs:grade_key_result", args=[goals.objective.pk, goals.calls.pk]),
    ]
    assert client.get(pages[0]).status_code == 200
    client.force_login(UserFactory(is_leadership=True))

    assert {client.get(url).status_code for url in pages} == {404}
    assert {client.post(url, {"text": "Hm"}).status_code for url in posts} == {404}


def test_an_administrators_look_is_written_down_once(client, goals):
    Objective.objects.update(visibility=Visibility.RESTRICTED, restricted_because="People")
    client.force_login(UserFactory(is_admin=True))

    for _ in range(2):
        html(client, goals.objective.get_absolute_url())

    event = Event.objects.get()
    assert (event.verb, event.audience) == ("okrs.read_in_confidence", f"team:{goals.team.pk}")


def test_the_look_of_another_administrator_is_written_down_too(client, goals):
    Objective.objects.update(visibility=Visibility.RESTRICTED, restricted_because="People")
    people = [UserFactory(is_admin=True) for _ in range(2)]

    for person in people:
        client.force_login(person)
        html(client, goals.objective.get_absolute_url())

    assert list(Event.objects.order_by("pk").values_list("actor_id", flat=True)) == [one.pk for one in people]


def test_everybody_may_say_something(client, goals):
    client.force_login(UserFactory())

    client.post(reverse("okrs:say_of_objective", args=[goals.objective.pk]), {"text": "What about returns?"})

    assert "What about returns?" in html(client, goals.objective.get_absolute_url())


def terms_url(goals, row=None):
    return reverse("okrs:terms", args=[goals.objective.pk, (row or goals.calls).pk])


def terms(goals, **more):
    values = {
        "revision": "0",
        "kind": "metric",
        "metric": goals.metric.pk,
        "baseline": "100",
        "target": "60,5",
        "curve": "linear",
    }
    return values | more


def test_terms_are_set_in_a_page_before_the_agreement(client, goals):
    Objective.objects.update(state=State.DRAFT)

    assert 'name="why"' not in html(client, terms_url(goals))
    assert client.post(terms_url(goals), terms(goals)).status_code == 302

    assert KeyResult.objects.get(pk=goals.calls.pk).target == Decimal("60.5")
    stale = client.post(terms_url(goals), terms(goals, target="61"))
    assert (stale.status_code, "60.5" in stale.content.decode()) == (409, True)
    same = client.post(terms_url(goals), terms(goals, revision="1", target="100"))
    assert (same.status_code, "choose “Kept within a band”" in same.content.decode()) == (422, True)


def test_terms_change_after_the_agreement_for_a_reason(client, goals):
    asked = client.post(terms_url(goals), terms(goals))
    assert (asked.status_code, "Ask for a change" in asked.content.decode()) == (409, True)

    silent = client.post(terms_url(goals), terms(goals, why="external", reason=" "))
    assert (silent.status_code, "Say why: whoever" in silent.content.decode()) == (422, True)
    assert 'name="target" value="60,5"' in silent.content.decode()

    given = {"why": "external", "reason": "Both markets count now"}
    assert client.post(terms_url(goals), terms(goals, **given)).status_code == 302

    assert "Both markets count now" in html(client, goals.objective.get_absolute_url())


def test_milestones_are_typed_one_a_line(client, goals):
    Objective.objects.update(state=State.DRAFT)
    values = terms(goals, kind="milestone", milestones="First\n2026-03-20 Third\n\n")

    client.post(terms_url(goals, goals.steps), values)

    rows = goals.steps.milestones.order_by("position")
    assert [(row.title, row.due_on, bool(row.done_on)) for row in rows] == [
        ("First", None, True),
        ("Third", date(2026, 3, 20), False),
    ]


def test_grades_and_the_end_in_the_page(client, goals):
    Objective.objects.update(state=State.GRADING)
    url = reverse("okrs:grade_key_result", args=[goals.objective.pk, goals.calls.pk])
    page = html(client, goals.objective.get_absolute_url())
    assert "The numbers propose nothing: pending." in page

    refused = client.post(url, {"revision": "0", "grade": "0.7", "reason": ""})
    assert (refused.status_code, "required" in refused.content.decode()) == (422, True)
    values = {"revision": "0", "grade": "0.7", "reason": "Nearly"}
    assert client.post(url, values).status_code == 302
    stale = client.post(url, values | {"grade": "0.1"})
    assert (stale.status_code, "Somebody graded it meanwhile: 0.7" in stale.content.decode()) == (409, True)

    close = reverse("okrs:close_objective", args=[goals.objective.pk])
    assert client.post(close, {"verdict": "keep", "note": "Go on"}).status_code == 409
    assert client.post(close, {"verdict": "", "note": "Go on"}).status_code == 422
    for row in (goals.steps, goals.words):
        url = reverse("okrs:grade_key_result", args=[goals.objective.pk, row.pk])
        client.post(url, {"revision": "0", "grade": "none", "reason": "Nobody counted"})
    assert client.post(close, {"verdict": "keep", "note": "Go on"}).status_code == 302
    page = html(client, goals.objective.get_absolute_url())
    assert "● 0.7 green" in page
    assert "Closed: keep" in page


def test_a_service_shows_among_what_an_objective_is_about(client, goals):
    ServiceLink.objects.create(objective=goals.objective, service=ServiceFactory(name="Parcel Tracking"))

    assert "Parcel Tracking" in html(client, goals.objective.get_absolute_url())
    assert Service.objects.count() == 1


def test_a_name_of_two_hundred_letters_breaks_nothing(client, goals):
    Objective.objects.update(title="W" * 200)
    KeyResult.objects.update(title="<script>alert(1)</script>" * 4)

    page = html(client, goals.objective.get_absolute_url())

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_members_of_other_teams_change_nothing(client, goals):
    client.force_login(member_of(TeamFactory()).person)
    refusals = [
        client.post(reverse("okrs:record_value", args=["calls"]), {"on_date": "2026-03-01", "value": "5"}),
        client.post(reverse("okrs:record_value", args=["calls"]), {}),
        client.get(reverse("okrs:paste_values", args=["calls"])),
        client.post(reverse("okrs:archive_metric", args=["calls"]), {"archive": "1"}),
        client.get(reverse("okrs:edit_metric", args=["calls"])),
        client.post(check_in_url(goals), typed(goals)),
        client.post(terms_url(goals), terms(goals, why="external", reason="So")),
    ]

    assert {answer.status_code for answer in refusals} == {403}
    assert not Event.objects.exists()
