"""A quarter in which every part of its file has a row, and how to empty it again."""

from datetime import date
from decimal import Decimal

from django.db import connection

from apps.accounts.models import Actor
from apps.okrs import imports, models, transitions
from apps.okrs.imports import PARTS
from apps.okrs.rules.terms import digest
from tests.factories import ServiceFactory, TeamFactory, UserFactory
from tests.factories.okrs import CycleFactory, KeyResultFactory, MetricFactory, ObjectiveFactory, value_of

SECRET_GRADE = "Nobody outside reads why this was a miss"
LEARNED = "We learned this the hard way"


def whole_quarter(now):  # noqa: PLR0915 -- one of everything
    """Make one of everything, with keys that differ from the places in the file; return the cycle."""
    cycle = CycleFactory()
    tracking, checkout = (
        TeamFactory(name="Tracking", slug="tracking"),
        TeamFactory(name="Checkout", slug="checkout"),
    )
    ada, bob = (
        UserFactory(name="Ada", email="ada@example.org"),
        UserFactory(name="Bob", email="bob@example.org"),
    )
    story = models.StrategyItem.objects.create(horizon="vision", statement="Nobody waits without knowing.")
    item = models.StrategyItem.objects.create(horizon="now", statement="Receivers see it.", parent=story)
    calls, nps = MetricFactory(key="calls", team=tracking), MetricFactory(key="answers", team=checkout)
    models.MetricTension.objects.create(a=calls, b=nps, note="Fewer calls may mean fewer answers.")
    _values(calls, now)
    objective = ObjectiveFactory(
        team=tracking,
        cycle=cycle,
        state="active",
        tags=["parcels"],
        strategy_item=item,
        accountable=ada,
        activated_at=now,
        activated_over=[{"code": "L1", "message": "No number.", "reason": "It comes in a week."}],
    )
    other = ObjectiveFactory(team=checkout, cycle=cycle, state="grading", reviewer=bob)
    waiting = ObjectiveFactory(team=checkout, cycle=None, horizon="next", state="deferred")
    measured = KeyResultFactory(
        objective=objective,
        title="Calls fall from 9400 to 5000",
        kind="metric",
        metric=calls,
        baseline=Decimal(9400),
        target=Decimal("5000.5"),
        guardrail_for=nps,
        accountable=ada,
    )
    steps = KeyResultFactory(objective=other, kind="milestone", position=1)
    graded = {"grade": Decimal("0.3"), "grade_note": SECRET_GRADE, "learned": LEARNED, "graded_at": now}
    KeyResultFactory(objective=other, cause="rhythm", **graded)
    done = {"done_on": date(2026, 2, 1), "evidence_url": "https://example.org/x"}
    models.Milestone.objects.create(key_result=steps, title="First", **done)
    models.TargetChange.objects.create(
        key_result=measured,
        field="target",
        old="4000",
        new="5000.5",
        why="correction",
        reason="Typed wrong.",
        person_name="Ada",
        on_date=date(2026, 2, 1),
        at=now,
    )
    quarters = _quarters(cycle, tracking, checkout, objective, other, ada, now)
    _ties(objective, other, measured, item, checkout, tracking)
    ask = _negotiations(cycle, checkout, tracking, other, waiting, bob, now)
    _capacity(quarters, objective, measured, ask, bob, now)
    _nos(checkout, tracking, calls, ask, objective, ada, bob, now)
    _check_ins(quarters[0], objective, measured, ada, bob, now)
    transitions.look(by=Actor.system("okrs.look"), at=now, is_whole=True)
    finding = models.Finding.objects.filter(key_result=measured).first() or models.Finding.objects.first()
    finding.state, finding.decided_by, finding.decided_at, finding.reason = (
        "dismissed",
        ada,
        now,
        "It is fine.",
    )
    finding.save()
    return cycle


def _values(metric, now):
    first = value_of(metric, date(2026, 1, 5), "9300")
    first.is_current = False
    first.save()
    models.MetricValue.objects.create(
        metric=metric,
        on_date=first.on_date,
        value=Decimal("9200.25"),
        source="paste",
        author_name="Ada",
        recorded_at=now,
        supersedes=first,
    )
    value_of(metric, date(2026, 2, 2), "8000")


def _quarters(  # noqa: PLR0913, PLR0917 -- one of everything
    cycle, tracking, checkout, objective, other, ada, now
):
    ours = models.Quarter.objects.create(
        team=tracking, cycle=cycle, toward="Silence.", ordered_ids=[objective.pk], agreed_at=now
    )
    theirs = models.Quarter.objects.create(
        team=checkout, cycle=cycle, ordered_ids=[other.pk], check_in_days=7
    )
    models.RankChange.objects.create(
        quarter=ours,
        before=[],
        after=[objective.pk],
        reason="It came.",
        person_id=ada.pk,
        person_name="Ada",
        at=now,
    )
    models.RankSnapshot.objects.create(quarter=ours, week_on=date(2026, 2, 23), ordered_ids=[objective.pk])
    models.Pothole.objects.create(
        quarter=ours,
        key="readiness:1",
        title="No restore test",
        url="/x/",
        reason="Next quarter.",
        person_name="Ada",
        at=now,
    )
    return ours, theirs


def _ties(objective, other, measured, item, checkout, tracking):
    models.Participant.objects.create(objective=objective, team=checkout, part="contributor")
    models.AlignmentLink.objects.create(
        kind="contributes", objective=other, to_key_result=measured, statement="It helps."
    )
    models.AlignmentLink.objects.create(
        kind="depends_on", objective=objective, to_objective=other, statement="It needs it."
    )
    models.AlignmentLink.objects.create(
        kind="contributes", objective=other, to_strategy_item=item, statement="It serves."
    )
    models.ServiceLink.objects.create(
        objective=objective, service=ServiceFactory(slug="parcels", team=tracking)
    )


def _negotiations(  # noqa: PLR0913, PLR0917 -- one of everything
    cycle, checkout, tracking, other, waiting, bob, now
):
    common = {"initiator": checkout, "counterpart": tracking, "cycle": cycle, "opened_at": now}
    ask = models.Negotiation.objects.create(
        kind="loan", title="Two weeks", objective=other, stage="agreed", rounds=1, **common
    )
    payload = {"person_weeks": "2", "starts_on": "2026-02-01", "ends_on": "2026-02-28", "ramp": "0.2"}
    terms = models.Terms.objects.create(
        negotiation=ask, version=1, team=checkout, payload=payload, sha256=digest(payload), made_at=now
    )
    ask.terms = terms
    ask.save()
    for seq, (act, team) in enumerate([("propose", checkout), ("accept", tracking)], start=1):
        models.Move.objects.create(
            negotiation=ask, seq=seq, act=act, terms=terms, team=team, person=bob, at=now
        )
    change = models.Negotiation.objects.create(
        kind="change",
        title="Three weeks",
        changes=ask,
        stage="open",
        owes=tracking,
        respond_by=date(2026, 3, 9),
        **common,
    )
    models.Negotiation.objects.create(
        kind="objective", title="Wait", objective=waiting, stage="deferred", closed_at=now, **common
    )
    assert change.changes == ask
    return ask


def _capacity(quarters, objective, measured, ask, bob, now):
    ours, theirs = quarters
    models.CapacityPlan.objects.create(quarter=ours, people=Decimal("4.5"), upkeep_share=Decimal("0.25"))
    models.Allocation.objects.create(
        quarter=ours, label="Silence", objective=objective, person_weeks=Decimal("7.5")
    )
    models.Loan.objects.create(
        negotiation=ask,
        lender=ours,
        borrower=theirs,
        key_result=measured,
        person_weeks=Decimal(2),
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 2, 28),
    )
    models.Waiver.objects.create(
        quarter=ours,
        reason="A peak.",
        approver=bob,
        up_to=Decimal("1.15"),
        expires_on=date(2026, 3, 31),
        at=now,
    )


def _nos(  # noqa: PLR0913, PLR0917 -- one of everything
    checkout, tracking, calls, ask, objective, ada, bob, now
):
    no = models.No.objects.create(
        kind="not_now",
        what="An app",
        team=tracking,
        reason_code="no_capacity",
        reason="Too few hands.",
        decided_by=ada,
        decided_at=now,
        holder=bob,
        until_on=date(2026, 6, 1),
        metric=calls,
        threshold=Decimal(3),
        threshold_way="below",
        requester=checkout,
        tags=["parcels"],
    )
    models.No.objects.create(
        kind="no",
        what="A fax",
        team=tracking,
        reason_code="other",
        reason="Nobody has one.",
        decided_by=ada,
        decided_at=now,
        holder=ada,
        negotiation=ask,
    )
    models.NoException.objects.create(no=no, granted_by=bob, reason="Only once.", objective=objective, at=now)


def _check_ins(quarter, objective, measured, ada, bob, now):
    said = {"quarter": quarter, "on_date": date(2026, 2, 16), "author": ada, "published_at": now}
    first = models.TeamCheckIn.objects.create(priorities="Call them.", **said)
    mended = models.TeamCheckIn.objects.create(
        corrects=first, acknowledged_by=bob, acknowledged_at=now, **said
    )
    for one in (first, mended):
        line = models.CheckIn.objects.create(
            team_check_in=one, objective=objective, status="at_risk", changed="“ü”\n"
        )
        models.CheckInItem.objects.create(
            check_in=line,
            key_result=measured,
            value=Decimal(8000),
            confidence=6,
            snapshot={"value": "8000", "raw": None},
        )
    models.TeamCheckIn.objects.create(
        quarter=quarter, on_date=date(2026, 3, 2), author=ada
    )  # nobody else reads it


def emptied(cycle, *, with_shared=True):
    """Take everything of goals away, as if this portal had never had any."""
    models.Negotiation.objects.update(changes=None, terms=None)
    if with_shared:
        models.StrategyItem.objects.update(parent=None)
        models.MetricValue.objects.update(supersedes=None, is_current=False)
    models.TeamCheckIn.objects.update(corrects=None)
    models.Look.objects.all().delete()
    for part in reversed(PARTS):
        if with_shared or part.name not in imports.SHARED:
            rows = part.model.objects.all()
            rows._raw_delete(rows.db)
    models.Cycle.objects.filter(pk=cycle.pk).delete()
    assert connection.in_atomic_block
