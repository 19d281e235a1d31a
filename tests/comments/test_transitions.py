from datetime import timedelta
from functools import partial

import pytest

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.comments import queries
from apps.comments.models import Comment, Thread
from apps.comments.rules import LONGEST
from apps.comments.transitions import say
from apps.core.errors import InvalidInputError, NotPermittedError
from tests.factories import ActorFactory, UserFactory
from tests.history import told
from tests.subjects import subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(now):
    return partial(say, subject(), by=ActorFactory(person__name="Ada"), at=now)


def test_the_first_comment_makes_the_thread_and_the_second_joins_it(talk, now):
    bob = ActorFactory(person__name="Bob")

    talk(text="What's HA?\r\n")
    talk(text="Good question.", by=bob)

    thread = Thread.objects.get()
    assert (thread.count, thread.last_by, thread.last_at) == (2, bob.person, now)
    assert thread.subject == subject()
    said = [(comment.author.name, comment.text) for comment in queries.conversation("service", 7)]
    assert said == [("Ada", "What's HA?"), ("Bob", "Good question.")]


def test_a_double_click_is_one_comment(talk, now):
    first, second = talk(text="Yes."), talk(text=" Yes.\n", at=now + timedelta(seconds=59))
    others = [
        talk(text="No."),
        talk(text="Yes.", by=ActorFactory()),
        talk(text="Yes.", at=now + timedelta(seconds=60)),
        say(subject(8), **talk.keywords, text="Yes."),
    ]

    assert (first, Comment.objects.count()) == (second, 1 + len(others))
    assert Thread.objects.get(subject_id=7).count == len(others)
    assert Event.objects.filter(verb="comments.said").count() == 1 + len(others)


def test_the_thread_takes_on_the_labels_of_today(talk):
    talk(text="One")

    say(subject(name="Renamed"), text="Two", by=ActorFactory(), at=talk.keywords["at"])

    assert Thread.objects.get().subject_name == "Renamed"


def test_history_says_that_somebody_wrote_and_not_what(talk):
    talk(text="Our password is swordfish.")

    assert told(type("Row", (), {"subject": subject()})) == ["Ada wrote about R&D"]
    assert "swordfish" not in str(Event.objects.values().get())


@pytest.mark.parametrize("text", ["", " \n\t ", "a\0b", "x" * (LONGEST + 1)])
def test_what_cannot_be_said_is_refused_and_leaves_nothing(talk, text):
    with pytest.raises(InvalidInputError) as refused:
        talk(text=text)

    assert refused.value.field == "text"
    assert not Thread.objects.exists()
    assert not Event.objects.exists()


def test_the_system_does_not_talk(talk):
    with pytest.raises(NotPermittedError):
        talk(text="Beep.", by=Actor.system("jobs.run"))

    assert not Comment.objects.exists()


@pytest.mark.parametrize("count", [1, 10])
def test_threads_and_conversations_take_one_query_each(now, count, django_assert_num_queries):
    author = ActorFactory(person=UserFactory())
    for number in range(count):
        say(subject(number), text="Hello", by=author, at=now)
        say(subject(0), text=f"Again {number}", by=author, at=now)

    with django_assert_num_queries(2):
        threads = queries.threads("service", range(count))
        conversation = queries.conversation("service", 0)
        assert {thread.last_by.name for thread in threads.values()} == {author.name}
        assert {comment.author.name for comment in conversation} == {author.name}

    assert sorted(threads) == list(range(count))
    assert len(conversation) == count + 1
