from dataclasses import asdict
from datetime import date

import pytest

from apps.activity import queries
from apps.activity.models import Audience, Event
from apps.activity.transitions import record
from apps.jobs.events import JobFailed
from tests.factories import ActorFactory, UserFactory
from tests.subjects import subject

KINDS = queries.kinds()
FAILED = JobFailed("No paper.")
EVERYONE = [Audience.EVERYONE]


@pytest.mark.parametrize("verb", KINDS)
def test_every_kind_of_event_explains_itself(verb):
    kind = KINDS[verb]
    example = kind(**kind.example)

    assert verb.split(".")[0] == kind.__module__.split(".")[1]
    assert kind.sentence.format(actor="ada", subject="Ledger", **asdict(example))


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize(
    "read",
    [
        lambda: queries.timeline(subject(), audiences=EVERYONE),
        lambda: queries.of_services([7], audiences=EVERYONE),
        lambda: queries.of_team(3, audiences=EVERYONE, on=date(2026, 3, 2)),
    ],
)
def test_a_timeline_takes_one_query(now, django_assert_num_queries, count, read):
    ada = ActorFactory(person__name="Ada")
    for _ in range(count):
        record(FAILED, by=ada, at=now, subject=subject())
    record(FAILED, by=ada, at=now, subject=subject(8, service_id=8, team_id=4))

    with django_assert_num_queries(1):
        entries = read()

    assert [entry.sentence for entry in entries] == ["Ada could not finish: R&D (No paper.)"] * count
    assert (entries[0].url, entries[0].service_name, entries[0].subject_name, entries[0].actor_name) == (
        "/services/7/",
        "R&D",
        "R&D",
        "Ada",
    )


@pytest.mark.django_db
def test_a_timeline_is_paged_by_key(now):
    keys = [record(FAILED, by=ActorFactory(), at=now, subject=subject()).pk for _ in range(5)]

    newest = queries.timeline(subject(), audiences=EVERYONE, limit=2)
    next_ones = queries.timeline(subject(), audiences=EVERYONE, limit=2, before=newest[-1].id)

    assert [entry.id for entry in newest + next_ones] == keys[:0:-1]


@pytest.mark.django_db
def test_a_timeline_keeps_what_is_for_security_people(now):
    for audience in Audience:
        record(FAILED, by=ActorFactory(), at=now, subject=subject(audience=audience))
    anyone, security = UserFactory.build(), UserFactory.build(is_security=True)

    seen = [len(queries.timeline(subject(), audiences=person.audiences)) for person in (anyone, security)]

    assert seen == [1, 2]


@pytest.mark.parametrize(
    ("verb", "data", "words"),
    [
        ("jobs.failed", {}, "ada could not finish: Ledger ((problem))"),
        ("jobs.failed", {"problem": "a", "more": 1}, "ada could not finish: Ledger (a)"),
        ("jobs.forgotten", {"actor": "eve"}, "ada: jobs.forgotten, Ledger"),
    ],
)
def test_history_outlives_the_code_that_wrote_it(verb, data, words):
    event = Event(verb=verb, actor_name="ada", subject_name="Ledger", data=data)

    assert queries.sentence(event) == words
