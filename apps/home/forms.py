"""What administrators type on the pages of home."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.accounts.queries import person_of
from apps.activity.queries import Wanted, kinds
from apps.catalog.models import Service, Team
from apps.core.days import check_day
from apps.core.forms import Line, as_form_error


class EventsForm(forms.Form):
    """Which events somebody wants to see; the address holds it, so that it can be sent to others."""

    # Not a choice: history outlives the code, and with it the verbs that it knows.
    verb = Line(
        label="What",
        limit=60,
        required=False,
        help_text="As in small print: catalog.phase_entered.",
        widget=forms.TextInput(attrs={"list": "verbs"}),
    )
    who = Line(label="Who", limit=254, required=False, help_text="An e-mail address, or the name of a job.")
    service = Line(label="Service", required=False, help_text="As in its address.")
    team = Line(label="Team", required=False, help_text="As in its address.")
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
        self.verbs = sorted(kinds())

    def clean_who(self) -> User | str | None:
        """Return the person of an address, or the name of a job, which has no @."""
        who: str = self.cleaned_data["who"]
        if "@" not in who:
            return who
        found = person_of(who.lower())
        if found is None:
            message = f"Nobody has the address {who}."
            raise ValidationError(message)
        return found

    def clean_service(self) -> Service | None:
        """Return the service of a slug."""
        slug: str = self.cleaned_data["service"]
        found = Service.objects.filter(slug=slug).first() if slug else None
        if slug and found is None:
            message = f"There is no service {slug}."
            raise ValidationError(message)
        return found

    def clean_team(self) -> Team | None:
        """Return the team of a slug."""
        slug: str = self.cleaned_data["team"]
        found = Team.objects.filter(slug=slug).first() if slug else None
        if slug and found is None:
            message = f"There is no team {slug}."
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
        who = given["who"]
        return Wanted(
            verb=given["verb"],
            actor_id=who.pk if isinstance(who, User) else None,
            job=who if isinstance(who, str) else "",
            service_id=given["service"] and given["service"].pk,
            team_id=given["team"] and given["team"].pk,
            since=given["since"] and datetime.combine(given["since"], time(), tzinfo=self.zone),
            until=given["until"]
            and datetime.combine(given["until"] + timedelta(days=1), time(), tzinfo=self.zone),
            request_id=given["request"],
        )
