"""The Celery application; the beat schedule is read from settings."""

import os
import warnings
from typing import Any

from celery import Celery, Task
from celery.platforms import SecurityWarning
from celery.signals import beat_init, setup_logging
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep
from structlog.contextvars import bind_contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# It warns root, the usual user of a container, of pickled messages; ours are JSON without arguments.
warnings.simplefilter("ignore", SecurityWarning)
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
def say_so_at_once(**_: Any) -> None:
    """Let the first beat be seen when beat starts, not after its first interval."""
    app.send_task("core.beat_seen", retry=False, expires=25)
