"""What administrators type on the pages of home."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from apps.accounts.models import User
from apps.activity.queries import Wanted
from apps.catalog.models import Service, Team
from apps.core.days import check_day
from apps.core.forms import Line, as_form_error
from apps.home import queries

ModelT = TypeVar("ModelT", bound=Model)
LARGEST_KEY: Final = 2**63 - 1  # of any table
MOST: Final = 20  # names that one word may mean
NAMED: Final = 3  # of them, in a chip


@dataclass(frozen=True)
class Who:
    """Whoever a name means: people, or jobs of the system."""

    people: list[User]
    jobs: list[str]


def _suggesting(of: str, hint: str) -> forms.TextInput:
    """Return an input whose list of suggestions follows what is typed; without a script it has none."""
    address = {
        "hx-get": f"/settings/events/names/{of}/",
        "hx-trigger": "input changed delay:200ms, focus once",
    }
    target = {"hx-target": f"#{of}-names", "hx-swap": "innerHTML", "list": f"{of}-names"}
    return forms.TextInput(attrs=address | target | {"placeholder": hint, "autocomplete": "off"})


class EventsForm(forms.Form):
    """Which events somebody wants to see; the address holds it, so that it can be sent to others."""

    # None of them is a choice: history outlives the code and its verbs, and there are thousands of names.
    verb = Line(
        label="What",
        limit=120,
        required=False,
        help_text="A word of it or all of it: catalog, phase, walkthroughs.signed.",
        widget=_suggesting("verb", "phase, sign-in, catalog"),
    )
    who = Line(
        label="Who",
        limit=254,
        required=False,
        help_text="A name or an address, in part or in full; or a job, such as notifications.remind.",
        widget=_suggesting("who", "Name, address or job"),
    )
    service = Line(
        label="Service",
        required=False,
        help_text="Its name, in part or in full, or as in its address.",
        widget=_suggesting("service", "Name, or part of it"),
    )
    team = Line(
        label="Team",
        required=False,
        help_text="Its name, in part or in full, or as in its address.",
        widget=_suggesting("team", "Name, or part of it"),
    )
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    request = Line(label="Request", limit=64, required=False, help_text="The id that errors and logs name.")

    def __init__(self, *args: object, zone: str, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.zone = ZoneInfo(zone)

    def clean_verb(self) -> list[str]:
        """Return the verbs that a word means; one that the code no longer knows counts if it is whole."""
        word: str = self.cleaned_data["verb"]
        found = queries.verbs_called(word) if word else []
        if word and not found:
            message = f"Nothing that is written down is called “{word}”."
            raise ValidationError(message)
        return found

    def clean_who(self) -> Who | None:
        """Return the people or the jobs whom a name means."""
        words: str = self.cleaned_data["who"]
        if not words:
            return None
        people = _few(queries.people_called(words), words=words, what="people")
        jobs = [] if people else queries.jobs_called(words)
        if not people and not jobs:
            message = f"Nobody {'has the address' if '@' in words else 'is called'} {words}."
            raise ValidationError(message)
        return Who(people, jobs)

    def clean_service(self) -> list[Service]:
        """Return the services that a name means."""
        words: str = self.cleaned_data["service"]
        found = _few(queries.services_called(words), words=words, what="services") if words else []
        if words and not found:
            message = f"There is no service {words}."
            raise ValidationError(message)
        return found

    def clean_team(self) -> list[Team]:
        """Return the teams that a name means."""
        words: str = self.cleaned_data["team"]
        found = _few(queries.teams_called(words), words=words, what="teams") if words else []
        if words and not found:
            message = f"There is no team {words}."
            raise ValidationError(message)
        return found

    def clean_since(self) -> date | None:
        """Refuse a day that no calendar can go on counting from."""
        return self._day("since")

    def clean_until(self) -> date | None:
        """Refuse the same."""
        return self._day("until")

    def _day(self, field: str) -> date | None:
        day: date | None = self.cleaned_data[field]
        if day is not None:
            with as_form_error():
                check_day(day, field=field)
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day must not lie before the first.")
        return self.cleaned_data

    @property
    def wanted(self) -> Wanted:
        """Return the filter of a valid form; days are those of whoever looks."""
        given = self.cleaned_data
        who = given["who"] or Who([], [])
        return Wanted(
            verbs=given["verb"],
            actor_ids=[one.pk for one in who.people],
            jobs=who.jobs,
            service_ids=[one.pk for one in given["service"]],
            team_ids=[one.pk for one in given["team"]],
            since=given["since"] and datetime.combine(given["since"], time(), tzinfo=self.zone),
            until=given["until"]
            and datetime.combine(given["until"] + timedelta(days=1), time(), tzinfo=self.zone),
            request_id=given["request"],
        )

    def meant(self) -> Iterator[tuple[str, str]]:
        """Yield each field in use with what it was taken to mean, for people."""
        given = self.cleaned_data
        who = given["who"] or Who([], [])
        meanings = {
            "verb": queries.families(given["verb"]),
            "who": [person.name for person in who.people] + who.jobs,
            "service": [service.name for service in given["service"]],
            "team": [team.name for team in given["team"]],
            "since": [f"{given['since']:%-d %B %Y}"] if given["since"] else [],
            "until": [f"{given['until']:%-d %B %Y}"] if given["until"] else [],
            "request": [given["request"]] if given["request"] else [],
        }
        for name, those in meanings.items():
            if those:
                rest = f" and {len(those) - NAMED} more" if len(those) > NAMED else ""
                yield name, f"{self.fields[name].label}: {', '.join(those[:NAMED])}{rest}"


class EventsSinceForm(EventsForm):
    """The same for programs that come back for what is new."""

    after = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_KEY,
        help_text="The last `seq` of the file before: only what was sealed later comes, in that order.",
    )

    @property
    def wanted(self) -> Wanted:
        """Return the filter of a valid form, from that number on."""
        return replace(super().wanted, after=self.cleaned_data["after"])


def _few(found: QuerySet[ModelT], *, words: str, what: str) -> list[ModelT]:
    """Return what a name means, unless it means too much to be looked for at once."""
    rows = list(found[: MOST + 1])
    if len(rows) > MOST:
        message = f"More than {MOST} {what} are called “{words}”. Type more of the name."
        raise ValidationError(message)
    return rows
