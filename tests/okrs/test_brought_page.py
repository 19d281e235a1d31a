"""What a file brought shows who brought it (ADR 13): an agreement in it may be one that nobody made."""

import pytest

from apps.okrs import queries, transitions
from apps.okrs.models import Cycle, Negotiation, Stage
from tests.factories import ActorFactory
from tests.okrs.sides import capacity_of, seen, sides
from tests.okrs.whole_quarter import emptied

pytestmark = pytest.mark.django_db


def test_what_came_with_a_file_says_who_brought_it(client, now):
    two = sides()
    capacity_of(two.tracking, two.cycle, has="50")
    asked = two.ask(now)
    transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)
    content = queries.written(queries.quarter_file(Cycle.objects.get()).content)
    emptied(two.cycle)
    admin = ActorFactory(person__is_admin=True, person__name="Ada")
    outcome = transitions.restore_quarter(content, by=admin, at=now)
    assert outcome.problems == []
    brought = Negotiation.objects.get(stage=Stage.AGREED)
    two.cycle = brought.cycle
    held = two.ask(now, objective=None)
    client.force_login(two.buyer.person)

    pages = [client.get(one.get_absolute_url()).content.decode() for one in (brought, held)]

    words = "None of this was said here: Ada restored"
    assert [words in page for page in pages] == [True, False]
