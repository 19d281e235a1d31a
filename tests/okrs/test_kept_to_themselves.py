"""What is agreed and refused for a goal that its team keeps to itself says nothing of it anywhere else."""

import pytest

from apps.okrs import queries, transitions
from apps.okrs.api.capacity import shown_loans
from apps.okrs.models import No, Objective
from tests.factories import UserFactory
from tests.okrs.sides import capacity_of, seen, sides

pytestmark = pytest.mark.django_db
WORD = "Zaubernuss"
LOAN = {"person_weeks": "2", "starts_on": "2026-03-02", "ends_on": "2026-03-20"}


@pytest.fixture
def two(now):
    found = sides()
    rows = Objective.objects.filter(pk=found.objective.pk)
    rows.update(visibility="restricted", restricted_because="A merger", title=WORD)
    found.objective.refresh_from_db()
    capacity_of(found.tracking, found.cycle, has="50")
    words = {"return_note": WORD, "instead_of": WORD}
    lent = found.ask(now, LOAN | words, kind="loan")
    transitions.accept(lent, seen=seen(lent), by=found.giver, at=now)
    return found


def test_a_loan_for_it_shows_as_a_number_alone(two, now):
    stranger = queries.leadership(two.cycle, person=UserFactory(is_leadership=True), on=now.date())
    own = queries.leadership(two.cycle, person=two.giver.person, on=now.date())

    (row,) = shown_loans(stranger.loans, hidden=stranger.hidden_loans)
    assert WORD not in str(row)
    assert row["person_weeks"] == "2.00"
    assert shown_loans(own.loans, hidden=own.hidden_loans)[0]["instead_of"] == WORD


def test_the_page_of_leadership_does_not_say_what_for(client, two):
    client.force_login(UserFactory(is_leadership=True))

    assert WORD not in client.get(f"/okrs/{two.cycle.slug}/leadership/").content.decode()


def test_the_pack_for_all_holds_neither_loan_nor_exception(two, now):
    asked = two.ask(now, {"deliverable": WORD, "person_weeks": "1"})
    transitions.decline(asked, reason_code="risk", reason=WORD, by=two.giver, at=now)
    transitions.make_exception(No.objects.get(), reason="So", by=two.giver, at=now)

    assert WORD not in str(queries.pack_content(two.cycle, on=now.date()))
