import re
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template, engines
from django.test import RequestFactory

from apps.core.templatetags.ui import in_one_line, relative
from tests.factories import UserFactory

ROOT = Path(settings.BASE_DIR)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEMPLATES = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.jinja")]
DRAWN = set(re.findall(r'symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))


def used_icons():
    """Yield (file, name) for every icon that a template or a todo names."""
    for path in [*TEMPLATES, *ROOT.glob("apps/**/*.py")]:
        for name in re.findall(r'(?:{% icon |\bicon=|\bicon\()"([a-z0-9-]+)"', path.read_text()):
            yield path.relative_to(ROOT), name


def test_every_icon_that_is_named_is_drawn():
    assert [(str(path), name) for path, name in used_icons() if name not in DRAWN] == []


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=45), "in 45 minutes"),
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(hours=11, minutes=20), "in 11 hours"),
        (timedelta(hours=20), "tomorrow"),
        (timedelta(hours=-20), "yesterday"),
        (timedelta(days=9), "in 9 days"),
        (timedelta(days=-14), "14 days ago"),
        (timedelta(days=40), "11 Apr"),
        (timedelta(days=400), "6 Apr 2027"),
    ],
)
def test_a_moment_is_said_as_people_do(distance, words):
    assert relative(NOON + distance, NOON) == words


def test_a_moment_shows_the_exact_time_where_the_reader_is():
    request = RequestFactory().get("/")
    request.user = UserFactory.build(time_zone="America/New_York")
    context = Context({"moment": NOON})
    context.request = request

    html = Template("{% load ui %}{% when moment %}").render(context)

    assert 'title="Monday 2 March 2026, 07:00 (America/New_York)"' in html
    assert 'datetime="2026-03-02T12:00:00+00:00"' in html


def test_a_part_in_jinja_escapes_and_says_moments_as_pages_do():
    request = RequestFactory().get("/")
    request.user = UserFactory.build(time_zone="America/New_York")
    line = {
        "url": "/a/",
        "answer": {"item": "<b>"},
        "question": "Who & <i>why</i>?",
        "tone": "",
        "word": "Gap",
    }
    answer = {"item": "REL-01", "weight": "", "saved_at": NOON, "saved_by": {"name": "<script>"}}
    context = Context({"lines": [line], "row": {"answer": answer}, "request": request})
    context.request = request

    html = Template(
        '{% load ui %}{% jinja "readiness/lines.jinja" %}{% jinja "readiness/head.jinja" is_oob=True %}'
    ).render(context)

    assert "Who &amp; &lt;i&gt;why&lt;/i&gt;?" in html
    assert "by &lt;script&gt;" in html
    assert 'title="Monday 2 March 2026, 07:00 (America/New_York)"' in html
    assert 'hx-swap-oob="true"' in html


def test_a_day_has_no_time_of_day():
    html = Template("{% load ui %}{% when day %}").render(Context({"day": date(2026, 3, 2)}))

    assert 'title="Monday 2 March 2026"' in html


def test_no_template_brings_style_or_script_along():
    """The policy of the pages allows neither; a report is no page."""
    for path in TEMPLATES:
        if "pdf" in path.parts:
            continue
        text = path.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert not re.search(r"\s(style|on[a-z]+|hx-on[^=]*)=", text), path


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.suffix == ".jinja"], ids=lambda path: path.stem
)
def test_every_part_in_jinja_compiles(path):
    name = path.relative_to(ROOT / "templates" / "jinja").as_posix()

    assert engines["jinja2"].get_template(name).template.name == name


def test_paragraphs_in_one_line_stay_apart():
    assert (
        in_one_line("Mon 7 December\nRoom 4\n\n Your team shows it. ")
        == "Mon 7 December · Room 4 · Your team shows it."
    )


def test_every_rule_of_the_style_sheets_is_closed():
    """One brace too few, and a browser takes all that follows for a part of one rule, without a word."""
    for path in (settings.BASE_DIR / "static" / "css").glob("*.css"):
        sheet = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        depths = list(accumulate({"{": 1, "}": -1}.get(letter, 0) for letter in sheet))

        assert (min(depths), depths[-1]) == (0, 0), path.name
