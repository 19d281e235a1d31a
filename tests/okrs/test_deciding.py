"""What people decide about findings."""

import pytest

from apps.activity.models import Event
from apps.comments.models import Comment
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.okrs import queries, transitions
from apps.okrs.models import Finding, Negotiation, No, Objective, State
from tests.factories.accounts import ActorFactory
from tests.factories.catalog import TeamFactory, lead_of, member_of
from tests.factories.okrs import ObjectiveFactory

pytestmark = pytest.mark.django_db
WHY = "We look again in May."


@pytest.fixture
def finding(now):
    """A conflict between two teams."""
    left = ObjectiveFactory(team=TeamFactory(name="Sales"))
    right = ObjectiveFactory(team=TeamFactory(name="Finance"))
    return made(now, code="K1", severity="high", team=left.team, objective=left,
                other_team=right.team, other_objective=right, cycle=left.cycle)  # fmt: skip


def made(now, **fields):
    return Finding.objects.create(
        message="Two ways on one metric.", fingerprint=str(Finding.objects.count()), found_at=now, **fields
    )


DECIDE = {
    "accept": (transitions.accept_risk, {"reason": WHY}, "accepted", "okrs.finding_accepted"),
    "dismiss": (transitions.dismiss, {"reason": WHY}, "dismissed", "okrs.finding_dismissed"),
    "resolve": (
        transitions.choose_resolution,
        {"reason": WHY, "resolution": "sequence"},
        "open",
        "okrs.resolution_chosen",
    ),
}


def test_a_team_that_collides_with_itself_is_named_once(now):
    objective = ObjectiveFactory(team=TeamFactory(name="Sales"))
    sales = {"team": objective.team, "other_team": objective.team}
    finding = made(now, code="K9", severity="medium", objective=objective, cycle=objective.cycle, **sales)

    with pytest.raises(NotPermittedError, match="A lead of Sales, or who is accountable"):
        transitions.dismiss(finding, reason=WHY, by=member_of(objective.team), at=now)


@pytest.mark.parametrize("step", DECIDE)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_lead_of_either_side_decides_and_the_other_is_told(now, finding, step, side):
    teams = [finding.team, finding.other_team]
    leads = [lead_of(team) for team in teams]
    by, other = leads if side == "left" else leads[::-1]
    take, values, state, verb = DECIDE[step]

    row = take(finding, by=by, at=now, **values)

    assert (row.state, row.reason, row.decided_by, row.decided_at) == (state, WHY, by.person, now)
    assert Event.objects.get(verb=verb).actor_id == by.person_id
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (other.person, "okrs/finding_decided")


@pytest.mark.parametrize("step", [*DECIDE, "reopen"])
@pytest.mark.parametrize("who", ["member", "admin", "leadership", "stranger"])
def test_nobody_else_decides(now, finding, step, who):
    by = {
        "member": lambda: member_of(finding.team),
        "admin": lambda: ActorFactory(person__is_admin=True),
        "leadership": lambda: ActorFactory(person__is_leadership=True),
        "stranger": lambda: lead_of(TeamFactory()),
    }[who]()
    before = Finding.objects.values().get()

    take, values, *_rest = DECIDE.get(step, (transitions.reopen_finding, {}))
    with pytest.raises(NotPermittedError):
        take(finding, by=by, at=now, **values)

    assert Finding.objects.values().get() == before
    assert not Event.objects.exists()
    assert not Notice.objects.exists()


def test_who_is_accountable_decides(now, finding):
    owner = member_of(finding.team)
    Objective.objects.filter(pk=finding.objective_id).update(accountable=owner.person)

    assert transitions.dismiss(finding, reason=WHY, by=owner, at=now).state == "dismissed"


@pytest.mark.parametrize("step", DECIDE)
@pytest.mark.parametrize("state", ["accepted", "dismissed", "resolved"])
def test_what_is_decided_or_gone_is_not_decided_again(now, finding, step, state):
    lead = lead_of(finding.team)
    decided = {"decided_by": lead.person, "decided_at": now, "reason": "So"}
    Finding.objects.update(state=state, **({"gone_at": now} if state == "resolved" else decided))
    take, values, *_rest = DECIDE[step]

    with pytest.raises(InvalidMoveError):
        take(finding, by=lead, at=now, **values)

    assert not Event.objects.exists()


@pytest.mark.parametrize("step", DECIDE)
def test_a_decision_has_a_reason(now, finding, step):
    take, values, *_rest = DECIDE[step]

    with pytest.raises(InvalidInputError) as refusal:
        take(finding, by=lead_of(finding.team), at=now, **(values | {"reason": " "}))

    assert refusal.value.field == "reason"


def test_what_cannot_be_measured_is_no_risk(now):
    objective = ObjectiveFactory()
    refused = made(now, code="L3", severity="high", team=objective.team, objective=objective)

    with pytest.raises(InvalidMoveError, match="change the numbers"):
        transitions.dismiss(refused, reason=WHY, by=lead_of(objective.team), at=now)


def test_a_remark_about_one_plan_has_no_other_side(now):
    objective = ObjectiveFactory()
    remark = made(now, code="L5", severity="low", team=objective.team, objective=objective)

    with pytest.raises(InvalidMoveError, match="one plan"):
        transitions.choose_resolution(
            remark, resolution="weaken", reason=WHY, by=lead_of(objective.team), at=now
        )


def test_a_decision_is_taken_back(now, finding):
    lead = lead_of(finding.team)
    transitions.accept_risk(finding, reason=WHY, by=lead, at=now)

    row = transitions.reopen_finding(finding, by=lead, at=now)

    assert (row.state, row.reason, row.decided_by) == ("open", "", None)
    with pytest.raises(InvalidMoveError, match="Nobody has decided"):
        transitions.reopen_finding(finding, by=lead, at=now)


@pytest.mark.parametrize(("state", "becomes", "kind"), [
    (State.DRAFT, State.WITHDRAWN, "no"),
    (State.AGREED, State.STOPPED, "stop"),
    (State.ACTIVE, State.STOPPED, "stop"),
])  # fmt: skip
def test_to_drop_writes_the_no(now, finding, state, becomes, kind):
    fields = {} if state == State.DRAFT else {"agreed_at": now}
    Objective.objects.filter(pk=finding.other_objective_id).update(state=state, **fields)
    lead = lead_of(finding.other_team)

    transitions.choose_resolution(finding, resolution="drop", reason=WHY, by=lead, at=now)

    dropped = Objective.objects.get(pk=finding.other_objective_id)
    no = No.objects.get()
    assert (dropped.state, no.kind, no.objective, no.holder) == (becomes, kind, dropped, lead.person)
    assert Objective.objects.get(pk=finding.objective_id).state == State.DRAFT


def test_what_others_wait_for_is_not_dropped_here(now, finding):
    own = finding.objective
    Objective.objects.filter(pk=own.pk).update(state=State.NEGOTIATING)
    Negotiation.objects.create(
        kind="objective", objective=own, cycle=own.cycle, initiator=own.team, counterpart=finding.other_team,
        title=own.title, stage="open", owes=finding.other_team, respond_by=now.date(), opened_at=now,
    )  # fmt: skip

    with pytest.raises(InvalidMoveError, match="Withdraw the ask first"):
        transitions.choose_resolution(
            finding, resolution="drop", reason=WHY, by=lead_of(finding.team), at=now
        )

    assert not No.objects.exists()


def test_everybody_argues_and_the_leads_hear_of_it(now, finding):
    leads = [lead_of(finding.team), lead_of(finding.other_team)]
    somebody = ActorFactory()

    transitions.argue(finding, text="Ours is about new customers.", by=somebody, at=now)
    transitions.argue(finding, text="Then say so.", by=leads[0], at=now)

    assert Comment.objects.count() == 2
    told = sorted(Notice.objects.values_list("recipient_id", flat=True))
    assert told == sorted([leads[0].person_id, *[leads[1].person_id] * 2, somebody.person_id])


def test_rules_are_argued_with(now):
    transitions.argue_about_rule("L5", text="B2B is no number.", by=ActorFactory(), at=now)

    assert [one.text for one in queries.rule_page("l5").comments] == ["B2B is no number."]
    assert queries.rule_page("k1").comments == []


def test_what_is_accepted_stands_in_nobodys_way(now, finding):
    objective = finding.objective
    assert queries.blocking_of(objective) == [finding]
    assert [one.code for one in queries.blockers(objective)] == ["K1"]

    transitions.accept_risk(finding, reason=WHY, by=lead_of(finding.team), at=now)

    assert queries.blocking_of(objective) == []
