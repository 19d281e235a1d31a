"""What people type about themselves and others."""

from typing import Any, ClassVar

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm
from django import forms
from django.core.exceptions import ValidationError

from apps.accounts import queries, rules
from apps.accounts.models import Role, User
from apps.core.forms import Line, as_form_error


class _InOurWords(forms.Form):
    """Says in a sentence what allauth says in three bullets, and its labels once, not in the fields too."""

    LABELS: ClassVar = {
        "oldpassword": "Your password so far",
        "password1": "New password",
        "password2": "The same once more",
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.label = self.LABELS[name]
            field.widget.attrs.pop("placeholder", None)
        self.fields[
            "password1"
        ].help_text = "At least ten characters, and not one that everybody uses. A sentence is good."


class ChoosePasswordForm(_InOurWords, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    """A password for whoever follows the link of an invitation, or forgot the old one."""


class NewPasswordForm(_InOurWords, ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """Another password for somebody who is signed in."""


class ProfileForm(forms.Form):
    """One's own profile."""

    name = Line(label="Name")
    time_zone = forms.ChoiceField(label="Time zone")
    works_from = forms.TimeField(label="Works from", widget=forms.TimeInput(attrs={"type": "time"}))
    works_to = forms.TimeField(label="Works to", widget=forms.TimeInput(attrs={"type": "time"}))
    works_on = forms.TypedMultipleChoiceField(
        label="Works on",
        coerce=int,
        choices=list(rules.WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    expertise = Line(
        label="Expertise",
        limit=1000,
        required=False,
        help_text="What others may ask you about, in words between commas: databases, Kafka, on-call.",
    )
    reviews = forms.BooleanField(
        label="I review",
        required=False,
        help_text="Other teams may ask you to sit on the panel of their walkthrough.",
    )
    has_keys = forms.BooleanField(
        label="Single-key shortcuts",
        required=False,
        help_text="j and k for the next and previous item, 1 to 5 for its state. Never inside a field.",
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        present = self.initial.get("time_zone")
        names = rules.time_zones()
        names = names if present in names or not present else [present, *names]
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in names]  # type: ignore[attr-defined]

    def clean_expertise(self) -> list[str]:
        """Return the words as a list."""
        with as_form_error():
            return rules.clean_expertise(self.cleaned_data["expertise"].split(","))

    def clean(self) -> None:
        """Refuse a day that ends before it begins."""
        begins, ends = self.cleaned_data.get("works_from"), self.cleaned_data.get("works_to")
        if begins and ends and begins >= ends:
            self.add_error("works_to", "Working hours must end after they begin.")


def profile_form(person: User, data: object = None) -> ProfileForm:
    """Return the form with what the profile says now."""
    initial = {name: getattr(person, name) for name in rules.CLEANERS}
    return ProfileForm(data, initial=initial | {"expertise": ", ".join(person.expertise)})


class RolesForm(forms.Form):
    """What somebody is in the organisation."""

    roles = forms.MultipleChoiceField(
        label="Roles", choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class InviteForm(RolesForm):
    """Somebody new."""

    email = forms.EmailField(label="E-mail", max_length=254)
    name = Line(label="Name")
    field_order = ["email", "name", "roles"]

    def clean_email(self) -> str:
        """Refuse an address that somebody signs in with already."""
        with as_form_error():
            email = rules.clean_email(self.cleaned_data["email"])
            known = queries.person_of(email)
            if known:
                rules.check_may_invite(known)
        return email


class InviteAgainForm(forms.Form):
    """Where a fresh link goes."""

    email = forms.EmailField(label="E-mail", max_length=254)

    def __init__(self, *args: object, person: User, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.person = person

    def clean_email(self) -> str:
        """Refuse the address of somebody else."""
        with as_form_error():
            email = rules.clean_email(self.cleaned_data["email"])
        known = queries.person_of(email)
        if known and known.pk != self.person.pk:
            message = f"{email} belongs to {known} already."
            raise ValidationError(message)
        return email
