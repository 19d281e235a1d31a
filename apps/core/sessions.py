"""Sessions in the database, as Django keeps them."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Takes a cookie that we cannot have made for none: PostgreSQL refuses even to look for a NUL."""

    def __init__(self, session_key: str | None = None) -> None:
        is_ours = session_key and session_key.isascii() and session_key.isalnum()
        super().__init__(session_key if is_ours else None)
