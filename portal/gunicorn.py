"""How the web server runs: one process with a few threads, JSON events, nothing but our port."""

import gc
import os

from portal.settings import LOGGING

wsgi_app = "portal.wsgi:application"
bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_WORKERS") or 1)
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60  # for a worker that no longer says anything
graceful_timeout = 8  # below the ten seconds after which the supervisor ends it
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 -- no file is left there
control_socket_disable = True
logconfig_dict = LOGGING  # requests are logged by the application, once each


def post_worker_init(_worker: object) -> None:
    """Keep what was loaded out of the collector's way: it would look through all of it at every page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
