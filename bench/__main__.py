"""`make bench`: fill a throw-away PostgreSQL, serve it, and print what each page costs.

SIZE (10,000) is the number of services; WRITE=1 keeps the table in docs/BENCHMARKS.md; WORKER names the
kind of gunicorn's worker. It fails only if something could not be measured: a missed goal is a line to read.
"""

import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.servers import free_port

SIZE: Final = int(os.environ.get("SIZE") or 10_000)


def main() -> int:
    """Run everything once; return 1 if a part of it could not be measured."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roadworthy-bench-")))
        folder.chmod(0o755)  # PostgreSQL has a user of its own
        port = free_port()
        _prepare(stack, folder, port)
        from bench.run import run  # noqa: PLC0415 -- Django is set up now

        return run(SIZE, folder, port=port)


def _prepare(stack: ExitStack, folder: Path, port: int) -> None:
    """Start the database and set Django up as it runs in production, in a home that nobody else uses."""
    from scripts.test_all import _postgresql  # noqa: PLC0415 -- its servers are ours too

    for name in ("DEBUG", "SITE_URL", "EMAIL_URL", "BROKER_URL", "ROADWORTHY_DEMO"):
        os.environ.pop(name, None)
    os.environ |= stack.enter_context(_postgresql(folder / "postgresql"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ROADWORTHY_HOME": str(folder / "home"),
        "PORT": str(port),
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
