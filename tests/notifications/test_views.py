import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from apps.activity.models import Audience
from apps.core.health import saw_beat
from apps.jobs.models import Job
from apps.jobs.models import State as JobState
from apps.jobs.transitions import enqueue
from apps.notifications.models import Delivery, Notice, State
from apps.notifications.transitions import send_letter
from tests.factories import ActorFactory, UserFactory
from tests.subjects import subject

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"
TITLE = "A message to Bob &amp; Co could not be delivered"


def sign_in(client, **person):
    person = UserFactory(**person)
    client.force_login(person, backend="apps.accounts.http.PersonBackend")
    return person


def text(response):
    return response.content.decode()


def test_a_notice_is_read_by_a_post_that_leads_on(client, tell):
    ada = sign_in(client)
    tell([ada])
    notice = Notice.objects.get()

    shown = client.get(notice.get_absolute_url())
    was_read = Notice.objects.get().read_at
    opened = client.post(notice.get_absolute_url())

    assert (TITLE in text(shown), "&lt;b&gt;Full" in text(shown), was_read) == (True, True, None)
    assert opened.url == "/services/7/"
    assert Notice.objects.get().read_at is not None


@pytest.mark.parametrize("method", ["get", "post"])
def test_foreign_notices_are_not_found(client, tell, method):
    sign_in(client)
    tell([UserFactory()])
    notice = Notice.objects.get()

    assert getattr(client, method)(notice.get_absolute_url()).status_code == 404
    assert Notice.objects.get().read_at is None


def test_everything_is_put_away_at_once_but_for_others(client, tell):
    ada, bob = sign_in(client), UserFactory()
    tell([ada, bob])

    client.post(reverse("notifications:read_all"))

    assert list(Notice.objects.unread().values_list("recipient", flat=True)) == [bob.pk]


def test_the_inbox_is_paged_and_filtered(client, tell, now, monkeypatch):
    monkeypatch.setattr("apps.core.http.PAGE", 1)
    ada = sign_in(client)
    for day in range(2):
        context = {"recipient": {"name": f"Number {day}"}}
        tell([ada], key=str(day), at=now + timedelta(days=day), context=context)
    newest = Notice.objects.get(key="1")
    Notice.objects.filter(key="0").update(read_at=now)

    first, second, unread = (
        text(client.get(reverse("notifications:inbox"), query))
        for query in ({}, {"after": newest.pk}, {"show": "unread"})
    )

    assert ("Number 1" in first, "Number 0" in first, f"after={newest.pk}" in first) == (True, False, True)
    assert ("Number 1" in second, "Number 0" in second) == (False, True)
    assert ("Number 1" in unread, "after=" in unread) == (True, False)


@pytest.mark.parametrize("count", [1, 10])
def test_the_inbox_takes_the_same_queries_for_any_number(client, tell, count, django_assert_num_queries):
    ada = sign_in(client)
    for number in range(count):
        tell([ada], key=str(number))

    with django_assert_num_queries(3):  # session, person, notices
        client.get(reverse("notifications:inbox"))


@pytest.mark.parametrize("name", ["outbox", "trouble"])
def test_the_outbox_is_for_administrators(client, name):
    sign_in(client, is_enablement=True)

    assert client.get(reverse(f"notifications:{name}")).status_code == 403


def test_only_administrators_retry(client, delivery):
    sign_in(client)

    assert client.post(reverse("notifications:retry", args=[delivery.pk])).status_code == 403


@pytest.mark.parametrize(
    ("backend", "has_body"), [("django.core.mail.backends.locmem.EmailBackend", True), (SMTP, False)]
)
def test_bodies_are_shown_only_where_no_real_mail_is_sent(client, delivery, settings, backend, has_body):
    sign_in(client, is_admin=True)
    settings.EMAIL_BACKEND = backend

    html = text(client.get(reverse("notifications:outbox")))

    assert (TITLE in html, "&lt;b&gt;Full" in html, "<b>Full" in html) == (True, has_body, False)


def test_the_body_of_a_letter_is_never_shown(client, now):
    admin = sign_in(client, is_admin=True)
    send_letter(recipient=admin, subject="Welcome", body="secret link", by=ActorFactory(), at=now)

    html = text(client.get(reverse("notifications:outbox")))

    assert ("Welcome" in html, "secret link" in html) == (True, False)


@pytest.mark.parametrize(
    ("runs_demo", "is_made_up", "is_shown"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_links_are_shown_in_the_demo_alone(client, tell, settings, runs_demo, is_made_up, is_shown):
    settings.DEMO = runs_demo
    sign_in(client, is_admin=True)
    tell([UserFactory(is_demo=is_made_up)], subject=subject(url="/invitations/of-priya/"))

    html = text(client.get(reverse("notifications:outbox")))

    assert ('href="/invitations/of-priya/"' in html) == is_shown


def test_a_link_to_sign_in_is_not_even_shown_in_the_demo(client, now, settings):
    settings.DEMO = True
    admin = sign_in(client, is_admin=True, is_demo=True)
    send_letter(recipient=admin, subject="Welcome", body="/password/key/", by=ActorFactory(), at=now)

    html = text(client.get(reverse("notifications:outbox")))

    assert ("Welcome" in html, "/password/key/" in html, "Open its link" in html) == (True, False, False)


def test_administrators_do_not_read_what_is_for_security_people(client, tell):
    sign_in(client, is_admin=True)
    tell([UserFactory(is_security=True)], subject=subject(audience=Audience.SECURITY))
    Delivery.objects.update(state=State.STOPPED, problem="No such user")

    pages = [text(client.get(reverse(f"notifications:{name}"))) for name in ("outbox", "trouble")]

    assert ["Bob &amp; Co" in page for page in pages] == [False, False]
    assert ["For another audience" in page for page in pages] == [True, True]


def test_the_outbox_is_filtered_by_state(client, delivery):
    sign_in(client, is_admin=True)

    waiting, sent = (
        text(client.get(reverse("notifications:outbox"), {"state": state})) for state in ("waiting", "sent")
    )

    assert (TITLE in waiting, TITLE in sent) == (True, False)


@pytest.mark.parametrize(("to", "is_found"), [("bob", True), ("BOB@", True), ("eve", False)])
def test_the_outbox_is_searched_by_recipient(client, tell, to, is_found):
    sign_in(client, is_admin=True)
    tell([UserFactory(name="Bob Berg", email="bob@example.org")])

    html = text(client.get(reverse("notifications:outbox"), {"to": to, "state": "waiting"}))

    assert (TITLE in html) is is_found
    assert (f"goes to anybody called “{to}”" in html) is not is_found


def test_a_mail_that_was_not_needed_any_more_says_why(client, delivery):
    sign_in(client, is_admin=True)
    Delivery.objects.update(state=State.DROPPED)

    assert "no longer wanted by mail" in text(client.get(reverse("notifications:outbox")))


def test_failed_jobs_and_stopped_messages_are_tried_again_with_one_click(client, now, delivery):
    admin = sign_in(client, is_admin=True)
    job = enqueue("tests.work", title="A job", subject=subject(), payload={}, by=ActorFactory(), at=now)
    Job.objects.update(state=JobState.FAILED, problem="No paper.", finished_at=now)
    Delivery.objects.update(state=State.STOPPED, problem="No such user")

    html = text(client.get(reverse("notifications:trouble")))
    client.post(reverse("jobs:retry", args=[job.pk]))
    client.post(reverse("notifications:retry", args=[delivery.pk]))

    assert ("No paper." in html, "No such user" in html, admin.is_admin) == (True, True, True)
    assert (Job.objects.get().state, Delivery.objects.get().state) == (JobState.QUEUED, State.WAITING)
    assert "No job failed." in text(client.get(reverse("notifications:trouble")))


def work_page(client, now):
    with time_machine.travel(now, tick=False):
        return text(client.get(reverse("notifications:trouble")))


def test_administrators_see_the_queues_and_when_beat_was_seen(client, now, delivery):
    sign_in(client, is_admin=True)
    enqueue("tests.work", title="A job", subject=subject(), payload={}, by=ActorFactory(), at=now)
    silent = work_page(client, now)
    saw_beat(at=now)

    html = work_page(client, now + timedelta(minutes=1))
    late = work_page(client, now + timedelta(hours=1))

    rows = [re.findall(r'class="num">(\d+)<', row) for row in html.split("<tr>")[2:]]
    assert rows == [["1", "0", "0", "0"], ["1", "0", "0", "0"]]  # the job, the message
    assert "1 minute ago" in html
    assert ["No beat" in page for page in (silent, html, late)] == [True, False, True]


def test_administrators_see_which_work_runs_waits_and_was_done(client, now):
    sign_in(client, is_admin=True)
    states = {
        JobState.RUNNING: {"lease": "0" * 32, "lease_until": now, "done": 3, "total": 12},
        JobState.QUEUED: {
            "due_at": now + timedelta(minutes=4),
            "attempts": 1,
            "problem": "The disk is full.",
        },
        JobState.DONE: {"finished_at": now},
    }
    for number, (state, values) in enumerate(states.items()):
        about = subject(number)
        job = enqueue(
            "tests.work", title=f"Job {state}", subject=about, payload={}, by=ActorFactory(), at=now
        )
        Job.objects.filter(pk=job.pk).update(state=state, **values)
    hidden = subject(9, audience=Audience.SECURITY)
    enqueue("tests.work", title="Hidden", subject=hidden, payload={}, by=ActorFactory(), at=now)

    html = work_page(client, now)

    assert [f">Job {state}</a>" in html for state in states] == [True] * 3
    assert ("3 of 12" in html, "attempt 2 comes" in html, "Hidden" in html) == (True, True, False)


def test_what_waits_for_its_turn_says_when_it_comes(client, now):
    sign_in(client, is_admin=True)
    enqueue("tests.work", title="A job", subject=subject(), payload={}, by=ActorFactory(), at=now)

    html = work_page(client, now - timedelta(minutes=4))

    assert re.search(r"its turn comes <time[^>]*>in 4 minutes", html)


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_of_work_takes_the_same_queries_for_any_number(
    client, tell, now, count, django_assert_num_queries
):
    sign_in(client, is_admin=True)
    for number in range(count):
        enqueue("tests.work", title="J", subject=subject(number), payload={}, by=ActorFactory(), at=now)
    tell(UserFactory.create_batch(count))
    Job.objects.update(state=JobState.FAILED, problem="No paper.", finished_at=now)
    Delivery.objects.update(state=State.STOPPED, problem="No such user")

    # Session, person, beat, history, queues, messages, four lists and their notices.
    with django_assert_num_queries(11):
        client.get(reverse("notifications:trouble"))
