"""Pages of findings, ties, potholes, horizons, leadership and the offsite."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Actor
from apps.core.results import Candidate
from apps.jobs.transitions import run_next
from apps.okrs import transitions
from apps.okrs.models import AlignmentLink, Finding, No, Objective, Pothole, ServiceLink, StrategyItem
from apps.okrs.rules import findings, lint
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ServiceFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    ObjectiveFactory,
    QuarterFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]
MOST = 12


def many(team):
    return [Candidate(key=f"t:{n}", kind="Gap", title=f"Gap {n}", url="/x/") for n in range(3)]


@pytest.fixture
def root(settings):
    settings.ROOT_TEAM = "all"
    settings.CANDIDATES = [f"{__name__}.many"]
    return TeamFactory(name="All of us", slug="all")


@pytest.fixture
def lead(client, root):
    actor = lead_of(root)
    client.force_login(actor.person)
    return actor


def organisation(now, root, count):
    """Return a cycle with so many teams, tied to one aim, with findings, and a strategy."""
    cycle = CycleFactory()
    aim = ObjectiveFactory(team=root, cycle=cycle, title="Receivers trust us")
    metric = MetricFactory()
    for number in range(count):
        quarter = QuarterFactory(cycle=cycle, team__name=f"Team {number:02}")
        objective = ObjectiveFactory(team=quarter.team, cycle=cycle)
        KeyResultFactory(
            objective=objective,
            kind="metric",
            metric=metric,
            baseline=Decimal(1),
            target=Decimal(2 if number % 2 else 0),
        )
        AlignmentLink.objects.create(
            kind="contributes", objective=objective, to_objective=aim, statement="So"
        )
        item = StrategyItem.objects.create(horizon="next", statement=f"Sentence {number}")
        Objective.objects.filter(pk=objective.pk).update(strategy_item=item)
    transitions.look(by=Actor.system("okrs.look"), at=now)
    return cycle


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize(
    "page", ["findings", "map", "leadership", "habits", "offsite", "horizons", "ties", "potholes"]
)
def test_no_page_asks_more_than_it_may(client, now, root, lead, page, count):
    cycle = organisation(now, root, count)
    transitions.prepare_offsite(cycle, by=lead, at=now)
    objective = Objective.objects.get(team=root)
    url = {
        "horizons": reverse("okrs:horizons"),
        "ties": reverse("okrs:ties", args=[objective.pk]),
        "potholes": reverse("okrs:potholes", args=[cycle.slug, root.slug]),
    }.get(page) or reverse(f"okrs:{page}", args=[cycle.slug])

    with CaptureQueriesContext(connection) as counted:
        answer = client.get(url)

    asked = [one["sql"] for one in counted if "SAVEPOINT" not in one["sql"]]
    assert answer.status_code == 200
    assert len(asked) <= MOST, "\n".join(asked)


@pytest.mark.parametrize("page", ["findings", "map", "leadership", "habits", "offsite"])
def test_pages_are_whole_when_nothing_is_there(client, lead, page):
    assert client.get(reverse(f"okrs:{page}", args=[CycleFactory().slug])).status_code == 200
    assert client.get(reverse("okrs:horizons")).status_code == 200


def test_a_finding_is_argued_with_and_dismissed(client, now, root):
    objective = ObjectiveFactory(title="Increase revenue by 20 %")
    transitions.look(by=Actor.system("okrs.look"), at=now)
    finding = Finding.objects.get(code="L5")
    owner = lead_of(objective.team)
    client.force_login(owner.person)

    shown = client.get(finding.get_absolute_url()).content.decode()
    said = client.post(reverse("okrs:argue", args=[finding.pk]), {"text": "It is a name."})
    empty = client.post(reverse("okrs:decide_finding", args=[finding.pk, "dismiss"]), {})
    done = client.post(
        reverse("okrs:decide_finding", args=[finding.pk, "dismiss"]), {"dismiss-reason": "It is a name."}
    )
    back = client.post(reverse("okrs:reopen_finding", args=[finding.pk]))

    assert "An objective that counts or does not end" in shown
    assert [one.status_code for one in (said, empty, done, back)] == [302, 422, 302, 302]
    assert Finding.objects.get(pk=finding.pk).state == "open"
    assert "It is a name." in client.get(finding.get_absolute_url()).content.decode()


def test_the_quarter_shows_what_stands_in_its_way(client, now, root):
    objective = ObjectiveFactory(title="Increase revenue by 20 %")
    transitions.look(by=Actor.system("okrs.look"), at=now)
    client.force_login(member_of(objective.team).person)

    url = reverse("okrs:quarter", args=[objective.cycle.slug, objective.team.slug])
    with CaptureQueriesContext(connection) as counted:
        text = client.get(url).content.decode()

    assert "Nobody is accountable" in text
    assert "belongs in a key result" in text
    assert len(counted) <= MOST


def test_what_only_a_team_reads_is_nowhere(client, now, root):
    secret = ObjectiveFactory(title="Marker 7", visibility="restricted", restricted_because="A merger")
    transitions.look(by=Actor.system("okrs.look"), at=now)
    hidden = Finding.objects.filter(objective=secret).first()
    client.force_login(UserFactory())
    cycle = secret.cycle.slug

    pages = [client.get(reverse(f"okrs:{name}", args=[cycle])) for name in ("findings", "map", "leadership")]

    assert not any("Marker" in page.content.decode() for page in pages)
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert client.post(reverse("okrs:argue", args=[hidden.pk]), {"text": "Hm"}).status_code == 404
    assert client.get(reverse("okrs:ties", args=[secret.pk])).status_code == 404


def test_every_rule_has_a_page_and_stands_in_the_help(client, lead):
    text = client.get(reverse("home:goal_rules")).content.decode()

    for rule in (*lint.RULES, *findings.CHECKS):
        assert f'id="{rule.code}"' in text
        assert client.get(reverse("okrs:rule", args=[rule.code.lower()])).status_code == 200
    assert client.get(reverse("okrs:rule", args=["l99"])).status_code == 404
    assert client.post(reverse("okrs:rule", args=["l5"]), {"text": "Hm"}).status_code == 302
    assert "Hm" in client.get(reverse("okrs:rule", args=["l5"])).content.decode()


def test_ties_are_made_found_and_taken_away(client, root):
    objective = ObjectiveFactory()
    aim = ObjectiveFactory(team=root, title="Receivers trust us")
    other = ObjectiveFactory(title="Quiet nights")
    service = ServiceFactory(team=objective.team)
    client.force_login(member_of(objective.team).person)
    url = reverse("okrs:ties", args=[objective.pk])
    form = {"kind": "contributes", "target": f"objective:{aim.pk}", "statement": "So"}

    plain = client.get(url).content.decode()
    found = client.get(url, {"q": "quiet"}).content.decode()
    made = client.post(url, form)
    itself = client.post(url, form | {"target": f"objective:{objective.pk}"})
    nothing = client.post(url, form | {"target": "objective:x"})
    named = client.post(reverse("okrs:add_service", args=[objective.pk]), {"service": service.slug})
    unknown = client.post(reverse("okrs:add_service", args=[objective.pk]), {"service": "none"})

    assert ("Receivers trust us" in plain, other.title in plain) == (True, False)
    assert (f"objective:{other.pk}" in found, f"objective:{aim.pk}" in found) == (True, False)
    assert [one.status_code for one in (made, itself, nothing, named, unknown)] == [302, 422, 422, 302, 422]
    link, service_link = AlignmentLink.objects.get(), ServiceLink.objects.get()
    assert client.post(reverse("okrs:untie", args=[link.pk])).status_code == 302
    assert client.post(reverse("okrs:untie", args=[link.pk])).status_code == 404
    assert client.post(reverse("okrs:remove_service", args=[service_link.pk])).status_code == 302


def test_the_map_draws_and_lists_the_same(client, now, root, lead):
    cycle = organisation(now, root, 3)

    text = client.get(reverse("okrs:map", args=[cycle.slug])).content.decode()
    one = client.get(reverse("okrs:map", args=[cycle.slug]), {"team": "nobody"}).content.decode()

    assert text.count('<g class="box') == 4
    assert text.count('<path class="serves"') == 3
    assert text.count('data-label="How"') == 3
    assert "Nothing is tied" in one
    assert "style=" not in text


def test_potholes_are_taken_and_left(client, root):
    quarter = QuarterFactory()
    client.force_login(lead_of(quarter.team).person)
    names = [quarter.cycle.slug, quarter.team.slug]

    def post(step, **form):
        return client.post(reverse(f"okrs:{step}", args=names), form).status_code

    assert post("take_pothole", key="t:0", title="") == 422
    assert post("take_pothole", key="t:0", title="It recovers alone") == 302
    assert post("leave_pothole", key="t:1", reason="") == 422
    assert post("leave_pothole", key="t:1", reason="It ends.") == 302
    assert post("leave_all_potholes", reason="None.") == 409
    text = client.get(reverse("okrs:potholes", args=names)).content.decode()
    assert all(word in text for word in ("It recovers alone", "It ends.", "Gap 2"))
    assert Pothole.objects.count() == 2


def test_none_is_taken(client, root):
    quarter = QuarterFactory()
    client.force_login(lead_of(quarter.team).person)
    url = reverse("okrs:leave_all_potholes", args=[quarter.cycle.slug, quarter.team.slug])

    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "All are lent."}).status_code == 302
    assert No.objects.get().reason == "All are lent."


def test_the_strategy_is_written_edited_and_looked_at_again(client, lead):
    form = {"horizon": "later", "statement": "Receivers choose", "precision": "none", "revision": 0}

    assert (
        client.post(
            reverse("okrs:write_item"), form | {"horizon": "vision", "statement": "By 2030"}
        ).status_code
        == 422
    )
    assert client.post(reverse("okrs:write_item"), form).status_code == 302
    item = StrategyItem.objects.get()
    edit = reverse("okrs:edit_item", args=[item.pk])
    assert client.get(edit).status_code == 200
    assert client.post(edit, form | {"statement": "They choose"}).status_code == 302
    stale = client.post(edit, form | {"statement": "We choose"})
    assert stale.status_code == 409
    assert 'name="revision" value="1"' in stale.content.decode()
    assert (
        client.post(reverse("okrs:revalidate_item", args=[item.pk]), {"verdict": "dead"}).status_code == 302
    )
    assert "no longer pursued" in client.get(reverse("okrs:horizons")).content.decode()


def test_the_offsite_is_frozen_printed_and_decided(client, now, lead):
    cycle = CycleFactory()
    names = [cycle.slug]

    assert client.get(reverse("okrs:offsite_file", args=names)).status_code == 404
    assert client.post(reverse("okrs:prepare_offsite", args=names)).status_code == 302
    run_next(by=Actor.system("jobs.run"), at=now)
    file = client.get(reverse("okrs:offsite_file", args=names))
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    form = {"text": "Stop it.", "owner": lead.person_id, "due_on": "2026-03-09"}
    assert (
        client.post(reverse("okrs:add_decision", args=names), form | {"due_on": "2026-03-01"}).status_code
        == 422
    )
    assert client.post(reverse("okrs:add_decision", args=names), form).status_code == 302
    assert client.post(reverse("okrs:print_offsite", args=names)).status_code == 302
    text = client.get(reverse("okrs:offsite", args=names)).content.decode()
    assert "Stop it." in text


def test_no_page_sends_to_another_site(client, lead):
    item = StrategyItem.objects.create(horizon="later", statement="Receivers choose")
    url = reverse("okrs:revalidate_item", args=[item.pk])

    away = client.post(url, {"verdict": "holds", "back": "//evil.example/okrs/x/offsite/"})
    back = client.post(url, {"verdict": "holds", "back": "/okrs/2026-q1/offsite/"})

    assert (away["Location"], back["Location"]) == (item.get_absolute_url(), "/okrs/2026-q1/offsite/")
