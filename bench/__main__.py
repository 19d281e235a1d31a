"""`make bench`: fill a throw-away PostgreSQL, serve it, and print what each page costs.

SIZES (10000) are numbers of services: "1000 100000" prints by how much each page grows between them. PARTS
("pages report") are what is measured; bench.run lists all. EVENTS (10 million) is the length of the longer
history. WRITE=1 keeps the result in docs/BENCHMARKS.md; WORKER names the kind of gunicorn's worker.

It fails only if something could not be measured: a missed goal is a line to read.
"""

import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.servers import free_port

SIZES: Final = sorted({int(size) for size in (os.environ.get("SIZES") or "10000").split()})
PARTS: Final = (os.environ.get("PARTS") or "pages report").split()


def main() -> int:
    """Run everything once; return 1 if a part of it could not be measured."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roadworthy-bench-")))
        folder.chmod(0o755)  # PostgreSQL has a user of its own
        _prepare(stack, folder)
        from bench.run import run  # noqa: PLC0415 -- Django is set up now

        return run(SIZES, folder, parts=PARTS)


def _prepare(stack: ExitStack, folder: Path) -> None:
    """Start the database and set Django up as it runs in production, in a home that nobody else uses."""
    from scripts.test_all import _postgresql  # noqa: PLC0415 -- its servers are ours too

    for name in ("DEBUG", "SITE_URL", "EMAIL_URL", "BROKER_URL", "ROADWORTHY_DEMO"):
        os.environ.pop(name, None)
    os.environ |= stack.enter_context(_postgresql(folder / "postgresql"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ROADWORTHY_HOME": str(folder / "home"),
        "PORT": str(free_port()),  # cookies are named after it; each portal listens on one of its own
        "ROOT_TEAM": "team-0",  # stands for the organisation; each copy has a team like it
        "LOG_LEVEL": "WARNING",  # of this process; the portal logs as in production
    }
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers end with us
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
