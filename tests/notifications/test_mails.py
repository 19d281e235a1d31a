"""How mails read, as text and as HTML; the snapshots lie beside this file."""

from base64 import b64encode
from email import message_from_bytes
from hashlib import sha256

import pytest
from django.core import mail
from django.urls import reverse

from apps.accounts.models import Actor
from apps.notifications import queries, rules, transitions
from apps.notifications.models import Delivery, Notice
from tests.factories import ActorFactory, UserFactory
from tests.subjects import subject

pytestmark = pytest.mark.django_db
KINDS = [key for key in queries.kinds() if not key.startswith("tests/")]
LETTERS = [letter.key for letter in rules.LETTERS]


@pytest.fixture
def person():
    return UserFactory.build(pk=7, name="Ada Lind", email="ada@example.org", time_zone="Europe/Stockholm")


@pytest.mark.parametrize("key", [*KINDS, "daily", *LETTERS])
def test_every_mail_reads_as_it_did(key, person, now, snapshot, settings):
    settings.NOTICES = [path for path in settings.NOTICES if not path.startswith("tests.")]

    example = queries.example_mail(key, to=person, now=now)

    assert f"{example.subject}\n\n{example.text}\n" == snapshot(name="text")


@pytest.mark.parametrize("key", ["walkthroughs/follow_up_due", "daily", "letters/welcome"])
def test_the_three_forms_of_html_are_as_they_were(key, person, now, snapshot, settings):
    settings.NOTICES = [path for path in settings.NOTICES if not path.startswith("tests.")]

    html = queries.example_mail(key, to=person, now=now).html

    assert html.replace(rules.style(), "…") == snapshot


@pytest.mark.parametrize("key", [*KINDS, "daily", *LETTERS])
def test_the_html_needs_nothing_but_itself(key, person, now):
    html = queries.example_mail(key, to=person, now=now).html

    assert html.count("<style>") == 1
    assert not any(word in html for word in (" style=", "<script", "<img", " src=", "@import", "url("))


def send(now, tell, **news):
    tell([UserFactory(email="ada@example.org")], **news)
    transitions.deliver(by=Actor.system("notifications.deliver"), at=now)
    return message_from_bytes(mail.outbox[-1].message().as_bytes())


def test_a_mail_is_text_html_and_a_way_out(now, tell):
    message = send(now, tell)

    parts = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert parts == ["text/plain", "text/html"]
    assert message["List-Unsubscribe"].strip().startswith("<http://127.0.0.1:8000/unsubscribe/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_letter_is_text_and_html_and_nobody_can_choose_against_it(now):
    transitions.send_letter(
        recipient=UserFactory(),
        subject="Welcome",
        body="Come in:\nhttp://127.0.0.1:8000/x/?a=1&b=<2>",
        by=ActorFactory(),
        at=now,
    )
    transitions.deliver(by=Actor.system("notifications.deliver"), at=now)

    (letter,) = mail.outbox
    (html,) = letter.alternatives
    assert 'href="http://127.0.0.1:8000/x/?a=1&amp;b="' in html.content
    assert "&lt;2&gt;" in html.content
    assert "List-Unsubscribe" not in letter.message()


def test_each_attempt_at_a_message_has_the_same_id(now, tell, settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_servers.PowerCut"
    with pytest.raises(SystemExit):
        send(now, tell)
    settings.EMAIL_BACKEND = "tests.notifications.mail_servers.Slow"
    transitions.deliver(by=Actor.system("notifications.deliver"), at=now + transitions.sending.LEASE)

    first, again = (message.message()["Message-ID"] for message in mail.outbox)
    assert first == again == f"<delivery.{Delivery.objects.get().pk}.20260302090000@127.0.0.1>"


def test_a_name_with_a_line_break_is_no_header(now, tell):
    name = "Bob\r\nBcc: eve@example.org\n\nHello"

    message = send(
        now, tell, context={"recipient": {"name": name}, "problem": name}, subject=subject(name=name)
    )

    assert (message["Bcc"], message["Subject"]) == (None, "A message to Bob")
    assert mail.outbox[0].recipients() == ["ada@example.org"]


def test_what_is_about_several_services_stands_under_each_with_its_next_action(now, tell, person):
    ada = UserFactory(email="ada@example.org", name="Ada")
    for number, name in ((7, "R&D"), (8, "Ledger"), (7, "R&D")):
        tell(
            [ada],
            key=f"k{Notice.objects.count()}",
            subject=subject(number, service_name=name),
            template="tests/news",
        )
    by = Actor.system("notifications.gather")
    tomorrow = Notice.objects.first().mail_at

    transitions.gather(by=by, at=tomorrow)
    transitions.deliver(by=by, at=tomorrow)

    (message,) = mail.outbox
    lines = message.body.splitlines()
    assert [line for line in lines if line in {"R&D", "LEDGER"}] == ["R&D", "LEDGER"]
    assert lines.index("LEDGER") > lines.index("Read it: http://127.0.0.1:8000/services/7/")
    assert message.body.count("Read it: ") == 3
    (html,) = message.alternatives
    assert html.content.count("<h2>") == 2
    assert "<h2>R&amp;D</h2>" in html.content


def sign_in(client, **person):
    person = UserFactory(**person)
    client.force_login(person, backend="apps.accounts.http.PersonBackend")
    return person


@pytest.mark.parametrize("key", [*KINDS, "daily", *LETTERS])
def test_administrators_look_at_every_mail(client, key):
    sign_in(client, is_admin=True)

    page = client.get(reverse("notifications:mail", args=[key]))
    framed = client.get(reverse("notifications:mail_html", args=[key]))

    assert (page.status_code, framed.status_code) == (200, 200)
    assert reverse("notifications:mail_html", args=[key]) in page.content.decode()


def test_the_list_names_every_kind(client):
    sign_in(client, is_admin=True)

    html = client.get(reverse("notifications:mails")).content.decode()

    assert all(reverse("notifications:mail", args=[key]) in html for key in (*KINDS, *LETTERS, "daily"))


@pytest.mark.parametrize(
    ("name", "arguments"), [("mails", []), ("mail", ["daily"]), ("mail_html", ["daily"])]
)
def test_nobody_else_looks_at_mails(client, name, arguments):
    sign_in(client, is_enablement=True)

    assert client.get(reverse(f"notifications:{name}", args=arguments)).status_code == 403


@pytest.mark.parametrize("name", ["mail", "mail_html"])
def test_a_mail_that_does_not_exist_is_not_found(client, name):
    sign_in(client, is_admin=True)

    assert client.get(reverse(f"notifications:{name}", args=["walkthroughs/none"])).status_code == 404


def test_a_framed_mail_may_show_its_one_style_sheet_and_do_nothing(client):
    sign_in(client, is_admin=True)

    page = client.get(reverse("notifications:mail", args=["daily"]))
    framed = client.get(reverse("notifications:mail_html", args=["daily"]))

    sheet = framed.content.decode().partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(sheet.encode()).digest()).decode()
    policy = framed["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}';" in policy
    assert ("unsafe" in policy, "default-src 'none'" in policy, policy.endswith("sandbox")) == (
        False,
        True,
        True,
    )
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "<iframe" in page.content.decode()
    assert "sandbox" in page.content.decode()


@pytest.mark.parametrize(
    ("theme", "told"), [("dark", "@media all"), ("light", "@media not all"), ("", rules.WHEN_DARK)]
)
def test_a_preview_is_dark_where_its_page_is(client, theme, told):
    sign_in(client, is_admin=True)
    if theme:
        client.cookies["theme"] = theme

    framed = client.get(reverse("notifications:mail_html", args=["daily"]))

    html = framed.content.decode()
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert told in style
    assert b64encode(sha256(style.encode()).digest()).decode() in framed["Content-Security-Policy"]


def test_a_preview_is_headed_by_the_kind_of_mail(client):
    sign_in(client, is_admin=True)

    html = client.get(reverse("notifications:mail", args=["daily"])).content.decode()

    assert "<h1>The daily mail</h1>" in html
    assert "Mon 2 Mar" in html  # when the examples play
