"""Sessions in the database, as Django keeps them."""

from datetime import datetime

from django.contrib.sessions.backends import db

from apps.core.models import CacheEntry


class SessionStore(db.SessionStore):
    """Takes a cookie that we cannot have made for none: PostgreSQL refuses even to look for a NUL."""

    def __init__(self, session_key: str | None = None) -> None:
        is_ours = session_key and session_key.isascii() and session_key.isalnum()
        super().__init__(session_key if is_ours else None)


def forget_expired(*, at: datetime) -> None:
    """Delete the sessions and the counts of sign-ins that are over: Django leaves them lying. Two queries."""
    SessionStore.get_model_class().objects.filter(expire_date__lt=at).delete()
    CacheEntry.objects.filter(expires__lt=at).delete()
