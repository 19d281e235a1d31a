"""What people choose about mails: on the settings page, and by the link in a mail."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError
from django.urls import reverse

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.errors import InvalidInputError, NotPermittedError
from apps.notifications import queries, rules, transitions
from apps.notifications.models import Notice, Preferences, Way
from apps.notifications.rules import Wish
from tests.factories import UserFactory
from tests.history import told

pytestmark = pytest.mark.django_db
PAGE = "/settings/notifications/"
FORM = {"has_daily_mail": "on", "mail_hour": "8", "quiet_from": "", "quiet_to": ""}
DEFAULTS = {"ways": {}, "has_daily_mail": True, "mail_hour": 8, "quiet_from": None, "quiet_to": None}
TODAY = date(2026, 3, 2)


@pytest.fixture
def ada():
    return UserFactory(name="Ada", email="ada@example.org", time_zone="UTC")


@pytest.fixture
def choose(ada, now):
    return lambda **values: transitions.choose(ada, by=Actor(person=ada), at=now, **DEFAULTS | values)


def present(person):
    return queries.preferences_of([person])[person.pk]


def test_who_never_chose_has_no_row_and_sensible_defaults(ada):
    wishes = present(ada)

    assert not Preferences.objects.exists()
    assert (wishes.has_daily_mail, wishes.mail_hour, wishes.quiet_from) == (True, 8, None)
    assert rules.way_of(queries.kinds()["walkthroughs/invitation"], wishes) == Way.AT_ONCE
    assert rules.way_of(queries.kinds()["walkthroughs/unsigned"], wishes) == Way.DAILY
    assert rules.way_of(queries.kinds()["walkthroughs/report"], wishes) == Way.INBOX


def test_only_what_differs_from_the_defaults_is_kept(ada, choose):
    choose(ways={"tests/news": "inbox", "tests/message": "at_once"}, mail_hour=17)

    assert (present(ada).ways, present(ada).mail_hour) == ({"tests/news": "inbox"}, 17)
    assert told(ada) == ["Ada changed what they get by mail (mail hour, ways)"]
    assert Event.objects.get().data["changes"] == {
        "mail_hour": {"before": 8, "after": 17},
        "ways": {"before": {"tests/news": "daily"}, "after": {"tests/news": "inbox"}},
    }


def test_choosing_the_same_again_changes_nothing(ada, choose):
    choose(mail_hour=17)
    choose(mail_hour=17)

    assert len(told(ada)) == 1


@pytest.mark.parametrize(
    "ways",
    [{"tests/none": "inbox"}, {"tests/news": "by pigeon"}, {"notifications/stopped": "at_once"}],
)
def test_what_cannot_be_chosen_is_refused(ada, choose, ways):
    with pytest.raises(InvalidInputError):
        choose(ways=ways)

    assert (Preferences.objects.exists(), told(ada)) == (False, [])


def test_nobody_chooses_for_somebody_else(ada, now):
    with pytest.raises(NotPermittedError):
        transitions.choose(ada, by=Actor(person=UserFactory()), at=now, **DEFAULTS | {"mail_hour": 9})

    assert not Preferences.objects.exists()


def test_what_waits_already_follows_the_new_choice(tell, ada, choose, now):
    tell([ada], key="news", template="tests/news")
    tell([ada], key="other", template="walkthroughs/archived")

    choose(ways={"tests/news": "inbox"}, mail_hour=17)

    assert dict(Notice.objects.values_list("key", "mail_at")) == {
        "news": None,
        "other": now.replace(hour=17),
    }


@pytest.mark.parametrize(
    "row",
    [{"mail_hour": 24}, {"quiet_from": time(7)}, {"quiet_to": time(7)}],
    ids=lambda row: next(iter(row)),
)
def test_impossible_rows_are_refused_by_the_database(ada, row):
    with pytest.raises(IntegrityError):
        Preferences.objects.create(person=ada, **row)


@pytest.fixture
def browser(client, ada):
    client.force_login(ada, backend="apps.accounts.http.PersonBackend")
    return client


def test_the_page_shows_every_kind_that_can_be_chosen(browser):
    html = browser.get(PAGE).content.decode()

    for kind in queries.kinds().values():
        assert (f'name="way:{kind.key}"' in html) is not kind.is_fixed
        if not kind.is_fixed:
            assert f'name="way:{kind.key}" value="{kind.way}" checked' in html


def test_the_page_keeps_what_was_chosen_and_shows_it_again(browser, ada):
    answer = browser.post(
        PAGE, FORM | {"way:tests/news": "inbox", "mail_hour": "7", "quiet_from": "20:00", "quiet_to": "07:00"}
    )
    html = browser.get(PAGE).content.decode()

    assert (answer.status_code, answer.url) == (302, PAGE)
    assert (present(ada).quiet_from, present(ada).quiet_to) == (time(20), time(7))
    assert 'name="way:tests/news" value="inbox" checked' in html
    assert '<option value="7" selected>07:00</option>' in html


@pytest.mark.parametrize(
    "data",
    [{"mail_hour": "24"}, {"mail_hour": "x"}, {"way:tests/news": "by pigeon"}, {"quiet_from": "20:00"}],
)
def test_a_form_that_cannot_be_kept_comes_back(browser, data):
    assert browser.post(PAGE, FORM | data).status_code == 422
    assert not Preferences.objects.exists()


def test_the_page_takes_three_queries(browser, django_assert_num_queries):
    with django_assert_num_queries(3):  # session, person, preferences
        browser.get(PAGE)


@pytest.fixture
def link(ada, now):
    """Return the address in a mail to Ada; today is the second of March."""
    with time_machine.travel(now, tick=False):
        yield lambda scope="tests/news", **more: rules.unsubscribe_url(
            Wish(more.get("person", ada).pk, scope), today=more.get("today", TODAY)
        ).removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize("scope", ["tests/news", "daily"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_the_link_shows_one_preference_and_changes_nothing(client, link, ada, scope, method):
    answer = getattr(client, method)(link(scope))

    assert answer.status_code == 200
    assert not Preferences.objects.exists()
    if method == "get":
        html = answer.content.decode()
        assert ("Ada" in html, "Some news" in html, html.count("checked")) == (True, scope == "tests/news", 1)
        assert "Some message" not in html


@pytest.mark.parametrize(
    ("scope", "ways", "has_daily_mail"), [("tests/news", {"tests/news": "inbox"}, True), ("daily", {}, False)]
)
def test_one_click_in_a_mail_program_ends_these_mails_without_a_session(
    client, link, ada, scope, ways, has_daily_mail
):
    client.handler.enforce_csrf_checks = True

    answers = [client.post(link(scope), {"List-Unsubscribe": "One-Click"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (present(ada).ways, present(ada).has_daily_mail) == (ways, has_daily_mail)
    assert len(told(ada)) == 1
    assert "(link in a mail)" in told(ada)[0]


@pytest.mark.parametrize("way", Way.values)
def test_the_form_behind_the_link_keeps_a_way(client, link, ada, way):
    answer = client.post(link(), {"way": way})

    assert (answer.status_code, answer.url) == (302, link())
    assert rules.way_of(queries.kinds()["tests/news"], present(ada)) == way


def test_the_daily_mail_can_be_switched_on_again(client, link, ada):
    client.post(link("daily"), {"way": "inbox"})
    client.post(link("daily"), {"way": "daily"})

    assert present(ada).has_daily_mail is True


@pytest.mark.parametrize(
    ("scope", "data"), [("daily", {"way": "at_once"}), ("tests/news", {}), ("daily", {})]
)
def test_a_choice_that_is_none_comes_back(client, link, scope, data):
    assert client.post(link(scope), data).status_code == 422
    assert not Preferences.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("cut", "start"), [(-5, ""), (None, "f"), (0, "x")])
def test_a_forged_link_leads_nowhere(client, link, method, cut, start):
    token = link().split("/")[2]
    url = f"/unsubscribe/{start}{token[len(start) : cut]}/"

    answer = getattr(client, method)(url, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 404
    assert not Preferences.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_old_link_says_so(client, link, method):
    url = link(today=TODAY - timedelta(days=366))

    answer = getattr(client, method)(url, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 410
    assert "Sign in and open Settings" in answer.content.decode()
    assert not Preferences.objects.exists()


def test_the_link_of_somebody_who_is_gone_or_a_kind_that_is_gone_is_over(client, link):
    gone = UserFactory(is_active=False)

    assert client.get(link(person=gone)).status_code == 410
    assert client.get(link("tests/renamed")).status_code == 410


def test_a_link_speaks_for_nobody_else_and_nothing_else(client, link, ada):
    bob = UserFactory()

    client.post(link(), {"way": "inbox", "person": bob.pk, "kind": "tests/message"})

    assert (present(ada).ways, present(bob).ways) == ({"tests/news": "inbox"}, {})


def test_the_link_in_a_mail_is_that_link(client, tell, ada, link):
    tell([ada])
    transitions.deliver(by=Actor.system("notifications.deliver"), at=Notice.objects.get().at)
    url = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")

    answer = client.post(url.removeprefix("http://127.0.0.1:8000"), {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, present(ada).ways) == (200, {"tests/message": "inbox"})


def test_a_link_stands_in_no_log(client, link, caplog):
    client.get(link())

    assert "/unsubscribe/…/" in caplog.text
    assert link() not in caplog.text


def test_the_settings_have_a_tab_for_it(browser):
    assert reverse("notifications:preferences") in browser.get("/settings/").content.decode()
