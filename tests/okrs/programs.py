"""How the API of goals is asked in tests: as a program of somebody, in March 2026."""

from apps.activity.models import Event
from tests.api.asking import Program
from tests.refusals import rows


def program(actor, **token):
    """Return a program that speaks for the person of an actor."""
    return Program(actor.person, **token)


def ask(who, method, path, data=None, **more):
    """Ask below /okrs/ under whatever revision there is."""
    return who(method, f"okrs/{path}", data, **({"If_Match": "*"} | more))


def refused(who, method, path, data=None, **headers):
    """Ask; return the refusal's status and words after a look at the tables: nothing was written."""
    who("GET", "me/")  # the token's first use is noted
    before, events = rows(), Event.objects.count()
    answer = ask(who, method, path, data, **headers)
    assert (rows(), Event.objects.count()) == (before, events)
    told = answer.json()
    return answer.status_code, f"{told['detail']} {told.get('errors', '')}"
