"""How programs come to speak for people, and how that ends."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from apps.accounts import queries, rules
from apps.accounts.events import TokenMade, TokenRevoked
from apps.accounts.models import Actor, Token, User
from apps.activity.transitions import record
from apps.core.errors import InvalidInputError
from apps.core.transactions import one_transaction


@one_transaction
def make_token(  # noqa: PLR0913 -- what the form has
    person: User,
    *,
    name: str,
    scope: str,
    days: int,
    by: Actor,
    at: datetime,
    team_id: int | None = None,
) -> tuple[Token, str]:
    """Make a token; the secret is returned this once, and kept nowhere."""
    person = User.objects.locked(person.pk)
    rules.check_may_make_token(by, person)
    name, scope = rules.clean_token(person, name=name, scope=scope, days=days, team_id=team_id)
    names = list(Token.objects.filter(person=person).usable(now=at).values_list("name", flat=True))
    if len(names) >= rules.MOST_TOKENS:
        message = f"{rules.MOST_TOKENS} tokens of yours work already; revoke one that nobody needs."
        raise InvalidInputError(message, field="name")
    if name in names:  # also whoever reloads the page that shows the secret
        message = (
            f"A token of yours called “{name}” works already. Give this one another name, or revoke that one."
        )
        raise InvalidInputError(message, field="name")

    secret = f"{rules.PREFIX}{token_urlsafe(32)}"
    token = Token.objects.create(
        person=person,
        name=name,
        digest=rules.digest_of(secret),
        ending=secret[-4:],
        scope=scope,
        team_id=team_id,
        team_name=queries.team_names([team_id])[team_id] if team_id else "",
        made_at=at,
        expires_at=at + timedelta(days=days),
    )

    event = TokenMade(
        token=name, scope=token.scope, expires_on=token.expires_at.date().isoformat(), team=token.team_name
    )
    record(event, by=by, at=at, subject=person.private_subject)
    return token, secret


@one_transaction
def revoke_token(token: Token, *, by: Actor, at: datetime) -> Token:
    """End a token at once; its row stays, so that history can be read."""
    token = Token.objects.select_related("person").locked(token.pk)
    rules.check_may_revoke(by, token)

    token.revoked_at = at
    token.save(update_fields=["revoked_at"])

    record(TokenRevoked(token=token.name), by=by, at=at, subject=token.person.private_subject)
    return token


def note_use(token: Token, *, by: Actor, at: datetime) -> None:  # noqa: ARG001 -- as all steps are called
    """Remember that a token was used; no event, and of many requests at once one writes."""
    before = Token.objects.filter(pk=token.pk, last_used_at=token.last_used_at)
    before.update(last_used_at=at)
