"""How the web server runs: one process with a few threads, JSON events, nothing but our port."""

import gc
import os
from typing import TYPE_CHECKING

from apps.core import metrics
from portal.settings import LOGGING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

wsgi_app = "portal.wsgi:application"
bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_WORKERS") or 1)
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
umask = 0o077  # also in a home that others may enter
timeout = 60  # for a worker that no longer says anything
graceful_timeout = 8  # below the 15 seconds after which Compose ends it
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 -- no file is left there
control_socket_disable = True
metrics_of_all = metrics.share(areas=2 * workers + 8)  # old and new ones, while it reloads
logconfig_dict = LOGGING  # requests are logged by the application, once each


def post_worker_init(_worker: object) -> None:
    """Keep what was loaded out of the collector's way: it would look through all of it again and again."""
    from django.urls import get_resolver  # noqa: PLC0415 -- Django is set up now

    get_resolver().url_patterns  # noqa: B018 -- the first request would import the views otherwise
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pre_fork(server: "Arbiter", worker: "Worker") -> None:  # noqa: ARG001 -- gunicorn's signature
    """Give each worker an area to count in, while it is still part of this process."""
    worker.area = metrics_of_all.take_area()


def post_fork(server: "Arbiter", worker: "Worker") -> None:  # noqa: ARG001
    """Count there; without an area the counts of this worker stay with it."""
    if worker.area is None:
        metrics.share(areas=1)
    else:
        metrics_of_all.write_into(worker.area)


def child_exit(server: "Arbiter", worker: "Worker") -> None:  # noqa: ARG001
    """Let the successor go on where this one ended, however it ended."""
    if worker.area is not None:
        metrics_of_all.give_area(worker.area)
