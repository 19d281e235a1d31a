"""The command that does what beat does for goals, at any moment."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.okrs import transitions
from apps.okrs.models import Cycle, No, OffsitePack
from tests.factories import TeamFactory, lead_of

pytestmark = pytest.mark.django_db


def ran(*jobs, at, **options):
    said = StringIO()
    call_command("turn_okrs", *jobs, at=at, stdout=said, **options)
    return said.getvalue()


def test_it_lays_out_quarters_and_ends_one_at_another_moment():
    now = timezone.now()
    first = json.loads(ran("turn", at=now.isoformat(), json=True))
    active = Cycle.objects.get(state="active")
    later = datetime.combine(active.ends_on + timedelta(days=2), now.timetz())

    then = json.loads(ran("turn", at=later.isoformat(), json=True, yes=True))

    assert f"{active}: active" in first["turn"]
    assert f"{active}: grading" in then["turn"]
    assert json.loads(ran("turn", at=later.isoformat(), json=True, yes=True)) == {"turn": []}


def test_it_brings_a_no_back_on_its_day():
    team = TeamFactory(slug="tracking")
    lead = lead_of(team)
    now = timezone.now()
    until_on = now.date() + timedelta(days=1)
    words = {"what": "A live map", "reason_code": "no_capacity", "reason": "The peak is in December."}
    transitions.say_no(team, until_on=until_on, by=lead, at=now, **words)

    said = ran("decide_again", at=(now + timedelta(days=1, minutes=1)).isoformat(), yes=True)

    assert said == "decide_again: 1\n"
    assert No.objects.get().state == "expired"


def test_it_freezes_the_pack_two_weeks_before_the_end():
    now = timezone.now()
    ran("turn", at=now.isoformat())
    active = Cycle.objects.get(state="active")
    days = [active.ends_on - timedelta(days=15), active.ends_on - timedelta(days=14)]

    said = [ran("freeze_packs", at=datetime.combine(day, now.timetz()).isoformat(), yes=True) for day in days]

    assert said == ["freeze_packs: 0\n", "freeze_packs: 1\n"]
    assert OffsitePack.objects.get().cycle == active


@pytest.mark.parametrize(
    ("jobs", "at", "problem"),
    [
        (["turn"], "tomorrow", "no moment"),
        (["turn"], "2027-01-01T09:00:00", "time zone"),
        (["spin"], "2027-01-01T09:00:00Z", "no job called 'spin'"),
        (["turn"], "2000-01-01T09:00:00Z", "add --yes"),
    ],
)
def test_it_refuses_what_nobody_can_mean(jobs, at, problem):
    with pytest.raises(CommandError, match=problem):
        ran(*jobs, at=at)

    assert not Cycle.objects.exists()
