import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from apps.activity.models import Event, EventSeal, UnsealedEvent, triggers
from apps.activity.queries import unguarded
from tests.activity.writing import happen, run, sealed

pytestmark = pytest.mark.django_db
CHANGES = [
    "UPDATE activity_event SET actor_name = 'nobody'",
    "DELETE FROM activity_event",
    "UPDATE activity_eventseal SET hash = ''",
    "DELETE FROM activity_eventseal",
]
TRUNCATES = ["TRUNCATE activity_event CASCADE", "TRUNCATE activity_eventseal"]
COLUMNS = ", ".join(field.column for field in Event._meta.fields)
REPLACES = [
    f"REPLACE INTO activity_event ({COLUMNS}) SELECT {COLUMNS} FROM activity_event",  # noqa: S608
    "REPLACE INTO activity_eventseal (seq, event_id, hash) SELECT seq, event_id, '' FROM activity_eventseal",
    "REPLACE INTO activity_eventseal (seq, event_id, hash) SELECT 2, event_id, '' FROM activity_eventseal",
]
OF_THIS_DATABASE = CHANGES + (TRUNCATES if connection.vendor == "postgresql" else REPLACES)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sql", OF_THIS_DATABASE)
def test_the_database_refuses_to_change_history(now, sql):
    sealed(now)
    before = [list(model.objects.values_list()) for model in (Event, EventSeal)]

    with pytest.raises(IntegrityError, match="append-only"):
        run(sql)

    assert [list(model.objects.values_list()) for model in (Event, EventSeal)] == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: run by make test")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sql", CHANGES + TRUNCATES)
def test_a_session_that_calls_itself_a_replica_is_refused_as_well(now, sql):
    sealed(now)

    run("SET session_replication_role = replica")
    try:
        with pytest.raises(IntegrityError, match="append-only"):
            run(sql)
    finally:
        run("RESET session_replication_role")


def test_every_event_waits_for_its_seal_whoever_writes_it(now):
    (event,) = happen(now)
    copies = [Event(**{field.attname: getattr(event, field.attname) for field in Event._meta.fields})]
    copies[0].pk = None

    Event.objects.bulk_create(copies)

    assert list(UnsealedEvent.objects.order_by("pk").values_list("pk", flat=True)) == [event.pk, copies[0].pk]


@pytest.fixture
def without(request):
    """Drop one trigger, as a migration that remakes a table does on SQLite."""
    on_table = ""
    if connection.vendor == "postgresql":
        on_table = " ON activity_eventseal" if "seal" in request.param else " ON activity_event"
    run(f"DROP TRIGGER {request.param}{on_table}")
    return request.param


ALL = triggers._POSTGRESQL if connection.vendor == "postgresql" else triggers._SQLITE


@pytest.mark.parametrize("without", ALL, indirect=True)
def test_a_missing_trigger_is_named_and_migrate_makes_it_again(client, caplog, without):
    before = unguarded()
    answer = client.get("/readyz")

    call_command("migrate", verbosity=0, interactive=False)

    assert before == [f"History is not protected: run migrate to make the triggers {without}"]
    assert (answer.status_code, "history" in answer.json()["failing"]) == (503, True)
    assert (without in answer.content.decode(), before[0] in caplog.text) == (False, True)
    assert unguarded() == []


STAYS = "activity_event_stays" if connection.vendor == "postgresql" else "activity_event_stays_at_update"
REMADE = f"DROP TRIGGER {STAYS} ON activity_event; CREATE TRIGGER {STAYS}"
REFUSES = "EXECUTE FUNCTION activity_refuse()"
GUTTED = {
    "postgresql": [
        f"ALTER TABLE activity_event DISABLE TRIGGER {STAYS}",
        f"ALTER TABLE activity_event ENABLE REPLICA TRIGGER {STAYS}",
        f"ALTER TABLE activity_event ENABLE TRIGGER {STAYS}",  # as it was before it fired in replicas too
        f"{REMADE} BEFORE UPDATE OR DELETE ON activity_event FOR EACH ROW WHEN (false) {REFUSES}",
        f"{REMADE} BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_event WHEN (false) {REFUSES}",
        f"{REMADE} BEFORE UPDATE OF url OR DELETE OR TRUNCATE ON activity_event {REFUSES}",
        f"{REMADE} BEFORE DELETE OR TRUNCATE ON activity_event {REFUSES}",
        f"{REMADE} BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_unsealedevent {REFUSES}",
        f"{REMADE} BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_eventseal {REFUSES}",
        f"{REMADE} BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_event EXECUTE FUNCTION activity_wait()",
        "CREATE OR REPLACE FUNCTION activity_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    ],
    "sqlite": [
        f"DROP TRIGGER {STAYS}; CREATE TRIGGER {STAYS} BEFORE UPDATE ON activity_event BEGIN SELECT 1; END"
    ],
}


@pytest.mark.parametrize("sql", GUTTED[connection.vendor])
def test_a_trigger_that_does_nothing_does_not_count(sql):
    for statement in sql.split("; ", 1):
        run(statement)

    before = unguarded()
    call_command("migrate", verbosity=0, interactive=False)

    names = f"{STAYS}, activity_eventseal_stays" if "FUNCTION activity_refuse() RETURNS" in sql else STAYS
    assert before == [f"History is not protected: run migrate to make the triggers {names}"]
    assert unguarded() == []


@pytest.mark.parametrize("without", [triggers.QUEUE], indirect=True)
def test_what_happened_without_the_queue_waits_again_after_migrate(now, without):
    events = happen(now, 3)
    before = UnsealedEvent.objects.count()

    call_command("migrate", verbosity=0, interactive=False)

    assert before == 0
    assert [row.pk for row in UnsealedEvent.objects.order_by("pk")] == [event.pk for event in events]


@pytest.mark.parametrize("option", ["--plan", "--check"])
def test_a_look_at_the_plan_makes_nothing(option):
    triggers.lift(connection)

    call_command("migrate", option, verbosity=0, interactive=False)

    assert triggers.missing(connection) == list(ALL)


@pytest.mark.django_db(transaction=True)
def test_a_remade_table_is_protected_again_by_the_same_migrate(now):
    """SQLite remakes the table for the way back and forth; PostgreSQL drops and makes the columns."""
    happen(now, 2)

    call_command("migrate", "activity", "0001", verbosity=0, interactive=False)
    call_command("migrate", verbosity=0, interactive=False)

    assert (unguarded(), UnsealedEvent.objects.count()) == ([], 2)
