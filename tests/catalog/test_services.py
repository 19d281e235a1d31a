"""How services are registered, edited, advised, adopted, judged and moved."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from apps.activity.models import Event
from apps.catalog import transitions
from apps.catalog.models import Kind, Phase, PhaseChange, Service, ServiceSummary
from apps.catalog.queries import least_busy_advisor
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from tests.factories import ActorFactory, ServiceFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.history import told

pytestmark = pytest.mark.django_db


def register(team, by, now, name="Ledger", purpose="Books parcels", **fields):
    return transitions.register(team, name=name, purpose=purpose, by=by, at=now, **fields)


def nothing_happened():
    return not Event.objects.exists() and not Notice.objects.exists()


# register ------------------------------------------------------------------------------------------------


def test_register_begins_in_the_playground(now):
    team = TeamFactory(name="Money")
    lead, ada = lead_of(team), member_of(team, name="Ada")

    service = register(team, ada, now, kind=Kind.WEBSITE, tier=2, launch_on=date(2027, 1, 1))

    assert (service.slug, service.phase, service.review_on) == ("ledger", "playground", date(2026, 5, 31))
    assert (service.kind, service.tier, service.launch_on) == ("website", 2, date(2027, 1, 1))
    assert service.summary.next_step == "Keep, move on, or archive?"
    assert PhaseChange.objects.values_list("after", "by_name").get() == ("playground", "Ada")
    assert told(service) == ["Ada registered Ledger for Money"]
    assert [notice.recipient for notice in Notice.objects.all()] == [lead.person]


def test_two_teams_may_use_one_name(now):
    one, other = TeamFactory(), TeamFactory()

    slugs = [register(team, member_of(team), now).slug for team in (one, other)]

    assert slugs == ["ledger", "ledger-2"]


def test_one_team_may_not(now):
    team = TeamFactory()
    ada = member_of(team)
    register(team, ada, now)
    events = Event.objects.count()

    with pytest.raises(InvalidInputError, match="already has a service") as refused:
        register(team, ada, now, name="LEDGER")

    assert refused.value.field == "name"
    assert (Service.objects.count(), Event.objects.count()) == (1, events)


@pytest.mark.parametrize("role", ["is_enablement", "is_admin", "is_leadership"])
def test_register_is_for_the_team_whatever_role_somebody_has(now, role):
    team = TeamFactory()

    with pytest.raises(NotPermittedError):
        register(team, ActorFactory(**{f"person__{role}": True}), now)

    assert nothing_happened()


def test_register_refuses_an_archived_team(now):
    team = TeamFactory(is_archived=True)

    with pytest.raises(InvalidMoveError, match="archived"):
        register(team, member_of(team), now)

    assert nothing_happened()


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "x" * 201}, {"purpose": "a\0b"}, {"tier": 0}, {"phase": "live"}]
)
def test_register_refuses_what_cannot_be_kept(now, fields):
    team = TeamFactory()
    ada = member_of(team)

    with pytest.raises(InvalidInputError):
        register(team, ada, now, **fields)

    assert nothing_happened()
    assert not Service.objects.exists()


# edit ----------------------------------------------------------------------------------------------------


def test_edit_counts_versions_and_tells_what_changed(now):
    service = ServiceFactory(name="Ledger", tier=3)
    ada = member_of(service.team, name="Ada")

    outcome = transitions.edit_service(
        service, version=1, changes={"tier": 2, "purpose": service.purpose}, by=ada, at=now
    )

    service.refresh_from_db()
    assert outcome == Saved(service)
    assert (service.tier, service.version) == (2, 2)
    assert told(service) == ["Ada changed tier of Ledger"]
    assert Event.objects.get().data["changes"] == {"tier": {"before": 3, "after": 2}}


def test_a_stale_edit_is_a_conflict_and_writes_nothing(now):
    service = ServiceFactory(tier=3, version=2)

    outcome = transitions.edit_service(
        service, version=1, changes={"tier": 1}, by=member_of(service.team), at=now
    )

    assert outcome == Conflict(service)
    assert Service.objects.get().tier == 3
    assert nothing_happened()


def test_a_stale_edit_with_the_same_content_is_a_success(now):
    service = ServiceFactory(tier=2, version=5)

    outcome = transitions.edit_service(
        service, version=1, changes={"tier": 2}, by=member_of(service.team), at=now
    )

    assert outcome == Saved(service)
    assert Service.objects.get().version == 5
    assert nothing_happened()


def test_edit_is_for_the_team(now):
    service = ServiceFactory()

    with pytest.raises(NotPermittedError):
        transitions.edit_service(
            service, version=1, changes={"tier": 1}, by=ActorFactory(person__is_enablement=True), at=now
        )

    assert nothing_happened()


def test_edit_refuses_what_is_archived(now):
    service = ServiceFactory(phase=Phase.ARCHIVED, phase_before=Phase.LIVE)

    with pytest.raises(InvalidMoveError, match="archived"):
        transitions.edit_service(service, version=1, changes={"tier": 1}, by=member_of(service.team), at=now)

    assert nothing_happened()


def test_edit_refuses_the_name_of_another_service(now):
    service = ServiceFactory(name="Ledger")
    ServiceFactory(name="Customs", team=service.team)

    with pytest.raises(InvalidInputError, match="already"):
        transitions.edit_service(
            service, version=1, changes={"name": "customs"}, by=member_of(service.team), at=now
        )

    assert nothing_happened()


# phases --------------------------------------------------------------------------------------------------


def test_parts_move_with_their_whole(now):
    whole = ServiceFactory(name="Parcels", phase=Phase.PLAYGROUND, review_on=now.date())
    part = ServiceFactory(name="Labels", part_of=whole, phase=Phase.PLAYGROUND, version=4)

    moved = transitions.enter_phase(
        whole, phase=Phase.GREEN_LIGHT, by=ActorFactory(person__name="Ada"), at=now
    )

    part.refresh_from_db()
    assert (moved.phase, moved.review_on, moved.phase_since) == ("green-light", None, now)
    assert (part.phase, part.version) == ("green-light", 5)
    assert told(part) == ["Ada moved Labels from playground to green-light"]
    changes = PhaseChange.objects.values_list("service__name", "before", "after")
    assert set(changes) == {("Parcels", "playground", "green-light"), ("Labels", "playground", "green-light")}


def test_a_part_does_not_move_alone(now):
    part = ServiceFactory(part_of=ServiceFactory(phase=Phase.PLAYGROUND), phase=Phase.PLAYGROUND)

    with pytest.raises(InvalidMoveError, match="moves with it"):
        transitions.enter_phase(part, phase=Phase.GREEN_LIGHT, by=ActorFactory(), at=now)

    assert nothing_happened()


def test_enter_phase_refuses_to_skip_one(now):
    service = ServiceFactory(phase=Phase.GREEN_LIGHT)

    with pytest.raises(InvalidMoveError):
        transitions.enter_phase(service, phase=Phase.LIVE, by=ActorFactory(), at=now)

    assert nothing_happened()
    assert not PhaseChange.objects.exists()


def test_archive_and_restore_remember_the_phase(now):
    service = ServiceFactory(phase=Phase.LIVE)
    ada = ActorFactory()

    transitions.enter_phase(service, phase=Phase.ARCHIVED, by=ada, at=now, reason="Replaced")
    archived = Service.objects.get()
    transitions.enter_phase(service, phase=Phase.LIVE, by=ada, at=now)

    assert (archived.phase, archived.phase_before) == ("archived", "live")
    restored = Service.objects.get()
    assert (restored.phase, restored.phase_before) == ("live", "")


def test_back_in_the_playground_it_is_asked_again(now):
    service = ServiceFactory(phase=Phase.GREEN_LIGHT)

    back = transitions.enter_phase(service, phase=Phase.PLAYGROUND, by=ActorFactory(), at=now)

    assert back.review_on == now.date() + timedelta(days=90)


def test_the_summary_is_written_in_one_query(now, django_assert_num_queries):
    service, ada = ServiceFactory(), ActorFactory()

    with django_assert_num_queries(3):  # a savepoint of this test around it
        transitions.summarise(service, next_step="Talk", answered=3, applicable=5, by=ada, at=now)

    row = ServiceSummary.objects.get()
    assert (row.next_step, row.answered, row.applicable) == ("Talk", 3, 5)


@pytest.mark.parametrize(
    "fields",
    [
        {"tier": 5},
        {"phase": Phase.ARCHIVED},
        {"phase_before": Phase.LIVE},
        {"risk_override": "high"},
        {"name": ""},
    ],
)
def test_the_database_refuses_the_impossible(fields):
    with pytest.raises(IntegrityError):
        ServiceFactory(**fields)


# advisor, adoption, risk ----------------------------------------------------------------------------------


def test_the_least_busy_advisor_is_found():
    service = ServiceFactory(phase=Phase.PLAYGROUND)
    busy, free = (UserFactory(is_enablement=True) for _ in range(2))
    UserFactory(is_enablement=True, is_active=False)
    UserFactory(is_enablement=True, team_ids=[service.team_id])
    ServiceFactory(advisor=busy, phase=Phase.READY)
    ServiceFactory(advisor=free, phase=Phase.LIVE)  # no longer work

    assert least_busy_advisor(service) == free


def test_an_advisor_who_never_came_in_is_the_last_to_be_found():
    service = ServiceFactory(phase=Phase.PLAYGROUND)
    stranger = UserFactory(is_enablement=True, joined_at=None)
    own = UserFactory(is_enablement=True, team_ids=[service.team_id])
    busy = UserFactory(is_enablement=True)
    ServiceFactory(advisor=busy, phase=Phase.READY)

    found = []
    for leaves in (busy, own, stranger):
        found.append(least_busy_advisor(service))
        leaves.is_active = False
        leaves.save()

    assert found == [busy, own, stranger]


def test_an_advisor_is_handed_over(now):
    before, after = (UserFactory(is_enablement=True, name=name) for name in ("Elif", "Noor"))
    service = ServiceFactory(name="Ledger", advisor=before)
    lead, _member = lead_of(service.team), member_of(service.team)
    admin = ActorFactory(person__is_admin=True, person__name="Root")

    transitions.hand_over_advisor(service, advisor=after, by=admin, at=now)

    assert Service.objects.get().advisor == after
    assert told(service) == ["Root made Noor the advisor of Ledger"]
    assert {notice.recipient: notice.title for notice in Notice.objects.select_related("recipient")} == {
        after: "Root made you the advisor of Ledger",
        before: "Noor advises Ledger now",
        lead.person: "Noor advises Ledger now",
    }
    assert "Until now Elif advised the team." in Notice.objects.get(recipient=before).text


def test_handing_over_to_whoever_advises_already_tells_nobody(now):
    noor = UserFactory(is_enablement=True)
    service = ServiceFactory(advisor=noor)
    lead_of(service.team)

    transitions.hand_over_advisor(service, advisor=noor, by=ActorFactory(person__is_admin=True), at=now)

    assert nothing_happened()


def test_only_enablement_and_administrators_hand_over(now):
    service = ServiceFactory()

    with pytest.raises(NotPermittedError):
        transitions.hand_over_advisor(
            service, advisor=UserFactory(is_enablement=True), by=lead_of(service.team), at=now
        )

    assert nothing_happened()


@pytest.mark.parametrize("fields", [{"is_enablement": False}, {"is_enablement": True, "is_active": False}])
def test_only_active_enablement_people_advise(now, fields):
    with pytest.raises(InvalidMoveError, match="cannot advise"):
        transitions.assign_advisor(ServiceFactory(), advisor=UserFactory(**fields), by=ActorFactory(), at=now)

    assert nothing_happened()


def test_an_orphan_is_adopted(now):
    orphan, team = ServiceFactory(name="Ledger", team=None), TeamFactory(name="Money")
    lead = lead_of(team)
    noor = ActorFactory(person__is_enablement=True, person__name="Noor")

    transitions.adopt(orphan, team=team, by=noor, at=now)

    orphan.refresh_from_db()
    assert (orphan.team, orphan.version) == (team, 2)
    assert told(orphan) == ["Noor gave Ledger to Money"]
    assert Notice.objects.get().recipient == lead.person


def test_what_has_a_team_is_not_adopted(now):
    with pytest.raises(InvalidMoveError, match="already belongs"):
        transitions.adopt(
            ServiceFactory(), team=TeamFactory(), by=ActorFactory(person__is_enablement=True), at=now
        )

    assert nothing_happened()


def test_a_team_does_not_adopt_by_itself(now):
    team = TeamFactory()

    with pytest.raises(NotPermittedError):
        transitions.adopt(ServiceFactory(team=None), team=team, by=lead_of(team), at=now)

    assert nothing_happened()


def test_enablement_sets_a_risk_and_gives_it_back(now):
    service = ServiceFactory(name="Ledger", tier=4)
    noor = ActorFactory(person__is_enablement=True, person__name="Noor")

    transitions.override_risk(service, level="high", reason="Feeds customs", by=noor, at=now)
    overridden = Service.objects.get()
    transitions.override_risk(service, level="", reason="Not any more", by=noor, at=now)

    assert (overridden.risk_override, overridden.risk_reason) == ("high", "Feeds customs")
    service.refresh_from_db()
    assert (service.risk_override, service.risk_reason) == ("", "")
    assert told(service) == [
        "Noor set the risk of Ledger to what it adds up to (low): Not any more",
        "Noor set the risk of Ledger to high: Feeds customs",
    ]


@pytest.mark.parametrize("role", ["is_admin", "is_architect", "is_security", "is_leadership"])
def test_other_roles_set_no_risk(now, role):
    with pytest.raises(NotPermittedError):
        transitions.override_risk(
            ServiceFactory(), level="low", reason="x", by=ActorFactory(**{f"person__{role}": True}), at=now
        )

    assert nothing_happened()


def test_enablement_never_judges_the_own_team(now):
    service = ServiceFactory()
    noor = lead_of(service.team, is_enablement=True)

    with pytest.raises(NotPermittedError, match="somebody else"):
        transitions.override_risk(service, level="low", reason="x", by=noor, at=now)

    assert nothing_happened()


def test_enablement_people_of_a_part_set_no_risk_of_the_product(now):
    whole = ServiceFactory(kind=Kind.PRODUCT)
    part = ServiceFactory(part_of=whole)
    noor = member_of(part.team, is_enablement=True)

    for service in (whole, part):
        with pytest.raises(NotPermittedError, match="You belong to a team of"):
            transitions.override_risk(service, level="low", reason="x", by=noor, at=now)

    assert nothing_happened()


@pytest.mark.parametrize(("level", "reason"), [("high", ""), ("enormous", "x"), ("high", "x" * 501)])
def test_a_risk_needs_a_level_and_a_reason(now, level, reason):
    noor = ActorFactory(person__is_enablement=True)

    with pytest.raises(InvalidInputError):
        transitions.override_risk(ServiceFactory(), level=level, reason=reason, by=noor, at=now)

    assert nothing_happened()
