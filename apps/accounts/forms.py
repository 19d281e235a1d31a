"""What people type about themselves and others."""

from typing import Any, Final

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm, UserTokenForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.accounts import queries, rules, transitions
from apps.accounts.models import Actor, Role, Scope, User, monday_to_friday
from apps.core.forms import Line, as_form_error
from apps.core.http import request_id

PASSWORDS: Final = {  # what the fields of allauth are called here, and what helps
    "oldpassword": ("Present password", ""),
    "password1": (
        "New password",
        "Ten characters or more, not like your name or address, and not one that everybody uses.",
    ),
    "password2": ("New password, again", ""),
}


CODES: Final = {  # why a code of the second step was refused
    rules.Refusal.WRONG: "Incorrect code. Each works once: wait for the next one.",
    rules.Refusal.TOO_MANY: "Too many wrong codes. Wait 15 minutes, and try again.",
}


class LinkForm(UserTokenForm):  # type: ignore[misc]  # allauth is untyped
    """Whose one-time link this is, and whether it still works."""

    def _get_user(self, uidb36: str) -> User | None:
        """Return its person, if they may come in."""
        found: User | None = super()._get_user(uidb36)
        return found if found and rules.may_sign_in(found) else None


class _Digits:
    """A form for a code: digits alone, of the app or a recovery code, and the first thing on its page."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        code = self.fields["code"].widget  # type: ignore[attr-defined]  # of the form that it is mixed into
        code.attrs |= {"inputmode": "numeric", "autofocus": True}


class FirstCodeForm(_Digits, ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which shows that the app has the secret."""


class ChooseForm(ResetPasswordKeyForm):  # type: ignore[misc]  # allauth is untyped
    """The first password, or a new one, by a one-time link."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _in_our_words(self)


class ChangeForm(ChangePasswordForm):  # type: ignore[misc]  # allauth is untyped
    """Another password, by somebody who knows the present one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _in_our_words(self)


def _in_our_words(form: forms.Form) -> None:
    """Say once what allauth says as label, as placeholder and as a list of rules."""
    for name, field in form.fields.items():
        field.label, field.help_text = PASSWORDS[name]
        field.widget.attrs.pop("placeholder", None)


class _Code(BaseAuthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """A code, once; allauth's own count of wrong ones lies where each process forgets it."""

    def clean_code(self) -> str:
        """Use the code up, or refuse it."""
        code: str = self.cleaned_data["code"]
        by = Actor.system(rules.AT_THE_DOOR, request_id=request_id(context.request))
        proof = transitions.prove_second_factor(self.user, code=code, by=by, at=timezone.now())
        if isinstance(proof, rules.Refusal):
            raise ValidationError(CODES[proof])
        self.authenticator = proof
        return code


class CodeForm(_Digits, _Code, AuthenticateForm):  # type: ignore[misc]
    """The second step of the sign-in."""


class CodeAgainForm(_Digits, _Code, ReauthenticateForm):  # type: ignore[misc]
    """The same before something that matters."""


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
    initial |= {"expertise": ", ".join(person.expertise), "works_on": person.works_on or monday_to_friday()}
    return ProfileForm(data, initial=initial)


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


class ReasonForm(forms.Form):
    """Why something is done to somebody."""

    reason = Line(
        label="Reason", help_text="How you know that it is them. They read it, and so does history."
    )


class TokenForm(forms.Form):
    """A new token; `teams` are the names of the person's teams by id."""

    name = Line(
        label="Name", limit=60, help_text="Where it is used: deploy pipeline, spreadsheet, my script."
    )
    scope = forms.ChoiceField(
        label="It may",
        choices=[
            (Scope.READ.value, "Read"),
            (Scope.WRITE.value, "Read and write: every step that you may take"),
        ],
        widget=forms.RadioSelect,
        initial=Scope.READ,
    )
    days = forms.TypedChoiceField(
        label="It works for",
        choices=[(7, "a week"), (30, "a month"), (90, "three months"), (365, "a year")],
        coerce=int,
        initial=90,
    )
    team = forms.TypedChoiceField(
        label="It speaks for",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="For a team it reaches that team only, without your roles, and its leads may revoke it.",
    )

    def __init__(self, *args: object, teams: dict[int, str], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        choices = sorted(teams.items(), key=lambda team: team[1])
        self.fields["team"].choices = [("", "me"), *choices]  # type: ignore[attr-defined]
