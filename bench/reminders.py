"""What the daily reminder run takes: seconds, CPU, and the memory that its process has at most.

It runs twice, each time in a process of its own: once with everything to tell, and once when all is told, as
every quarter of an hour. Memory is flat if it is the same for a hundred times as many services.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from bench.servers import cpu_seconds

if TYPE_CHECKING:  # Django is not set up yet where this file is a process of its own
    from bench.sites import Organisation

MOST_SECONDS: Final = 60
TURNS: Final = ("everything is new", "nothing is new")


def measure_reminders(found: list["Organisation"], *, postmaster: int) -> str:
    """Return what both runs take at each size, as lines of a table."""
    lines = ["| reminder run | services | reminders | seconds | CPU | peak memory |  |"]
    lines.append("|---|---:|---:|---:|---:|---:|---|")
    for one in found:
        for turn in TURNS:
            before = cpu_seconds(postmaster)
            seen = _run(one)
            cpu = seen["cpu"] + cpu_seconds(postmaster) - before
            missed = "too slow" if seen["seconds"] > MOST_SECONDS else ""
            lines.append(
                f"| {turn} | {one.size:,} | {seen['told']:,} | {seen['seconds']:.1f} s | {cpu:.1f} s "
                f"| {seen['memory']:.0f} MB | {missed} |"
            )
            print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def _run(one: "Organisation") -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.reminders"],
        env=os.environ | {"DATABASE_URL": f"postgres:///{one.database}"},
        stdout=subprocess.PIPE,
        check=True,
    )
    seen: dict[str, float] = json.loads(done.stdout)
    return seen


def _main() -> None:
    """Remind everybody once, as the task does, and print what it took."""
    import django  # noqa: PLC0415

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from apps.accounts.models import Actor  # noqa: PLC0415
    from apps.notifications.transitions import remind  # noqa: PLC0415

    begun = monotonic()
    told = remind(by=Actor.system("notifications.remind"), at=timezone.now())
    used = resource.getrusage(resource.RUSAGE_SELF)
    seen = {
        "told": sum(told.values()),
        "seconds": monotonic() - begun,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": _peak(),
    }
    print(json.dumps(seen))


def _peak() -> float:
    """Return the most memory of this process in MB; getrusage would count whoever started it too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    _main()
