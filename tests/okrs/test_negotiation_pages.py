"""The pages of negotiations, nos and person-weeks."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.activity.models import Event
from apps.okrs import transitions
from apps.okrs.models import Allocation, CapacityPlan, Negotiation, No, Objective, Stage, Waiver
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import KeyResultFactory, MetricFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.sides import WORK, capacity_of, fresh, seen, sides

pytestmark = pytest.mark.django_db
MOST = 12  # queries of a page


@pytest.fixture
def two():
    return sides()


@pytest.fixture
def asked(two, now):
    return two.ask(now)


def page(client, by, url, status=200):
    client.force_login(getattr(by, "person", by))
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def act(negotiation, name):
    return reverse("okrs:act", args=[negotiation.pk, name])


def post(client, by, url, **form):
    client.force_login(getattr(by, "person", by))
    return client.post(url, form)


def test_one_negotiation_shows_both_sides_and_the_givers_order(client, two, asked, now):
    capacity_of(two.tracking, two.cycle, has="50", promised="31")
    first = ObjectiveFactory(team=two.tracking, cycle=two.cycle, title="The night is quiet")
    quarter = QuarterFactory(team=two.tracking, cycle=two.cycle)
    quarter.ordered_ids = [first.pk]
    quarter.save()
    transitions.counter(
        asked,
        payload=WORK | {"ends_on": "2026-03-30", "person_weeks": "6", "instead_of": "The courier app"},
        message="We can, later.",
        by=two.giver,
        at=now,
    )

    shown = page(client, two.buyer, asked.get_absolute_url())

    for words in ("10 days later", "2 more", "The night is quiet", "19 of 50", "We can, later.", "Accept"):
        assert words in shown


def test_the_buttons_are_for_the_side_that_owes_the_answer(client, two, asked):
    assert "Accept" in page(client, two.giver, asked.get_absolute_url())
    for by in (two.buyer, member_of(two.tracking), ActorFactory(person__is_admin=True)):
        assert ">Accept<" not in page(client, by, asked.get_absolute_url())


def test_accepting_what_changed_shows_the_new_terms(client, two, asked, now):
    old = seen(asked)
    transitions.amend(asked, payload=WORK | {"person_weeks": "9"}, by=two.buyer, at=now)

    answer = post(client, two.giver, act(asked, "accept"), seen=old)

    assert answer.status_code == 409
    assert "The terms changed while you looked" in answer.content.decode()
    assert "9 person-weeks" in answer.content.decode()
    assert fresh(asked).stage == Stage.OPEN


def test_a_yes_that_crowds_asks_what_makes_room(client, two, asked):
    capacity_of(two.tracking, two.cycle, has="50", promised="38")
    form = page(client, two.giver, act(asked, "accept"))
    empty = post(client, two.giver, act(asked, "accept"), seen=seen(asked))

    said = post(client, two.giver, act(asked, "accept"), seen=seen(asked), displaced="The courier app")

    assert "What makes room for it" in form
    assert empty.status_code == 422
    assert said.status_code == 302
    assert fresh(asked).displaced == "The courier app"


def test_a_counter_that_changes_nothing_comes_back(client, two, asked):
    answer = post(client, two.giver, act(asked, "counter"), **WORK)

    assert answer.status_code == 422
    assert "Change at least one field" in answer.content.decode()


def test_a_refused_counter_keeps_its_words(client, two, asked):
    answer = post(
        client, two.giver, act(asked, "counter"), **(WORK | {"person_weeks": "4,5", "message": "Hm"})
    )

    assert answer.status_code == 422
    assert "is a number such as" in answer.content.decode()
    assert "4,5" in answer.content.decode()


def test_a_no_with_a_day_is_a_not_now(client, two, asked):
    answer = post(
        client,
        two.giver,
        act(asked, "decline"),
        reason_code="wrong_time",
        reason="After the peak.",
        until_on="2126-04-01",
    )
    far = answer.status_code
    said = post(client, two.giver, act(asked, "decline"), reason_code="wrong_time", reason="After the peak.")

    assert (far, said.status_code) == (422, 302)
    assert No.objects.get().kind == "no"


@pytest.mark.parametrize("name", ["withdraw", "amend", "counter", "decline", "accept", "change", "revoke"])
def test_every_act_is_a_page(client, two, asked, name):
    assert "<form" in page(client, two.giver, act(asked, name))


def test_an_act_that_nobody_knows_is_no_page(client, two, asked):
    page(client, two.giver, act(asked, "lapse"), status=404)


def test_the_rest_of_the_way_is_walked_in_pages(client, two, asked):
    post(client, two.buyer, act(asked, "amend"), **(WORK | {"person_weeks": "5"}))
    asked.refresh_from_db()
    steps = [
        (two.giver, "accept", {"seen": seen(asked)}),
        (two.giver, "report", {"reason": "Live since Tuesday"}),
        (two.buyer, "dispute", {"reason": "Not in the US"}),
        (two.giver, "report", {}),
        (two.buyer, "satisfied", {}),
    ]

    for by, name, form in steps:
        assert post(client, by, act(asked, name), **form).status_code == 302, name

    assert fresh(asked).stage == Stage.CLOSED


def test_a_change_is_asked_for_in_a_page(client, two, asked, now):
    transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)

    post(client, two.giver, act(asked, "change"), **(WORK | {"person_weeks": "6", "message": "More work"}))

    change = Negotiation.objects.get(kind="change")
    assert (change.initiator, change.terms.payload["person_weeks"]) == (two.tracking, "6")
    assert "It changes" in page(client, two.buyer, change.get_absolute_url())


def test_talk_is_no_move(client, two, asked):
    answer = post(client, two.giver, reverse("okrs:say", args=[asked.pk]), text="What about the US?")

    assert answer.status_code == 302
    assert "What about the US?" in page(client, two.buyer, asked.get_absolute_url())
    assert asked.moves.count() == 1


def test_a_draft_is_hidden_from_the_other_side(client, two, now):
    url = f"{reverse('okrs:ask')}?team=tracking"
    answer = post(
        client,
        member_of(two.checkout),
        url,
        initiator=two.checkout.pk,
        counterpart=two.tracking.pk,
        cycle=two.cycle.pk,
        draft="1",
        **WORK,
    )

    draft = Negotiation.objects.get()
    assert (answer.status_code, draft.stage) == (302, Stage.DRAFT)
    page(client, two.giver, draft.get_absolute_url(), status=404)
    post(client, two.buyer, reverse("okrs:say", args=[draft.pk]), text="Shall we?")
    assert Event.objects.get(verb="comments.said").audience == f"team:{two.checkout.pk}"
    assert post(client, two.buyer, act(draft, "propose")).status_code == 302
    page(client, two.giver, draft.get_absolute_url())


def test_a_hidden_objective_hides_what_is_negotiated_about_it(client, two, asked):
    Objective.objects.filter(pk=two.objective.pk).update(
        visibility="restricted", restricted_because="A partner"
    )

    page(client, UserFactory(), asked.get_absolute_url(), status=404)
    page(client, two.buyer, asked.get_absolute_url())


def test_people_are_asked_for_from_a_key_result(client, two):
    metric = MetricFactory(team=two.tracking)
    key_result = KeyResultFactory(
        objective=ObjectiveFactory(team=two.tracking, cycle=two.cycle),
        kind="metric",
        metric=metric,
        baseline=9400,
        target=7000,
    )
    url = f"{reverse('okrs:ask')}?key_result={key_result.pk}"

    form = page(client, two.buyer, url)
    answer = post(
        client,
        two.buyer,
        f"{url}&kind=target",
        initiator=two.checkout.pk,
        counterpart=two.tracking.pk,
        cycle=two.cycle.pk,
        target="5000",
    )

    assert "Another target of a key result" in form
    assert "7000" in form
    assert answer.status_code == 302
    assert Negotiation.objects.get().key_result == key_result


def test_what_is_about_their_objective_is_offered(client, two, now):
    """The side that begins does it: the form says so, and so does the page."""
    where = f"{reverse('okrs:ask')}?kind=contribution&objective={two.objective.pk}"
    form = page(client, two.giver, where)
    wish = two.wish(initiator=two.tracking, counterpart=two.checkout)
    offer = transitions.ask(wish, payload=WORK, by=two.giver, at=now)

    shown = page(client, two.buyer, offer.get_absolute_url())

    assert "Offer to do something for them" in form
    assert "Offer it" in form
    assert "Tracking offers Checkout" in shown


def test_an_objective_leads_to_what_can_be_negotiated_about_it(client, two):
    url = two.objective.get_absolute_url()

    assert "Ask another team" in page(client, two.buyer, url)
    assert "Offer something for it" in page(client, two.giver, url)


def test_the_lists_tell_who_waits_for_whom(client, two, asked):
    mine = page(client, two.giver, reverse("okrs:negotiations"))
    theirs = page(client, two.buyer, f"{reverse('okrs:negotiations')}?show=for-others")

    assert "your answer" in mine
    assert "waits for Tracking" in theirs
    assert "Nobody waits" in page(client, UserFactory(), reverse("okrs:negotiations"))


def test_three_rounds_are_listed_for_leadership(client, two, asked, now):
    for number, by in enumerate([two.giver, two.buyer, two.giver], 5):
        transitions.counter(asked, payload=WORK | {"person_weeks": str(number)}, by=by, at=now)

    shown = page(client, UserFactory(is_leadership=True), f"{reverse('okrs:negotiations')}?show=stuck")

    assert "needs a decision" in shown
    assert "3 rounds" in page(client, two.buyer, asked.get_absolute_url())


@pytest.mark.parametrize("count", [1, 10])
def test_lists_cost_the_same_for_one_and_for_ten(client, two, now, django_assert_max_num_queries, count):
    for number in range(count):
        two.ask(now, WORK | {"deliverable": f"Thing {number}"})
        transitions.say_no(
            two.tracking, what=f"Thing {number}", reason_code="risk", reason="No", by=two.giver, at=now
        )
    client.force_login(two.giver.person)

    for url in (reverse("okrs:negotiations"), reverse("okrs:nos"), reverse("okrs:ask")):
        with django_assert_max_num_queries(MOST):
            client.get(url)


@pytest.mark.parametrize("count", [1, 10])
def test_one_negotiation_costs_the_same_for_one_move_and_for_ten(
    client, two, asked, now, django_assert_max_num_queries, count
):
    capacity_of(two.tracking, two.cycle, has="50", promised="1")
    for number in range(count):
        by = two.giver if number % 2 == 0 else two.buyer
        transitions.counter(asked, payload=WORK | {"person_weeks": str(number + 5)}, by=by, at=now)
    client.force_login(two.giver.person)

    with django_assert_max_num_queries(MOST):
        client.get(asked.get_absolute_url())
    with django_assert_max_num_queries(MOST):
        client.get(act(asked, "counter"))


# ---- nos


def test_a_no_is_written_down_held_and_reopened(client, two):
    url = reverse("okrs:say_no")
    form = {"team": two.tracking.pk, "what": "A second data centre", "reason_code": "lower_value"}
    form |= {
        "reason": "The saved nights pay more.",
        "reopen_when": "nights stay quiet",
        "tags": "Nights, cost",
    }
    answer = post(client, two.giver, url, **form)
    no = No.objects.get()

    assert (answer.status_code, no.kind, no.tags) == (302, "not_now", ["cost", "nights"])
    assert "nights stay quiet" in page(client, two.buyer, no.get_absolute_url())
    steps = [("hold", {"reopen_when": "never mind"}), ("exception", {"reason": "Once", "person_weeks": "2"})]
    steps += [("reopen", {"reason": "They are quiet"})]
    for name, said in steps:
        assert "<form" in page(client, two.giver, reverse("okrs:no_step", args=[no.pk, name]))
        assert post(client, two.giver, reverse("okrs:no_step", args=[no.pk, name]), **said).status_code == 302
    assert fresh(no).state == "reopened"
    assert "Once" in page(client, two.buyer, no.get_absolute_url())


def test_the_register_filters(client, two, now):
    for what, code in (("Blue", "risk"), ("Green", "duplicate")):
        transitions.say_no(two.tracking, what=what, reason_code=code, reason="No", by=two.giver, at=now)
    No.objects.filter(what="Green").update(state="reopened")

    standing = page(client, two.buyer, reverse("okrs:nos"))
    reopened = page(client, two.buyer, f"{reverse('okrs:nos')}?show=reopened")
    code = page(client, two.buyer, f"{reverse('okrs:nos')}?show=all&reason=risk")

    assert ("Blue" in standing, "Green" in standing) == (True, False)
    assert ("Blue" in reopened, "Green" in reopened) == (False, True)
    assert ("Blue" in code, "Green" in code) == (True, False)


def test_who_does_not_hold_a_no_asks(client, two, now):
    no = transitions.say_no(two.tracking, what="Blue", reason_code="risk", reason="No", by=two.giver, at=now)

    shown = page(client, two.buyer, no.get_absolute_url())
    asked = post(client, two.buyer, reverse("okrs:no_step", args=[no.pk, "ask"]), reason="We would lend two")
    refused = post(client, two.buyer, reverse("okrs:no_step", args=[no.pk, "reopen"]), reason="We want it")

    assert "Ask to reopen it" in shown
    assert (asked.status_code, refused.status_code) == (302, 403)
    assert fresh(no).state == "active"


# ---- person-weeks


@pytest.fixture
def url(two):
    return reverse("okrs:capacity", args=[two.cycle.slug, two.tracking.slug])


PLAN = {"people": "5", "weeks": "13", "upkeep": "25", "leave": "5", "revision": "0"}


def test_a_plan_says_what_keeps_the_lights_on(client, two, url):
    none = post(client, two.giver, url, **(PLAN | {"upkeep": ""}))
    saved = post(client, two.giver, url, **PLAN)

    assert (none.status_code, saved.status_code) == (422, 302)
    shown = page(client, two.buyer, url)
    assert "45.5" in shown
    assert "Save the plan" not in shown


def test_whoever_was_slower_sees_the_other_plan(client, two, url):
    post(client, two.giver, url, **PLAN)
    post(client, two.giver, url, **(PLAN | {"people": "6", "revision": "1"}))

    stale = post(client, two.giver, url, **(PLAN | {"people": "9", "revision": "1"}))

    assert stale.status_code == 409
    assert "Somebody else saved a plan" in stale.content.decode()
    assert CapacityPlan.objects.get().people == 6


def test_person_weeks_are_promised_changed_and_freed(client, two, url):
    post(client, two.giver, url, **PLAN)
    post(client, two.giver, f"{url}promises/", label="The night rota", kind="upkeep", person_weeks="4")
    row = Allocation.objects.get()
    changed = post(client, two.giver, f"{url}promises/{row.pk}/", person_weeks="6.5")
    wrong = post(client, two.giver, f"{url}promises/{row.pk}/", person_weeks="0")

    assert (changed.status_code, wrong.status_code) == (302, 422)
    assert fresh(row).person_weeks == Decimal("6.5")
    assert "upkeep 6.5" in page(client, two.buyer, url)
    assert post(client, two.giver, f"{url}promises/{row.pk}/free/").status_code == 302
    assert not Allocation.objects.exists()


def test_what_was_negotiated_is_not_changed_by_hand(client, two, asked, now, url):
    capacity_of(two.tracking, two.cycle, has="50")
    transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)
    row = Allocation.objects.get()

    assert post(client, two.giver, f"{url}promises/{row.pk}/", person_weeks="1").status_code == 409
    assert post(client, two.giver, f"{url}promises/{row.pk}/free/").status_code == 409
    assert "agreed with another team" in page(client, two.giver, url)


def test_more_than_all_is_allowed_by_the_organisation(client, two, settings, url):
    root = TeamFactory(name="Everybody", slug="everybody")
    settings.ROOT_TEAM = "everybody"
    post(client, two.giver, url, **PLAN)
    waiver = {"up_to": "1.15", "expires_on": "2126-03-31", "reason": "A short peak"}

    by_the_team = post(client, two.giver, f"{url}waivers/", **waiver)
    too_long = post(client, lead_of(root), f"{url}waivers/", **waiver)

    assert (by_the_team.status_code, too_long.status_code) == (403, 422)
    assert not Waiver.objects.exists()
    assert "Allow it" in page(client, lead_of(root), url)


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_of_person_weeks_costs_the_same(client, two, now, url, django_assert_max_num_queries, count):
    quarter = capacity_of(two.tracking, two.cycle, has="50")
    for number in range(count):
        Allocation.objects.create(quarter=quarter, label=f"Thing {number}", person_weeks=1)
        ObjectiveFactory(team=two.tracking, cycle=two.cycle)
        loan = {"person_weeks": "1", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}
        asked = two.ask(now, loan, kind="loan")
        transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)
    client.force_login(two.giver.person)

    with django_assert_max_num_queries(MOST):
        assert client.get(url).status_code == 200


def test_a_team_without_a_plan_says_what_it_is_for(client, two, url):
    shown = page(client, two.giver, url)

    assert "Nobody has said yet" in shown
    assert "Save the plan" in shown


def test_an_unknown_quarter_is_no_page(client, two):
    for address in (["2031-q1", two.tracking.slug], [two.cycle.slug, "nobody"]):
        page(client, two.giver, reverse("okrs:capacity", args=address), status=404)


def test_the_day_of_a_waiver_lies_in_the_quarter(two, now, settings):
    root = TeamFactory(name="Everybody", slug="everybody")
    settings.ROOT_TEAM = "everybody"
    quarter = capacity_of(two.tracking, two.cycle, has="50")

    made = transitions.waive(
        quarter,
        reason="A short peak",
        up_to=Decimal("1.15"),
        expires_on=date(2026, 3, 31),
        by=lead_of(root),
        at=now,
    )

    assert (made.up_to, made.quarter.team) == (Decimal("1.15"), two.tracking)
