"""What can happen to teams and services."""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class ServiceRegistered(EventKind):
    """A team wrote down a new service."""

    verb = "catalog.service_registered"
    sentence = "{actor} registered {subject} for {team}"
    icon = "plus"
    example = {"team": "Tracking", "purpose": "Lets receivers see where a parcel is", "phase": "playground"}

    team: str
    purpose: str
    phase: str


@dataclass(frozen=True)
class ServiceEdited(EventKind):
    """Somebody changed a service's own fields; before and after stand in `changes`."""

    verb = "catalog.service_edited"
    sentence = "{actor} changed {fields} of {subject}"
    icon = "pencil"
    example = {"fields": "tier", "changes": {"tier": {"before": 3, "after": 2}}}

    fields: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class ServiceImported(EventKind):
    """An import brought a service, or new values of one."""

    verb = "catalog.service_imported"
    sentence = "{actor} {outcome} {subject} from {file}"
    icon = "upload"
    example = {
        "outcome": "updated",
        "file": "catalog-info.yaml",
        "line": 1,
        "changes": {"purpose": {"before": "Finds artists", "after": "Looks artists up"}},
    }

    outcome: str
    file: str
    line: int
    changes: dict[str, Any]


@dataclass(frozen=True)
class PhaseEntered(EventKind):
    """A service moved from one phase to another."""

    verb = "catalog.phase_entered"
    sentence = "{actor} moved {subject} from {before} to {after}"
    icon = "road"
    example = {"before": "green-light", "after": "ready-for-production", "reason": ""}

    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class AdvisorAssigned(EventKind):
    """Somebody of Developer Enablement became the advisor of a service."""

    verb = "catalog.advisor_assigned"
    sentence = "{actor} made {advisor} the advisor of {subject}"
    became = "advisor"
    icon = "user-check"
    example = {"advisor": "Noor Haddad", "before": "Elif Kaya"}

    advisor: str
    before: str


@dataclass(frozen=True)
class AdvisorFound(EventKind):
    """The portal gave a service the advisor who had the fewest; nobody named them."""

    verb = "catalog.advisor_found"
    sentence = "{actor} asked for an advisor of {subject}; the portal chose {advisor}"
    icon = "user-check"
    example = {"advisor": "Noor Haddad"}

    advisor: str


@dataclass(frozen=True)
class RiskOverridden(EventKind):
    """Developer Enablement set the risk by hand; an empty level means "as computed" again."""

    verb = "catalog.risk_overridden"
    sentence = "{actor} set the risk of {subject} to {label}: {reason}"
    became = "level"
    icon = "adjustments"
    example = {"label": "high", "level": "high", "before": "", "reason": "It feeds the customs gateway."}

    label: str
    level: str
    before: str
    reason: str


@dataclass(frozen=True)
class OrphanAdopted(EventKind):
    """A service without a team got one."""

    verb = "catalog.orphan_adopted"
    sentence = "{actor} gave {subject} to {team}"
    icon = "users-group"
    example = {"team": "Tracking"}

    team: str


@dataclass(frozen=True)
class TeamCreated(EventKind):
    """A team was written down."""

    verb = "catalog.team_created"
    sentence = "{actor} created the team {subject}"
    about = "Tracking"
    icon = "users-group"
    example = {"mission": "Everybody knows where a parcel is.", "part_of": "Parcels"}

    mission: str
    part_of: str = ""


@dataclass(frozen=True)
class TeamEdited(EventKind):
    """Somebody changed what a team says of itself."""

    verb = "catalog.team_edited"
    sentence = "{actor} changed {fields} of {subject}"
    about = "Tracking"
    icon = "pencil"
    example = {
        "fields": "mission",
        "changes": {"mission": {"before": "", "after": "Everybody knows where a parcel is."}},
    }

    fields: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class TeamImported(EventKind):
    """An import brought a team, or new values of one."""

    verb = "catalog.team_imported"
    sentence = "{actor} {outcome} the team {subject} from {file}"
    about = "Tracking"
    icon = "upload"
    example = {
        "outcome": "created",
        "file": "org.yaml",
        "line": 12,
        "changes": {"name": {"before": None, "after": "Tracking"}},
    }

    outcome: str
    file: str
    line: int
    changes: dict[str, Any]


@dataclass(frozen=True)
class EntryImported(EventKind):
    """An import brought an interface, a system or a domain, or new values of one."""

    verb = "catalog.entry_imported"
    sentence = "{actor} {outcome} the {kind} {subject} from {file}"
    about = "petstore"
    icon = "upload"
    example = {
        "kind": "interface",
        "outcome": "created",
        "file": "petstore-api.yaml",
        "line": 1,
        "changes": {"name": {"before": None, "after": "petstore"}},
    }

    kind: str
    outcome: str
    file: str
    line: int
    changes: dict[str, Any]


@dataclass(frozen=True)
class RelationsImported(EventKind):
    """An import changed what a service needs, offers or uses."""

    verb = "catalog.relations_imported"
    sentence = "{actor} took over what {subject} needs and offers: {added} added, {removed} removed"
    icon = "upload"
    example = {"added": 1, "removed": 0, "relations": {"added": ["needs resource:default/artists-db"]}}

    added: int
    removed: int
    relations: dict[str, list[str]]


@dataclass(frozen=True)
class MemberAdded(EventKind):
    """A person joined a team."""

    verb = "catalog.member_added"
    sentence = "{actor} added {person} to {subject}"
    about = "Tracking"
    icon = "user-plus"
    example = {"person": "Ada Lind", "person_id": 7}

    person: str
    person_id: int


@dataclass(frozen=True)
class MemberRemoved(EventKind):
    """A person left a team."""

    verb = "catalog.member_removed"
    sentence = "{actor} took {person} out of {subject}"
    about = "Tracking"
    icon = "user"
    example = {"person": "Ada Lind", "person_id": 7}

    person: str
    person_id: int


@dataclass(frozen=True)
class LeadNamed(EventKind):
    """A member became a lead of the team."""

    verb = "catalog.lead_named"
    sentence = "{actor} made {person} a lead of {subject}"
    about = "Tracking"
    icon = "user-check"
    example = {"person": "Ada Lind", "person_id": 7}

    person: str
    person_id: int


@dataclass(frozen=True)
class LeadEnded(EventKind):
    """A lead became a member like the others."""

    verb = "catalog.lead_ended"
    sentence = "{actor} ended that {person} leads {subject}"
    about = "Tracking"
    icon = "user-cog"
    example = {"person": "Ada Lind", "person_id": 7}

    person: str
    person_id: int


@dataclass(frozen=True)
class CatalogImported(EventKind):
    """An import ran to its end; the counts are by kind."""

    verb = "catalog.imported"
    sentence = "{actor} imported the catalog: {summary}"
    icon = "upload"
    example = {
        "summary": "3 created, 1 updated, 2 left out",
        "created": {"service": 3},
        "updated": {"team": 1},
        "unchanged": {},
        "drifted": {},
        "left_out": 2,
    }

    summary: str
    created: dict[str, int]
    updated: dict[str, int]
    unchanged: dict[str, int]
    drifted: dict[str, int]
    left_out: int
