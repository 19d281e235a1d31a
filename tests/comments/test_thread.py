import pytest
from django.template.loader import render_to_string

from apps.comments import queries
from apps.comments.transitions import say
from tests.factories import ActorFactory
from tests.subjects import subject

pytestmark = pytest.mark.django_db


def thread(**props):
    props = {"thread": None, "comments": [], "action": "/say/", "csrf_token": "t"} | props
    return render_to_string("components/thread.html", props)


def test_what_was_said_is_shown_as_text(now):
    say(subject(), text="<script>alert(1)</script>\n\nNext", by=ActorFactory(person__name="A<b>"), at=now)

    html = thread(thread=queries.threads("service", [7])[7], comments=queries.conversation("service", 7))

    assert "&lt;script&gt;alert(1)&lt;/script&gt;</p>" in html
    assert "A&lt;b&gt;" in html
    assert 'aria-label="Conversation about R&amp;D"' in html


def test_an_empty_thread_invites_to_ask():
    html = thread()

    assert "is a good question" in html
    assert '<form class="say" method="post" action="/say/">' in html


def test_who_may_not_write_gets_no_form():
    assert "<form" not in thread(action="")
