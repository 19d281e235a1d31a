"""Work that runs in a process of its own: its seconds, CPU, and the memory that the process has at most."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from bench.servers import cpu_seconds

if TYPE_CHECKING:  # Django is not set up yet where a measured module is a process of its own
    from bench.sites import Organisation

MOST_SECONDS: Final = 60


def measure_alone(
    found: list["Organisation"], turns: Sequence[str], *, module: str, head: str, postmaster: int
) -> str:
    """Return what each turn takes at each size, as lines of a table; `head` names the work and its count."""
    lines = [f"| {head} | seconds | CPU | peak memory |  |", "|---|---:|---:|---:|---:|---:|---|"]
    for one in found:
        for turn in turns:
            before = cpu_seconds(postmaster)
            seen = _run(one, module, turn)
            cpu = seen["cpu"] + cpu_seconds(postmaster) - before
            missed = "too slow" if seen["seconds"] > MOST_SECONDS else ""
            lines.append(
                f"| {turn} | {one.size:,} | {seen['count']:,} | {seen['seconds']:.1f} s | {cpu:.1f} s "
                f"| {seen['memory']:.0f} MB | {missed} |"
            )
            print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def _run(one: "Organisation", module: str, turn: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", module, turn],
        env=os.environ | {"DATABASE_URL": f"postgres:///{one.database}"},
        stdout=subprocess.PIPE,
        check=True,
    )
    seen: dict[str, float] = json.loads(done.stdout)
    return seen


def tell(work: Callable[[], int]) -> None:
    """Do the work in this process, and print what it took and the number that it returns."""
    begun = monotonic()
    count = work()
    seconds = monotonic() - begun
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    print(json.dumps({"count": count, "seconds": seconds, "cpu": cpu, "memory": _peak()}))


def _peak() -> float:
    """Return the most memory of this process in MB; getrusage would count whoever started it too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
