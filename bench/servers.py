"""The servers that are measured: PostgreSQL, the portal and the floor, each with one process of its own."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from subprocess import Popen
from time import monotonic, sleep
from typing import Final

PATIENCE: Final = 30  # seconds for a server to answer
TICK: Final = os.sysconf("SC_CLK_TCK")  # of the kernel's accounting, a second
WORKER: Final = os.environ.get("WORKER") or "sync"


@dataclass(frozen=True)
class Server:
    """A server that runs: its first process and its port."""

    pid: int
    port: int


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def gunicorn(application: str, *, port: int, log: Path, config: str = "") -> Iterator[Server]:
    """Run an application under gunicorn with one worker as long as the block."""
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--threads", "1", "--worker-class", WORKER, "--no-control-socket"]
    command += ["--config", config] if config else ["--log-level", "warning"]
    with log.open("w") as output:
        process = Popen(
            [*command, application],
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name != "LOG_LEVEL"},
        )
        try:
            _wait(process, port, log)
            yield Server(process.pid, port)
        finally:
            process.terminate()
            process.wait(15)


def _wait(process: "Popen[bytes]", port: int, log: Path) -> None:
    latest = monotonic() + PATIENCE
    while not _answers(port):
        if process.poll() is not None or monotonic() > latest:
            sys.exit(f"bench: the server did not start:\n{log.read_text()}")
        sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return bool(connection.getresponse().status)
    except OSError:
        return False
    finally:
        connection.close()


def postmaster(folder: Path) -> int:
    """Return the first process of the PostgreSQL that keeps its data in a folder."""
    return int((folder / "postmaster.pid").read_text().split("\n")[0])


def cpu_seconds(*roots: int) -> float:
    """Return the CPU time of these processes and all below them, those included that have ended."""
    stats = _stats()
    below: dict[int, list[int]] = {}
    for pid, (parent, *_times) in stats.items():
        below.setdefault(parent, []).append(pid)
    ticks, waiting = 0, list(roots)
    while waiting:
        pid = waiting.pop()
        _parent, own, ended = stats.get(pid, (0, 0, 0))
        ticks += own + ended
        waiting += below.get(pid, [])
    return ticks / TICK


def _stats() -> dict[int, tuple[int, int, int]]:
    """Return parent, own ticks and ticks of ended children of every process."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        user, system, ended_user, ended_system = (int(field) for field in fields[11:15])
        found[int(path.parent.name)] = (int(fields[1]), user + system, ended_user + ended_system)
    return found
