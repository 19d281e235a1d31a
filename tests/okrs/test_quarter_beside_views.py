"""What a team's quarter says of its check-ins, and how another team asks from there."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.okrs.models import CheckIn, CycleState, Quarter, State, TeamCheckIn
from tests.factories import TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, ObjectiveFactory, QuarterFactory

pytestmark = pytest.mark.django_db
OTHERWISE = "The team says on track, numbers say off track."


@pytest.fixture
def page():
    start = timezone.now().date() - timedelta(days=50)
    cycle = CycleFactory(
        slug="2026-q9", starts_on=start, ends_on=start + timedelta(days=91), state=CycleState.ACTIVE
    )
    return QuarterFactory(team=TeamFactory(name="Tracking", slug="tracking"), cycle=cycle)


@pytest.fixture
def goal(page):
    return ObjectiveFactory(team=page.team, cycle=page.cycle, state=State.ACTIVE)


def said(goal, *, day, status="on_track", hint="off_track", **fields):
    """Publish a check-in of one line on a day of the quarter."""
    page = Quarter.objects.get(team=goal.team, cycle=goal.cycle)
    made = TeamCheckIn.objects.create(
        quarter=page,
        on_date=page.cycle.starts_on + timedelta(days=day),
        author=UserFactory(),
        **{"published_at": timezone.now()} | fields,
    )
    CheckIn.objects.create(team_check_in=made, objective=goal, status=status, hint=hint)
    return made


def shown(client, person, page):
    client.force_login(getattr(person, "person", person))
    html = client.get(page.get_absolute_url()).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<(?!a )[^>]+>", "", html))


def test_two_contradictions_in_a_row_show_to_everybody(client, page, goal):
    said(goal, day=14)
    first = shown(client, UserFactory(), page)
    said(goal, day=28)
    second = shown(client, UserFactory(), page)

    assert (OTHERWISE in first, OTHERWISE in second) == (False, True)
    assert OTHERWISE in shown(client, member_of(page.team), page)


@pytest.mark.parametrize("what", ["corrected", "draft", "agreeing", "closed"])
def test_what_does_not_count_is_no_contradiction(client, page, goal, what):
    said(goal, day=14)
    last = {"corrected": {}, "draft": {"published_at": None}, "agreeing": {"hint": "on_track"}, "closed": {}}
    wrong = said(goal, day=28, **last[what])
    if what == "corrected":
        said(goal, day=28, status="off_track", corrects=wrong)
    if what == "closed":
        goal.state = State.PROPOSED
        goal.save(update_fields=["state"])

    assert OTHERWISE not in shown(client, UserFactory(), page)


@pytest.mark.parametrize(("day", "is_stale"), [(None, True), (32, True), (33, False)])
def test_a_check_in_more_than_three_days_overdue_shows_to_the_team(client, page, goal, day, is_stale):
    if day is not None:  # today is day 50, and a check-in is due 14 days after the last
        said(goal, day=day)
    due = page.cycle.starts_on + timedelta(days=(day or 0) + 14)

    team = shown(client, member_of(page.team), page)
    others = shown(client, lead_of(TeamFactory()), page) + shown(client, UserFactory(is_admin=True), page)

    assert ("◌ Stale" in team) is is_stale
    assert (f"the check-in was due on {due:%-d %b}" in team) is is_stale
    assert "Stale" not in others


@pytest.mark.parametrize("fields", [{"has_check_ins": False}, {"check_in_days": 91}])
def test_a_team_without_check_ins_is_never_stale(client, page, goal, fields):
    Quarter.objects.filter(pk=page.pk).update(**fields)

    assert "Stale" not in shown(client, member_of(page.team), page)


@pytest.mark.parametrize("count", [1, 10])
def test_all_of_it_comes_along_with_the_objectives(client, page, count):
    goals = [ObjectiveFactory(team=page.team, cycle=page.cycle, state=State.ACTIVE) for _ in range(count)]
    for day in range(count):
        said(goals[day], day=day)
    client.force_login(member_of(page.team).person)

    with CaptureQueriesContext(connection) as asked:
        client.get(page.get_absolute_url())

    assert len(asked) <= 12
    assert sum("okrs_teamcheckin" in one["sql"] for one in asked) == 1


# asking ------------------------------------------------------------------------------------------------


def leads_two(team):
    person, other = lead_of(team).person, TeamFactory()
    person.team_ids, person.lead_ids = [[team.pk, other.pk]] * 2
    person.save(update_fields=["team_ids", "lead_ids"])
    return person


@pytest.mark.parametrize("kind", [lead_of, member_of])
def test_another_team_asks_from_the_page_with_the_team_chosen(client, page, kind):
    ours = TeamFactory(name="Money")
    CycleFactory(slug="2020-q1", state=CycleState.PLANNING)

    found = re.search(r'<a [^>]*href="([^"]+)">Ask Tracking', shown(client, kind(ours), page))
    form = client.get(found[1].replace("&amp;", "&")).content.decode()

    boxes = re.findall(r'<select name="(\w+)"(.*?)</select>', form, re.DOTALL)
    chosen = {name: re.findall(r'value="(\d+)" selected', box) for name, box in boxes}
    assert chosen["counterpart"] == [str(page.team_id)]
    assert chosen["cycle"] == [str(page.cycle_id)]


@pytest.mark.parametrize("who", ["member", "lead of two", "nobody", "admin"])
def test_who_asks_for_no_team_is_not_led_there(client, page, who):
    person = {
        "member": lambda: member_of(page.team),
        "lead of two": lambda: leads_two(page.team),
        "nobody": UserFactory,
        "admin": lambda: member_of(TeamFactory(), is_admin=True),
    }[who]()

    assert "Ask Tracking" not in shown(client, person, page)


def test_nobody_is_asked_in_a_quarter_that_is_over(client, page):
    page.cycle.state = CycleState.CLOSED
    page.cycle.save(update_fields=["state"])

    assert "Ask Tracking" not in shown(client, lead_of(TeamFactory()), page)
