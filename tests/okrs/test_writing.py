from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.catalog.models import Team
from apps.comments.models import Comment
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from apps.okrs import rules, transitions
from apps.okrs.models import (
    CycleState,
    Good,
    KeyResult,
    Kind,
    Metric,
    Milestone,
    Objective,
    Participant,
    Quarter,
    State,
)
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    ObjectiveFactory,
    QuarterFactory,
)

pytestmark = pytest.mark.django_db
LOCKED = [State.AGREED, State.ACTIVE, State.GRADING]
OVER = [State.CLOSED, State.STOPPED, State.WITHDRAWN, State.DECLINED]


def made(state=State.DRAFT, **fields):
    end = {"closed_on": date(2026, 3, 1), "verdict": "stop"} if state == State.CLOSED else {}
    return ObjectiveFactory(state=state, **end, **fields)


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def member(team):
    return member_of(team)


@pytest.fixture
def cycle():
    return CycleFactory()


# ---- writing an objective


def test_an_objective_is_written_with_its_key_results(team, member, cycle, now):
    objective = transitions.add_objective(
        team,
        cycle=cycle,
        title=" Receivers stop calling us ",
        key_results=["Calls fall", ""],
        by=member,
        at=now,
    )

    assert (objective.title, objective.state, objective.authored_by, objective.cycle) == (
        "Receivers stop calling us",
        State.DRAFT,
        team,
        cycle,
    )
    assert list(objective.key_results.values_list("title", "position")) == [("Calls fall", 0)]
    assert Quarter.objects.get(team=team, cycle=cycle).ordered_ids == [objective.pk]
    assert Event.objects.get().data == {"cycle": "Q1 2026", "key_results": 1}


def test_a_double_click_writes_one(team, member, cycle, now):
    first, second = (
        transitions.add_objective(team, cycle=cycle, title="Quiet nights", by=member, at=now)
        for _n in range(2)
    )

    assert first == second
    assert Objective.objects.count() == Event.objects.count() == 1


def test_without_a_quarter_it_waits_in_the_backlog(team, member, now):
    objective = transitions.add_objective(team, title="Quiet nights", is_idea=True, by=member, at=now)

    assert (objective.cycle, objective.horizon, objective.state) == (None, "next", State.IDEA)
    assert not Quarter.objects.exists()


def test_administrators_help_with_drafts_and_others_ask(team, cycle, now):
    admin = ActorFactory(person__is_admin=True)
    transitions.add_objective(team, cycle=cycle, title="Quiet nights", by=admin, at=now)

    for by in (ActorFactory(), lead_of(TeamFactory()), ActorFactory(person__is_leadership=True)):
        with pytest.raises(NotPermittedError, match="writes its own objectives"):
            transitions.add_objective(team, cycle=cycle, title="More", by=by, at=now)

    assert Objective.objects.count() == 1


@pytest.mark.parametrize("state", [CycleState.GRADING, CycleState.CLOSED])
def test_nothing_is_written_into_a_quarter_that_is_over(team, member, now, state):
    cycle = CycleFactory(state=state)

    with pytest.raises(InvalidMoveError, match="Write this for the next quarter"):
        transitions.add_objective(team, cycle=cycle, title="Late", by=member, at=now)

    assert not Objective.objects.exists()


@pytest.mark.parametrize(
    ("title", "lines", "words"),
    [
        ("", [], "Title is needed"),
        ("x" * 201, [], "at most 200"),
        ("Fine\0", [], "cannot be stored"),
        ("Fine", ["y" * 301], "at most 300"),
        ("Fine", [f"Line {n}" for n in range(21)], "At most 20"),
    ],
)
def test_wrong_words_leave_nothing(member, cycle, now, title, lines, words):
    team = Team.objects.get(pk=member.person.team_ids[0])
    with pytest.raises(InvalidInputError, match=words):
        transitions.add_objective(team, cycle=cycle, title=title, key_results=lines, by=member, at=now)

    assert not Objective.objects.exists()
    assert not Event.objects.exists()


# ---- editing


def edit(objective, by, at, **words):
    said = {"title": "New words", "why": "", "instead_of": "", "revision": 0} | words
    return transitions.edit_objective(objective, **said, by=by, at=at)


def test_sentences_are_saved_and_the_older_ones_kept(team, member, now):
    objective = made(team=team, title="Old words")

    result = edit(objective, member, now, why="Because")

    assert isinstance(result, Saved)
    assert (result.row.title, result.row.why, result.row.revision) == ("New words", "Because", 1)
    assert Event.objects.get().data == {
        "before": {"title": "Old words", "why": ""},
        "after": {"title": "New words", "why": "Because"},
    }


def test_what_one_author_types_in_a_while_is_one_change(team, member, now):
    objective = made(team=team)
    for n in range(3):
        edit(objective, member, now + timedelta(minutes=n), revision=n, title=f"Words {n}")
    edit(objective, member_of(team), now + timedelta(minutes=4), revision=3, title="Others")
    edit(objective, member, now + timedelta(minutes=30), revision=4, title="Later")

    events = Event.objects.filter(verb="okrs.objective_edited").order_by("pk")
    assert [one.data["before"]["title"] for one in events][1:] == ["Words 2", "Others"]


def test_whoever_is_slower_gets_the_other_text_and_nothing_is_lost(team, member, now):
    objective = made(team=team)
    edit(objective, member, now, title="First")

    result = edit(objective, member_of(team), now, title="Second")

    assert isinstance(result, Conflict)
    assert result.row.title == "First"


def test_equal_words_are_never_a_conflict(team, member, now):
    objective = made(team=team)
    edit(objective, member, now, title="Same")

    assert isinstance(edit(objective, member_of(team), now, title="Same"), Saved)


@pytest.mark.parametrize("state", LOCKED + OVER)
def test_what_is_agreed_or_over_is_not_typed_over(team, member, now, state):
    objective = made(state, team=team, title="Stands")

    with pytest.raises(InvalidMoveError):
        edit(objective, member, now)

    objective.refresh_from_db()
    assert objective.title == "Stands"
    assert not Event.objects.exists()


def test_others_do_not_edit(team, now):
    objective = made(team=team)

    with pytest.raises(NotPermittedError):
        edit(objective, lead_of(TeamFactory()), now)


def test_an_administrator_corrects_what_is_agreed_with_a_reason(team, now):
    objective = made(State.ACTIVE, team=team, title="Recievers call less")
    words = {"title": "Receivers call less", "why": "", "instead_of": "", "revision": 0}
    admin = ActorFactory(person__is_admin=True)

    with pytest.raises(NotPermittedError):
        transitions.correct_objective(objective, **words, reason="Typo", by=lead_of(team), at=now)
    with pytest.raises(InvalidInputError):
        transitions.correct_objective(objective, **words, reason="", by=admin, at=now)
    assert not Event.objects.exists()
    result = transitions.correct_objective(objective, **words, reason="A slip", by=admin, at=now)
    again = transitions.correct_objective(
        objective, **(words | {"title": "X"}), reason="A slip", by=admin, at=now
    )

    assert (result.row.title, result.row.state) == ("Receivers call less", State.ACTIVE)
    assert isinstance(again, Conflict)
    assert Event.objects.get().data["reason"] == "A slip"


@pytest.mark.parametrize("state", [State.DRAFT, State.CLOSED])
def test_what_is_not_agreed_or_already_graded_is_not_corrected(team, now, state):
    objective = made(state, team=team, title="Recievers call less")
    words = {"title": "Receivers call less", "why": "", "instead_of": "", "revision": 0, "reason": "Typo"}

    with pytest.raises(InvalidMoveError):
        transitions.correct_objective(objective, **words, by=ActorFactory(person__is_admin=True), at=now)

    objective.refresh_from_db()
    assert objective.title == "Recievers call less"
    assert not Event.objects.exists()


# ---- details


@pytest.mark.parametrize("state", [State.DRAFT, State.AGREED])
def test_nobody_takes_the_voice_of_a_team(team, member, now, state):
    """Whoever is accountable accepts, stops and grades for the team."""
    objective = made(state, team=team)

    with pytest.raises(NotPermittedError, match="A lead of it says who that is"):
        transitions.detail_objective(objective, revision=0, accountable=member.person, by=member, at=now)

    objective.refresh_from_db()
    assert objective.accountable is None
    assert not Event.objects.exists()
    lead = lead_of(team)
    transitions.detail_objective(objective, revision=0, accountable=member.person, by=lead, at=now)
    objective.refresh_from_db()
    assert objective.accountable == member.person


def test_of_what_is_agreed_a_voice_hands_it_on(team, member, now):
    objective, lead, other = made(State.AGREED, team=team), lead_of(team), member_of(team)
    transitions.detail_objective(objective, revision=0, accountable=member.person, by=lead, at=now)

    with pytest.raises(NotPermittedError):
        transitions.detail_objective(objective, revision=1, accountable=None, by=other, at=now)
    transitions.detail_objective(objective, revision=1, accountable=other.person, by=member, at=now)

    objective.refresh_from_db()
    assert objective.accountable == other.person


def test_whoever_is_slower_with_details_sees_what_stands_there(team, member, now):
    objective = made(team=team)
    transitions.detail_objective(objective, revision=0, tags=["calls"], by=member, at=now)

    late = transitions.detail_objective(objective, revision=0, ambition="moonshot", by=member, at=now)
    same = transitions.detail_objective(objective, revision=0, tags=["calls"], by=member, at=now)

    objective.refresh_from_db()
    assert isinstance(late, Conflict)
    assert isinstance(same, Saved)
    assert (objective.tags, objective.ambition, objective.revision) == (["calls"], "roofshot", 1)


def test_owner_ambition_and_readers(team, member, now):
    objective = made(team=team)

    transitions.detail_objective(
        objective,
        revision=0,
        accountable=member.person,
        ambition="moonshot",
        tags=["Calls ", "calls", ""],
        visibility="restricted",
        restricted_because="Talks with a supplier",
        by=lead_of(team),
        at=now,
    )

    objective.refresh_from_db()
    assert (objective.accountable, objective.ambition, objective.tags) == (
        member.person,
        "moonshot",
        ["calls"],
    )
    event = Event.objects.get()
    assert event.data["names"] == "owner, ambition, tags, who may read it and the reason of the restriction"
    assert event.audience == f"team:{team.pk}"


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"ambition": "huge"}, "how ambitious"),
        ({"visibility": "secret"}, "who may read"),
        ({"visibility": "embargo"}, "who may read"),
        ({"visibility": "embargoed"}, "until when"),
        ({"visibility": "restricted"}, "Say why"),
        ({"tags": [f"t{n}" for n in range(13)]}, "At most 12"),
    ],
)
def test_wrong_details_leave_nothing(team, member, now, details, words):
    objective = made(team=team)

    with pytest.raises(InvalidInputError, match=words):
        transitions.detail_objective(objective, revision=0, by=member, at=now, **details)

    assert not Event.objects.exists()


def test_the_owner_is_of_the_team_and_the_ambition_fixed_once_agreed(team, member, now):
    with pytest.raises(InvalidInputError, match="Choose somebody of"):
        transitions.detail_objective(
            made(team=team), revision=0, accountable=UserFactory(), by=member, at=now
        )
    with pytest.raises(InvalidMoveError, match="ambition was agreed"):
        transitions.detail_objective(
            made(State.AGREED, team=team), revision=0, ambition="moonshot", by=member, at=now
        )


# ---- the sentence above


def test_what_the_quarter_serves(team, member, cycle, now):
    page = Quarter(team=team, cycle=cycle)

    saved = transitions.say_toward(page, toward="Anyone knows", revision=rules.mark_of(""), by=member, at=now)
    late = transitions.say_toward(page, toward="Else", revision=rules.mark_of(""), by=member, at=now)

    assert isinstance(saved, Saved)
    assert isinstance(late, Conflict)
    assert late.row.toward == "Anyone knows"
    with pytest.raises(NotPermittedError):
        transitions.say_toward(page, toward="No", revision=0, by=ActorFactory(), at=now)


def test_another_order_is_no_conflict_for_the_sentence(team, cycle, now):
    lead = lead_of(team)
    one, two = made(team=team, cycle=cycle), made(team=team, cycle=cycle)
    page = QuarterFactory(team=team, cycle=cycle, ordered_ids=[one.pk, two.pk])
    transitions.rank(page, order=[two.pk, one.pk], revision=0, reason="So", by=lead, at=now)

    result = transitions.say_toward(page, toward="Onward", revision=rules.mark_of(""), by=lead, at=now)

    assert isinstance(result, Saved)


# ---- key results


def test_key_results_are_added_once(team, member, now):
    objective = made(team=team)
    KeyResultFactory(objective=objective, title="Calls fall")

    added = transitions.add_key_results(
        objective, titles=["Calls fall", "Nights are quiet"], by=member, at=now
    )

    assert [one.title for one in added] == ["Nights are quiet"]
    assert [one.position for one in objective.key_results.order_by("position")] == [0, 1]
    with pytest.raises(InvalidInputError, match="Write a sentence"):
        transitions.add_key_results(objective, titles=[" "], by=member, at=now)
    with pytest.raises(InvalidInputError, match="at most 20 key results"):
        transitions.add_key_results(objective, titles=[f"N {n}" for n in range(19)], by=member, at=now)


@pytest.mark.parametrize("state", LOCKED + OVER)
def test_nothing_is_added_to_what_is_agreed(team, member, now, state):
    with pytest.raises(InvalidMoveError):
        transitions.add_key_results(made(state, team=team), titles=["More"], by=member, at=now)

    assert not KeyResult.objects.exists()


def test_a_sentence_is_saved_with_its_revision(team, member, now):
    row = KeyResultFactory(objective=made(team=team), title="Old")

    saved = transitions.edit_key_result(row, title="New", revision=0, by=member, at=now)
    late = transitions.edit_key_result(row, title="Else", revision=0, by=member, at=now)

    assert isinstance(saved, Saved)
    assert isinstance(late, Conflict)
    assert Event.objects.get().data == {"before": "Old", "after": "New"}
    with pytest.raises(NotPermittedError):
        transitions.edit_key_result(row, title="No", revision=1, by=ActorFactory(), at=now)


def test_sentences_change_places(team, member, now):
    objective = made(team=team)
    rows = [KeyResultFactory(objective=objective, position=0) for _n in range(3)]

    transitions.place_key_result(rows[2], places=-1, by=member, at=now)

    order = list(objective.key_results.order_by("position").values_list("pk", flat=True))
    assert order == [rows[0].pk, rows[2].pk, rows[1].pk]
    with pytest.raises(NotPermittedError):
        transitions.place_key_result(rows[2], places=-1, by=ActorFactory(), at=now)
    with pytest.raises(InvalidMoveError):
        transitions.place_key_result(
            KeyResultFactory(objective=made(State.CLOSED, team=team)), places=1, by=member, at=now
        )


def test_a_key_result_is_dropped_with_a_reason(team, now):
    lead = lead_of(team)
    objective = made(State.ACTIVE, team=team)
    row, _other = KeyResultFactory.create_batch(2, objective=objective)

    with pytest.raises(InvalidInputError):
        transitions.drop_key_result(row, reason=" ", by=lead, at=now)
    with pytest.raises(NotPermittedError):
        transitions.drop_key_result(row, reason="No", by=member_of(team), at=now)
    dropped = transitions.drop_key_result(row, reason="Nobody counts it", by=lead, at=now)

    assert (dropped.dropped_on, dropped.drop_reason) == (now.date(), "Nobody counts it")
    with pytest.raises(InvalidMoveError, match="was dropped"):
        transitions.drop_key_result(row, reason="Again", by=lead, at=now)
    assert Event.objects.filter(verb="okrs.key_result_dropped").count() == 1


def test_a_key_result_is_dropped_on_the_day_of_whoever_drops_it(team, now):
    lead = lead_of(team)
    lead.person.time_zone = "Pacific/Auckland"
    row, _other = KeyResultFactory.create_batch(2, objective=made(State.ACTIVE, team=team))

    late = now.replace(hour=23)  # there the next day has begun
    dropped = transitions.drop_key_result(row, reason="Nobody counts it", by=lead, at=late)

    assert dropped.dropped_on == now.date() + timedelta(days=1)


def test_the_last_key_result_of_what_is_agreed_stays(team, now):
    row = KeyResultFactory(objective=made(State.AGREED, team=team))

    with pytest.raises(InvalidMoveError, match="Stop the objective"):
        transitions.drop_key_result(row, reason="Gone", by=lead_of(team), at=now)


def test_members_drop_from_their_drafts(team, member, now):
    row = KeyResultFactory(objective=made(team=team))

    assert transitions.drop_key_result(row, reason="Double", by=member, at=now).dropped_on == now.date()


def measure(row, by, at, **values):
    return transitions.measure_key_result(
        row, **({"kind": Kind.METRIC, "revision": 0} | values), by=by, at=at
    )


def test_a_key_result_is_measured_by_a_metric_that_is_named_on_the_line(team, member, now):
    row = KeyResultFactory(objective=made(team=team))

    result = measure(row, member, now, new_metric="Calls", unit="%", baseline=Decimal(9), target=Decimal(5))

    metric = Metric.objects.get()
    assert result.row.metric == metric
    assert (metric.key, metric.team, metric.good, metric.unit_kind) == ("calls", team, Good.DOWN, "percent")
    event = Event.objects.get(verb="okrs.metric_created")
    assert (event.subject_id, event.data["key"]) == (metric.pk, "calls")
    again = KeyResultFactory(objective=made(team=team))
    assert measure(again, member, now, new_metric="calls").row.metric == metric


def test_another_teams_metric_of_the_same_name_gets_its_own_key(team, member, now):
    MetricFactory(key="calls", name="Calls")

    measure(KeyResultFactory(objective=made(team=team)), member, now, new_metric="Calls")

    assert set(Metric.objects.values_list("key", flat=True)) == {"calls", "calls-2"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"baseline": Decimal(5), "target": Decimal(5), "new_metric": "m"}, "target"),
        ({"kind": "maintain", "new_metric": "m"}, "band_low"),
        (
            {"kind": "maintain", "new_metric": "m", "band_low": Decimal(5), "band_high": Decimal(4)},
            "band_high",
        ),
        (
            {"kind": "maintain", "new_metric": "m", "band_low": Decimal(5), "band_high": Decimal(5)},
            "band_high",
        ),
        ({}, "metric"),
        ({"kind": "levels"}, "kind"),
        ({"new_metric": "m", "unit": "%", "target": Decimal(101)}, "target"),
        ({"new_metric": "m", "curve": "s"}, "curve"),
        ({"new_metric": "m", "ambition": "s"}, "ambition"),
        ({"new_metric": "m", "starts_on": date(1999, 1, 1)}, "starts_on"),
        ({"new_metric": "m", "starts_on": date(2026, 3, 1), "ends_on": date(2026, 2, 1)}, "ends_on"),
    ],
)
def test_a_measure_that_says_nothing_is_refused_beside_its_field(team, member, now, values, field):
    row = KeyResultFactory(objective=made(team=team))

    with pytest.raises(InvalidInputError) as refusal:
        measure(row, member, now, **values)

    assert refusal.value.field == field
    assert not Metric.objects.exists()
    assert not Event.objects.exists()


def test_what_the_kind_does_not_use_is_emptied(team, member, now):
    row = KeyResultFactory(objective=made(team=team))
    measure(row, member, now, new_metric="m", baseline=Decimal(1), target=Decimal(2))

    result = measure(row, member, now, kind=Kind.SENTENCE, revision=1, baseline=Decimal(1))

    assert (result.row.metric, result.row.baseline, result.row.target) == (None, None, None)


def test_terms_stay_once_agreed_but_the_owner_may_change(team, member, now):
    row = KeyResultFactory(objective=made(State.AGREED, team=team))

    with pytest.raises(InvalidMoveError, match="Ask for a change"):
        measure(row, member, now, new_metric="m")
    result = measure(row, member, now, kind=Kind.SENTENCE, accountable=member.person)

    assert result.row.accountable == member.person
    with pytest.raises(InvalidInputError, match="Choose somebody"):
        measure(row, member, now, kind=Kind.SENTENCE, revision=1, accountable=UserFactory())


def test_a_baseline_found_at_last_is_filled_in_after_the_agreement(team, member, now):
    metric = MetricFactory(team=team)
    terms = {"kind": Kind.METRIC, "metric": metric, "target": Decimal(5)}
    row = KeyResultFactory(objective=made(State.ACTIVE, team=team), **terms)

    with pytest.raises(InvalidMoveError, match="Ask for a change"):
        measure(row, member, now, **(terms | {"target": Decimal(6)}))
    assert measure(row, member, now, **terms, baseline=Decimal(9)).row.baseline == 9


def test_an_archived_metric_measures_nothing_new(team, member, now):
    metric = MetricFactory(team=team, archived_at=now)

    with pytest.raises(InvalidMoveError):
        measure(KeyResultFactory(objective=made(team=team)), member, now, metric=metric)


def test_a_stale_measure_is_a_conflict(team, member, now):
    row = KeyResultFactory(objective=made(team=team), revision=3)

    assert isinstance(measure(row, member, now, new_metric="m", revision=2), Conflict)
    assert not Metric.objects.exists()
    with pytest.raises(NotPermittedError):
        measure(row, ActorFactory(), now, new_metric="m")


# ---- milestones


def test_milestones_are_added_reached_and_opened_again(team, member, now):
    row = KeyResultFactory(objective=made(team=team))

    step = transitions.add_milestone(row, title="EU", by=member, at=now)
    again = transitions.add_milestone(row, title="EU", by=member, at=now)
    assert step == again
    row.refresh_from_db()
    assert row.kind == Kind.MILESTONE
    done = transitions.reach_milestone(
        step, done_on=now.date(), evidence_url="https://example.org/eu", by=member, at=now
    )
    assert (done.done_on, done.evidence_url) == (now.date(), "https://example.org/eu")
    opened = transitions.reach_milestone(step, done_on=None, evidence_url="", by=member, at=now)
    assert (opened.done_on, opened.evidence_url) == (None, "")
    transitions.remove_milestone(step, by=member, at=now)

    assert not Milestone.objects.exists()
    said = Event.objects.filter(verb="okrs.milestone_changed").order_by("pk")
    assert [one.data["what"] for one in said] == ["added", "reached", "opened again", "removed"]


def test_no_milestone_is_due_when_it_cannot_count_any_more(team, member, now):
    objective = made(team=team)
    row, last = KeyResultFactory(objective=objective), objective.cycle.ends_on

    with pytest.raises(InvalidInputError, match="cannot count any more") as refusal:
        transitions.add_milestone(row, title="EU", due_on=last + timedelta(days=1), by=member, at=now)

    assert refusal.value.field == "due_on"
    assert not Milestone.objects.exists()
    transitions.add_milestone(row, title="EU", due_on=last, by=member, at=now)


@pytest.mark.parametrize(
    ("days", "url", "field"),
    [
        (2, "https://x.example", "done_on"),
        (0, "", "evidence_url"),
        (0, "javascript:alert(1)", "evidence_url"),
    ],
)
def test_done_needs_a_day_that_has_come_and_evidence(team, member, now, days, url, field):
    row = KeyResultFactory(objective=made(State.ACTIVE, team=team), kind=Kind.MILESTONE)
    step = Milestone.objects.create(key_result=row, title="EU")

    with pytest.raises(InvalidInputError) as refusal:
        transitions.reach_milestone(
            step, done_on=now.date() + timedelta(days=days), evidence_url=url, by=member, at=now
        )

    assert refusal.value.field == field


def test_milestones_of_what_is_agreed_are_reached_but_not_changed(team, member, now):
    row = KeyResultFactory(objective=made(State.ACTIVE, team=team), kind=Kind.MILESTONE)
    step = Milestone.objects.create(key_result=row, title="EU")

    with pytest.raises(InvalidMoveError):
        transitions.add_milestone(row, title="US", by=member, at=now)
    with pytest.raises(InvalidMoveError):
        transitions.remove_milestone(step, by=member, at=now)
    with pytest.raises(NotPermittedError):
        transitions.reach_milestone(step, done_on=now.date(), evidence_url="/x", by=ActorFactory(), at=now)

    assert transitions.reach_milestone(step, done_on=now.date(), evidence_url="/x", by=member, at=now).done_on


# ---- the margin


def test_a_word_in_the_margin_reaches_the_other_side(team, member, now):
    lead = lead_of(team)
    objective = made(State.ACTIVE, team=team)
    asker = ActorFactory(person__name="Maya Sund")

    transitions.say(objective, text="Returns too?", by=asker, at=now)
    transitions.say(objective, text="Not this quarter.", by=member, at=now)

    assert [one.text for one in Comment.objects.order_by("pk")] == ["Returns too?", "Not this quarter."]
    told = {(one.recipient.name, one.kind) for one in Notice.objects.select_related("recipient")}
    assert told == {(lead.person.name, "okrs/said"), ("Maya Sund", "okrs/said")}


def test_a_word_on_what_few_read_reaches_the_team_that_takes_part(team, member, now):
    objective = made(team=team, visibility="restricted", restricted_because="A partner")
    guest = lead_of(TeamFactory())
    Participant.objects.create(objective=objective, team_id=guest.person.lead_ids[0], part="informed")
    transitions.say(objective, text="Which partner?", by=guest, at=now)

    transitions.say(objective, text="The second one.", by=member, at=now)

    notice = Notice.objects.get(recipient=guest.person)
    assert notice.audience in guest.person.audiences
