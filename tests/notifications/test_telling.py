import pytest
from django.db.models import F

from apps.activity.models import Audience
from apps.notifications.models import Delivery, Notice
from apps.notifications.transitions import News, notify_many, send_letter
from tests.factories import ActorFactory, UserFactory
from tests.subjects import TEMPLATE, subject

pytestmark = pytest.mark.django_db


def test_a_fact_is_told_once(tell):
    ada = UserFactory()

    tell([ada])
    tell([ada])

    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 1)


@pytest.mark.parametrize("count", [1, 10])
def test_a_fact_costs_the_same_for_any_number_of_people(tell, django_assert_num_queries, count):
    people = UserFactory.create_batch(count)

    with django_assert_num_queries(
        7
    ):  # savepoint; wishes, notices, the new ones, deliveries, what they carry
        tell(people)

    assert Delivery.objects.filter(notices__recipient=F("recipient")).count() == count


def test_only_who_did_not_know_is_told(tell):
    ada, bob = UserFactory.create_batch(2)
    tell([ada])

    tell([bob, ada, bob])

    assert sorted(Delivery.objects.values_list("recipient", flat=True)) == [ada.pk, bob.pk]


@pytest.mark.parametrize("person", [{"email": None}, {"is_active": False}])
def test_a_person_who_cannot_be_reached_has_only_the_notice(tell, person):
    tell([UserFactory(**person)])

    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 0)


def test_a_notice_copies_what_it_is_about_and_is_plain_text(tell, now):
    tell([UserFactory()])

    notice = Notice.objects.get()
    assert (notice.title, notice.text) == ("A message to Bob & Co could not be delivered", "<b>Full</b>")
    assert (notice.kind, notice.url, notice.service_id, notice.service_name, notice.audience, notice.at) == (
        TEMPLATE,
        "/services/7/",
        7,
        "R&D",
        Audience.EVERYONE,
        now,
    )


def news(person, key, **more):
    context = {"recipient": {"name": key}}
    return News(recipient=person, key=key, template=TEMPLATE, subject=subject(), context=context, **more)


def test_what_one_person_is_told_at_once_shares_a_mail_but_calendar_entries_do_not(now):
    ada, bob = UserFactory.create_batch(2)

    notify_many(
        [
            news(ada, "a"),
            news(ada, "b"),
            news(ada, "c", calendar="METHOD:REQUEST"),
            news(bob, "d"),
            news(bob, "e", has_mail=False),
        ],
        by=ActorFactory(),
        at=now,
    )

    carried = {
        (delivery.recipient_id, delivery.calendar): sorted(notice.key for notice in delivery.notices.all())
        for delivery in Delivery.objects.all()
    }
    assert carried == {(ada.pk, ""): ["a", "b"], (ada.pk, "METHOD:REQUEST"): ["c"], (bob.pk, ""): ["d"]}


def test_a_title_fits_its_column_and_a_header(tell):
    tell([UserFactory()], context={"recipient": {"name": "x\ty  " + "z" * 300}})

    title = Notice.objects.get().title
    assert title.startswith("A message to x y z")
    assert len(title) == 250


def test_a_letter_has_no_notice(now):
    ada = UserFactory()

    send_letter(
        recipient=ada, subject="Welcome\nBcc: eve@example.org", body="A link", by=ActorFactory(), at=now
    )

    letter = Delivery.objects.get()
    assert (letter.letter_subject, letter.letter_body) == ("Welcome Bcc: eve@example.org", "A link")
    assert not Notice.objects.exists()
