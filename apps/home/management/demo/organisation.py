"""How people, teams and services of the demo come about."""

from typing import Any, Final

from apps.accounts import transitions as accounts
from apps.accounts.models import Actor
from apps.catalog import transitions as catalog
from apps.catalog.models import Team
from apps.home.management.demo import data
from apps.home.management.demo.calendar import working_day
from apps.home.management.demo.scripts import Step
from apps.home.management.demo.stage import Stage, saved
from apps.readiness import transitions as readiness
from apps.walkthroughs import transitions as walkthroughs

PASSWORD: Final = "roadworthy"  # noqa: S105 -- printed at every start of the demo
JOINED: Final = -140  # the working day on which everybody came
ROLES: Final = ("lead", "member", "reviewer", "peer", "architect", "security")
SIGN_INS: Final = (*ROLES, "enablement", "leadership", "admin")  # @demo.example


def add_people(stage: Stage) -> None:
    """Add everybody; those with the address of a role get the password that `make run` prints."""
    at = stage.calendar.moment(JOINED, "09:00")
    system = Actor.system("seed_demo")
    for entry in data.people().values():
        has_password = entry["email"].partition("@")[0] in SIGN_INS
        person = accounts.add_demo_person(
            entry["email"],
            name=entry["name"],
            roles=entry.get("roles", ()),
            password=PASSWORD if has_password else "",
            by=system,
            at=at,
        )
        accounts.edit_profile(
            person,
            by=Actor(person=person),
            at=at,
            time_zone=entry["zone"],
            works_on=[1, 2, 3, 4, 5],
            reviews=entry.get("reviews", False),
            expertise=entry.get("knows", ()),
        )
    stage.reload()


def fill_teams(stage: Stage, step: Step) -> None:
    """Let people join the teams that the catalog has brought, and teams say who they are."""
    by = stage.actor(step.by)
    teams = {team.slug: team for team in Team.objects.all()}
    for slug, changes in data.teams().items():
        team = teams[slug]
        catalog.edit_team(team, revision=team.revision, changes=changes, by=by, at=step.at)
    for name, entry in data.people().items():
        if "team" in entry:
            team, person = teams[entry["team"]], stage.people[name]
            catalog.add_member(team, person=person, by=by, at=step.at)
            catalog.set_lead(team, person=person, is_lead=entry.get("lead", False), by=by, at=step.at)
    stage.reload()


def import_catalog(stage: Stage, step: Step) -> None:
    """Take the company's catalog over; what it left out stands in the events."""
    source = data.CatalogFiles(step.details["files"])
    catalog.import_catalog(source, by=stage.actor(step.by), at=step.at)


def register(stage: Stage, step: Step) -> None:
    """Register a service by hand."""
    fields = dict(step.details)
    team = Team.objects.get(slug=fields.pop("team"))
    catalog.register(team, by=stage.actor(step.by), at=step.at, **fields)


def edit(stage: Stage, step: Step) -> None:
    """Change the service's own fields; `launch_in` are days from today."""
    changes: dict[str, Any] = dict(step.details)
    if "launch_in" in changes:
        changes["launch_on"] = working_day(stage.calendar.today, changes.pop("launch_in"))
    service = stage.service(step)
    saved(
        catalog.edit_service(
            service, version=service.version, changes=changes, by=stage.actor(step.by), at=step.at
        )
    )


def start_green_light(stage: Stage, step: Step) -> None:
    """Begin the conversation, with the advisor whom the script wants."""
    details = step.details
    readiness.start_green_light(
        stage.service(step),
        expected_users=details["expected_users"],
        target_quarter=stage.calendar.quarter(details["target_quarter"]),
        sponsor=details["sponsor"],
        by=stage.actor(step.by),
        at=step.at,
    )
    if "advisor" in details:
        advisor = stage.actor(details["advisor"])
        person = stage.people[details["advisor"]]
        catalog.hand_over_advisor(stage.service(step), advisor=person, by=advisor, at=step.at)


def archive(stage: Stage, step: Step) -> None:
    """Put a service away."""
    reason = step.details["reason"]
    walkthroughs.archive(stage.service(step), reason=reason, by=stage.actor(step.by), at=step.at)
