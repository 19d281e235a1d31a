"""Who sees objectives that are not open to everyone: their teams, those who take part, administrators."""

import pytest
import time_machine

from apps.okrs import queries
from apps.okrs.models import Objective, Participant
from tests.factories import ActorFactory, TeamFactory, member_of
from tests.okrs.goals import Goals
from tests.okrs.programs import ask, program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_march(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def goals():
    return Goals()


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
        assert f'<td data-label="Key results" class="num">{count}</td>' in page
