"""The lead of a team that contributes to an objective checks in on it (OKRS 1.6), and on nothing else."""

import pytest
from django.urls import reverse

from apps.core.errors import NotPermittedError
from apps.core.results import Saved
from apps.okrs import rules, transitions
from apps.okrs.models import CheckIn, Objective, Participant, State, TeamCheckIn
from tests.factories import ActorFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import KeyResultFactory, ObjectiveFactory
from tests.okrs.programs import ask, program

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]


@pytest.fixture
def helper(goals):
    """The lead of a team that contributes to the one objective."""
    team = TeamFactory(name="Routing")
    Participant.objects.create(objective=goals.objective, team=team, part="contributor")
    return lead_of(team)


def of(*objectives, **squares):
    lines = {one.pk: rules.LineDraft(status="on_track", changed="We delivered") for one in objectives}
    return rules.CheckInDraft(lines=lines, **squares)


def other_of(goals):
    one = ObjectiveFactory(team=goals.team, cycle=goals.cycle, state=State.ACTIVE, title="Of their own")
    KeyResultFactory(objective=one)
    return one


def save(goals, draft, by, now, revision=0):
    return transitions.save_check_in(goals.quarter, draft=draft, revision=revision, by=by, at=now)


def test_it_is_published_where_nothing_else_is_to_be_said(goals, helper, now):
    saved = save(goals, of(goals.objective), helper, now)
    done = transitions.publish_check_in(saved.row, revision=1, by=helper, at=now)

    assert isinstance(done, Saved)
    assert (done.row.author, done.row.published_at) == (helper.person, now)
    assert CheckIn.objects.get().changed == "We delivered"


def test_beside_other_objectives_it_stands_in_the_teams_draft(goals, helper, now):
    other = other_of(goals)
    begun = save(goals, of(other, priorities="Calm"), goals.lead, now).row

    saved = save(goals, of(goals.objective, priorities="Mine"), helper, now, revision=begun.revision)
    with pytest.raises(NotPermittedError, match="says the rest, and publishes it"):
        transitions.publish_check_in(saved.row, revision=2, by=helper, at=now)
    with pytest.raises(NotPermittedError, match="what your team contributes to"):
        save(goals, of(other), helper, now, revision=2)

    row = TeamCheckIn.objects.get()
    assert (row.priorities, row.published_at, row.lines.count()) == ("Calm", None, 2)


def test_what_the_team_has_written_of_itself_it_publishes_itself(client, goals, helper, now):
    begun = save(goals, of(priorities="Half a sentence"), goals.lead, now).row
    saved = save(goals, of(goals.objective), helper, now, revision=begun.revision)

    with pytest.raises(NotPermittedError, match="says the rest, and publishes it"):
        transitions.publish_check_in(saved.row, revision=2, by=helper, at=now)

    client.force_login(helper.person)
    url = reverse("okrs:write_check_in", args=[goals.cycle.slug, goals.team.slug])
    assert 'name="publish"' not in client.get(url).content.decode()
    assert TeamCheckIn.objects.get().published_at is None


def test_nobody_else_does(goals, helper, now):
    routing = Participant.objects.get().team
    lender = TeamFactory()
    Participant.objects.create(objective=goals.objective, team=lender, part="lender")
    others = [
        member_of(routing),
        lead_of(lender),
        lead_of(TeamFactory()),
        ActorFactory(person__is_admin=True),
    ]

    for by in others:
        with pytest.raises(NotPermittedError, match="checks in for itself"):
            save(goals, of(goals.objective), by, now)

    Objective.objects.filter(pk=goals.objective.pk).update(state=State.DRAFT)
    with pytest.raises(NotPermittedError):
        save(goals, of(), helper, now)
    assert not TeamCheckIn.objects.exists()


def test_the_page_shows_their_part_and_nothing_of_the_draft(client, goals, helper, now):
    other = other_of(goals)
    begun = save(goals, of(other, priorities="A secret worry"), goals.lead, now).row
    client.force_login(helper.person)
    url = reverse("okrs:write_check_in", args=[goals.cycle.slug, goals.team.slug])

    html = client.get(url).content.decode()
    typed = {"revision": begun.revision, f"o{goals.objective.pk}-status": "at_risk"}
    sent = client.post(url, typed)

    assert sent.status_code == 302
    assert TeamCheckIn.objects.get().priorities == "A secret worry"
    assert url in client.get(goals.objective.get_absolute_url()).content.decode()

    assert goals.objective.title in html
    assert "who says the rest and publishes it" in html
    for hidden in ("Of their own", "A secret worry", "Discard the draft", 'name="publish"'):
        assert hidden not in html
    assert begun.revision == 1


def test_a_program_has_their_part(goals, helper, now):
    other = other_of(goals)
    begun = save(goals, of(other, priorities="A secret worry"), goals.lead, now).row

    shown = ask(program(helper), "GET", f"check-ins/{begun.pk}/", status=200)

    assert shown["priorities"] == ""
    assert shown["lines"] == []
