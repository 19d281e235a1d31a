"""What an import writes, what it leaves alone, and that a second one writes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from apps.accounts.models import Actor, User
from apps.activity.models import Event
from apps.catalog import transitions
from apps.catalog.imports import DiskFiles, HeldFiles
from apps.catalog.models import (
    Dependency,
    Grouping,
    Imported,
    Interface,
    Membership,
    Phase,
    PhaseChange,
    Service,
    Team,
)
from apps.core.errors import NotPermittedError
from apps.jobs.models import Job
from tests.factories import ActorFactory, ServiceFactory, UserFactory, lead_of, member_of
from tests.history import told

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parent / "files"
SYSTEM = Actor.system("catalog.import_catalog")


def run(now, *changes, by=SYSTEM):
    """Import the two files, with some text of them replaced."""
    texts = {path.name: path.read_text() for path in sorted(FILES.glob("*.y*ml"))}
    for before, after in changes:
        assert any(before in text for text in texts.values())
        texts = {name: text.replace(before, after) for name, text in texts.items()}
    source = HeldFiles({name: text.encode() for name, text in texts.items()})
    return transitions.import_catalog(source, by=by, at=now)


def service(slug):
    return Service.objects.select_related("team", "part_of", "system").get(slug=slug)


def everything():
    tables = (Team, User, Membership, Grouping, Service, Interface, Dependency, Imported, PhaseChange, Event)
    links = (Interface.providers.through, Interface.consumers.through)
    return [list(model.objects.order_by("pk").values()) for model in (*tables, *links)]


def test_the_files_go_in(now):
    outcome = run(now)

    assert outcome.created == {
        "domain": 1,
        "interface": 1,
        "person": 2,
        "service": 5,
        "system": 1,
        "team": 4,
    }
    assert [(one.file, one.line, one.reason) for one in outcome.left_out] == [
        ("org.yaml", 26, "not valid YAML: found undefined alias")
    ]
    assert [(one.file, one.line, one.reason) for one in outcome.notes] == [
        ("org.yaml", 49, "“not an address” is no e-mail address"),
        ("org.yaml", 36, "it would stand below itself"),
        ("services.yml", 43, "user:default/noor is not in exactly one team, so nobody owns it yet"),
        ("services.yml", 48, "group:default/nobody-at-all is not known"),
        ("services.yml", 32, "component:default/nowhere is not known"),
    ]


def test_teams_and_people_are_there(now):
    run(now)

    money = Team.objects.get(slug="money")
    ada = User.objects.get(handle="ada.lind")
    assert (money.mission, money.parent.name, money.parent.email) == (
        "Every parcel is paid",
        "Parcels Department",
        "parcels@example.org",
    )
    assert (ada.name, ada.email, ada.team_ids, ada.lead_ids) == (
        "Ada Lind",
        "ada@example.org",
        [money.pk],
        [],
    )
    assert (ada.roles, ada.has_usable_password()) == ([], False)
    assert User.objects.get(handle="noor").email is None


def test_services_are_there(now):
    run(now)

    ledger = service("ledger")
    assert (ledger.name, ledger.purpose, ledger.kind, ledger.tags) == (
        "ledger",
        "Books parcels",
        "service",
        ["java"],
    )
    assert ledger.links == [{"title": "Runbook", "url": "https://example.org/ledger"}]
    assert ledger.annotations == {"example.org/on-call": "money"}
    assert (ledger.team.slug, ledger.system.name, ledger.system.parent.name) == (
        "money",
        "billing",
        "Business",
    )
    assert (ledger.phase, ledger.origin, ledger.review_on) == ("live", "before Roadworthy", None)
    assert (service("kiosk").phase, service("kiosk").team) == ("live", None)
    assert (service("ledger-db").phase, service("ledger-db").kind, service("ledger-db").team) == (
        "playground",
        "resource",
        None,
    )
    assert service("ledger-db").summary.next_step == "Keep, move on, or archive?"
    assert told(ledger)[-1] == "catalog.import_catalog created ledger from services.yml"


def test_parts_follow_their_whole_on_one_level(now):
    run(now)

    label, font = service("label"), service("font")
    assert [(part.part_of.slug, part.phase) for part in (label, font)] == [
        ("ledger", "live"),
        ("ledger", "live"),
    ]
    assert font.team.slug == "money"  # a person as owner means their only team


def test_relations_are_there(now):
    run(now)

    needs = set(Dependency.objects.values_list("service__slug", "target__slug"))
    booking = Interface.objects.get()
    assert needs == {("ledger", "ledger-db"), ("ledger", "kiosk")}
    assert [one.slug for one in booking.providers.all()] == ["ledger"]
    assert [one.slug for one in booking.consumers.all()] == ["kiosk"]
    assert (booking.kind, booking.team.slug, booking.system.name) == ("openapi", "money", "billing")


def test_importing_twice_changes_nothing(now):
    run(now)
    before = everything()

    outcome = run(now)

    assert (outcome.created, outcome.updated, outcome.drifted) == ({}, {}, {})
    assert sum(outcome.unchanged.values()) == 14
    assert everything() == before


def test_what_changed_in_the_source_is_updated(now):
    run(now)

    outcome = run(
        now,
        ("Books parcels", "Books every parcel"),
        ("resource:ledger-db, ", ""),
        ("lifecycle: production\n", "lifecycle: experimental\n"),
    )

    ledger = service("ledger")
    assert outcome.updated == {"service": 1}
    assert (ledger.purpose, ledger.version, ledger.phase) == ("Books every parcel", 2, "live")
    assert list(Dependency.objects.values_list("target__slug", flat=True)) == ["kiosk"]


def test_what_was_edited_here_is_drift_until_both_agree(now):
    run(now)
    ada = Actor(person=User.objects.get(handle="ada.lind"))
    transitions.edit_service(service("ledger"), version=1, changes={"purpose": "Mine"}, by=ada, at=now)

    silent = run(now)
    changed = run(now, ("Books parcels", "Theirs"))
    kept = service("ledger").purpose
    agreed = run(now, ("Books parcels", "Mine"))

    assert (silent.updated, silent.drifted) == ({}, {"service": 1})
    assert silent.drift == [
        {"ref": "component:default/ledger", "field": "purpose", "here": "Mine", "there": "Books parcels"}
    ]
    assert (changed.updated, changed.drifted, kept) == ({}, {"service": 1}, "Mine")
    assert (agreed.drifted, Imported.objects.get(ref="component:default/ledger").drift) == ({}, {})


def test_an_import_moves_no_phase_and_no_part(now):
    run(now)
    kiosk = service("ledger-db")
    transitions.enter_phase(kiosk, phase=Phase.GREEN_LIGHT, by=ActorFactory(), at=now)

    outcome = run(
        now,
        ("lifecycle: deprecated, owner", "lifecycle: production, owner"),
        ("spec: {type: database, owner", "spec: {subcomponentOf: ledger, type: database, owner"),
    )

    assert service("ledger-db").phase == "green-light"
    assert service("ledger-db").part_of is None
    assert "ledger is in another phase than ledger-db, and an import moves none: they stay apart" in [
        note.reason for note in outcome.notes
    ]


def test_an_orphan_that_was_adopted_here_stays_with_its_team(now):
    run(now)
    noor = ActorFactory(person__is_enablement=True)
    transitions.adopt(service("kiosk"), team=Team.objects.get(slug="money"), by=noor, at=now)

    outcome = run(now)

    assert service("kiosk").team.slug == "money"
    assert outcome.drifted == {"service": 1}


def test_an_owner_who_appears_later_gets_the_orphan(now):
    run(now)

    outcome = run(now, ("metadata: {name: trip}", "metadata: {name: nobody-at-all}"))

    assert outcome.created == {"team": 1}
    assert service("ledger-db").team.slug == "nobody-at-all"


def test_an_import_gives_no_roles_and_no_leads_and_takes_none(now):
    run(now)
    ada = User.objects.get(handle="ada.lind")
    money = Team.objects.get(slug="money")
    transitions.set_lead(money, person=ada, is_lead=True, by=ActorFactory(person__is_admin=True), at=now)

    run(now, ("  memberOf: [money]\n", "  memberOf: []\n"))

    ada.refresh_from_db()
    assert (ada.team_ids, ada.lead_ids) == ([money.pk], [money.pk])


def test_who_left_the_team_in_the_source_leaves_it_here(now):
    run(now)

    run(now, ("memberOf: [money, round]", "memberOf: [round]"))

    noor = User.objects.get(handle="noor")
    assert noor.team_ids == [Team.objects.get(slug="round").pk]
    assert told(Team.objects.get(slug="money"))[0] == "catalog.import_catalog took Noor Haddad out of money"


def test_who_was_added_or_removed_here_stays_so(now):
    run(now)
    money, noor = Team.objects.get(slug="money"), User.objects.get(handle="noor")
    lead = lead_of(money)
    extra = member_of(money).person
    transitions.remove_member(money, person=noor, by=lead, at=now)

    run(now)

    people = set(Membership.objects.filter(team=money).values_list("person", flat=True))
    assert people == {User.objects.get(handle="ada.lind").pk, lead.person_id, extra.pk}


def test_the_address_of_somebody_who_joined_is_never_changed(now):
    run(now)
    User.objects.filter(handle="ada.lind").update(joined_at=now)

    outcome = run(now, ("Ada@Example.org", "other@example.org"))

    assert User.objects.get(handle="ada.lind").email == "ada@example.org"
    assert outcome.drifted == {"person": 1}


def test_an_address_that_somebody_has_is_not_taken_over(now):
    UserFactory(email="ada@example.org", handle="somebody-else")

    outcome = run(now)

    assert User.objects.get(handle="ada.lind").email is None
    assert "Ada@Example.org belongs to somebody else, so it was not taken over" in [
        note.reason for note in outcome.notes
    ]


def test_addresses_of_pages_do_not_collide(now):
    ServiceFactory(slug="ledger")

    run(now)

    assert service("ledger-2").name == "ledger"


@pytest.mark.parametrize("role", ["is_architect", "is_security", "is_leadership"])
def test_only_enablement_and_administrators_import(now, role):
    with pytest.raises(NotPermittedError):
        run(now, by=ActorFactory(**{f"person__{role}": True}))

    assert not Imported.objects.exists()


def test_enablement_imports_and_history_says_so(now):
    run(now, by=ActorFactory(person__is_enablement=True, person__name="Noor"))

    assert Event.objects.get(verb="catalog.imported").actor_name == "Noor"


def test_a_run_that_was_cut_off_goes_on(now, monkeypatch):
    """Each batch is committed: what an earlier run did is found, and the rest follows."""
    monkeypatch.setattr("apps.catalog.transitions.importing.run.BATCH", 2)

    def stop(done, total):
        if done >= total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transitions.import_catalog(DiskFiles([str(FILES)]), by=SYSTEM, at=now, progress=stop)
    half = Imported.objects.count()
    outcome = transitions.import_catalog(DiskFiles([str(FILES)]), by=SYSTEM, at=now)

    assert 0 < half < 14
    assert sum(outcome.created.values()) == 14 - half
    assert Imported.objects.count() == 14


@pytest.mark.parametrize("stops_at", [0.2, 0.5, 0.8, 1])
def test_the_report_of_a_job_is_that_of_all_workers_that_began_it(now, monkeypatch, stops_at):
    monkeypatch.setattr("apps.catalog.transitions.importing.run.BATCH", 2)
    uploads = {path.name: path.read_bytes() for path in FILES.glob("*.y*ml")}
    at = now + timedelta(minutes=1)
    job = transitions.ask_import(uploads, by=SYSTEM, at=now)

    def die(done, total):
        if done >= total * stops_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transitions.run_import(job, progress=die, by=SYSTEM, at=at)
    result = transitions.run_import(job, progress=lambda _done, _total: None, by=SYSTEM, at=at)
    again = transitions.run_import(job, progress=lambda _done, _total: None, by=SYSTEM, at=at)

    assert sum(result["created"].values()) == Imported.objects.count()
    assert (result["updated"], result["unchanged"]) == ({}, {})
    assert (again["created"], again["summary"]) == (result["created"], result["summary"])
    assert Event.objects.filter(verb="catalog.imported").count() == 1
    Job.objects.update(state="done", finished_at=now)
    later = transitions.ask_import(uploads, by=SYSTEM, at=at)
    other = transitions.run_import(later, progress=lambda _done, _total: None, by=SYSTEM, at=at)
    assert (other["created"], sum(other["unchanged"].values())) == ({}, Imported.objects.count())


@pytest.mark.parametrize("count", [1, 10])
def test_the_queries_of_a_second_run_do_not_grow(now, count, django_assert_max_num_queries):
    text = "---\n".join(
        f"apiVersion: backstage.io/v1\nkind: Component\nmetadata: {{name: s{n}}}\nspec: {{owner: money}}\n"
        for n in range(count)
    )
    source = HeldFiles({"a.yaml": text.encode()})
    transitions.import_catalog(source, by=SYSTEM, at=now)

    with django_assert_max_num_queries(12):
        transitions.import_catalog(HeldFiles({"a.yaml": text.encode()}), by=SYSTEM, at=now)
