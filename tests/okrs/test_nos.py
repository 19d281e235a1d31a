"""Nos: said, held, decided again when their time comes, reopened, gone against, collided with."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.okrs import queries, transitions
from apps.okrs.models import AlignmentLink, No, NoException, Objective
from apps.okrs.rules import nos as rules
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import KeyResultFactory, MetricFactory, ObjectiveFactory, value_of
from tests.okrs.sides import fresh, sides

pytestmark = pytest.mark.django_db
SAID = {"what": "A second data centre", "reason_code": "lower_value", "reason": "The nights pay more."}


@pytest.fixture
def team():
    return TeamFactory(name="Tracking")


@pytest.fixture
def lead(team):
    return lead_of(team)


@pytest.fixture
def finance():
    return TeamFactory(name="Finance")


def say(team, by, now, **more):
    return transitions.say_no(team, **(SAID | more), by=by, at=now)


def test_a_no_has_a_holder_and_is_told_to_whoever_had_asked(team, lead, finance, now):
    asker = lead_of(finance)

    no = say(team, lead, now, requester=finance, tags=["Nights", "nights "])

    assert (no.kind, no.state, no.holder, no.tags) == ("no", "active", lead.person, ["nights"])
    assert list(Notice.objects.values_list("recipient", flat=True)) == [asker.person_id]


@pytest.mark.parametrize("who", ["member", "stranger", "admin", "admin who leads"])
def test_only_leads_say_no_for_a_team(team, now, who):
    by = {
        "member": member_of(team),
        "stranger": lead_of(TeamFactory()),
        "admin": ActorFactory(person__is_admin=True),
        "admin who leads": lead_of(team, is_admin=True),
    }[who]

    with pytest.raises(NotPermittedError):
        say(team, by, now)

    assert (No.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"what": " "}, "what"),
        ({"reason": ""}, "reason"),
        ({"reason_code": "mood"}, "reason_code"),
        ({"until_on": date(2026, 2, 1)}, "until_on"),
        ({"threshold": Decimal(3)}, "metric"),
    ],
)
def test_a_no_that_is_not_whole_is_refused(team, lead, now, said, field):
    with pytest.raises(InvalidInputError) as refusal:
        say(team, lead, now, **said)

    assert refusal.value.field == field


def again(now, days):
    return transitions.decide_again(by=ActorFactory(), at=now + timedelta(days=days))


def test_a_no_comes_back_once_its_day_has_come(team, lead, finance, now):
    asker = lead_of(finance)
    no = say(team, lead, now, until_on=date(2026, 3, 9), requester=finance)
    Notice.objects.all().delete()

    counts = [again(now, days) for days in (0, 6, 7, 8)]

    assert counts == [0, 0, 1, 0]
    assert fresh(no).state == "expired"
    told = Notice.objects.order_by("recipient").values_list("recipient", "kind")
    assert list(told) == [(lead.person_id, "okrs/decide_again"), (asker.person_id, "okrs/decide_again")]


def test_a_no_comes_back_once_its_number_is_reached(team, lead, now):
    metric = MetricFactory(team=team, name="Pages at night", unit="a month")
    no = say(team, lead, now, metric=metric, threshold_way="below", threshold=Decimal(3))
    value_of(metric, date(2026, 2, 1), "1")  # before it was said
    value_of(metric, date(2026, 3, 3), "3")
    before = again(now, 1)
    value_of(metric, date(2026, 3, 4), "2")

    after = again(now, 2)

    assert (before, after) == (0, 1)
    assert fresh(no).state_reason == "“Pages at night” is 2 a month since 4 March 2026"
    assert rules.condition(no) == "when “Pages at night” falls below 3 a month"


def test_it_is_held_until_another_day(team, lead, now):
    no = say(team, lead, now, until_on=date(2026, 3, 9))
    again(now, 8)

    transitions.hold(no, until_on=date(2026, 6, 1), reason="Still no room", by=lead, at=now)
    count = again(now, 9)

    assert (fresh(no).state, fresh(no).until_on, count) == ("active", date(2026, 6, 1), 0)


def test_not_now_is_not_held_for_ever(team, lead, now):
    no = say(team, lead, now, until_on=date(2026, 3, 9))

    with pytest.raises(InvalidInputError):
        transitions.hold(no, by=lead, at=now)


@pytest.mark.parametrize(("step", "state"), [("reopen", "reopened"), ("let_go", "lapsed")])
def test_it_is_decided_by_its_holder_and_the_leads(team, lead, finance, now, step, state):
    asker = lead_of(finance)
    no = say(team, lead, now, requester=finance)
    take = getattr(transitions, step)

    for by in (member_of(team), asker, ActorFactory(person__is_admin=True)):
        with pytest.raises(NotPermittedError):
            take(no, reason="Because", by=by, at=now)
    take(no, reason="Because", by=lead, at=now)
    with pytest.raises(InvalidMoveError):
        take(no, reason="Because", by=lead, at=now)

    assert fresh(no).state == state
    assert Notice.objects.filter(recipient=asker.person, kind="okrs/no_changed").count() == 2


def test_it_is_handed_over_inside_the_team(team, lead, now):
    no = say(team, lead, now)
    member = member_of(team)

    with pytest.raises(InvalidInputError, match="does not belong"):
        transitions.hand_over_no(no, holder=UserFactory(), by=lead, at=now)
    transitions.hand_over_no(no, holder=member.person, by=lead, at=now)
    transitions.let_go(no, reason="Gone", by=member, at=now)

    assert fresh(no).holder == member.person


def test_anybody_asks_to_reopen_it_and_it_stands(team, lead, now):
    no = say(team, lead, now)

    transitions.ask_to_reopen(no, reason="We would lend two", by=ActorFactory(), at=now)

    assert fresh(no).state == "active"
    assert Notice.objects.get().recipient == lead.person


def test_an_exception_is_logged_beside_it(team, lead, now):
    no = say(team, lead, now)

    transitions.make_exception(no, reason="For one customer", person_weeks=Decimal(2), by=lead, at=now)

    made = NoException.objects.get()
    assert (made.no, made.granted_by, made.person_weeks, fresh(no).state) == (no, lead.person, 2, "active")


def test_continue_anyway_is_the_exception_of_whose_objective_it_is(team, lead, now):
    no = say(team, lead, now)
    objective = ObjectiveFactory()
    other = lead_of(objective.team)

    with pytest.raises(NotPermittedError):
        transitions.make_exception(no, reason="We go on", objective=objective, by=ActorFactory(), at=now)
    transitions.make_exception(no, reason="We go on", objective=objective, by=other, at=now)

    assert Notice.objects.get().recipient == lead.person


def collisions(objective, now):
    found = queries.collisions_of(objective, person=UserFactory(), on=now.date())
    return [(one.no.what, one.words) for one in found]


def test_a_collision_is_by_metric_dependency_or_tag_and_never_by_words(team, lead, now):
    metric, needed = MetricFactory(), TeamFactory()
    objective = ObjectiveFactory(title="A second data centre", tags=["Nights"])
    KeyResultFactory(
        objective=objective, kind="metric", metric=metric, baseline=Decimal(1), target=Decimal(2)
    )
    AlignmentLink.objects.create(
        objective=objective,
        kind="depends_on",
        to_objective=ObjectiveFactory(team=needed),
        statement="It needs it",
    )
    say(team, lead, now, what="By words alone: a second data centre")
    say(team, lead, now, what="By metric", metric=metric)
    say(team, lead, now, what="By dependency", dependency=needed)
    say(team, lead, now, what="By tag", tags=["nights", "cost"])
    No.objects.filter(pk=say(team, lead, now, what="Reopened", tags=["nights"]).pk).update(state="reopened")

    assert collisions(objective, now) == [
        ("By tag", "the tag nights"),
        ("By dependency", "the same dependency"),
        ("By metric", "the same metric"),
    ]


def test_what_was_continued_anyway_is_no_news(team, lead, now):
    objective = ObjectiveFactory(tags=["nights"])
    no = say(team, lead, now, tags=["nights"])
    seen = collisions(objective, now)

    transitions.make_exception(no, reason="We go on", objective=objective, by=lead_of(objective.team), at=now)

    assert (len(seen), collisions(objective, now)) == (1, [])


def test_collisions_take_two_queries(team, lead, now, django_assert_max_num_queries):
    objective = ObjectiveFactory(tags=["nights"])
    for number in range(10):
        say(team, lead, now, what=f"No {number}", tags=["nights"])
    person = UserFactory()

    with django_assert_max_num_queries(2):
        found = queries.collisions_of(objective, person=person, on=now.date())

    assert len(found) == 10


def test_a_no_about_what_is_hidden_is_hidden(team, lead, now):
    no = say(team, lead, now)
    hidden = ObjectiveFactory(team=team, visibility="restricted", restricted_because="A partner")
    No.objects.filter(pk=no.pk).update(objective=hidden)

    assert not queries.visible_nos(UserFactory(), on=now.date()).exists()
    assert queries.visible_nos(lead.person, on=now.date()).exists()
    assert queries.visible_nos(UserFactory(is_admin=True), on=now.date()).exists()
    transitions.reopen(no, reason="Because", by=lead, at=now)
    assert Event.objects.get(verb="okrs.no_reopened").audience == f"team:{team.pk}"
    assert Objective.objects.count() == 1


def test_what_is_asked_of_a_team_collides_with_its_nos(now):
    two = sides()
    two.ask(now)
    no = transitions.say_no(
        two.tracking,
        what="Order pages",
        dependency=two.tracking,
        reason_code="risk",
        reason="The peak",
        until_on=now.date() + timedelta(days=90),
        by=two.giver,
        at=now,
    )

    (found,) = queries.collisions_of(two.objective, person=UserFactory(), on=now.date())

    assert (found.no, found.words, found.until) == (no, "the same dependency", "until 31 May 2026")


def shown(client, person, url):
    client.force_login(person)
    return client.get(url).content.decode()


def test_a_collision_shows_beside_its_objective_with_both_ways_on(client, team, lead, now):
    objective = ObjectiveFactory(tags=["nights"])
    say(team, lead, now, tags=["nights"])
    own = lead_of(objective.team)

    seen = [shown(client, one, objective.get_absolute_url()) for one in (own.person, UserFactory())]

    assert [("Ask to reopen" in one, "Continue anyway" in one) for one in seen] == [
        (True, True),
        (True, False),
    ]
    assert f"<b>{team}</b> said no to something close to this" in seen[0]


def test_saving_what_collides_leads_to_the_no(client, team, lead, now):
    objective = ObjectiveFactory(state="draft")
    no = say(team, lead, now, tags=["nights"])
    own = lead_of(objective.team)
    client.force_login(own.person)
    url = reverse("okrs:objective_details", args=[objective.pk])
    details = {"ambition": "roofshot", "visibility": "open", "tags": "nights", "revision": 0}

    answers = [client.post(url, details).url]
    go_on = f"{reverse('okrs:no_step', args=[no.pk, 'exception'])}?objective={objective.pk}"
    answers.append(client.post(go_on, {"reason": "For one customer"}).url)
    answers.append(client.post(url, details).url)

    page = objective.get_absolute_url()
    assert answers[:2] == [f"{page}#collisions", page]
    assert answers[2].endswith(f"#objective-{objective.pk}")
    assert NoException.objects.get().objective == objective


def test_an_autosave_says_what_it_collides_with(client, team, lead, now):
    objective = ObjectiveFactory(state="draft", tags=["nights"])
    say(team, lead, now, tags=["nights"])
    client.force_login(lead_of(objective.team).person)
    words = {"title": "Nights are calm", "why": "", "instead_of": "", "revision": objective.revision}

    url = reverse("okrs:save_objective", args=[objective.pk])
    answer = client.post(url, words, headers={"HX-Request": "true"})

    assert "said no to something close to this" in answer.content.decode()
