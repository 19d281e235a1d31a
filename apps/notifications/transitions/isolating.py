"""How a run goes on with the rest when one of its parts breaks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError

logger = structlog.get_logger(__name__)
T = TypeVar("T")
R = TypeVar("R")


class Mishaps:
    """What broke in a run; told at its end, so that the run counts as failed without having stopped."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._errors: list[Exception] = []

    @contextmanager
    def set_aside(self, **where: object) -> Iterator[None]:
        """Write an error to the log and go on; but a database that is away ends the run."""
        try:
            yield
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.warning(self._event, exc_info=True, **where)
            self._errors.append(error)

    def each(self, some: list[T], step: Callable[[list[T]], R], *, name: Callable[[T], str]) -> list[R]:
        """Take a step for several at once; if it breaks, for each alone, so that only the one to blame waits.

        For steps that are a transaction of their own: what broke has left nothing behind.
        """
        with Mishaps(self._event).set_aside(number=len(some)):
            return [step(some)]
        results = []
        for one in some:
            with self.set_aside(one=name(one)):
                results.append(step([one]))
        return results

    def tell(self) -> None:
        """Raise what was set aside."""
        if self._errors:
            raise ExceptionGroup(self._event, self._errors)
