"""Whether timelines are as fast with ten million events as with ten thousand; sealing and verifying them."""

from time import monotonic
from typing import Final

from django.db import connection
from django.utils import timezone

from apps.activity.models import Event
from apps.activity.queries import verify
from apps.activity.transitions import seal
from bench.organisation import Scene
from bench.pages import Page, Who
from bench.sites import Organisation, copied, use

FEW: Final = 10_000
SERVICES: Final = 100  # have all of the events: with ten thousand, each has more than a page of them
SEALED: Final = 10_000

# The few that are there get new services and numbers; the many are the few, again and again.
_SAMPLE: Final = """
    CREATE TEMPORARY TABLE sample AS
    SELECT event.*, row_number() OVER (ORDER BY event.id) AS number FROM activity_event AS event
    ORDER BY event.id LIMIT {few}
"""
_EMPTY: Final = """
    ALTER TABLE activity_event DISABLE TRIGGER activity_event_stays;
    ALTER TABLE activity_eventseal DISABLE TRIGGER activity_eventseal_stays;
    TRUNCATE activity_event, activity_eventseal, activity_unsealedevent;
    ALTER TABLE activity_event ENABLE ALWAYS TRIGGER activity_event_stays;
    ALTER TABLE activity_eventseal ENABLE ALWAYS TRIGGER activity_eventseal_stays;
"""
_EVENTS: Final = """
    INSERT INTO activity_event (id, verb, actor_id, actor_name, subject_type, subject_id, subject_name,
        service_id, service_name, team_id, team_name, url, audience, request_id, data, at)
    SELECT sample.number + {few} * copy, verb, actor_id, actor_name, subject_type, service.id, service.name,
        service.id, service.name, team.id, team.name, sample.url, audience, request_id, data,
        now() - interval '1 second' * ({many} - {few} * copy - sample.number)
    FROM generate_series(0, {many} / {few} - 1) AS copy, sample
    JOIN catalog_service AS service ON service.id = 1 + sample.number % {services}
    JOIN catalog_team AS team ON team.id = service.team_id
"""
_INDEXES: Final = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = 'activity_event' AND indexdef LIKE 'CREATE INDEX%'
"""
_SEALS: Final = """
    INSERT INTO activity_eventseal (seq, event_id, hash)
    SELECT id, id, encode(sha256(id::text::bytea), 'hex') FROM activity_event
"""


def histories(first: Organisation, numbers: list[int]) -> list[Organisation]:
    """Make a database for each number of events, in which a hundred services have all of them."""
    found = []
    for many in numbers:
        begun = monotonic()
        one = copied(first, f"events_{many}", size=many)
        _fill(many)
        found.append(one)
        print(f"{many:,} events filled in {monotonic() - begun:.0f} s", flush=True)
    return found


def _fill(many: int) -> None:
    """Fill the tables while they have no indexes, and make these anew: a third of the time."""
    places = {"few": FEW, "many": many, "services": SERVICES}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no row is queued, and no key looked up
        cursor.execute(_SAMPLE.format(**places))
        cursor.execute(_EMPTY)
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(_EVENTS.format(**places))
        cursor.execute(_SEALS)
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SELECT setval(pg_get_serial_sequence('activity_event', 'id'), %s)", [many])
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
    connection.close()


def timelines(scene: Scene) -> list[Page]:
    """Return the pages on which history is read: what is new, what is old, and what somebody looks for."""
    events, service = "/settings/events/", f"/services/{scene.service}/"
    return [
        Page("service page", service, None),
        Page("history of a service", f"{service}history/", None),
        Page("history of a service, its beginning", f"{service}history/?before={FEW - 1}", None),
        Page("history of a team", f"/teams/{scene.team}/history/", None),
        Page("all events", events, None, who=Who.ADMIN),
        Page("all events, their beginning", f"{events}?after={FEW - 1}", None, who=Who.ADMIN),
        Page("all events of a kind", f"{events}?verb=readiness.answer_saved", None, who=Who.ADMIN),
        Page("all events of a service", f"{events}?service={scene.service}", None, who=Who.ADMIN),
    ]


def measure_sealing(database: str) -> str:
    """Return how many events a second are sealed, and how many links verified, in one process."""
    use(database)
    rows = list(Event.objects.order_by("pk")[:SEALED])
    for row in rows:
        row.pk = None
    Event.objects.bulk_create(rows, 1000)
    begun = monotonic()
    while seal():
        pass
    sealing = monotonic() - begun
    begun = monotonic()
    verdict = verify(now=timezone.now())
    verifying = monotonic() - begun
    if verdict.problems:
        return f"History does not hold: {verdict.problems}\n"
    return (
        f"One process seals {len(rows) / sealing:,.0f} events a second, "
        f"and verifies {verdict.sealed / verifying:,.0f} links a second.\n"
    )
