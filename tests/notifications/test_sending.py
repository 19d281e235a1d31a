from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import Actor
from apps.core import stopping
from apps.core.errors import InvalidMoveError, NotPermittedError
from apps.notifications import transitions
from apps.notifications.models import Delivery, Notice, State
from apps.notifications.rules import MAX_CLAIMS
from apps.notifications.transitions import sending
from apps.notifications.transitions.sending import LEASE
from tests.factories import ActorFactory, UserFactory
from tests.history import told
from tests.notifications.mail_servers import Slow

pytestmark = pytest.mark.django_db
DELIVERER = Actor.system("notifications.deliver")
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:R&D, Übergabe\r\nEND:VCALENDAR\r\n"


def deliver(at):
    """Run once; return how many messages went out."""
    before = len(mail.outbox)
    transitions.deliver(by=DELIVERER, at=at)
    return len(mail.outbox) - before


def die(at):
    with pytest.raises(SystemExit):
        deliver(at)


def use(settings, server):
    settings.EMAIL_BACKEND = f"tests.notifications.mail_servers.{server}"


def test_a_message_is_sent_once(now, delivery):
    assert [deliver(now), deliver(now)] == [1, 0]

    (message,) = mail.outbox
    words, link = message.body.split("Fewer mails like this: ")
    assert (message.to, message.subject, words.splitlines()) == (
        ["ada@example.org"],
        "A message to Bob & Co could not be delivered",
        [
            "A message to Bob & Co could not be delivered",
            "<b>Full</b>",
            "",
            "Read it: http://127.0.0.1:8000/services/7/",
            "",
            "--",
            "You get this as one of: everybody.",
        ],
    )
    assert link.startswith("http://127.0.0.1:8000/unsubscribe/")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.sent_at) == (State.SENT, 1, now)


def test_a_calendar_entry_goes_along_twice_for_all_kinds_of_readers(now, tell):
    tell([UserFactory()], calendar=CALENDAR)

    deliver(now)

    message = mail.outbox[0].message()
    entries = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert [(part.get_param("method"), part.get_filename()) for part in entries] == [
        ("CANCEL", None),
        ("CANCEL", "invite.ics"),
    ]
    for part in entries:
        assert part.get_payload(decode=True).decode() == CALENDAR
        assert part.get_content_charset() == "utf-8"
    assert b"METHOD:CANCEL" in message.as_bytes()


def test_a_letter_is_emptied_once_it_was_sent(now):
    ada = UserFactory()
    transitions.send_letter(recipient=ada, subject="Welcome", body="A secret", by=DELIVERER, at=now)

    deliver(now)

    assert (mail.outbox[0].subject, mail.outbox[0].body) == ("Welcome", "A secret")
    assert Delivery.objects.values_list("state", "letter_body").get() == (State.SENT, "")


def test_a_mail_server_that_is_down_costs_nobody_an_attempt(now, tell, settings):
    tell(UserFactory.create_batch(3))
    use(settings, "Down")

    for minute in range(100):
        deliver(now + timedelta(minutes=minute))

    assert set(Delivery.objects.values_list("state", "attempts", "claims", "due_at")) == {
        (State.WAITING, 0, 0, now)
    }


def test_a_busy_mail_server_is_asked_again_later(now, delivery, settings):
    use(settings, "Busy")

    deliver(now)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    assert delivery.due_at == now + timedelta(minutes=1)
    assert "try later" in delivery.problem


def test_a_mail_server_that_hangs_up_ends_the_run(now, tell, settings):
    tell(UserFactory.create_batch(3))
    use(settings, "HangsUp")

    deliver(now)

    assert sorted(Delivery.objects.values_list("state", "attempts", "claims")) == [
        (State.WAITING, 0, 0),
        (State.WAITING, 0, 0),
        (State.WAITING, 1, 0),
    ]


def test_a_worker_that_ends_finishes_its_message_and_gives_the_rest_back(now, tell):
    tell(UserFactory.create_batch(3))
    stopping.ask()

    sent = deliver(now)

    stopping.forget()
    assert sent == 1
    assert sorted(Delivery.objects.values_list("state", "attempts", "claims", "lease")) == [
        (State.SENT, 1, 0, None),
        (State.WAITING, 0, 0, None),
        (State.WAITING, 0, 0, None),
    ]
    assert deliver(now) == 2


def test_a_run_ends_in_time_and_wakes_the_next(now, tell, monkeypatch, django_capture_on_commit_callbacks):
    tell(UserFactory.create_batch(3))
    monkeypatch.setattr(sending, "RUN_SECONDS", 0)

    with django_capture_on_commit_callbacks() as wake_ups:
        sent = [deliver(now) for _ in range(4)]

    assert (sent, len(wake_ups)) == ([1, 1, 1, 0], 3)


def test_an_unknown_recipient_stops_the_delivery_and_leaves_a_trace(now, delivery, settings):
    use(settings, "KnowsNobody")

    deliver(now)

    delivery.refresh_from_db()
    assert delivery.state == State.STOPPED
    assert "no such user" in delivery.problem
    (sentence,) = told(delivery)
    assert sentence.startswith("notifications.deliver gave up: E-mail to Ada (SMTPRecipientsRefused")


def test_administrators_read_of_a_stopped_message_in_their_inbox_and_never_by_mail(now, delivery, settings):
    admin = UserFactory(is_admin=True)
    UserFactory()
    use(settings, "KnowsNobody")

    deliver(now)

    notice = Notice.objects.exclude(key="k").get()
    assert (notice.recipient, notice.title) == (admin, "A message to Ada could not be delivered")
    assert Delivery.objects.count() == 1


def test_a_message_with_nothing_to_say_stops(now, delivery):
    Notice.objects.all().delete()

    deliver(now)

    delivery.refresh_from_db()
    assert delivery.state == State.STOPPED


def test_a_worker_that_dies_after_sending_repeats_that_one_message_after_its_lease(now, delivery, settings):
    use(settings, "PowerCut")
    die(now)
    use(settings, "Slow")

    too_early, after_the_lease, later = deliver(now), deliver(now + LEASE), deliver(now + 2 * LEASE)

    assert (too_early, after_the_lease, later) == (0, 1, 0)


def test_what_kills_its_workers_stops_untried_and_takes_no_other_along(now, delivery, tell, settings):
    tell([UserFactory(email="bob@example.org")])
    use(settings, "PowerCut")
    for number in range(MAX_CLAIMS):
        die(now + number * LEASE)
    use(settings, "Slow")

    for _ in range(2):
        deliver(now + MAX_CLAIMS * LEASE)

    assert [message.to for message in mail.outbox] == [["ada@example.org"]] * 3 + [["bob@example.org"]]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem) == (
        State.STOPPED,
        "NobodyCameBackError: 3 workers took this message, and none came back.",
    )


def test_a_second_worker_finds_nothing_while_the_first_one_sends(now, delivery, settings):
    use(settings, "Slow")
    found = []
    Slow.meanwhile.append(lambda: found.append(deliver(now)))

    assert (deliver(now), found) == (1, [0])


def test_a_worker_that_outlives_its_lease_does_not_overwrite_its_successor(now, delivery, settings):
    use(settings, "Slow")
    Slow.meanwhile.append(lambda: deliver(now + LEASE))

    deliver(now)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.due_at) == (State.SENT, 1, now + LEASE)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_mail_server_answers(now, delivery, settings):
    use(settings, "Slow")
    seen = []
    Slow.meanwhile.append(lambda: seen.append(connection.in_atomic_block))

    deliver(now)

    assert seen == [False]


@pytest.mark.django_db(transaction=True)
def test_delivering_inside_a_transaction_is_refused(now, delivery):
    with transaction.atomic(), pytest.raises(RuntimeError):
        deliver(now)


def test_stopping_without_a_reason_is_refused_by_the_database(delivery):
    with pytest.raises(IntegrityError):
        Delivery.objects.update(state=State.STOPPED)


@pytest.mark.parametrize("count", [1, 10])
def test_a_run_costs_three_queries_for_each_message_and_the_same_for_all_else(
    now, tell, django_assert_num_queries, count
):
    tell(UserFactory.create_batch(count))

    with django_assert_num_queries(11 + 3 * count):
        deliver(now)


@pytest.fixture
def stopped(now, delivery, settings):
    use(settings, "KnowsNobody")
    deliver(now)
    use(settings, "Slow")
    return delivery


def test_a_stopped_message_can_be_tried_again(now, stopped):
    admin = ActorFactory(person__name="Root", person__is_admin=True)

    transitions.retry_delivery(stopped, by=admin, at=now)

    assert deliver(now) == 1
    assert told(stopped)[0] == "Root asked to send once more: E-mail to Ada"


def test_a_stopped_letter_keeps_its_words_for_the_next_try(now, settings):
    transitions.send_letter(recipient=UserFactory(), subject="Welcome", body="A secret", by=DELIVERER, at=now)
    use(settings, "KnowsNobody")
    deliver(now)
    use(settings, "Slow")

    transitions.retry_delivery(Delivery.objects.get(), by=ActorFactory(person__is_admin=True), at=now)

    assert deliver(now) == 1
    assert mail.outbox[0].body == "A secret"


def test_only_administrators_try_again(now, stopped):
    with pytest.raises(NotPermittedError):
        transitions.retry_delivery(stopped, by=ActorFactory(), at=now)

    assert deliver(now) == 0


def test_what_has_not_stopped_is_not_tried_again(now, delivery):
    with pytest.raises(InvalidMoveError, match="that is waiting"):
        transitions.retry_delivery(delivery, by=ActorFactory(person__is_admin=True), at=now)
