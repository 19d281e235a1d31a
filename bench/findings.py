"""What the rules over all goals take: seconds, CPU, and the memory that their process has at most.

They run three times, each in a process of its own: with everything to find, as every night with nothing
new, and as every five minutes when nobody has done anything. 4,000 services have 200 teams with 600
objectives and 1,800 key results in the present quarter, and as many teams plan the next one.
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
TURNS: Final = ("everything is new", "nothing is new", "nobody did anything")


def measure_findings(found: list["Organisation"], *, postmaster: int) -> str:
    """Return what the runs take at each size, as lines of a table."""
    lines = ["| rules | services | findings | seconds | CPU | peak memory |  |"]
    lines.append("|---|---:|---:|---:|---:|---:|---|")
    for one in found:
        for turn in TURNS:
            before = cpu_seconds(postmaster)
            seen = _run(one, turn)
            cpu = seen["cpu"] + cpu_seconds(postmaster) - before
            missed = "too slow" if seen["seconds"] > MOST_SECONDS else ""
            lines.append(
                f"| {turn} | {one.size:,} | {seen['found']:,} | {seen['seconds']:.1f} s | {cpu:.1f} s "
                f"| {seen['memory']:.0f} MB | {missed} |"
            )
            print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def _run(one: "Organisation", turn: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.findings", turn],
        env=os.environ | {"DATABASE_URL": f"postgres:///{one.database}"},
        stdout=subprocess.PIPE,
        check=True,
    )
    seen: dict[str, float] = json.loads(done.stdout)
    return seen


def _main() -> None:
    """Let the rules look once, as the task does, and print what it took."""
    import django  # noqa: PLC0415

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from apps.accounts.models import Actor  # noqa: PLC0415
    from apps.okrs.models import Finding  # noqa: PLC0415
    from apps.okrs.transitions import look  # noqa: PLC0415

    begun, is_whole = monotonic(), sys.argv[1] != TURNS[-1]
    look(by=Actor.system("okrs.look"), at=timezone.now(), is_whole=is_whole)
    used = resource.getrusage(resource.RUSAGE_SELF)
    seen = {
        "seconds": monotonic() - begun,
        "found": Finding.objects.count(),
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
