from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused, SMTPServerDisconnected

import pytest

from apps.notifications.models import State
from apps.notifications.rules import (
    MAX_ATTEMPTS,
    NobodyCameBackError,
    Outcome,
    calendar_method,
    is_cut_off,
    outcome,
)

GREYLISTED = SMTPRecipientsRefused({"ada@example.org": (450, b"try later")})
OUR_MISTAKE = SMTPSenderRefused(550, b"not your address", "portal@example.org")
UNKNOWN = SMTPRecipientsRefused({"ada@example.org": (550, b"no such user")})


def test_a_message_that_went_out_is_sent(now):
    assert outcome(None, attempts=1, at=now) == Outcome(State.SENT, now)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (77, 60)])
@pytest.mark.parametrize("error", [GREYLISTED, OUR_MISTAKE, SMTPDataError(452, b"disk full"), TimeoutError()])
def test_a_passing_problem_is_tried_again_ever_later(now, error, attempts, minutes):
    result = outcome(error, attempts=attempts, at=now)

    assert (result.state, result.due_at) == (State.WAITING, now + timedelta(minutes=minutes))


def test_a_passing_problem_has_three_days_to_pass(now):
    pauses = [outcome(GREYLISTED, attempts=n, at=now).due_at - now for n in range(1, MAX_ATTEMPTS)]

    assert timedelta(days=3) <= sum(pauses, timedelta()) < timedelta(days=3, hours=1)


def test_a_passing_problem_that_does_not_pass_stops(now):
    assert outcome(TimeoutError("slow"), attempts=MAX_ATTEMPTS, at=now) == Outcome(
        State.STOPPED, now, "TimeoutError: slow"
    )


@pytest.mark.parametrize(
    "error", [UNKNOWN, SMTPDataError(554, b"spam"), ValueError("not an address"), NobodyCameBackError()]
)
def test_what_would_end_the_same_way_stops_at_once(now, error):
    assert outcome(error, attempts=1, at=now).state == State.STOPPED


@pytest.mark.parametrize(
    ("error", "is_gone"),
    [
        (SMTPServerDisconnected(), True),
        (TimeoutError(), True),
        (GREYLISTED, False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_a_server_that_is_gone_is_told_from_one_that_refuses(error, is_gone):
    assert is_cut_off(error) is is_gone


@pytest.mark.parametrize(
    ("calendar", "method"),
    [
        ("A\r\nMETHOD:CANCEL\r\nB", "CANCEL"),
        ("METHOD:REPLY\nB", "REPLY"),
        ("DESCRIPTION:METHOD:X", "REQUEST"),
    ],
)
def test_a_calendar_entry_says_what_it_asks_for(calendar, method):
    assert calendar_method(calendar) == method
