"""Pages of long lists, by key."""

from typing import Final, TypeVar

from django.db.models import Model

from apps.accounts.http import PortalRequest
from apps.core.querysets import LockableQuerySet
from apps.core.text import key_in

ModelT = TypeVar("ModelT", bound=Model)

PAGE: Final = 50


def one_page(
    request: PortalRequest, rows: LockableQuerySet[ModelT], *, field: str
) -> tuple[list[ModelT], int | None]:
    """Return the rows of the page that the address asks for, and where the next one begins."""
    found = list(rows.after(key_in(request.GET.get("after", "")), field=field)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None
