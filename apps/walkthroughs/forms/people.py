"""Fields for people whom the page has loaded already: they cost no query."""

from collections.abc import Iterable
from typing import Any

from django import forms

from apps.accounts.models import User


class PersonField(forms.ChoiceField):
    """One of some people that the page has loaded already: a field costs no query."""

    def __init__(self, *, people: Iterable[User], empty_label: str = "", **options: Any) -> None:
        self.people = {str(person.pk): person for person in people}
        choices = [(key, self.name_of(person)) for key, person in self.people.items()]
        super().__init__(choices=[("", empty_label), *choices] if empty_label else choices, **options)

    def name_of(self, person: User) -> str:
        """Return what the page calls a person."""
        return person.name

    def prepare_value(self, value: object) -> object:
        """Return what the page names the person by."""
        return value.pk if isinstance(value, User) else value

    def clean(self, value: object) -> Any:  # noqa: ANN401 -- a person
        """Return the person."""
        return self.people.get(super().clean(value))


class SeatField(PersonField):
    """Who takes a seat: those who never came in stand last, and are marked."""

    def __init__(self, *, people: Iterable[User], **options: Any) -> None:
        in_turn = sorted(people, key=lambda person: person.joined_at is None)
        super().__init__(people=in_turn, empty_label="Choose somebody", **options)

    def name_of(self, person: User) -> str:
        """Return the name, and whether they ever came in."""
        return person.in_a_choice


class PeopleField(forms.MultipleChoiceField):
    """Some of the people that the page has loaded already."""

    def __init__(self, *, people: Iterable[User], **options: Any) -> None:
        self.people = {str(person.pk): person for person in people}
        super().__init__(choices=[(key, person.name) for key, person in self.people.items()], **options)

    def prepare_value(self, value: object) -> object:
        """Return what the page names the people by."""
        is_people = isinstance(value, list) and all(isinstance(one, User) for one in value)
        return [one.pk for one in value] if is_people else value  # type: ignore[attr-defined]

    def clean(self, value: object) -> Any:  # noqa: ANN401 -- people
        """Return the people."""
        return [self.people[key] for key in super().clean(value)]
