"""Several programs as one: started together, started again when one dies, ended together."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from subprocess import Popen
from threading import Event
from time import monotonic
from types import FrameType
from typing import Final

import structlog

logger = structlog.get_logger(__name__)

LOOK: Final = 0.2  # seconds between two looks at the programs
GRACE: Final = 75.0  # seconds to end by themselves: a run of deliveries and its last message, or a report
CALM: Final = 60.0  # after so many seconds a program counts as healthy again
LONGEST_WAIT: Final = 30.0
PR_SET_PDEATHSIG: Final = 1


class AlreadyRunningError(Exception):
    """Somebody else holds the lock of this home."""


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file; it is free again when this process ends, however it ends."""
    with path.open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(str(path)) from error
        yield


@dataclass
class Program:
    """One program, its process, and when it may be started again."""

    name: str
    command: Sequence[str]
    process: Popen[bytes] | None = None
    started_at: float = 0.0
    starts_at: float = 0.0
    wait: float = field(default=1.0)

    def start(self, now: float) -> None:
        """Start the program in a process group of its own, so that Ctrl-C reaches only the supervisor."""
        parent = os.getpid()
        self.process = Popen(  # noqa: S603 -- our own commands
            self.command,
            start_new_session=True,
            preexec_fn=lambda: _end_with(parent),  # noqa: PLW1509 -- the supervisor has no threads
        )
        self.started_at = now

    def look(self, now: float) -> None:
        """Start the program if it is time to; say so when it died, and wait longer each time."""
        if self.process is None:
            if now >= self.starts_at:
                self.start(now)
            return
        code = self.process.poll()
        if code is None:
            return
        self.kill()  # what it may have left in its group
        self.process = None
        self.wait = 1.0 if now - self.started_at > CALM else min(self.wait * 2, LONGEST_WAIT)
        self.starts_at = now + self.wait
        logger.error("program_died", program=self.name, code=code, again_in_seconds=self.wait)

    def ask_to_end(self) -> None:
        """Send SIGTERM to the program itself: it knows best how to end its own children."""
        if self.process:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End the whole group at once."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Supervisor:
    """Runs programs until it is told to end."""

    programs: Sequence[Program]
    grace: float = GRACE
    ending: Event = field(default_factory=Event)
    asked_at: float = 0.0

    def run(self, *, is_ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Keep the programs running until SIGTERM or SIGINT; announce once when they are ready."""
        before = {number: signal.signal(number, self._end) for number in (signal.SIGTERM, signal.SIGINT)}
        is_announced = False
        try:
            while not self.ending.wait(LOOK):
                for program in self.programs:
                    program.look(monotonic())
                if not is_announced and is_ready():
                    is_announced = True
                    announce()
        finally:
            self.end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def end(self) -> None:
        """Ask every program to end, and end those that have not done so after the grace period."""
        for program in self.programs:
            program.ask_to_end()
        begun = monotonic()
        while monotonic() < begun + self.grace and any(
            p.process and p.process.poll() is None for p in self.programs
        ):
            Event().wait(0.05)
        for program in self.programs:
            program.kill()

    def _end(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- a signal handler
        now = monotonic()
        if self.ending.is_set() and now > self.asked_at + 1:  # make may pass on what the group got already
            self.grace = 0.0  # asked twice: no more waiting
        self.asked_at = now
        self.ending.set()


def _end_with(parent: int) -> None:
    """Let the kernel end this process when the supervisor is gone, even if it was killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os._exit(1)
