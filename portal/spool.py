"""The embedded broker is kombu's, with one mistake mended; portal.celery puts it in its place."""

from queue import Empty
from typing import Any

from kombu.transport import filesystem


class Channel(filesystem.Channel):  # type: ignore[misc]  # kombu is untyped
    """Files of a folder are messages."""

    def _get(self, queue: str) -> Any:  # noqa: ANN401 -- kombu's signature
        """Pass over a message that nobody can read: whoever wrote it was not ready, or was killed.

        kombu lets the worker die of it, with all that it holds. A message only rings, and beat rings again.
        """
        try:
            return super()._get(queue)
        except ValueError as error:
            raise Empty from error


class Transport(filesystem.Transport):  # type: ignore[misc]
    """Uses it."""

    Channel = Channel
