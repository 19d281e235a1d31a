"""The embedded broker is kombu's, with two mistakes mended; portal.celery puts it in its place."""

import logging
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem

from portal.home import spool

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):  # type: ignore[misc]  # kombu is untyped
    """Files of a folder are messages.

    Of what follows kombu lets the worker die, with all that it holds.
    """

    is_away = False

    def _get(self, queue: str) -> Any:  # noqa: ANN401 -- kombu's signature
        """Pass over a message that nobody can read, and go on when the folder is there again.

        Whoever wrote such a message was not ready, or was killed. It only rings, and beat rings again.
        A folder that somebody removed is made anew.
        """
        was_away, self.is_away = self.is_away, False
        try:
            return super()._get(queue)
        except ValueError as error:
            raise Empty from error
        except OSError as error:
            self.is_away = True
            if not was_away:  # asked five times a second, said once
                logger.warning("the spool cannot be read: %s", error)
            with suppress(OSError):
                spool(Path(self.data_folder_in).parent)
            raise Empty from error


class Transport(filesystem.Transport):  # type: ignore[misc]
    """Uses it."""

    Channel = Channel
