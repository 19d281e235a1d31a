from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from apps.core import pdf


@pytest.fixture
def templates(settings, tmp_path):
    """A folder for templates of a test."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    return tmp_path


def printed(templates: Path, body: str, **more):
    (templates / "t.html").write_text(f"<html lang=en><title>T</title><body>{body}")
    document, pages = pdf.render_pdf("t.html", {"name": "<b>Ledger</b>"}, **more)
    return PdfReader(BytesIO(document)), pages


def test_a_report_is_tagged_counted_and_carries_its_attachment(templates):
    reader, pages = printed(templates, "<h1>One</h1>", attachments={"assessment.json": b"{}"})

    assert (pages, len(reader.pages)) == (1, 1)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.attachments == {"assessment.json": [b"{}"]}


def test_markup_in_values_is_printed_as_text(templates):
    reader, _pages = printed(templates, "{{ name }}")

    assert "<b>Ledger</b>" in reader.pages[0].extract_text()


def test_nothing_is_loaded_from_anywhere(templates, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")

    reader, _pages = printed(
        templates, f'<img src="file://{secret}" alt="x"><link rel=attachment href="file://{secret}">'
    )

    assert reader.attachments == {}
