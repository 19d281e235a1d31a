"""The conversation that all of this is for, in four moves, in the pages.

"Do you want this or that? I only have resources for this." · "I have engineers I can lend this quarter." ·
"Sure, but we can only accomplish part of that." · "We can make that work."
"""

from decimal import Decimal

import pytest
from django.urls import reverse

from apps.okrs.models import KeyResult, Loan, Negotiation, Objective
from apps.okrs.queries import ledgers
from tests.factories import TeamFactory, lead_of
from tests.factories.okrs import NextCycleFactory
from tests.okrs.sides import capacity_of

pytestmark = pytest.mark.django_db

THIS = "Calls that ask where a parcel is fall to 5,000 a week"
THAT = "Partners see the same times as receivers, in both markets"
PART = "Partners in Sweden see the same times as receivers"


@pytest.fixture
def people():
    leadership, team = (
        TeamFactory(name="Everybody", slug="everybody"),
        TeamFactory(name="Tracking", slug="tracking"),
    )
    return leadership, lead_of(leadership), team, lead_of(team)


def send(client, by, url, **form):
    client.force_login(by.person)
    answer = client.post(url, form)
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer["Location"])


def test_four_moves(client, people):  # noqa: PLR0915 -- a conversation
    leadership, leader, team, lead = people
    cycle = NextCycleFactory()
    theirs = capacity_of(team, cycle, has="40", promised="30")
    ours = capacity_of(leadership, cycle, has="60", promised="20")

    # "Do you want this or that? I only have resources for this."
    ask = f"{reverse('okrs:ask')}?kind=objective&team=tracking&cycle={cycle.slug}"
    client.force_login(leader.person)
    assert "Propose an objective" in client.get(ask).content.decode()
    send(
        client,
        leader,
        ask,
        initiator=leadership.pk,
        counterpart=team.pk,
        cycle=cycle.pk,
        title="Anyone waiting for a parcel knows where it is",
        key_results=f"{THIS}\n{THAT}",
        message="Both, please.",
    )
    negotiation = Negotiation.objects.get()
    act = lambda name: reverse("okrs:act", args=[negotiation.pk, name])  # noqa: E731
    first = send(
        client,
        lead,
        act("counter"),
        title="Anyone waiting for a parcel knows where it is",
        key_results=THIS,
        instead_of="The partner pages",
        message="Do you want this or that? I only have resources for this.",
        seen=negotiation.terms.sha256,
    ).content.decode()
    assert "1 left out" in first
    assert "10 of 40" in first  # what the giver has, beside the question

    # "I have engineers I can lend this quarter."
    send(
        client,
        leader,
        act("counter"),
        title="Anyone waiting for a parcel knows where it is",
        key_results=f"{THIS}\n{THAT}",
        instead_of="The partner pages",
        lent_weeks="8",
        message="I have engineers I can lend this quarter.",
    )

    # "Sure, but we can only accomplish part of that."
    send(
        client,
        lead,
        act("counter"),
        title="Anyone waiting for a parcel knows where it is",
        key_results=f"{THIS}\n{PART}",
        instead_of="The partner pages",
        lent_weeks="8",
        message="Sure, but we can only accomplish part of that.",
    )

    # "We can make that work."
    negotiation.refresh_from_db()
    page = send(client, leader, act("accept"), seen=negotiation.terms.sha256).content.decode()

    assert "● agreed" in page
    for words in ("I only have resources for this", "engineers I can lend", "only accomplish part"):
        assert words in page
    objective = Objective.objects.get()
    assert (objective.team, objective.authored_by, objective.state) == (team, leadership, "agreed")
    kept = KeyResult.objects.filter(objective=objective, dropped_on=None).order_by("position")
    assert [one.title for one in kept] == [THIS, PART]
    loan = Loan.objects.get()
    assert (loan.lender, loan.borrower, loan.person_weeks) == (ours, theirs, 8)
    found = ledgers([ours.pk, theirs.pk], on=cycle.starts_on)
    assert (found[ours.pk].available, found[theirs.pk].available) == (52, Decimal("46.4"))
