"""What people type about walkthroughs, signatures and launches."""

from apps.walkthroughs.forms.meetings import (
    CancelForm,
    FinishForm,
    FollowUpForm,
    NotesForm,
    PersonForm,
    ReasonForm,
    ReplyForm,
    ScheduleForm,
    SeatForm,
    TimeForm,
    VerdictForm,
    time_of,
)
from apps.walkthroughs.forms.signing import KeepForm, LaunchForm, SignForm

__all__ = [
    "CancelForm",
    "FinishForm",
    "FollowUpForm",
    "KeepForm",
    "LaunchForm",
    "NotesForm",
    "PersonForm",
    "ReasonForm",
    "ReplyForm",
    "ScheduleForm",
    "SeatForm",
    "SignForm",
    "TimeForm",
    "VerdictForm",
    "time_of",
]
