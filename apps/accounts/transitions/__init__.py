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
    push_memberships,
    reactivate,
    set_password,
)

__all__ = [
    "add_admin",
    "add_demo_person",
    "deactivate",
    "edit_profile",
    "give_roles",
    "import_person",
    "invite",
    "invite_again",
    "push_memberships",
    "reactivate",
    "set_password",
]
