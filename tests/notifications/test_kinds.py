"""The kinds of notices: complete, each with an example that its template understands."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import engines

from apps.activity.models import Subject
from apps.notifications import queries, rules
from apps.notifications.models import Notice, Way
from tests.factories import UserFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOT = Path(settings.BASE_DIR)
OURS = {key: kind for key, kind in queries.kinds().items() if not key.startswith("tests/")}
NOTICES = ROOT / "templates" / "notices"
TEMPLATES = {str(path.relative_to(NOTICES).with_suffix("")) for path in NOTICES.rglob("*.txt")}


def named(path):
    """Yield every string in a file that could name a template of notices."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "template" and isinstance(node.value, ast.Constant):
            yield node.value.value


def test_each_template_belongs_to_one_kind_or_letter():
    letters = {letter.template for letter in rules.LETTERS}

    assert {key for key in TEMPLATES if f"notices/{key}.txt" not in letters} == OURS.keys()


@pytest.mark.parametrize("path", [*ROOT.glob("apps/**/transitions/*.py"), *ROOT.glob("apps/**/queries/*.py")])
def test_whatever_is_told_is_of_a_known_kind(path):
    app = path.relative_to(ROOT / "apps").parts[0]
    found = {name if "/" in name else f"{app}/{name}" for name in named(path)}

    assert found <= OURS.keys()


@pytest.mark.parametrize("key", OURS)
def test_an_example_fills_every_gap_of_its_template(key, monkeypatch):
    """What an example lacks would show as a hole in previews, and hide a name that is spelled wrong."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "(hole)")

    mail = queries.example_mail(key, to=UserFactory.build(), now=NOW)

    assert "(hole)" not in mail.subject + mail.text


@pytest.mark.parametrize("kind", OURS.values(), ids=lambda kind: kind.key)
def test_a_kind_says_what_when_and_to_whom(kind):
    assert all([kind.group, kind.title, kind.to, kind.when, kind.action])
    assert not any(text.endswith(".") for text in (kind.title, kind.to, kind.when))
    assert kind.title[0].isupper()
    assert kind.way != Way.AT_ONCE or not kind.is_fixed


def test_most_of_what_the_clock_finds_waits_for_the_daily_mail():
    at_once = {kind.key for kind in OURS.values() if kind.is_reminder and kind.way == Way.AT_ONCE}

    assert at_once == {"walkthroughs/countdown"}  # a meeting has an hour, and its words would grow old


EVIL = "Eve\r\nBcc: everybody@example.org\r\n\r\n<script>alert(1)</script>\u2028X-Evil: 1"


def evil(value):
    """Return an example in which every text is evil."""
    match value:
        case str():
            return EVIL
        case dict():
            return {name: evil(one) for name, one in value.items()}
        case list():
            return [evil(one) for one in value]
    return value


@pytest.mark.parametrize("kind", OURS.values(), ids=lambda kind: kind.key)
def test_no_name_becomes_a_header_or_markup(kind):
    subject = Subject(type="service", id=1, name=EVIL, url="/services/x/", service_id=1, service_name=EVIL)
    context = {"actor": EVIL, "subject": subject} | evil(dict(kind.example))
    title, text = rules.words_of(f"notices/{kind.key}.txt", context)
    notice = Notice(kind=kind.key, title=title, text=text, url=subject.url, service_name=EVIL, at=NOW)

    mail = rules.compose([notice], to=UserFactory.build(), kinds=OURS, is_daily=False, fewer_url="https://x/")
    message = EmailMultiAlternatives(mail.subject, mail.text, to=["ada@example.org"], headers=mail.headers)
    message.attach_alternative(mail.html, "text/html")

    assert len(mail.subject.splitlines()) == 1
    assert {"Bcc", "X-Evil"}.isdisjoint(message.message().keys())
    assert "<script" not in mail.html


@pytest.mark.parametrize(
    ("numbers", "words"),
    [((28, 14, 1), "28, 14 and 1 days"), ((7,), "7 days"), ((1,), "1 day"), ((3, 6), "3 and 6 days")],
)
def test_steps_are_said_in_words(numbers, words):
    assert rules.in_words(numbers) == words
