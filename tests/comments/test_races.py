"""What two people who talk at the same moment can do to each other."""

from apps.comments.models import Comment, Thread
from apps.comments.transitions import say
from tests.factories import ActorFactory
from tests.races import at_once, on_postgresql
from tests.subjects import subject

pytestmark = on_postgresql


def test_four_clicks_make_one_comment(now):
    ada = ActorFactory()

    at_once(lambda _n: say(subject(), text="Yes.", by=ada, at=now), times=4)

    assert (Comment.objects.count(), Thread.objects.get().count) == (1, 1)


def test_four_first_comments_make_one_thread(now):
    people = ActorFactory.create_batch(4)

    at_once(lambda n: say(subject(), text=f"Comment {n}", by=people[n], at=now), times=4)

    assert (Comment.objects.count(), Thread.objects.get().count) == (4, 4)
