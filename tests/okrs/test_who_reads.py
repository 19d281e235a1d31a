"""Who sees objectives that are not open to everyone: their teams, those who take part, administrators."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.activity.queries import of_team
from apps.core.errors import InvalidInputError, NotPermittedError
from apps.notifications.models import Notice
from apps.okrs import queries, rules, transitions
from apps.okrs.models import AlignmentLink, Objective, Participant
from apps.okrs.rules.asking import Ask
from tests.factories import ActorFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import NextCycleFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.programs import ask, program, refused
from tests.okrs.sides import WORK, capacity_of, seen, sides

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]
WORD = "Zaubernuss"
LOAN = {
    "person_weeks": "2",
    "starts_on": "2026-03-02",
    "ends_on": "2026-03-20",
    "return_note": "As found",
    "instead_of": "The night is quiet",
}


def restrict(objective):
    Objective.objects.filter(pk=objective.pk).update(visibility="restricted", restricted_because="A merger")
    objective.refresh_from_db()


# A metric's key results


def used(by, now):
    (row,) = queries.metrics(by.person, on=now.date())
    shown = ask(program(by), "GET", f"metrics/{row.key}/").json()
    (listed,) = ask(program(by), "GET", "metrics/").json()["results"]
    return {row.used, shown["used"], listed["used"]}


def test_a_metric_counts_the_key_results_that_its_reader_sees(goals, now):
    restrict(goals.objective)
    let_in = TeamFactory()
    Participant.objects.create(objective=goals.objective, team=let_in, part="informed")

    assert used(ActorFactory(), now) == {0}
    assert used(member_of(TeamFactory()), now) == {0}
    assert used(goals.member, now) == {1}
    assert used(member_of(let_in), now) == {1}
    assert used(ActorFactory(person__is_admin=True), now) == {1}


def test_the_page_of_metrics_counts_the_same(goals, client):
    restrict(goals.objective)

    for by, count in ((ActorFactory(), "0"), (goals.member, "1")):
        client.force_login(by.person)
        page = client.get("/okrs/metrics/").content.decode()
        assert re.search(rf'data-counts="key results?" class="num">{count}</td>', page)


# An embargo that is over


def embargo(objective, *, until):
    rows = Objective.objects.filter(pk=objective.pk)
    rows.update(visibility="embargoed", embargo_until=until, title=WORD)
    objective.refresh_from_db()


@pytest.fixture(params=[("2026-03-02", True), ("2026-03-03", False)], ids=["over", "running"])
def embargoed(request):
    """Checkout's objective, whose embargo is over today or tomorrow, and whether it is over."""
    until, is_over = request.param
    found = sides()
    embargo(found.objective, until=until)
    return found, is_over


def told_to_all():
    """Return the kinds of events and notices that everybody may read."""
    events = Event.objects.filter(audience="everyone").values_list("verb", flat=True)
    return {*events, *Notice.objects.filter(audience="everyone").values_list("kind", flat=True)}


def test_what_happens_to_it_is_told_to_everybody_once_it_is_over(embargoed, now):
    two, is_over = embargoed

    asked = two.ask(now)
    transitions.decline(asked, reason_code="risk", reason="Too risky", by=two.giver, at=now)
    transitions.say(two.objective, text="Why?", by=two.buyer, at=now)

    told = {"okrs.asked", "okrs.declined", "comments.said", "okrs/asked", "okrs/said_no"}
    assert told & told_to_all() == (told if is_over else set())
    assert Participant.objects.filter(team=two.tracking).exists() is not is_over


def test_titles_and_weeks_are_named_once_it_is_over(embargoed, now):
    two, is_over = embargoed
    other = ObjectiveFactory(team=two.checkout, cycle=two.cycle)
    quarter = QuarterFactory(team=two.checkout, cycle=two.cycle, ordered_ids=[two.objective.pk, other.pk])
    transitions.rank(
        quarter,
        order=[other.pk, two.objective.pk],
        revision=quarter.revision,
        reason="So",
        by=two.buyer,
        at=now,
    )
    transitions.promise_weeks(quarter, objective=two.objective, person_weeks=Decimal(2), by=two.buyer, at=now)

    for verb in ("okrs.order_changed", "okrs.weeks_promised"):
        assert (WORD in str(Event.objects.get(verb=verb).data)) is is_over


def test_the_pack_for_all_holds_it_once_it_is_over(embargoed, now):
    two, is_over = embargoed
    asked = two.ask(now, {"deliverable": "Half of it", "person_weeks": "1"})
    transitions.decline(asked, reason_code="risk", reason=WORD, by=two.giver, at=now)

    assert (WORD in str(queries.pack_content(two.cycle, on=now.date()))) is is_over


def test_others_see_what_is_tied_to_it_once_it_is_over(embargoed, now):
    two, is_over = embargoed
    own = ObjectiveFactory(team=TeamFactory(), cycle=NextCycleFactory())
    AlignmentLink.objects.create(
        objective=own, kind="contributes", to_objective=two.objective, statement="Same buyers"
    )

    shown = queries.alignment(own.cycle, root=None, person=ActorFactory().person, on=now.date())

    assert [one.target for one in shown.ties] == ([WORD] if is_over else [])


def test_its_pages_bear_a_lock_only_while_it_runs(embargoed, client):
    two, is_over = embargoed
    client.force_login(two.buyer.person)

    for url in (two.objective.get_absolute_url(), f"/okrs/{two.cycle.slug}/teams/{two.checkout.slug}/"):
        assert ("the team alone until a date" in client.get(url).content.decode().lower()) is not is_over


def test_what_was_told_while_it_was_hidden_stays_with_its_team(now, client):
    two = sides()
    embargo(two.objective, until="2026-03-03")
    transitions.say(two.objective, text="A word in confidence", by=two.buyer, at=now)
    url = f"{two.objective.get_absolute_url()}history/"

    with time_machine.travel(now + timedelta(days=1), tick=False):
        for by, sees in ((ActorFactory(), False), (two.buyer, True)):
            client.force_login(by.person)
            assert ("wrote about" in client.get(url).content.decode()) is sees


# A negotiation about one


def history_of(team, client, by):
    client.force_login(by.person)
    return client.get(f"/teams/{team.slug}/history/").content.decode()


def test_both_sides_find_what_they_negotiate_in_their_own_history(client, now):
    two = sides()
    restrict(two.objective)
    capacity_of(two.tracking, two.cycle, has="50")
    title = two.ask(now).title
    lent = two.ask(now, LOAN, kind="loan")
    transitions.accept(lent, seen=seen(lent), by=two.giver, at=now)

    for team, own, other in (
        (two.checkout, member_of(two.checkout), two.giver),
        (two.tracking, member_of(two.tracking), two.buyer),
    ):
        found = history_of(team, client, own)
        assert (found.count("asks Tracking: "), "lends" in found) == (2, True)
        assert title in found
        for stranger in (other, member_of(TeamFactory()), ActorFactory()):
            assert "asks Tracking" not in history_of(team, client, stranger)


def test_what_is_open_to_all_stands_in_history_once(now):
    sides().ask(now)

    assert Event.objects.filter(verb="okrs.asked").count() == 1


def test_an_answer_about_it_waits_in_my_work_of_whoever_owes_it(now):
    two = sides()
    restrict(two.objective)
    asked = two.ask(now)
    counter = WORK | {"person_weeks": "3"}
    transitions.counter(asked, payload=counter, seen=seen(asked), by=two.giver, at=now)

    answer, _check_in = queries.waiting_for(two.buyer.person, now=now)
    assert (answer.url, answer.action) == (asked.get_absolute_url(), "Answer")
    assert queries.waiting_for(lead_of(TeamFactory()).person, now=now) == []


# Who chooses who reads

SECRET = {"visibility": "restricted", "restricted_because": "A merger"}


def choose(objective, by, now, **details):
    objective.refresh_from_db()
    details = {"revision": objective.revision} | details
    return transitions.detail_objective(objective, by=by, at=now, **details).row


@pytest.mark.parametrize("state", ["proposed", "negotiating", "agreed", "active"])
def test_no_mere_member_hides_or_shows_what_others_know(goals, now, state):
    own = ObjectiveFactory(team=goals.team, state=state, accountable=member_of(goals.team).person)
    owner = Actor(person=own.accountable)

    for by in (goals.member, ActorFactory(person__is_admin=True)):
        with pytest.raises(NotPermittedError, match="or who is accountable, says who may read"):
            choose(own, by, now, accountable=own.accountable, **SECRET)
    assert not Event.objects.exists()

    hidden = choose(own, owner, now, accountable=own.accountable, **SECRET)
    with pytest.raises(NotPermittedError):
        choose(hidden, goals.member, now, accountable=own.accountable)
    with pytest.raises(NotPermittedError):
        choose(
            hidden, goals.member, now, accountable=own.accountable, **(SECRET | {"restricted_because": "x"})
        )
    assert choose(hidden, goals.lead, now, accountable=own.accountable).visibility == "open"


def test_a_member_still_says_the_rest(goals, now):
    restrict(goals.objective)

    found = choose(goals.objective, goals.member, now, tags=["calls"], **SECRET)

    assert (found.tags, found.visibility) == (["calls"], "restricted")


@pytest.mark.parametrize("state", ["idea", "draft"])
def test_a_draft_is_hidden_by_the_team_that_writes_it(goals, now, state):
    own = ObjectiveFactory(team=goals.team, state=state)
    theirs = ObjectiveFactory(team=goals.team, authored_by=TeamFactory(), state=state)

    assert choose(own, goals.member, now, **SECRET).visibility == "restricted"
    with pytest.raises(NotPermittedError):
        choose(theirs, goals.member, now, **SECRET)
    with pytest.raises(InvalidInputError, match="Say why only the team"):
        choose(ObjectiveFactory(team=goals.team), goals.member, now, visibility="restricted")


def test_the_form_offers_it_to_those_alone(goals, client):
    url = f"{goals.objective.get_absolute_url()}details/"

    for by, offers in ((goals.member, False), (goals.lead, True)):
        client.force_login(by.person)
        assert ("Who may read it" in client.get(url).content.decode()) is offers
        said = {"ambition": "roofshot", "tags": offers, "revision": goals.objective.revision} | SECRET
        client.post(url, said)
        goals.objective.refresh_from_db()
        assert (goals.objective.visibility, goals.objective.tags) == (
            ("restricted", ["true"]) if offers else ("open", ["false"])
        )


def test_the_form_keeps_what_was_typed_where_a_reason_is_missing(goals, client):
    url = f"{goals.objective.get_absolute_url()}details/"
    said = {"ambition": "roofshot", "tags": "calls at night", "revision": goals.objective.revision}
    client.force_login(goals.lead.person)

    answer = client.post(url, said | SECRET | {"restricted_because": ""})

    html = answer.content.decode()
    assert (answer.status_code, "Say why only the team" in html, "calls at night" in html) == (
        422,
        True,
        True,
    )


def test_a_program_of_a_member_is_refused_it(goals):
    path = f"objectives/{goals.objective.pk}/details/"

    assert refused(program(goals.member), "PATCH", path, SECRET)[0] == 403
    assert ask(program(goals.lead), "PATCH", path, SECRET, status=200)["visibility"] == "restricted"


# Administrators read in confidence


def published_about(goals, now):
    line = rules.LineDraft(status="on_track", changed="Moved", items={})
    draft = rules.CheckInDraft(lines={goals.objective.pk: line})
    row = transitions.save_check_in(goals.quarter, draft=draft, revision=0, by=goals.lead, at=now).row
    transitions.publish_check_in(row, revision=1, by=goals.lead, at=now)
    return row


def asked_about(goals, now):
    wish = Ask(
        kind="contribution",
        initiator=goals.team,
        counterpart=TeamFactory(),
        cycle=goals.cycle,
        objective=goals.objective,
    )
    return transitions.ask(wish, payload=WORK, by=goals.lead, at=now)


PLACES = (
    "/okrs/objectives/{objective}/",
    "/okrs/objectives/{objective}/thread/",
    "/okrs/key-results/{key_result}/item/",
    "/okrs/negotiations/{negotiation}/",
    "/okrs/check-ins/{check_in}/",
    "/okrs/2026-q1/",
    "/okrs/2026-q1/teams/{team}/",
    "/okrs/2026-q1/list.csv",
    "/okrs/metrics/calls/",
    "/api/v1/okrs/negotiations/{negotiation}/",
    "/api/v1/okrs/negotiations/{negotiation}/thread/",
    "/api/v1/okrs/check-ins/{check_in}/",
    "/api/v1/okrs/metrics/calls/",
    "/api/v1/okrs/cycles/2026-q1/list.csv",
)


@pytest.mark.parametrize("place", PLACES)
def test_an_administrator_leaves_one_trace_wherever_it_is_shown(goals, client, now, place):
    restrict(goals.objective)
    ids = {
        "objective": goals.objective.pk,
        "key_result": goals.calls.pk,
        "negotiation": asked_about(goals, now).pk,
        "check_in": published_about(goals, now).pk,
        "team": goals.team.slug,
    }
    admin, stranger, url = ActorFactory(person__is_admin=True), ActorFactory(), place.format(**ids)

    for by, traces in ((goals.member, 0), (stranger, 0), (admin, 1), (admin, 1)):
        client.force_login(by.person)
        status = client.get(url).status_code
        assert status in {200, 302} or by == stranger
        assert Event.objects.filter(verb="okrs.read_in_confidence").count() == traces


def test_who_is_being_asked_about_it_reads_on_when_it_is_hidden(client, now):
    two = sides()
    agreed, third = two.ask(now), TeamFactory()
    transitions.accept(agreed, seen=seen(agreed), by=two.giver, at=now)
    asked = transitions.ask(
        Ask(
            kind="contribution",
            initiator=two.checkout,
            counterpart=third,
            cycle=two.cycle,
            objective=two.objective,
        ),
        payload=WORK,
        by=two.buyer,
        at=now,
    )

    choose(two.objective, two.buyer, now, **SECRET)

    for one, side in ((agreed, two.tracking), (asked, third)):
        for by, status in ((member_of(side), 200), (member_of(TeamFactory()), 404), (ActorFactory(), 404)):
            client.force_login(by.person)
            assert client.get(one.get_absolute_url()).status_code == status


# What was told before it was hidden


def test_history_names_no_goal_that_was_hidden_since(client, now):
    two = sides()
    Objective.objects.filter(pk=two.objective.pk).update(title=WORD)
    two.objective.refresh_from_db()
    other = ObjectiveFactory(team=two.checkout, cycle=two.cycle)
    asked = two.ask(now, WORK | {"deliverable": f"All of {WORD}"})
    transitions.decline(asked, reason_code="risk", reason=WORD, by=two.giver, at=now)
    transitions.say(two.objective, text="Why?", by=two.buyer, at=now)
    transitions.add_objective(two.checkout, title="In sight", cycle=two.cycle, by=two.buyer, at=now)
    page = QuarterFactory(team=two.checkout, cycle=two.cycle)
    order = [*page.ordered_ids, two.objective.pk, other.pk]
    transitions.rank(page, order=order, revision=page.revision, reason="So", by=two.buyer, at=now)
    transitions.promise_weeks(page, objective=two.objective, person_weeks=Decimal(2), by=two.buyer, at=now)
    theirs = ObjectiveFactory(team=two.tracking, cycle=two.cycle)
    transitions.link_objective(
        theirs, kind="contributes", target=two.objective, statement="Same buyers", by=two.giver, at=now
    )
    stranger, own = ActorFactory(), member_of(two.checkout)
    assert all(WORD in history_of(team, client, stranger) for team in (two.checkout, two.tracking))

    restrict(two.objective)

    for team in (two.checkout, two.tracking):
        found = history_of(team, client, stranger)
        client.force_login(stranger.person)
        lately = client.get(f"/teams/{team.slug}/").content.decode()
        assert (WORD in found, WORD in lately) == (False, False)
        assert "worked on something that its team keeps to itself" in found
        assert WORD in history_of(team, client, own)
    assert "In sight" in history_of(two.checkout, client, stranger)


@pytest.mark.parametrize("count", [1, 10])
def test_history_asks_once_for_each_sort_of_subject(goals, now, django_assert_num_queries, count):
    for place in range(count):
        title = f"Goal {place}"
        own = transitions.add_objective(goals.team, title=title, cycle=goals.cycle, by=goals.lead, at=now)
        transitions.add_key_results(own, titles=["Calls fall"], by=goals.lead, at=now)

    seen_by = ActorFactory().person.audiences

    with django_assert_num_queries(2):
        found = of_team(goals.team.pk, audiences=seen_by, on=now.date())

    assert len(found) == 2 * count
