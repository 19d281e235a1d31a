"""What the daily reminder run takes: seconds, CPU, and the memory that its process has at most.

It runs twice, each time in a process of its own: once with everything to tell, and once when all is told, as
every quarter of an hour. Memory is flat if it is the same for a hundred times as many services.
"""

from typing import TYPE_CHECKING, Final

from bench.alone import measure_alone, tell

if TYPE_CHECKING:  # Django is not set up yet where this file is a process of its own
    from bench.sites import Organisation

TURNS: Final = ("everything is new", "nothing is new")


def measure_reminders(found: list["Organisation"], *, postmaster: int) -> str:
    """Return what both runs take at each size, as lines of a table."""
    head = "reminder run | services | reminders"
    return measure_alone(found, TURNS, module="bench.reminders", head=head, postmaster=postmaster)


def _main() -> None:
    """Remind everybody once, as the task does, and print what it took."""
    import django  # noqa: PLC0415

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from apps.accounts.models import Actor  # noqa: PLC0415
    from apps.notifications.transitions import remind  # noqa: PLC0415

    def work() -> int:
        return sum(remind(by=Actor.system("notifications.remind"), at=timezone.now()).values())

    tell(work)


if __name__ == "__main__":
    _main()
