"""A home with the organisation that `make bench` measures, for people to look at.

    ROADWORTHY_HOME=/tmp/large SIZE=4000 .venv/bin/python -m bench.demo
    ROADWORTHY_HOME=/tmp/large make run

4,000 services have 200 teams, 600 objectives and 1,800 key results. Sign in as lead@, leadership@ or
admin@demo.example with the password of the demo.
"""

import os
import sys
from pathlib import Path
from time import monotonic
from typing import Final

SIZE: Final = int(os.environ.get("SIZE") or 4000)
BLOCK: Final = 1000  # services that Python makes; the database makes the rest


def main() -> None:
    """Fill an empty home; refuse another one."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ROADWORTHY_DEMO": "1",
        "LOG_LEVEL": "WARNING",
    }
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from apps.accounts.models import Actor, User  # noqa: PLC0415
    from apps.okrs.transitions import look  # noqa: PLC0415
    from bench.organisation import fill, multiply  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    if User.objects.exists():
        sys.exit("This home has people already; the large demo is for an empty one (ROADWORTHY_HOME).")
    (Path(settings.HOME) / "edition").write_text("demo\n")  # else its people could not sign in
    begun, now = monotonic(), timezone.now()
    scene = fill(min(SIZE, BLOCK), at=now)
    multiply(max(SIZE // BLOCK, 1) - 1)
    _let_in({"lead": scene.person_id, "admin": scene.admin_id, "leadership": _leader()})
    look(by=Actor.system("okrs.look"), at=now, is_whole=True)
    print(f"{SIZE:,} services with their goals in {monotonic() - begun:.0f} s.")


def _leader() -> int:
    """Let all teams stand below the first one, and return somebody who leads it."""
    from apps.accounts.models import User  # noqa: PLC0415
    from apps.catalog.models import Membership, Team  # noqa: PLC0415

    root = Team.objects.get(slug="team-0")
    Team.objects.filter(parent=None).exclude(pk=root.pk).update(parent=root)
    person = User.objects.filter(is_leadership=True).order_by("pk")[0]
    Membership.objects.filter(team=root, person=person).update(is_lead=True)
    User.objects.filter(pk=person.pk).update(lead_ids=[root.pk])
    return person.pk


def _let_in(people: dict[str, int]) -> None:
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from apps.accounts.models import User  # noqa: PLC0415
    from apps.home.management.demo.organisation import PASSWORD  # noqa: PLC0415

    User.objects.update(is_demo=True)
    for role, pk in people.items():
        mine = {"email": f"{role}@demo.example", "password": make_password(PASSWORD)}
        User.objects.filter(pk=pk).update(**mine)


if __name__ == "__main__":
    main()
