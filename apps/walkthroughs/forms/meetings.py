"""What people type about meetings, their panels and what was said there."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms

from apps.accounts.models import User
from apps.catalog.models import Service
from apps.core.days import check_day
from apps.core.errors import InvalidInputError
from apps.core.forms import Line, Text, as_form_error
from apps.readiness.models import Value
from apps.walkthroughs import rules
from apps.walkthroughs.forms.people import PeopleField, PersonField, SeatField
from apps.walkthroughs.models import Capacity, Reply, Walkthrough
from apps.walkthroughs.queries import Choices

DAY: Final = {"type": "date"}
TIME: Final = {"type": "time", "step": "300"}
DUE_IN: Final = timedelta(days=7)


class TimeForm(forms.Form):
    """When and where; `starts_at` comes out as a moment on the meeting's own clock."""

    day = forms.DateField(label="Day", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    time = forms.TimeField(label="Start", widget=forms.TimeInput(attrs=TIME, format="%H:%M"))
    minutes = forms.IntegerField(
        label="Minutes", min_value=rules.SHORTEST, max_value=rules.LONGEST, initial=80
    )
    time_zone = Line(
        label="Time zone",
        limit=64,
        help_text="Of the meeting; everybody sees it beside the time.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    place = Line(label="Place", limit=300, required=False, help_text="A room, or an address to call in.")

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now

    def clean_time_zone(self) -> str:
        """Refuse a zone that no clock knows."""
        zone: str = self.cleaned_data["time_zone"]
        with as_form_error():
            rules.check_zone(zone)
        return zone

    def clean(self) -> None:
        """Put day, time and zone together, and refuse the past."""
        said = self.cleaned_data
        if not {"day", "time", "time_zone", "minutes"} <= said.keys():
            return
        wanted = datetime.combine(said["day"], said["time"], ZoneInfo(said["time_zone"]))
        said["starts_at"] = wanted
        try:
            rules.check_time(wanted, minutes=said["minutes"], time_zone=said["time_zone"], at=self.now)
            rules.check_on_clock(wanted)
        except InvalidInputError as error:
            self.add_error("day" if error.field == "starts_at" else error.field, str(error))

    @property
    def meeting(self) -> dict[str, Any]:
        """Return what the transitions take."""
        names = ("starts_at", "minutes", "time_zone", "place")
        return {name: self.cleaned_data[name] for name in names}


def time_of(walkthrough: Walkthrough, person: User) -> dict[str, Any]:
    """Return what a form starts from: the present time, else the planned day after lunch."""
    starts_at = rules.local(walkthrough)
    if starts_at is None:
        planned = {"day": walkthrough.planned_on, "time": "14:00", "time_zone": person.time_zone}
        return planned | {"minutes": walkthrough.minutes}
    return {
        "day": starts_at.date(),
        "time": starts_at.time(),
        "minutes": walkthrough.minutes,
        "time_zone": walkthrough.time_zone,
        "place": walkthrough.place,
    }


class ScheduleForm(TimeForm):
    """Time, place and panel; each needed seat is a field that starts with the proposal."""

    def __init__(
        self,
        *args: Any,
        service: Service,
        proposal: list[rules.Place],
        choices: Choices,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.service, self.proposal = service, proposal
        self.fields["presenters"] = PeopleField(
            label="Who presents",
            people=choices.of(Capacity.PRESENTER),
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "required": "Somebody of the team must present.",
                "invalid_choice": "Somebody of the team must present.",
            },
        )
        for number, place in enumerate(proposal):
            self.fields[f"seat_{number}"] = SeatField(
                label=place.capacity.label,
                people=choices.of(place.capacity),
                initial=place.person,
                help_text=place.reason,
                error_messages={"required": f"The risk needs this seat: {place.capacity.label.lower()}."},
            )

    @property
    def seats(self) -> list[forms.BoundField]:
        """Return the fields of the signing seats."""
        return [self[f"seat_{number}"] for number in range(len(self.proposal))]

    def clean(self) -> None:
        """Refuse to seat somebody twice."""
        super().clean()
        taken: set[int] = {person.pk for person in self.cleaned_data.get("presenters", [])}
        for number in range(len(self.proposal)):
            person = self.cleaned_data.get(f"seat_{number}")
            if person and person.pk in taken:
                self.add_error(f"seat_{number}", f"{person} has another seat already.")
            elif person:
                taken.add(person.pk)

    @property
    def panel(self) -> list[rules.Place]:
        """Return the panel as it was chosen, each with the reason of the proposal if it was followed."""
        presenters = [rules.Place(Capacity.PRESENTER, person) for person in self.cleaned_data["presenters"]]
        chosen = []
        for number, place in enumerate(self.proposal):
            person = self.cleaned_data[f"seat_{number}"]
            reason = f"when proposed: {place.reason}" if person == place.person else "chosen by hand"
            chosen.append(rules.Place(place.capacity, person, reason))
        return presenters + chosen


class PersonForm(forms.Form):
    """Who takes a seat."""

    def __init__(self, *args: Any, people: Iterable[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"] = SeatField(label="Person", people=people)


class SeatForm(PersonForm):
    """Who takes which seat; the people are those who may take the chosen one."""

    capacity = forms.ChoiceField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, capacities: Iterable[Capacity], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["capacity"].choices = [(one.value, one.label) for one in capacities]  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """The answer to an invitation: three buttons and a note."""

    reply = forms.ChoiceField(choices=[(one.value, one.label) for one in (Reply.YES, Reply.MAYBE, Reply.NO)])
    note = Line(label="A note for the others", limit=500, required=False)


class ReasonForm(forms.Form):
    """Why something far-reaching happens."""

    reason = Text(
        label="Reason",
        limit=5_000,
        help_text="Everybody can read it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        """Refuse blanks."""
        reason: str = self.cleaned_data["reason"].strip()
        if not reason:
            message = "Say why: whoever reads the history later will ask."
            raise forms.ValidationError(message)
        return reason


class CancelForm(forms.Form):
    """Why a meeting is called off; it goes into everybody's calendar."""

    reason = Line(label="Reason", limit=500, help_text="Everybody who is invited reads it.")


class NotesForm(forms.Form):
    """The minutes; `revision` is the one that the person had on screen."""

    text = Text(label="Minutes", limit=50_000, required=False, widget=forms.Textarea(attrs={"rows": 8}))
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class VerdictForm(forms.Form):
    """A reviewer's word on one area."""

    value = forms.ChoiceField(choices=Value.choices)
    note = Text(label="Note", limit=2_000, required=False)


class FollowUpForm(forms.Form):
    """What is to be done, by whom, until when."""

    text = Text(label="What is to be done", limit=2_000, widget=forms.Textarea(attrs={"rows": 2}))
    due_on = forms.DateField(label="Until", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    item = forms.ChoiceField(label="About", required=False)
    must_fix = forms.BooleanField(label="Must be done before the launch", required=False)

    def __init__(
        self, *args: Any, people: Iterable[User], items: Iterable[str], now: datetime, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.now = now
        self.fields["owner"] = PersonField(label="Who", people=people)
        self.fields["item"].choices = [("", "No item"), *((item, item) for item in items)]  # type: ignore[attr-defined]
        self.fields["due_on"].initial = (now + DUE_IN).date()

    def clean_text(self) -> str:
        """Refuse blanks."""
        text: str = self.cleaned_data["text"].strip()
        if not text:
            message = "Say what is to be done."
            raise forms.ValidationError(message)
        return text

    def clean_due_on(self) -> Any:  # noqa: ANN401 -- a date
        """Refuse the past, and what nobody can mean."""
        day = self.cleaned_data["due_on"]
        with as_form_error():
            check_day(day, field="due_on")
        if day < self.now.date():
            message = "The date lies in the past."
            raise forms.ValidationError(message)
        return day


class FinishForm(forms.Form):
    """What was done."""

    note = Line(label="What was done", limit=1_000, required=False)
