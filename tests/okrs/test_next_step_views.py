"""What the page of a draft says about how it goes on, and what a negotiation says about nos in its way."""

import pytest
from django.urls import reverse

from apps.okrs import transitions
from apps.okrs.models import AlignmentLink, Objective
from tests.factories import TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import KeyResultFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.sides import sides

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    objective = ObjectiveFactory(state="draft", team=TeamFactory(name="Tracking"))
    QuarterFactory(team=objective.team, cycle=objective.cycle, ordered_ids=[objective.pk])
    return objective


def shown(client, by, objective):
    client.force_login(getattr(by, "person", by))
    return client.get(objective.get_absolute_url()).content.decode()


def test_a_draft_says_what_it_lacks_and_who_agrees(client, draft):
    lead = lead_of(draft.team, name="Ada Lind")

    html = shown(client, member_of(draft.team), draft)

    for words in ("at least one key result", "why it matters", "what is not done for it", "Ada Lind"):
        assert words in html
    assert "Agree to it" not in html
    assert "Agree to it" not in shown(client, lead, draft)  # nobody could judge it


def test_its_lead_agrees_from_there(client, draft):
    KeyResultFactory(objective=draft)
    Objective.objects.filter(pk=draft.pk).update(why="They wait", instead_of="The app")

    html = shown(client, lead_of(draft.team), draft)

    assert "Everything is said" in html
    assert reverse("okrs:objective_step", args=[draft.pk, "adopt"]) in html


def test_what_concerns_another_team_is_proposed_from_there(client, draft):
    KeyResultFactory(objective=draft)
    theirs = ObjectiveFactory(team=TeamFactory(name="Checkout"), cycle=draft.cycle)
    AlignmentLink.objects.create(
        kind="contributes", objective=draft, to_objective=theirs, statement="Fewer calls"
    )

    html = shown(client, lead_of(draft.team), draft)

    assert "It concerns Checkout too" in html
    assert f"?kind=objective&amp;objective={draft.pk}" in html
    assert reverse("okrs:objective_step", args=[draft.pk, "adopt"]) not in html
    assert "Propose it" not in shown(client, member_of(draft.team), draft)


def test_what_has_no_quarter_is_taken_up_from_there(client, draft):
    Objective.objects.filter(pk=draft.pk).update(cycle=None, horizon="next")

    html = shown(client, member_of(draft.team), draft)

    assert "a quarter" in html
    assert reverse("okrs:objective_step", args=[draft.pk, "take-up"]) in html


def test_others_have_no_step_there(client, draft):
    KeyResultFactory(objective=draft)

    for by in (UserFactory(), UserFactory(is_admin=True)):
        html = shown(client, by, draft)
        assert "What comes next" in html
        assert "/steps/adopt/" not in html


def test_what_runs_has_no_such_box(client, draft):
    Objective.objects.filter(pk=draft.pk).update(state="proposed")

    assert "What comes next" not in shown(client, lead_of(draft.team), draft)


def test_a_negotiation_shows_the_no_that_its_form_showed(client, now):
    two = sides()
    transitions.say_no(
        two.tracking,
        what="Parcels in the app",
        reason_code="risk",
        reason="Too early",
        tags=["parcels"],
        by=two.giver,
        at=now,
    )
    asked = two.ask(now)
    client.force_login(two.buyer.person)

    html = client.get(asked.get_absolute_url()).content.decode()
    transitions.withdraw_ask(asked, by=two.buyer, at=now)
    over = client.get(asked.get_absolute_url()).content.decode()

    assert "said no to something close to this" in html
    assert "Continue anyway" in html
    assert "said no to" not in over
