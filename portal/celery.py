"""The Celery application; the beat schedule is read from settings."""

import os
import signal
import warnings
from contextlib import suppress
from typing import Any

from billiard.process import active_children
from celery import Celery, Task
from celery.platforms import SecurityWarning
from celery.signals import beat_init, setup_logging, worker_process_init, worker_shutting_down
from django.conf import settings
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES
from structlog.contextvars import bind_contextvars

from apps.core import stopping

# From a worker to its processes: ignored by one that does not listen yet, and left alone by the pool.
THE_END = signal.SIGURG

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# It warns root, the usual user of a container, of pickled messages; ours are JSON without arguments.
warnings.simplefilter("ignore", SecurityWarning)
TRANSPORT_ALIASES["filesystem"] = "portal.spool:Transport"
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Do nothing: that somebody listens keeps Celery from replacing what settings have configured."""


@receiver(bind_extra_task_metadata)
def name_the_task(task: Task, **_: Any) -> None:
    """Let every event of a task say which task it is."""
    bind_contextvars(task=task.name)


@beat_init.connect
def ring_for_all_at_once(**_: Any) -> None:
    """Ring once for every entry when beat starts: it remembers no last life, and all are safe to repeat."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], retry=False, **entry["options"])


@worker_shutting_down.connect
def pass_on_that_it_ends(**_: Any) -> None:
    """Let the processes of this worker know: Celery itself only waits for them."""
    for process in active_children():
        with suppress(ProcessLookupError):
            os.kill(process.pid, THE_END)


@worker_process_init.connect
def listen_for_the_end(**_: Any) -> None:
    """Finish what is in hand and give the rest back, when pass_on_that_it_ends says so."""
    signal.signal(THE_END, lambda _number, _frame: stopping.ask())
    if settings.IS_TRACED:
        from portal.telemetry import exporter  # noqa: PLC0415 -- its packages are optional

        exporter()
