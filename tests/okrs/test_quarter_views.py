"""Pages of the quarter, of cycles and of ranks."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.core.days import check_day
from apps.okrs import rules, transitions
from apps.okrs.models import (
    CapacityPlan,
    Cycle,
    CycleState,
    KeyResult,
    Kind,
    Milestone,
    Negotiation,
    No,
    Objective,
    Quarter,
    RankChange,
    RankSnapshot,
    State,
)
from tests.factories import TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    ObjectiveFactory,
    QuarterFactory,
    value_of,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cycle():
    """The quarter of today, whenever the tests run: pages ask the clock."""
    today = timezone.now().date()
    check_day(today, field="today")
    start = today - timedelta(days=50)
    return CycleFactory(
        slug="2026-q9", name="Q9 2026", starts_on=start, ends_on=start + timedelta(days=91), state="active"
    )


@pytest.fixture
def team():
    return TeamFactory(name="Tracking", slug="tracking")


@pytest.fixture
def lead(team):
    return lead_of(team, name="Ada Lind")


def url(name, *args):
    return reverse(f"okrs:{name}", args=args)


def shown(client, person, address, *, status=200, **headers):
    client.force_login(getattr(person, "person", person))
    answer = client.get(address, headers=headers or None)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def sent(client, person, address, data=None, *, status=302, **headers):
    client.force_login(getattr(person, "person", person))
    answer = client.post(address, data or {}, headers=headers or None)
    assert answer.status_code == status, answer.content.decode()[-1500:]
    return answer


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def filled(team, cycle, count, *, state=State.ACTIVE):
    """Make so many objectives with key results of each kind, and everything that stands beside them."""
    page = QuarterFactory(team=team, cycle=cycle)
    other = TeamFactory()
    for number in range(count):
        objective = ObjectiveFactory(team=team, cycle=cycle, state=state, accountable=UserFactory())
        metric = MetricFactory(team=team)
        measured = KeyResultFactory(
            objective=objective,
            kind=Kind.METRIC,
            metric=metric,
            baseline=Decimal(10),
            target=Decimal(5),
            accountable=UserFactory(),
        )
        for week in range(7):
            value_of(metric, cycle.starts_on + timedelta(days=7 * week), str(10 - week / 2))
        steps = KeyResultFactory(objective=objective, kind=Kind.MILESTONE)
        Milestone.objects.create(key_result=steps, title="EU")
        KeyResultFactory(objective=objective, dropped_on=cycle.starts_on, drop_reason="Double")
        transitions.say(objective, text="Why?", by=lead_of(TeamFactory()), at=timezone.now())
        Negotiation.objects.create(
            kind="contribution",
            title=f"Ask {number}",
            initiator=other,
            counterpart=team,
            cycle=cycle,
            objective=objective,
            stage="open",
            owes=team,
            respond_by=cycle.ends_on,
            opened_at=timezone.now(),
        )
        No.objects.create(
            kind="no",
            what=f"No {number}",
            team=team,
            reason_code="risk",
            reason="So",
            decided_by=measured.accountable,
            decided_at=timezone.now(),
            holder=measured.accountable,
            objective=objective,
            requester=other,
        )
        ObjectiveFactory(team=team, cycle=None, horizon="next", title=f"Waits {number}")
    CapacityPlan.objects.get_or_create(
        quarter=page, defaults={"people": Decimal(4), "upkeep_share": Decimal("0.2")}
    )
    return page


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("state", [State.ACTIVE, State.DRAFT])
def test_a_quarter_takes_at_most_twelve_queries(client, team, lead, cycle, count, state):
    filled(team, cycle, count, state=state)
    client.force_login(lead.person)

    with CaptureQueriesContext(
        connection,
    ) as found:
        html = client.get(url("quarter", cycle.slug, team.slug)).content.decode()

    assert len(found) <= MOST_QUERIES, [query["sql"][:130] for query in found]
    assert html.count('class="spark"') == count


@pytest.mark.parametrize("count", [1, 10])
def test_the_organisations_quarter_takes_at_most_twelve_queries(client, lead, cycle, count):
    for number in range(count):
        filled(TeamFactory(name=f"Team {number:02}"), cycle, 2)
    client.force_login(lead.person)

    with CaptureQueriesContext(connection) as found:
        html = client.get(url("cycle", cycle.slug)).content.decode()

    assert len(found) <= MOST_QUERIES, [query["sql"][:130] for query in found]
    assert html.count('class="spark"') == 2 * count


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("name", ["ranks", "archive", "backlog"])
def test_the_other_pages_do_too(client, team, lead, cycle, count, name):
    page = filled(team, cycle, count)
    for number in range(count):
        CycleFactory(
            slug=f"2020-q{number}",
            starts_on=date(2010 + number, 1, 1),
            ends_on=date(2010 + number, 3, 1),
            state=CycleState.CLOSED,
        )
        RankSnapshot.objects.create(
            quarter=page, week_on=date(2026, 1, 5) + timedelta(days=7 * number), ordered_ids=[1, 2]
        )
        RankChange.objects.create(
            quarter=page, before=[1, 2], after=[2, 1], reason="So", person_name="Ada", at=timezone.now()
        )
    client.force_login(lead.person)
    args = [cycle.slug, team.slug] if name == "ranks" else []

    with CaptureQueriesContext(connection) as found:
        answer = client.get(url(name, *args))

    assert answer.status_code == 200
    assert len(found) <= MOST_QUERIES, [query["sql"][:130] for query in found]


def test_the_head_says_where_the_quarter_is(client, team, lead, cycle):
    page = filled(team, cycle, 2)
    Quarter.objects.filter(pk=page.pk).update(agreed_at=timezone.now(), toward="Anyone knows.")

    text = words(shown(client, UserFactory(), url("quarter", cycle.slug, team.slug)))

    assert "Week 8 of 13 · agreed on" in text
    assert "2 objectives, 4 key results · 0 of 41.6 person-weeks promised" in text
    assert "Toward: “Anyone knows.”" in text
    assert "Ask 0" in text
    assert "We said no" in text
    assert "Why?" in text


def test_an_empty_quarter_says_how_to_begin(client, team, lead, cycle):
    ours = words(shown(client, lead, url("quarter", cycle.slug, team.slug)))
    theirs = words(shown(client, UserFactory(), url("quarter", cycle.slug, team.slug)))

    assert "The first objective" in ours
    assert "Tracking has not written anything for Q9 2026 yet." in theirs
    assert "The first objective" not in theirs


def test_home_leads_to_the_quarter_of_today(client, lead, cycle):
    client.force_login(lead.person)

    assert client.get(url("home")).headers["Location"] == url("cycle", cycle.slug)
    Cycle.objects.all().delete()
    assert "No quarter is laid out yet" in shown(client, lead, url("home"))


def test_what_only_a_team_reads_is_on_no_page_of_others(client, team, lead, cycle):
    secret = ObjectiveFactory(
        team=team, cycle=cycle, title="Buy a rival", visibility="restricted", restricted_because="Law"
    )
    page = QuarterFactory(team=team, cycle=cycle, ordered_ids=[secret.pk])
    row = KeyResultFactory(objective=secret, title="Signed by March")
    step = Milestone.objects.create(key_result=row, title="Letter")
    RankSnapshot.objects.create(quarter=page, week_on=date(2026, 1, 5), ordered_ids=[secret.pk])
    RankChange.objects.create(
        quarter=page,
        before=[secret.pk, 0],
        after=[0, secret.pk],
        reason="So",
        person_name="Ada",
        at=timezone.now(),
    )
    No.objects.create(
        kind="no",
        what="Buy a rival",
        team=team,
        reason_code="risk",
        reason="So",
        decided_by=lead.person,
        decided_at=timezone.now(),
        holder=lead.person,
        objective=secret,
    )
    other = lead_of(TeamFactory()).person
    pages = [
        url("quarter", cycle.slug, team.slug),
        url("cycle", cycle.slug),
        url("ranks", cycle.slug, team.slug),
    ]
    pages += [url("archive"), url("backlog")]

    assert "Buy a rival" in shown(client, lead, pages[0])
    for address in pages:
        html = shown(client, other, address)
        assert "rival" not in html
        assert "Signed by March" not in html
    for address in (
        url("objective", secret.pk),
        url("objective_thread", secret.pk),
        url("objective_details", secret.pk),
        url("objective_step", secret.pk, "adopt"),
        url("measure_key_result", row.pk),
        url("drop_key_result", row.pk),
        url("milestones", row.pk),
        url("reach_milestone", step.pk),
    ):
        shown(client, other, address, status=404)


# ---- typing


def test_an_objective_is_typed_as_a_text(client, team, lead, cycle):
    text = "The night is quiet\nPages fall from 14 to 3\nNobody is called twice"

    answer = sent(client, lead, url("add_objective", cycle.slug, team.slug), {"text": text})

    objective = Objective.objects.get()
    assert answer.headers["Location"].endswith(f"#objective-{objective.pk}")
    assert objective.key_results.count() == 2


def test_a_sentence_that_is_too_long_comes_back(client, team, lead, cycle):
    typed = {"text": "x" * 201, "is_idea": "on"}

    address = url("add_objective", cycle.slug, team.slug)
    html = sent(client, lead, address, typed, status=422).content.decode()

    assert "x" * 201 in html
    assert "at most 200" in html
    assert 'aria-invalid="true" autofocus' in html  # the form stands at the end of a long page
    assert 'name="is_idea" checked' in html


def test_an_autosave_is_answered_with_the_new_revision(client, team, lead, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle)
    data = {"title": "New\nwords", "why": "", "instead_of": "", "revision": 0}

    html = sent(client, lead, url("save_objective", objective.pk), data, status=200, **HTMX).content.decode()

    assert f'id="objective-{objective.pk}-revision" value="1"' in html
    assert Objective.objects.get().title == "New words"


@pytest.mark.parametrize("is_part", [True, False])
def test_two_writers_see_both_texts(client, team, lead, cycle, is_part):
    objective = ObjectiveFactory(team=team, cycle=cycle, title="Theirs", revision=4)
    data = {"title": "Mine", "why": "", "instead_of": "", "revision": 3}
    headers = HTMX if is_part else {}

    html = sent(
        client, lead, url("save_objective", objective.pk), data, status=409, **headers
    ).content.decode()

    assert "Mine" in html
    assert "Theirs" in html
    assert 'name="revision" value="4"' in html
    assert ("<html" in html) is not is_part


def test_keeping_mine_brings_the_whole_back(client, team, lead, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle, title="Theirs", revision=4)
    data = {"title": "Mine", "why": "", "instead_of": "", "revision": 4, "whole": "1"}

    html = sent(client, lead, url("save_objective", objective.pk), data, status=200, **HTMX).content.decode()

    assert f'id="objective-{objective.pk}-words"' in html
    assert "Mine" in html


@pytest.mark.parametrize("is_part", [True, False])
def test_an_empty_sentence_is_refused_beside_it(client, team, lead, cycle, is_part):
    objective = ObjectiveFactory(team=team, cycle=cycle)
    row = KeyResultFactory(objective=objective)
    headers = HTMX if is_part else {}
    empty = {"title": " ", "why": "my words", "instead_of": "", "revision": 0}

    for address in (url("save_objective", objective.pk), url("save_key_result", row.pk)):
        html = sent(client, lead, address, empty, status=422, **headers).content.decode()
        assert "required" in html or "needed" in html


def test_key_results_are_saved_one_by_one(client, team, lead, cycle):
    row = KeyResultFactory(objective=ObjectiveFactory(team=team, cycle=cycle), title="Old")
    address = url("save_key_result", row.pk)

    sent(client, lead, address, {"title": "New", "revision": 0}, status=200, **HTMX)
    html = sent(client, lead, address, {"title": "Late", "revision": 0}, status=409, **HTMX).content.decode()
    whole = sent(client, lead, address, {"title": "Late", "revision": 1, "whole": 1}, status=200, **HTMX)
    plain = sent(client, lead, address, {"title": "Plain", "revision": 2})

    assert "Late" in html
    assert "New" in html
    assert f'id="kr-{row.pk}"' in whole.content.decode()
    assert plain.headers["Location"].endswith(f"#kr-{row.pk}")
    assert f'id="kr-{row.pk}"' in shown(client, lead, url("key_result_item", row.pk), **HTMX)


def test_key_results_are_added_in_place_or_by_a_page(client, team, lead, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle)
    address = url("add_key_results", objective.pk)

    sent(client, lead, address, {"text": "First"})
    part = sent(client, lead, address, {"text": "Calls fall\nNights are quiet"}, status=200, **HTMX)
    sent(client, lead, address, {"text": " "}, status=422)
    kept = sent(client, lead, address, {"text": "y" * 301}, status=422, **HTMX)

    # Only what is new: in the sentences beside it, and in the line below, somebody types on.
    assert re.findall(r'aria-label="(.*?)"', part.content.decode())[::2] == [
        "Key result: Calls fall",
        "Key result: Nights are quiet",
    ]
    assert kept.headers["HX-Retarget"] == f"#objective-{objective.pk}-add-status"
    assert "<textarea" not in kept.content.decode()
    assert KeyResult.objects.count() == 3


def test_the_sentence_above_is_saved_in_place(client, team, lead, cycle):
    address = url("save_toward", cycle.slug, team.slug)
    before = {"revision": rules.mark_of("")}

    html = sent(client, lead, address, before | {"toward": "Onward"}, status=200, **HTMX).content.decode()
    sent(client, lead, address, before | {"toward": "Else"}, status=409, **HTMX)
    sent(client, lead, address, before | {"toward": "z" * 301}, status=422, **HTMX)
    sent(client, lead, address, before | {"toward": "z" * 301}, status=422)
    sent(client, lead, address, {"toward": "More", "revision": rules.mark_of("Onward")})

    assert f'value="{rules.mark_of("Onward")}"' in html
    assert Quarter.objects.get().toward == "More"


def test_a_key_result_is_measured_by_a_form(client, team, lead, cycle):
    row = KeyResultFactory(objective=ObjectiveFactory(team=team, cycle=cycle))
    address = url("measure_key_result", row.pk)
    assert "How is it measured?" in shown(client, lead, address)
    data = {"kind": "metric", "new_metric": "Calls", "unit": "%", "revision": 0, "required_share": "0.95"}
    data |= {"curve": "linear", "target": "5"}

    wrong = sent(client, lead, address, data | {"baseline": "9,400"}, status=422).content.decode()
    same = sent(client, lead, address, data | {"baseline": "5"}, status=422).content.decode()
    much = sent(client, lead, address, data | {"baseline": "9,4", "target": "101 %"}, status=422)
    sent(client, lead, address, data | {"baseline": "9,4 %"})
    stale = sent(client, lead, address, data | {"baseline": "8"}, status=409).content.decode()

    row.refresh_from_db()
    assert "without separators of thousands" in wrong
    assert "Baseline and target are the same" in same
    assert all(words in much.content.decode() for words in ("101 lies above 100", 'value="101 %"'))
    assert (row.baseline, row.target, row.metric.name) == (Decimal("9.4"), Decimal(5), "Calls")
    assert "Somebody else changed it" in stale
    assert 'name="revision" value="1"' in stale


def test_milestones_have_a_page(client, team, lead, cycle):
    row = KeyResultFactory(objective=ObjectiveFactory(team=team, cycle=cycle))
    address = url("milestones", row.pk)

    sent(client, lead, address, {"title": "EU", "due_on": "2026-12-01"})
    step = Milestone.objects.get()
    assert "due on 1 Dec 2026" in words(shown(client, lead, address))
    reach = url("reach_milestone", step.pk)
    assert "Reached: EU" in shown(client, lead, reach)
    today = timezone.localdate().isoformat()
    sent(client, lead, reach, {"done_on": today, "evidence_url": ""}, status=422)
    sent(client, lead, reach, {"done_on": today, "evidence_url": "https://example.org"})
    assert "reached on" in words(shown(client, UserFactory(), address))
    sent(client, lead, url("remove_milestone", step.pk))

    assert not Milestone.objects.exists()


def test_a_key_result_moves_and_goes(client, team, lead, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle)
    one, two = (KeyResultFactory(objective=objective, position=n) for n in range(2))

    sent(client, lead, url("place_key_result", two.pk), {"places": "-1"})
    shown(client, lead, url("drop_key_result", one.pk))
    sent(client, lead, url("drop_key_result", one.pk), {"reason": ""}, status=422)
    sent(client, lead, url("drop_key_result", one.pk), {"reason": "Double"})

    assert "dropped on" in words(shown(client, lead, url("quarter", cycle.slug, team.slug)))
    assert list(objective.key_results.order_by("position")) == [two, one]


def test_details_come_back_when_they_are_wrong(client, team, lead, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle)
    address = url("objective_details", objective.pk)
    shown(client, lead, address)

    data = {
        "ambition": "moonshot",
        "visibility": "open",
        "accountable": lead.person_id,
        "tags": "Calls, night",
        "revision": 0,
    }
    sent(client, lead, address, data | {"ambition": "huge"}, status=422)
    sent(client, lead, address, data)

    objective.refresh_from_db()
    assert (objective.ambition, objective.accountable, objective.tags) == (
        "moonshot",
        lead.person,
        ["calls", "night"],
    )
    late = sent(client, lead, address, data | {"ambition": "commitment"}, status=409).content.decode()
    assert "Moon shot" in late  # what was saved meanwhile, beside mine
    assert 'name="revision" value="1"' in late


def test_everybody_writes_into_the_margin(client, team, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle)
    address = url("objective_thread", objective.pk)

    sent(client, UserFactory(), address, {"text": "Returns too?"})
    sent(client, UserFactory(), address, {"text": " "}, status=422)
    part = sent(client, UserFactory(), address, {"text": "And parcels?"}, status=200, **HTMX)

    assert "And parcels?" in part.content.decode()
    assert "Returns too?" in shown(client, UserFactory(), url("quarter", cycle.slug, team.slug))


# ---- steps


def test_a_team_takes_its_steps_in_the_page(client, team, lead, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle)
    KeyResultFactory(objective=objective)
    QuarterFactory(team=team, cycle=cycle, ordered_ids=[objective.pk])

    def step(key, data=None):
        address = url("objective_step", objective.pk, key)
        shown(client, lead, address)
        sent(client, lead, address, data)
        objective.refresh_from_db()
        return objective.state

    assert step("idea") == State.IDEA
    assert step("draft") == State.DRAFT
    assert step("defer", {"horizon": "next", "reason": "Later"}) == State.DEFERRED
    assert "Take it up" in shown(client, lead, url("backlog"))
    assert step("take-up", {"cycle": cycle.pk}) == State.DRAFT
    assert step("adopt") == State.AGREED
    assert step("activate") == State.ACTIVE
    assert step("grading") == State.GRADING
    assert step("back") == State.ACTIVE
    assert step("stop", {"reason": "Done by others"}) == State.STOPPED
    assert "Done by others" in shown(client, lead, url("quarter", cycle.slug, team.slug))


def test_steps_that_are_nobodys_are_refused_in_words(client, team, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle)

    for person in (UserFactory(), UserFactory(is_admin=True)):
        sent(client, person, url("objective_step", objective.pk, "adopt"), status=403)
    shown(client, UserFactory(), url("objective_step", objective.pk, "fly"), status=404)
    sent(client, lead_of(team), url("objective_step", objective.pk, "adopt"), status=422)
    sent(client, lead_of(team), url("objective_step", objective.pk, "stop"), {"reason": "So"}, status=409)
    html = shown(client, UserFactory(), url("quarter", cycle.slug, team.slug))
    assert "Agree to it" not in html


def test_administrators_correct_in_the_page(client, team, cycle):
    objective = ObjectiveFactory(team=team, cycle=cycle, state=State.ACTIVE, title="Recieve")
    admin = UserFactory(is_admin=True)
    address = url("correct_objective", objective.pk)
    data = {"title": "Receive", "why": "", "instead_of": "", "revision": 0, "reason": "A slip"}

    shown(client, admin, address)
    sent(client, admin, address, data | {"reason": ""}, status=422)
    sent(client, admin, address, data)
    sent(client, admin, address, data | {"title": "Else"}, status=409)
    sent(client, lead_of(team), address, data, status=403)

    objective.refresh_from_db()
    assert objective.title == "Receive"


# ---- ranks and cycles


def ranked(team, cycle, count=3, state=State.ACTIVE):
    rows = [ObjectiveFactory(team=team, cycle=cycle, title=f"Goal {n}", state=state) for n in range(count)]
    return QuarterFactory(team=team, cycle=cycle, ordered_ids=[row.pk for row in rows])


@pytest.mark.parametrize(
    ("data", "order"),
    [
        ({"up": 2}, [0, 2, 1]),
        ({"down": 0}, [1, 0, 2]),
        ({"place_2": 1}, [2, 0, 1]),
        ({"place_0": 3}, [1, 2, 0]),
        ({"place_0": 2}, [1, 0, 2]),
    ],
)
def test_the_order_is_changed_by_buttons_or_numbers(client, team, lead, cycle, data, order):
    page = ranked(team, cycle)
    ids = page.ordered_ids
    data = {
        name if name in {"up", "down"} else f"place_{ids[int(name[-1])]}": ids[value]
        if name in {"up", "down"}
        else value
        for name, value in data.items()
    }
    places = {f"place_{pk}": number for number, pk in enumerate(ids, start=1)}

    data = places | {"revision": 0, "reason": "So"} | data
    to = sent(client, lead, url("ranks", cycle.slug, team.slug), data).headers["Location"]

    moved = data.get("up", data.get("down"))
    assert to.endswith(f"#objective-{moved}" if moved else "/")  # keys go on from there
    page.refresh_from_db()
    assert page.ordered_ids == [ids[n] for n in order]
    assert "Goal" in shown(client, UserFactory(), url("ranks", cycle.slug, team.slug))


def test_an_order_without_a_reason_comes_back(client, team, lead, cycle):
    page = ranked(team, cycle)
    address = url("ranks", cycle.slug, team.slug)

    html = sent(
        client, lead, address, {"up": page.ordered_ids[2], "revision": 0}, status=422
    ).content.decode()
    sent(client, lead, address, {"up": page.ordered_ids[2], "revision": 7, "reason": "So"}, status=409)
    sent(
        client,
        member_of(team),
        address,
        {"up": page.ordered_ids[2], "revision": 0, "reason": "So"},
        status=403,
    )

    assert "required" in html
    page.refresh_from_db()
    assert page.revision == 0


def test_the_chart_and_its_table_say_the_same(client, team, lead, cycle):
    page = ranked(team, cycle)
    one, two, three = page.ordered_ids
    monday = rules.monday_of(timezone.now().date())
    RankSnapshot.objects.create(quarter=page, week_on=monday - timedelta(days=7), ordered_ids=[two, one])
    RankSnapshot.objects.create(quarter=page, week_on=monday, ordered_ids=[one, two, three])
    transitions.rank(page, order=[two, one, three], revision=0, reason="Outages", by=lead, at=timezone.now())

    html = shown(client, UserFactory(), url("ranks", cycle.slug, team.slug))

    assert html.count("<polyline") == 6
    assert "Goal 1: 2 → 1" in words(html)
    assert "Outages" in html
    assert "1. Goal 0 · 2. Goal 1 · 3. Goal 2" in words(html)


def test_the_root_teams_leads_move_the_quarter_on(client, cycle):
    root = TeamFactory(name="Parcels")
    boss = lead_of(root)
    Cycle.objects.filter(pk=cycle.pk).update(ends_on=timezone.now().date() + timedelta(days=5))

    assert "begin grading" in shown(client, boss, url("cycle", cycle.slug))
    shown(client, boss, url("cycle_step", cycle.slug, "grade"))
    sent(client, boss, url("cycle_step", cycle.slug, "grade"))
    shown(client, boss, url("cycle_step", cycle.slug, "close"))
    sent(client, UserFactory(), url("cycle_step", cycle.slug, "close"), status=403)
    sent(client, boss, url("cycle_step", cycle.slug, "close"))
    admin = UserFactory(is_admin=True)
    sent(client, admin, url("cycle_step", cycle.slug, "reopen"), {"reason": ""}, status=422)
    sent(client, admin, url("cycle_step", cycle.slug, "reopen"), {"reason": "A wrong grade"})
    shown(client, admin, url("cycle_step", cycle.slug, "fly"), status=404)

    cycle.refresh_from_db()
    assert cycle.state == CycleState.GRADING
    assert "A wrong grade" in shown(client, UserFactory(), url("archive"))


@pytest.mark.parametrize("role", ["is_admin", "is_leadership", "is_enablement"])
def test_everybody_sees_the_whole_quarter(client, team, cycle, role):
    filled(team, cycle, 2)
    person = UserFactory(**{role: True})

    for _again in range(2):
        text = words(shown(client, person, url("cycle", cycle.slug)))
        assert "1 team, 2 objectives, 4 key results" in text


def test_teams_are_paged(client, cycle):
    for number in range(23):
        objective = ObjectiveFactory(team=TeamFactory(name=f"Team {number:02}"), cycle=cycle)
        QuarterFactory(team=objective.team, cycle=cycle)
    person = UserFactory()

    first = shown(client, person, url("cycle", cycle.slug))
    after = re.search(r"\?after=(\d+)", first)[1]
    second = shown(client, person, f"{url('cycle', cycle.slug)}?after={after}")

    assert (first.count('class="doc team"'), second.count('class="doc team"')) == (20, 3)


def test_something_for_later_is_written_into_the_backlog(client, team, lead):
    sent(client, lead, url("add_to_backlog", team.slug), {"text": "Fly", "is_idea": "on"})
    sent(client, lead, url("add_to_backlog", team.slug), {"text": ""}, status=422)
    sent(client, UserFactory(), url("add_to_backlog", team.slug), {"text": "Fly"}, status=403)

    assert (Objective.objects.get().state, Objective.objects.get().cycle) == (State.IDEA, None)
    assert "Fly" in shown(client, UserFactory(), url("backlog"))
