"""The strategy, the offsite and the overview of leadership."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core import files
from apps.core.errors import InvalidInputError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.jobs.models import Job
from apps.jobs.transitions import run_next
from apps.notifications.models import Notice
from apps.okrs import queries, transitions
from apps.okrs.models import (
    Decision,
    Finding,
    Loan,
    Move,
    Negotiation,
    No,
    OffsitePack,
    RankChange,
    StrategyItem,
    Terms,
)
from apps.okrs.rules.negotiation_measures import Measures
from apps.okrs.rules.overview import figures_of
from apps.okrs.transitions import Sentence
from tests.factories.accounts import ActorFactory, UserFactory
from tests.factories.catalog import TeamFactory, lead_of, member_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    NextCycleFactory,
    ObjectiveFactory,
    QuarterFactory,
)

pytestmark = pytest.mark.django_db
LATER = Sentence(horizon="later", statement="Receivers choose the hour", theme="Trust")


@pytest.fixture
def root(settings):
    team = TeamFactory(name="All of us", slug="all")
    settings.ROOT_TEAM = "all"
    return team


@pytest.fixture
def lead(root):
    return lead_of(root)


def test_a_lead_of_the_organisation_writes_moves_and_ends_a_sentence(now, lead):
    item = transitions.write_strategy(LATER, by=lead, at=now)
    again = transitions.write_strategy(LATER, by=lead, at=now)
    nearer = Sentence(
        horizon="next",
        statement=item.statement,
        theme="Trust",
        precision="quarter",
        begins_on=date(2026, 5, 20),
        target_low=Decimal(30),
        target_high=Decimal(50),
        planned_change=Decimal(30),
    )
    saved = transitions.edit_strategy(item, nearer, revision=0, by=lead, at=now)
    dead = transitions.revalidate(item, verdict="dead", by=lead, at=now)

    assert item == again
    assert isinstance(saved, Saved)
    assert (saved.row.horizon, saved.row.begins_on, saved.row.revision) == ("next", date(2026, 4, 1), 1)
    assert (dead.verdict, dead.revalidated_on) == ("dead", now.date())
    verbs = ["okrs.strategy_edited", "okrs.strategy_revalidated", "okrs.strategy_written"]
    assert sorted(Event.objects.values_list("verb", flat=True)) == verbs


def test_a_stale_edit_is_a_conflict_and_an_equal_one_is_none(now, lead):
    item = transitions.write_strategy(LATER, by=lead, at=now)
    first = Sentence(horizon="later", statement="Receivers choose the day")
    transitions.edit_strategy(item, first, revision=0, by=lead, at=now)

    stale = transitions.edit_strategy(item, LATER, revision=0, by=lead, at=now)
    equal = transitions.edit_strategy(item, first, revision=0, by=lead, at=now)

    assert isinstance(stale, Conflict)
    assert isinstance(equal, Saved)
    assert StrategyItem.objects.get().statement == "Receivers choose the day"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"horizon": "soon"}, "horizon"),
        ({"statement": "  "}, "statement"),
        ({"horizon": "vision", "statement": "We double in 2030"}, "statement"),
        ({"target_low": Decimal(3)}, "target_high"),
        ({"target_low": Decimal("1e12"), "target_high": Decimal("1e12")}, "target_low"),
        ({"confidence": 101}, "confidence"),
        ({"precision": "half"}, "begins_on"),
        ({"begins_on": date(1900, 1, 1)}, "begins_on"),
    ],
)
def test_what_cannot_be_meant_is_refused(now, lead, fields, field):
    values = {"horizon": "later", "statement": "Receivers choose the hour"} | fields

    with pytest.raises(InvalidInputError) as refusal:
        transitions.write_strategy(Sentence(**values), by=lead, at=now)

    assert refusal.value.field == field
    assert not StrategyItem.objects.exists()
    assert not Event.objects.exists()


STEPS = {  # row: a sentence, pack: a frozen one
    "write": lambda _row, _pack, who: transitions.write_strategy(LATER, **who),
    "edit": lambda row, _pack, who: transitions.edit_strategy(row, LATER, revision=0, **who),
    "revalidate": lambda row, _pack, who: transitions.revalidate(row, verdict="dead", **who),
    "freeze": lambda _row, _pack, who: transitions.prepare_offsite(NextCycleFactory(), **who),
    "print": lambda _row, pack, who: transitions.print_pack(pack, **who),
    "decide": lambda _row, pack, who: transitions.decide(
        pack, text="Stop it.", owner=UserFactory(), due_on=date(2026, 3, 9), **who
    ),
    "finish": lambda _row, pack, who: transitions.finish_decision(pack.decisions.get(), **who),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("who", ["member of the root", "lead of a team", "leadership", "admin"])
def test_nobody_else_writes_the_strategy_or_decides(now, root, lead, step, who):
    item = StrategyItem.objects.create(horizon="next", statement="Receivers choose")
    pack = transitions.prepare_offsite(CycleFactory(), by=lead, at=now)
    transitions.decide(pack, text="Go.", owner=lead.person, due_on=now.date(), by=lead, at=now)
    by = {
        "member of the root": lambda: member_of(root),
        "lead of a team": lambda: lead_of(TeamFactory()),
        "leadership": lambda: ActorFactory(person__is_leadership=True),
        "admin": lambda: ActorFactory(person__is_admin=True),
    }[who]()
    events = Event.objects.count()

    with pytest.raises(NotPermittedError):
        STEPS[step](item, pack, {"by": by, "at": now})

    assert Event.objects.count() == events
    assert (StrategyItem.objects.count(), OffsitePack.objects.count(), Decision.objects.count()) == (1, 1, 1)


def test_the_leads_are_asked_once_to_sharpen(now, lead):
    transitions.write_strategy(Sentence(horizon="next", statement="Receivers choose"), by=lead, at=now)
    coming = NextCycleFactory()
    system = Actor.system("okrs.prepare")

    early = transitions.ask_to_sharpen(by=system, at=now)
    for _hour in range(2):
        transitions.ask_to_sharpen(by=system, at=now + timedelta(days=3))

    assert (early, coming.starts_on) == (0, date(2026, 4, 1))
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (lead.person, "okrs/sharpen")


def test_sharpness_follows_the_objectives(now, lead):
    item = transitions.write_strategy(Sentence(horizon="next", statement="Choose"), by=lead, at=now)
    objective = ObjectiveFactory(strategy_item=item, accountable=lead.person)
    KeyResultFactory(
        objective=objective,
        kind="metric",
        metric=MetricFactory(source="the phone system"),
        baseline=Decimal(1),
        target=Decimal(2),
    )

    page = queries.horizons(lead.person, on=now.date())

    (row,) = page.columns[1].rows
    assert (row.sharpness, row.objectives) == ("sharp", [objective])
    hidden = ObjectiveFactory(strategy_item=item, visibility="restricted", restricted_because="A merger")
    assert hidden not in queries.horizons(lead.person, on=now.date()).columns[1].rows[0].objectives


# The offsite


def test_the_pack_is_frozen_two_weeks_before_the_end(now, root, lead):
    cycle = CycleFactory()  # ends on 31 March
    leadership = UserFactory(is_leadership=True)
    system = Actor.system("okrs.prepare")

    days = [date(2026, 3, 16), date(2026, 3, 17), date(2026, 3, 18)]
    made = [
        transitions.prepare_due_packs(by=system, at=now.replace(day=day.day, month=day.month)) for day in days
    ]

    assert made == [0, 1, 0]
    pack = OffsitePack.objects.get()
    assert (pack.cycle, pack.content["on"]) == (cycle, "2026-03-17")
    assert sum(part["minutes"] for part in pack.content["agenda"]) == 90
    told = Notice.objects.filter(kind="okrs/offsite").values_list("recipient", flat=True)
    assert sorted(told) == sorted([lead.person_id, leadership.pk])
    assert Job.objects.get().kind == "okrs.offsite"


def filled(now, lead):
    """Return a cycle in which something of everything happened, also what nobody may know."""
    cycle = CycleFactory()
    transitions.write_strategy(Sentence(horizon="vision", statement="Nobody waits."), by=lead, at=now)
    transitions.write_strategy(LATER, by=lead, at=now)
    giver, taker = QuarterFactory(cycle=cycle), QuarterFactory(cycle=cycle)
    graded = ObjectiveFactory(cycle=cycle, team=giver.team)
    KeyResultFactory(objective=graded, grade=Decimal("0.7"), graded_at=now, cause="capacity")
    secret = ObjectiveFactory(
        cycle=cycle, title="Marker", visibility="restricted", restricted_because="A merger"
    )
    KeyResultFactory(objective=secret, grade=Decimal(0), graded_at=now, title="Marker")
    ask = Negotiation.objects.create(
        kind="loan",
        title="Two people",
        initiator=taker.team,
        counterpart=giver.team,
        cycle=cycle,
        stage="agreed",
        opened_at=now,
    )
    Loan.objects.create(
        negotiation=ask,
        lender=giver,
        borrower=taker,
        person_weeks=Decimal(4),
        starts_on=cycle.starts_on,
        ends_on=cycle.ends_on,
        instead_of="the second region",
    )
    for objective, what in ((None, "A second region"), (secret, "Marker")):
        No.objects.create(
            kind="no",
            what=what,
            team=giver.team,
            reason_code="risk",
            reason="Too dear.",
            decided_by=lead.person,
            decided_at=now,
            holder=lead.person,
            objective=objective,
        )
    RankChange.objects.create(
        quarter=giver,
        before=[secret.pk, graded.pk],
        after=[graded.pk, secret.pk],
        reason="A law",
        person_name="Ada",
        at=now,
    )
    for objective in (graded, secret):
        Finding.objects.create(
            code="K1",
            severity="high",
            cycle=cycle,
            team=objective.team,
            objective=objective,
            message=f"{objective.title} and another.",
            fingerprint=str(objective.pk),
            found_at=now,
        )
    return cycle


def test_the_pack_says_what_happened_and_stays_as_it_was(now, lead):
    cycle = filled(now, lead)

    pack = transitions.prepare_offsite(cycle, by=lead, at=now)
    content = pack.content

    assert [one["text"] for one in content["vision"]] == ["Nobody waits."]
    assert [one["text"] for one in content["strategy"]] == [LATER.statement]
    assert content["grades"]["by_ambition"] == [{"ambition": "Roof shot", "count": 1, "mean": "0.7"}]
    assert content["grades"]["causes"] == [{"cause": "Too few hands", "count": 1}]
    assert [one["what"] for one in content["nos"]["rows"]] == ["A second region"]
    moved = [(one["reason"], one["on"]) for one in content["lash"]["costliest"]]
    assert moved == [("A law", f"{now:%-d %B %Y}")]
    assert [one["person_weeks"] for one in content["capacity"]["loans"]] == ["4"]
    assert len(content["findings"]) == 1
    assert "Marker" not in str(content)

    StrategyItem.objects.update(statement="Something else")
    again = transitions.prepare_offsite(cycle, by=lead, at=now + timedelta(days=2))

    assert (again.pk, again.content) == (pack.pk, content)


def test_the_worker_prints_the_pack_with_its_decisions(now, lead):
    pack = transitions.prepare_offsite(filled(now, lead), by=lead, at=now)
    transitions.decide(pack, text="Stop the region.", owner=lead.person, due_on=now.date(), by=lead, at=now)

    job = run_next(by=Actor.system("jobs.run"), at=now)

    assert Job.objects.get(pk=job.pk).state == "done"
    pack.refresh_from_db()
    reader = PdfReader(BytesIO(files.read(pack.file)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert all(word in text for word in ("Offsite of Q1 2026", "Nobody waits.", "Stop the region."))
    assert "Marker" not in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_decision_has_an_owner_who_is_told_and_ends_it(now, lead):
    pack = transitions.prepare_offsite(CycleFactory(), by=lead, at=now)
    owner = ActorFactory()
    values = {"text": "Stop the region.", "owner": owner.person, "due_on": date(2026, 3, 9)}

    first, second = (transitions.decide(pack, by=lead, at=now, **values) for _click in range(2))
    done = transitions.finish_decision(first, by=owner, at=now)

    assert (first, done.done_on) == (second, now.date())
    assert Notice.objects.get(kind="okrs/decision").recipient == owner.person
    assert Event.objects.filter(verb="okrs.decision_done").count() == 1


@pytest.mark.parametrize(
    ("fields", "field"), [({"text": ""}, "text"), ({"due_on": date(2026, 3, 1)}, "due_on")]
)
def test_a_decision_is_whole(now, lead, fields, field):
    pack = transitions.prepare_offsite(CycleFactory(), by=lead, at=now)
    values = {"text": "Go.", "owner": lead.person, "due_on": date(2026, 3, 9)} | fields

    with pytest.raises(InvalidInputError) as refusal:
        transitions.decide(pack, by=lead, at=now, **values)

    assert refusal.value.field == field
    assert not Decision.objects.exists()


# The overview


def asked(now, cycle, *, acts=("propose",), **fields):
    """Return a negotiation with these moves, one a day, in turn from both sides."""
    teams = [TeamFactory(), TeamFactory()]
    stage = fields.pop("stage", "open")
    one = Negotiation.objects.create(
        kind="contribution",
        title="An ask",
        initiator=teams[0],
        counterpart=teams[1],
        cycle=cycle,
        stage=stage,
        owes=teams[1] if stage == "open" else None,
        respond_by=now.date(),
        opened_at=now,
        **fields,
    )
    for seq, act in enumerate(acts):
        team = teams[seq % 2]
        terms = Terms.objects.create(
            negotiation=one,
            version=seq,
            team=team,
            payload={"person_weeks": str(8 - seq)},
            sha256="0" * 64,
            made_at=now,
        )
        at = now + timedelta(days=seq)
        Move.objects.create(negotiation=one, seq=seq, act=act, terms=terms, team=team, at=at)
    return one


def figures(cycle, now):
    page = queries.leadership(cycle, person=ActorFactory().person, on=now.date())
    return {one.key: one.value for one in page.figures}


def test_the_overview_counts_answers_nos_and_rounds(now):
    cycle = CycleFactory()
    asked(now, cycle, acts=("propose", "accept"), stage="agreed", rounds=0)
    asked(now, cycle, acts=("propose", "counter", "accept"), stage="agreed", rounds=1)
    asked(now, cycle, acts=("propose", "decline"), stage="declined")
    asked(now, cycle, acts=("propose",), stage="lapsed")

    found = figures(cycle, now)

    assert found["no_rate"] == "33 %"  # 1 of 3
    assert found["lapse_rate"] == "25 %"  # 1 of 4
    assert found["rounds"] == "0.5"
    assert found["answer_time"] == "1"
    assert found["who_moved"] == ""


def test_who_moved_is_shown_from_eight_on():
    few, told = (
        next(one for one in figures_of(Measures(kappas=[Decimal(1)] * count)) if one.key == "who_moved")
        for count in (7, 8)
    )

    assert (few.value, few.warning) == ("", "")
    assert (told.value, told.warning) == ("1", "Goals are being dictated.")


def test_three_rounds_need_a_decision(now):
    cycle = CycleFactory()
    stuck = asked(now, cycle, acts=("propose", "counter", "counter"), rounds=3)
    asked(now, cycle, acts=("propose", "counter"), rounds=1)

    page = queries.leadership(cycle, person=ActorFactory().person, on=now.date())

    (pair,) = page.undecided
    assert pair.negotiation == stuck
    assert [(line.name, line.left, line.right) for line in pair.lines] == [
        ("Costs", "6 person-weeks", "7 person-weeks")
    ]
    assert next((one.owes, one.to, one.count) for one in page.waiting) == (
        stuck.counterpart,
        stuck.initiator,
        1,
    )


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_of_leadership_costs_the_same(client, now, count, django_assert_max_num_queries):
    cycle = CycleFactory()
    for _number in range(count):
        asked(now, cycle, acts=("propose", "counter", "counter"), rounds=3)
        asked(now, cycle, acts=("propose", "decline"), stage="declined")
    client.force_login(UserFactory(is_leadership=True))

    with django_assert_max_num_queries(12):
        page = client.get(reverse("okrs:leadership", args=[cycle.slug])).content.decode()

    assert page.count("3 rounds") == count


def test_loans_sum_to_nought(now, lead):
    cycle = filled(now, lead)

    page = queries.leadership(cycle, person=lead.person, on=now.date())

    assert sum(one.net for one in page.balances) == 0
    assert "Marker" not in str(page.nos) + str(page.findings)
