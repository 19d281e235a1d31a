"""What people type about services and teams."""

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import Actor, User
from apps.catalog import queries, rules
from apps.catalog.imports import problem_of
from apps.catalog.models import DataClass, Exposure, Kind, RiskLevel, Service, Team
from apps.core.errors import InvalidInputError
from apps.core.forms import Line, Text, as_form_error
from apps.core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files.uploadedfile import UploadedFile

TIERS: Final = [
    (1, "1: the company stops without it"),
    (2, "2: customers notice within minutes"),
    (3, "3: some people wait"),
    (4, "4: nobody notices before tomorrow"),
]
DAY: Final = {"type": "date"}
MOST_FILES: Final = 200
EDITED: Final = (
    "name",
    "purpose",
    "description",
    "kind",
    "tier",
    "data_class",
    "exposure",
    "moves_money",
    "has_store",
    "expected_users",
    "target_quarter",
    "sponsor",
    "launch_on",
    "tags",
    "links",
)


class _Words(forms.Field):
    """Words between commas, as a list."""

    def prepare_value(self, value: object) -> object:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:
        return [word.strip() for word in str(value or "").split(",") if word.strip()]


class _Links(forms.Field):
    """One link a line: "https://… What it is"."""

    widget = forms.Textarea

    def prepare_value(self, value: object) -> object:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{link['url']} {link['title']}" for link in value)

    def to_python(self, value: object) -> list[dict[str, str]]:
        links = []
        for line in str(value or "").splitlines():
            url, _space, title = line.strip().partition(" ")
            if url:
                links.append({"url": url, "title": title.strip() or url[:200]})
        return links


class ServiceForm(forms.Form):
    """A service's own fields, as far as they are asked at the beginning."""

    name = Line(label="Name", help_text="As you would say it aloud: Parcel Tracking.")
    purpose = Line(label="Purpose", limit=300, help_text="One line: what is it for, and for whom?")
    kind = forms.ChoiceField(label="Kind", choices=Kind.choices, initial=Kind.SERVICE)
    tier = forms.TypedChoiceField(label="Tier", choices=TIERS, coerce=int, initial=3)
    data_class = forms.ChoiceField(
        label="Data",
        choices=DataClass.choices,
        initial=DataClass.INTERNAL,
        help_text="The most sensitive data that it handles.",
    )
    exposure = forms.ChoiceField(label="Reached from", choices=Exposure.choices, initial=Exposure.INTERNAL)
    moves_money = forms.BooleanField(label="It moves money", required=False)
    has_store = forms.BooleanField(label="It keeps data that would be missed", required=False, initial=True)
    launch_on = forms.DateField(
        label="Wanted launch date",
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text="If you know one.",
    )

    def clean_launch_on(self) -> date | None:
        """Refuse what nobody can mean."""
        day: date | None = self._checked("launch_on")
        return day

    def _checked(self, field: str) -> Any:  # noqa: ANN401 -- by field
        with as_form_error():
            return rules.clean({field: self.cleaned_data[field]}, fields=rules.SERVICE_FIELDS)[field]


class RegisterForm(ServiceForm):
    """A new service of one of the person's own teams."""

    team = forms.ModelChoiceField(label="Team", queryset=Team.objects.none(), empty_label=None)
    field_order = ("team",)

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["team"].queryset = queries.teams_of(person)  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Refuse a second service of the same name before anything is locked; the transition looks again."""
        team, name = self.cleaned_data.get("team"), self.cleaned_data.get("name")
        if team and name and queries.has_service(team, name):
            self.add_error("name", f"{team} already has a service called {name}.")


class EditForm(ServiceForm):
    """All of a service's own fields; `version` is the one that the person had on screen."""

    description = Text(label="Description", limit=20_000, required=False)
    expected_users = Line(label="Expected users", limit=300, required=False)
    target_quarter = Line(label="Target quarter", limit=20, required=False, help_text="2027-Q1")
    sponsor = Line(label="Sponsor or objective", limit=300, required=False)
    tags = _Words(label="Tags", required=False, help_text="Words between commas.")
    links = _Links(label="Links", required=False, help_text="One a line: the address, then what it is.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_tags(self) -> list[str]:
        """Return the words, each once."""
        tags: list[str] = self._checked("tags")
        return tags

    def clean_links(self) -> list[dict[str, str]]:
        """Return web addresses only."""
        links: list[dict[str, str]] = self._checked("links")
        return links


def edit_form(service: Service) -> EditForm:
    """Return the form with what the service says now."""
    return EditForm(initial={name: getattr(service, name) for name in EDITED} | {"version": service.version})


class RiskForm(forms.Form):
    """Enablement's word on a risk."""

    level = forms.TypedChoiceField(
        label="Risk",
        choices=[("computed", "What it adds up to"), *RiskLevel.choices],
        coerce=lambda level: "" if level == "computed" else level,
    )
    reason = Line(label="Reason", limit=500, help_text="Everybody can read it.")


class AdvisorForm(forms.Form):
    """Who advises from now on."""

    advisor = forms.ModelChoiceField(label="Advisor", queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["advisor"].queryset = queries.advisors()  # type: ignore[attr-defined]
        self.fields["advisor"].label_from_instance = attrgetter("in_a_choice")  # type: ignore[attr-defined]


class AdoptForm(forms.Form):
    """Which team owns it from now on."""

    team = forms.ModelChoiceField(label="Team", queryset=Team.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["team"].queryset = queries.teams_to_choose()  # type: ignore[attr-defined]


class TeamForm(forms.Form):
    """What a team says of itself."""

    name = Line(label="Name")
    parent = forms.ModelChoiceField(
        label="Part of",
        queryset=Team.objects.none(),
        required=False,
        empty_label="No other team",
        help_text=(
            "The team or group above it. The one team that is part of no other stands for the whole "
            "organisation in OKRs."
        ),
    )
    mission = Text(
        label="Mission", limit=2_000, required=False, help_text="What gets better through this team?"
    )
    customers = _Words(
        label="Customers", required=False, help_text="Who would notice, by name, between commas."
    )
    disciplines = _Words(
        label="Disciplines",
        required=False,
        help_text="Such as design, backend, data, on-call; between commas.",
    )
    email = forms.EmailField(label="Mailbox", required=False, max_length=254)
    chat = Line(label="Chat channel", required=False)

    def __init__(self, *args: Any, team: Team | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.team = team
        self.fields["parent"].queryset = queries.teams_to_choose(besides=team)  # type: ignore[attr-defined]

    def clean_parent(self) -> Team | None:
        """Refuse a circle beside the field; the transition looks again."""
        parent: Team | None = self.cleaned_data["parent"]
        if self.team is not None and parent is not None:
            with as_form_error():
                rules.check_no_circle(self.team, parent, tree=queries.team_tree())
        return parent

    def clean_customers(self) -> list[str]:
        """Return the names, each once."""
        return self._checked("customers")

    def clean_disciplines(self) -> list[str]:
        """Return the words, each once."""
        return self._checked("disciplines")

    def _checked(self, field: str) -> list[str]:
        with as_form_error():
            found: list[str] = rules.clean({field: self.cleaned_data[field]}, fields=rules.TEAM_FIELDS)[field]
            return found


class TeamEditForm(TeamForm):
    """The same for a team that is there; `revision` is the one that the person had on screen."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2_000_000_000)

    def __init__(self, *args: Any, team: Team, by: Actor, **options: Any) -> None:
        super().__init__(*args, team=team, **options)
        if not rules.may_organise(by):  # what a team is part of, others say
            del self.fields["parent"]


def team_form(team: Team, *, by: Actor) -> TeamEditForm:
    """Return the form with what the team says now."""
    values = {name: getattr(team, name) for name in rules.TEAM_FIELDS}
    return TeamEditForm(team=team, by=by, initial=values | {"revision": team.revision})


class MemberForm(forms.Form):
    """Somebody who joins, by e-mail, handle or name."""

    person = Line(
        label="Add somebody",
        help_text="Their e-mail, or their name.",
        widget=forms.TextInput(attrs={"list": "suggested", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, team: Team, **options: Any) -> None:
        super().__init__(*args, **options)
        self.team = team

    def clean_person(self) -> User:
        """Return the one person who is meant."""
        with as_form_error():
            return person_called(self.cleaned_data["person"])


def person_called(words: str) -> User:
    """Return the one person who is meant by an e-mail, handle or name."""
    found = queries.people_called(clean_line(words, field="person"))
    if len(found) == 1:
        return found[0]
    if found:
        message = f"More than one person is called {words}: please use the e-mail."
    else:
        message = f"Nobody here is called {words}. An administrator can invite them."
    raise InvalidInputError(message, field="person")


class _Files(forms.FileField):
    """Several files of one input."""

    widget = type("Files", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":  # noqa: ANN401 -- Django's
        many = data if isinstance(data, list | tuple) and data else [data or None]
        return [super(_Files, self).clean(one, initial) for one in many]


class UploadForm(forms.Form):
    """Entity files, or one zip."""

    uploads = _Files(
        label="Files",
        help_text="catalog-info.yaml and other entity files, or one zip of them; at most 10 MB.",
    )

    def clean_uploads(self) -> dict[str, bytes]:
        """Return the bytes by name; two files of one name get a folder each."""
        uploads: list[UploadedFile[Any]] = self.cleaned_data["uploads"]
        if len(uploads) > MOST_FILES:
            message = f"At most {MOST_FILES} files at a time; a zip may hold more."
            raise ValidationError(message)
        with as_form_error():
            return by_name((str(upload.name), upload.read()) for upload in uploads)


def by_name(uploads: "Iterable[tuple[str, bytes]]") -> dict[str, bytes]:
    """Return the bytes of uploads by their names; refuse what no catalog is made of."""
    files: dict[str, bytes] = {}
    for number, (name, content) in enumerate(uploads, start=1):
        problem = problem_of(name, content)
        if problem or (files and name.lower().endswith(".zip")):
            message = f"{name} {problem or 'is a zip: please upload it alone'}."
            raise InvalidInputError(message, field="uploads")
        files[name if name not in files else f"{number}/{name}"] = content
    return files
