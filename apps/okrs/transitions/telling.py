"""Who is told what happens to goals."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from apps.accounts.models import Actor, User
from apps.activity.models import Audience, Subject
from apps.catalog.models import Team
from apps.catalog.queries import leads_of
from apps.notifications.rules import News
from apps.notifications.transitions import notify_many
from apps.okrs.models import Negotiation
from apps.okrs.rules.negotiating import speakers


def tell_side(  # noqa: PLR0913 -- News spells them out
    team: Team,
    negotiation: Negotiation,
    *,
    template: str,
    key: str,
    by: Actor,
    at: datetime,
    context: dict[str, Any],
) -> None:
    """Tell the leads of one side, and who is accountable there, but for whoever did it."""
    people = speakers(negotiation, team, leads_of(team.pk))
    on = at.date()
    subject = replace(negotiation.subject(on=on), audience=negotiation.audience(team.pk, on=on))
    tell(
        people,
        key=f"negotiation:{negotiation.pk}:{key}",
        template=template,
        subject=subject,
        by=by,
        at=at,
        context=context,
    )


def tell(  # noqa: PLR0913 -- News spells them out
    people: Iterable[User],
    *,
    key: str,
    template: str,
    subject: Subject,
    by: Actor,
    at: datetime,
    context: dict[str, Any],
) -> None:
    """Tell each person once, but for whoever did it: they know."""
    told = {person.pk: person for person in people if person.pk != by.person_id}
    news = [
        News(
            recipient=person,
            key=f"okrs:{key}",
            template=f"okrs/{template}",
            subject=_for(person, subject),
            context={"actor": by.name} | context,
        )
        for person in told.values()
    ]
    notify_many(news, by=by, at=at)


def _for(person: User, subject: Subject) -> Subject:
    """Return the subject in an audience of this person: who is told of another team's matter reads of it."""
    if subject.audience in person.audiences or not person.team_ids:
        return subject
    return replace(subject, audience=Audience.of_team(person.team_ids[0]))
