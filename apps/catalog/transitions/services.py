"""How services are registered, edited, advised, adopted and judged."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog import queries, rules
from apps.catalog.events import (
    AdvisorAssigned,
    AdvisorFound,
    OrphanAdopted,
    RiskOverridden,
    ServiceEdited,
    ServiceRegistered,
)
from apps.catalog.models import Phase, PhaseChange, RiskLevel, Service, ServiceSummary, Team
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.notifications.transitions import notify

TRIES = 20  # for an address that somebody else takes at the same moment


@one_transaction
def register(
    team: Team,
    *,
    name: str,
    purpose: str,
    by: Actor,
    at: datetime,
    **fields: Any,
) -> Service:
    """Write down a new service of a team: it begins in playground, with a date to look at it again."""
    # The team's row is the queue: of two who register the same name, the second is told.
    team = Team.objects.locked(team.pk)
    rules.check_may_register(by, team)
    values = rules.clean({"name": name, "purpose": purpose} | fields, fields=rules.SERVICE_FIELDS)
    _check_new(team, values["name"])

    service = _created(
        Service(
            team=team,
            phase=Phase.PLAYGROUND,
            phase_since=at,
            review_on=at.date() + rules.REVIEW_AFTER,
            **values,
        )
    )
    ServiceSummary.objects.create(service=service, **rules.first_step(service))
    PhaseChange.objects.create(service=service, after=service.phase, by_name=by.name, at=at)

    event = ServiceRegistered(team=team.name, purpose=service.purpose, phase=service.phase)
    record(event, by=by, at=at, subject=service.subject)
    notify(
        [lead for lead in queries.leads_of(team.pk) if lead.pk != by.person_id],
        key=f"catalog:{service.pk}:registered",
        template="catalog/registered",
        by=by,
        at=at,
        subject=service.subject,
        context={
            "team": team.name,
            "purpose": service.purpose,
            "actor": by.name,
            "review_on": service.review_on,
        },
    )
    return service


def _check_new(team: Team, name: str) -> None:
    """Refuse a second service of the same name in one team: it is nearly always the same one."""
    if queries.has_service(team, name):
        message = f"{team} already has a service called {name}."
        raise InvalidInputError(message, field="name")


def _created(service: Service) -> Service:
    """Insert with an address of its own; when another team takes that one meanwhile, take the next."""
    taken: set[str] = set()
    for _try in range(TRIES):
        base = rules.slug_of(service.name, taken=(), fallback="service")
        taken.update(Service.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        service.slug = rules.slug_of(service.name, taken=taken, fallback="service")
        try:
            with transaction.atomic():
                service.save(force_insert=True)
        except IntegrityError:
            taken.add(service.slug)
        else:
            return service
    message = "Too many people registered this name at the same moment. Please try again."
    raise InvalidMoveError(message)


@one_transaction
def edit_service(
    service: Service, *, version: int, changes: dict[str, Any], by: Actor, at: datetime
) -> Saved[Service] | Conflict[Service]:
    """Change the service's own fields; `version` is the one that was on the screen."""
    service = Service.objects.select_related("team", "advisor", "part_of").locked(service.pk)
    rules.check_in_team(by, service)
    rules.check_in_use(service)
    values = rules.clean(changes, fields=rules.SERVICE_FIELDS)

    differences = rules.differences(service, values)
    if not differences:  # also when somebody else saved the very same
        return Saved(service)
    if version != service.version:
        return Conflict(service)
    if "name" in differences and service.team and values["name"].lower() != service.name.lower():
        _check_new(service.team, values["name"])
    for field in differences:
        setattr(service, field, values[field])
    service.version += 1
    service.save(update_fields=[*differences, "version"])

    event = ServiceEdited(fields=rules.in_words(differences), changes=rules.as_text(differences))
    record(event, by=by, at=at, subject=service.subject)
    return Saved(service)


@one_transaction
def assign_advisor(
    service: Service, *, advisor: User, by: Actor, at: datetime, is_found: bool = False
) -> Service:
    """Give a service its advisor, whom somebody named or the portal found.

    Who may, the caller has checked: green-light, or `hand_over_advisor`.
    """
    service = Service.objects.select_related("team", "advisor").locked(service.pk)
    rules.check_can_advise(advisor, service)
    if service.advisor_id == advisor.pk:
        return service

    before = service.advisor.name if service.advisor else ""
    service.advisor = advisor
    service.save(update_fields=["advisor"])

    named = AdvisorAssigned(advisor=advisor.name, before=before)
    event = AdvisorFound(advisor=advisor.name) if is_found else named
    record(event, by=by, at=at, subject=service.subject)
    notify(
        [advisor] if advisor.pk != by.person_id else [],
        key=f"catalog:{service.pk}:advisor:{at:%Y%m%d%H%M%S%f}",
        template="catalog/advisor",
        by=by,
        at=at,
        subject=service.subject,
        context={"service": service.name, "actor": by.name, "before": before, "is_found": is_found},
    )
    return service


@one_transaction
def hand_over_advisor(service: Service, *, advisor: User, by: Actor, at: datetime) -> Service:
    """Let somebody else of Developer Enablement advise; the leads and whoever did until now are told too."""
    service = Service.objects.select_related("team", "advisor").locked(service.pk)
    rules.check_may_organise(by)
    rules.check_in_use(service)
    before = service.advisor
    service = assign_advisor(service, advisor=advisor, by=by, at=at)
    if before == advisor:
        return service

    concerned = {person.pk: person for person in (*queries.leads_of(service.team_id), before) if person}
    notify(
        [person for person in concerned.values() if person.pk not in {by.person_id, advisor.pk}],
        key=f"catalog:{service.pk}:handed_over:{at:%Y%m%d%H%M%S%f}",
        template="catalog/handed_over",
        by=by,
        at=at,
        subject=service.subject,
        context={"service": service.name, "advisor": advisor, "before": before, "actor": by.name},
    )
    return service


@one_transaction
def adopt(service: Service, *, team: Team, by: Actor, at: datetime) -> Service:
    """Give a service without a team to one."""
    service = Service.objects.select_related("team").locked(service.pk)
    rules.check_may_organise(by)
    rules.check_in_use(service)
    if service.team:
        message = f"{service} already belongs to {service.team}."
        raise InvalidMoveError(message)
    team = Team.objects.locked(team.pk)
    rules.check_team_in_use(team)

    service.team = team
    service.version += 1
    service.save(update_fields=["team", "version"])

    record(OrphanAdopted(team=team.name), by=by, at=at, subject=service.subject)
    notify(
        [lead for lead in queries.leads_of(team.pk) if lead.pk != by.person_id],
        key=f"catalog:{service.pk}:adopted:{team.pk}:{at:%Y%m%d%H%M}",
        template="catalog/adopted",
        by=by,
        at=at,
        subject=service.subject,
        context={"service": service.name, "team": team.name, "actor": by.name},
    )
    return service


@one_transaction
def override_risk(service: Service, *, level: str, reason: str, by: Actor, at: datetime) -> Service:
    """Set the risk by hand; an empty level gives the sum its say back. Both need a reason."""
    service = Service.objects.select_related("team").locked(service.pk)
    rules.check_may_override_risk(by, service, queries.owning_team_ids(service))
    rules.check_in_use(service)
    reason = clean_line(reason, field="reason", limit=500, is_required=True)
    if level and level not in RiskLevel.values:
        message = f"There is no risk level “{level[:40]}”."
        raise InvalidInputError(message, field="level")
    if level == service.risk_override and (not level or reason == service.risk_reason):
        return service

    before, service.risk_override = service.risk_override, level
    service.risk_reason = reason if level else ""
    service.version += 1
    service.save(update_fields=["risk_override", "risk_reason", "version"])

    label = (
        RiskLevel(level).label.lower()
        if level
        else f"what it adds up to ({rules.risk(service).level.label.lower()})"
    )
    event = RiskOverridden(label=label, level=level, before=before, reason=reason)
    record(event, by=by, at=at, subject=service.subject)
    return service
