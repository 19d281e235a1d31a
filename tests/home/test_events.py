"""All events, for administrators; their kinds, for everybody."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.accounts.models import Actor, User
from apps.activity.models import Audience, Event
from apps.activity.queries import kinds
from apps.activity.tasks import seal
from apps.activity.transitions import record
from apps.catalog.events import ServiceEdited
from apps.jobs.events import JobFailed, JobRetried
from tests.activity.writing import run, unguarded
from tests.api.asking import Program
from tests.factories import ActorFactory, ServiceFactory, TeamFactory, UserFactory
from tests.subjects import subject

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
EVENTS, EXPORT = reverse("home:events"), reverse("home:events_export")


@pytest.fixture
def admin(client):
    admin = UserFactory(name="Max", email="max@example.org", is_admin=True, time_zone="Europe/Berlin")
    client.force_login(admin)
    return admin


def happen(now, by=None, kind=None, **labels):
    return record(kind or JobFailed("No paper."), by=by or ActorFactory(), at=now, subject=subject(**labels))


def shown(client, **asked):
    """Return the keys of the events that the page shows, in its order."""
    return [line.entry.id for line in client.get(EVENTS, asked).context["lines"]]


def exported(client, **asked):
    """Return the lines of the export, but the one about itself."""
    lines = b"".join(client.get(EXPORT, asked).streaming_content).splitlines()
    rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["event"]["verb"] != "activity.exported"]


def test_administrators_see_everything_whoever_it_is_for(client, admin, now):
    keys = [happen(now + timedelta(minutes=n), audience=one).pk for n, one in enumerate(Audience)]

    html = client.get(EVENTS).content.decode()
    assert shown(client) == keys[::-1]
    assert (html.count("for security people"), html.count("for the person alone")) == (1, 1)


@pytest.mark.parametrize("role", ["", "is_security", "is_enablement", "is_leadership", "is_architect"])
@pytest.mark.parametrize("address", [EVENTS, EXPORT])
def test_nobody_else_does(client, now, role, address):
    happen(now)
    client.force_login(UserFactory(**({role: True} if role else {})))

    assert client.get(address).status_code == 403
    assert Event.objects.count() == 1


def filters(now):
    """Make one event that each filter finds, and return the filters."""
    ada = UserFactory(email="ada@example.org")
    team, service = TeamFactory(), ServiceFactory()
    made = [
        (happen(now, kind=JobRetried()), {"verb": "jobs.retried"}),
        (happen(now, by=Actor(person=ada)), {"who": "Ada@Example.org"}),
        (happen(now, by=Actor.system("jobs.run")), {"who": "jobs.run"}),
        (happen(now, service_id=service.pk), {"service": service.slug}),
        (happen(now, team_id=team.pk), {"team": team.slug}),
        (happen(now, by=replace(ActorFactory(), request_id="4712")), {"request": "4712"}),
        (happen(datetime(2026, 2, 1, 22, 59, tzinfo=UTC)), {"until": "2026-02-01"}),  # in Berlin
        (happen(datetime(2026, 4, 1, 22, 0, tzinfo=UTC)), {"since": "2026-04-02"}),
    ]
    happen(datetime(2026, 2, 1, 23, 0, tzinfo=UTC))  # the next day there
    happen(datetime(2026, 4, 1, 21, 59, tzinfo=UTC))
    return made


def test_names_and_parts_of_them_find_events(client, admin, now):
    ada, adam = UserFactory(name="Ada Lind"), UserFactory(name="Adam Lindberg")
    tracking, ledger = ServiceFactory(name="Parcel Tracking"), ServiceFactory(name="Ledger")
    first = happen(now, by=Actor(person=ada), service_id=tracking.pk).pk
    second = happen(now, by=Actor(person=adam), service_id=ledger.pk, kind=JobRetried()).pk

    assert shown(client, who="ada lind") == [first]  # the whole name, and not all whose names begin so
    assert shown(client, who="Lind") == [second, first]
    assert shown(client, service="track") == [first]
    assert shown(client, verb="jobs") == shown(client, verb="Background work") == [second, first]
    assert shown(client, verb="retried") == [second]


def test_a_word_that_means_too_many_asks_for_more_of_it(client, admin):
    for number in range(21):
        TeamFactory(name=f"Team {number}")

    assert "Type more of the name" in client.get(EVENTS, {"team": "team"}).content.decode()


def test_a_verb_that_the_code_forgot_is_found_by_all_of_it(client, admin, now):
    event = Event.objects.create(
        verb="jobs.forgotten", actor_name="x", subject_id=1, data={}, at=now, audience=Audience.EVERYONE
    )

    assert shown(client, verb="jobs.forgotten") == [event.pk]


def test_filters_in_use_are_chips_with_a_way_out(client, admin, now):
    UserFactory(name="Ada Lind")

    chips = client.get(EVENTS, {"who": "Ada", "verb": "jobs.retried"}).context["chips"]

    assert [(chip.title, chip.url) for chip in chips] == [
        ("What: Background work: retried", "?who=Ada"),
        ("Who: Ada Lind", "?verb=jobs.retried"),
    ]


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("jobs", "What: Background work"),
        (
            "factor",
            "What: People and sign-in: second factor changed, People and sign-in: second factor taken",
        ),
    ],
)
def test_a_family_in_use_is_called_by_its_name(client, admin, asked, title):
    assert client.get(EVENTS, {"verb": asked}).context["chips"][0].title == title


@pytest.mark.parametrize(
    ("of", "typed", "names"),
    [
        ("who", "ada", ["Ada Lind"]),
        ("service", "trac", ["Parcel Tracking"]),
        ("team", "hub", ["Hubs"]),
        ("verb", "retried", ["Background work: retried", "Messages: delivery retried"]),
    ],
)
def test_names_are_suggested_while_one_types(client, admin, of, typed, names):
    UserFactory(name="Ada Lind")
    ServiceFactory(name="Parcel Tracking", team=TeamFactory(name="Hubs"))

    answer = client.get(reverse("home:event_names", args=[of]), {of: typed})

    assert answer.context["names"] == names


def test_nothing_else_is_suggested(client, admin):
    assert client.get(reverse("home:event_names", args=["request"])).status_code == 404


def test_an_event_opens_with_its_data_and_its_seal(client, admin, now, django_assert_num_queries):
    happen(now)
    event = happen(now, kind=ServiceEdited(fields="tier", changes={"tier": {"before": 3, "after": 2}}))
    seal()

    with django_assert_num_queries(5):  # session, person, event with seal, seal before, last check
        answer = client.get(reverse("home:event", args=[event.pk]))

    opened, html = answer.context["opened"], answer.content.decode()
    assert (opened.line.seq, opened.holds, opened.hash == event.seal.hash) == (2, True, True)
    assert "<del>3</del>" in html
    assert "Not checked yet" in html


def test_an_event_that_was_tampered_with_says_so(client, admin, now):
    event = happen(now)
    seal()
    with unguarded():
        run("UPDATE activity_event SET actor_name = 'nobody' WHERE id = %s", event.pk)

    assert "Does not hold" in client.get(reverse("home:event", args=[event.pk])).content.decode()


def test_pages_say_when_the_chain_was_last_found_whole(client, admin, now):
    event = happen(now)
    seal()
    call_command("verify_events")
    whole = client.get(EVENTS).content.decode()
    with unguarded():
        run("UPDATE activity_event SET actor_name = 'nobody' WHERE id = %s", event.pk)
    with pytest.raises(CommandError):
        call_command("verify_events")

    assert "● Whole" in whole
    assert "○ Broken" in client.get(EVENTS).content.decode()


@pytest.mark.parametrize("role", ["", "is_security", "is_enablement"])
def test_nobody_else_opens_an_event(client, now, role):
    event = happen(now)
    client.force_login(UserFactory(**({role: True} if role else {})))

    answers = [client.get(reverse("home:event", args=[pk])).status_code for pk in (event.pk, 10**9)]

    assert answers == [403, 403]


def test_each_filter_finds_its_event(client, admin, now):
    for event, asked in filters(now):
        assert shown(client, **asked) == [event.pk], asked


def test_an_export_follows_the_same_filters(client, admin, now):
    for event, asked in filters(now):
        assert [row["event"]["id"] for row in exported(client, **asked)] == [event.pk], asked


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"who": "eve@example.org"}, "Nobody has the address eve@example.org."),
        ({"service": "nothing"}, "There is no service nothing."),
        ({"team": "nobody"}, "There is no team nobody."),
        ({"since": "tomorrow"}, "Enter a valid date."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "The last day must not lie before the first."),
        ({"request": "a\0b"}, "cannot be stored"),
        ({"verb": "x" * 121}, "at most 120"),
        ({"verb": "elephant"}, "Nothing that is written down is called “elephant”."),
        ({"who": "Eve"}, "Nobody is called Eve."),
    ],
)
@pytest.mark.parametrize("address", [EVENTS, EXPORT])
def test_a_filter_with_a_mistake_says_so(client, admin, now, address, asked, told):
    happen(now)

    answer = client.get(address, asked)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Event.objects.count() == 1


@pytest.mark.parametrize("after", ["9" * 18, "x", "-1", ""])
def test_a_key_that_is_none_begins_at_the_top(client, admin, now, after):
    happen(now)

    assert len(shown(client, after=after)) == 1


def test_pages_follow_each_other_by_key_and_keep_the_filter(client, admin, now):
    keys = [happen(now).pk for _ in range(60)]
    happen(now, kind=JobRetried())

    first = client.get(EVENTS, {"verb": "jobs.failed"})
    second = shown(client, verb="jobs.failed", after=first.context["next"])

    assert [line.entry.id for line in first.context["lines"]] + second == keys[::-1]
    assert f'href="?verb=jobs.failed&amp;after={first.context["next"]}"' in first.content.decode()


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_takes_as_many_queries_for_any_number(client, admin, now, django_assert_num_queries, count):
    for _ in range(count):
        happen(now)
    seal()

    with django_assert_num_queries(4):  # session, person, events with their seals, the last check
        html = client.get(EVENTS).content.decode()

    assert html.count("could not finish") == count


@pytest.mark.parametrize("count", [1, 10])
def test_an_export_takes_as_many_queries_for_any_number(
    client, admin, now, django_assert_max_num_queries, count
):
    for _ in range(count):
        happen(now)
    seal()

    with django_assert_max_num_queries(7):  # two of them and two savepoints to write down that it was taken
        rows = exported(client)

    assert [row["seq"] for row in rows] == list(range(1, count + 1))


def test_an_event_is_there_before_its_seal(client, admin, now):
    happen(now)

    assert exported(client)[0]["hash"] is None
    assert "waiting" in client.get(EVENTS).content.decode()


def test_the_help_lists_every_kind_of_event_from_the_code(client, django_assert_num_queries):
    client.force_login(UserFactory())

    with django_assert_num_queries(2):
        html = client.get("/help/events/").content.decode()

    assert [verb for verb in kinds() if f'id="{verb}"' not in html] == []
    assert "Ada Lind could not finish: Report of Parcel Tracking" in html
    assert "<code>problem</code>" in html
    assert ("(subject)" in html, ">str<" in html, "list of text" in html) == (False, False, True)


@pytest.mark.parametrize("count", [1, 10])
def test_the_history_of_a_team_takes_as_many_queries_for_any_number(
    client, now, django_assert_num_queries, count
):
    team = TeamFactory()
    for number in range(count):
        happen(now, number=number, team_id=team.pk)
    happen(now, team_id=team.pk, audience=Audience.SECURITY)
    happen(now, team_id=team.pk + 1)
    client.force_login(UserFactory())

    with django_assert_num_queries(4):
        html = client.get(reverse("home:team_history", args=[team.slug])).content.decode()

    assert html.count("could not finish") == count


def test_the_history_of_a_team_is_paged_by_key(client, now):
    team = TeamFactory()
    for _ in range(60):
        happen(now, team_id=team.pk)
    client.force_login(UserFactory())
    address = reverse("home:team_history", args=[team.slug])

    first = client.get(address)
    second = client.get(address, {"before": first.context["before"]})

    assert [len(page.context["entries"]) for page in (first, second)] == [50, 10]


def test_programs_of_administrators_take_events_along(admin, now):
    happen(now)
    wanted, program = happen(now, audience=Audience.PERSON), Program(admin)
    seal()

    answer = program("GET", f"events/?verb={wanted.verb}")

    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [line["seq"] for line in lines] == [1, 2]
    assert answer["Content-Type"].startswith("application/jsonl")
    taken = Event.objects.get(verb="activity.exported")
    assert (taken.audience, taken.data["filter"]) == (Audience.PERSON, f"verb={wanted.verb}")


def test_a_program_goes_on_from_the_last_number_that_it_has(admin, now):
    program = Program(admin)
    for _ in range(2):
        happen(now)
    seal()
    new = happen(now, kind=JobRetried())
    seal()

    answer = program("GET", "events/?after=2&verb=jobs.retried")

    (line,) = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert (line["seq"], line["event"]["id"]) == (3, new.pk)
    assert Event.objects.get(verb="activity.exported").data["filter"] == "verb=jobs.retried&after=2"
    seal()
    answer = program("GET", "events/?after=3")
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [(line["seq"], line["event"]["verb"]) for line in lines] == [(4, "activity.exported")]


def test_programs_of_nobody_else_do(now):
    happen(now)

    Program(UserFactory(is_enablement=True, is_security=True))("GET", "events/", status=403)
    assert Event.objects.count() == 1


def test_a_program_hears_which_filter_makes_no_sense(admin):
    problem = Program(admin)("GET", "events/?since=tomorrow&who=eve@example.org", status=400)

    assert sorted(problem["errors"]) == ["since", "who"]
    assert not Event.objects.exists()


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
@pytest.mark.parametrize("asked", ["since=0001-01-01", "until=9999-12-31", "until=0001-01-01"])
def test_days_that_no_calendar_can_count_are_refused(client, admin, asked, zone):
    User.objects.update(time_zone=zone)

    assert {client.get(f"{page}?{asked}").status_code for page in (EVENTS, EXPORT)} == {422}
    Program(admin)("GET", f"events/?{asked}", status=400)


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_the_first_and_the_last_day_of_this_century_are_fine(client, admin, zone):
    User.objects.update(time_zone=zone)

    assert client.get(EVENTS, {"since": "2000-01-01", "until": "2100-01-01"}).status_code == 200
