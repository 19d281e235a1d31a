"""Lets people keep their inboxes as people do: much read, most of it put away, one thing put off."""

from datetime import time
from typing import Final

from apps.home.management.demo.organisation import JOINED
from apps.home.management.demo.stage import Stage
from apps.notifications.models import Notice
from apps.notifications.transitions import choose, finish, read_all, snooze

READ_UNTIL: Final = -3  # the working day until which those who read their inbox have read it
KEPT: Final = 2  # of what was read lies in the inbox still; the rest is done
QUIET: Final = "ana"  # switches her evenings off, and hears of archived services in the inbox only


def keep(stage: Stage, name: str) -> None:
    """Read what is older than some days, put the newest of that off until Monday, and the oldest away."""
    by, evening = stage.actor(name), stage.calendar.moment(READ_UNTIL, "17:00")
    read_all(by=by, at=evening)
    own = Notice.objects.filter(recipient=stage.people[name], read_at__isnull=False)
    read = list(own.order_by("-at", "-pk"))
    for notice in read[:1]:
        snooze(notice, until="week", by=by, at=stage.calendar.now)
    for notice in read[KEPT + 1 :]:
        finish(notice, by=by, at=evening)


def choose_quiet_evenings(stage: Stage) -> None:
    """Let one person choose, so that the settings show what they are for."""
    choose(
        stage.people[QUIET],
        by=stage.actor(QUIET),
        at=stage.calendar.moment(JOINED, "09:00"),
        ways={"walkthroughs/archived": "inbox", "readiness/submitted": "inbox"},
        has_daily_mail=True,
        mail_hour=9,
        quiet_from=time(18),
        quiet_to=time(7),
    )
