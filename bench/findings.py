"""What the rules over all goals take: seconds, CPU, and the memory that their process has at most.

They run three times, each in a process of its own: with everything to find, as every night with nothing
new, and as every five minutes when nobody has done anything. 4,000 services have 200 teams with 600
objectives and 1,800 key results in the present quarter, and as many teams plan the next one.
"""

import sys
from typing import TYPE_CHECKING, Final

from bench.alone import measure_alone, tell

if TYPE_CHECKING:  # Django is not set up yet where this file is a process of its own
    from bench.sites import Organisation

TURNS: Final = ("everything is new", "nothing is new", "nobody did anything")


def measure_findings(found: list["Organisation"], *, postmaster: int) -> str:
    """Return what the runs take at each size, as lines of a table."""
    head = "rules | services | findings"
    return measure_alone(found, TURNS, module="bench.findings", head=head, postmaster=postmaster)


def _main() -> None:
    """Let the rules look once, as the task does, and print what it took."""
    import django  # noqa: PLC0415

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from apps.accounts.models import Actor  # noqa: PLC0415
    from apps.okrs.models import Finding  # noqa: PLC0415
    from apps.okrs.transitions import look  # noqa: PLC0415

    def work() -> int:
        look(by=Actor.system("okrs.look"), at=timezone.now(), is_whole=sys.argv[1] != TURNS[-1])
        return Finding.objects.count()

    tell(work)


if __name__ == "__main__":
    _main()
