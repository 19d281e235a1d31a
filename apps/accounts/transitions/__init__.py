"""Every write to people, their sign-in and their tokens."""

from apps.accounts.transitions.people import (
    add_admin,
    add_demo_person,
    deactivate,
    edit_profile,
    give_roles,
    import_person,
    invite,
    invite_again,
    note_refusal,
    note_sign_in,
    note_sign_out,
    push_memberships,
    reactivate,
    set_password,
    settle,
)
from apps.accounts.transitions.second_factor import (
    note_second_factor,
    prove_second_factor,
    take_second_factor,
)
from apps.accounts.transitions.tokens import make_token, note_use, revoke_token

__all__ = [
    "add_admin",
    "add_demo_person",
    "deactivate",
    "edit_profile",
    "give_roles",
    "import_person",
    "invite",
    "invite_again",
    "make_token",
    "note_refusal",
    "note_second_factor",
    "note_sign_in",
    "note_sign_out",
    "note_use",
    "prove_second_factor",
    "push_memberships",
    "reactivate",
    "revoke_token",
    "set_password",
    "settle",
    "take_second_factor",
]
