"""The only module that knows WeasyPrint."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from apps.core.errors import DomainError


class NoPangoError(DomainError):
    """The machine lacks the libraries that lay out text."""

    code = "no-pango"
    title = "This machine cannot print PDFs yet"
    advice = "Ask whoever runs the portal to install Pango; everything else works without it."


def render_html(template: str, context: dict[str, Any]) -> str:
    """Return the HTML that the PDF is made from; tests snapshot this."""
    return render_to_string(template, context)


def render_pdf(
    template: str, context: dict[str, Any], *, attachments: Mapping[str, bytes] | None = None
) -> tuple[bytes, int]:
    """Return the tagged PDF (PDF/UA-1) of a template under templates/pdf/, and its number of pages.

    It can load `data:` addresses only. The attachments, by file name, go into the file itself.

    Raises:
        NoPangoError: Pango is not installed; the message has the line that installs it.

    """
    try:
        from weasyprint import HTML, Attachment  # noqa: PLC0415 -- slow import
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError as error:
        line = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter"
        message = f"Printing needs Pango: {line}"
        raise NoPangoError(message) from error

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    options = {
        "pdf_variant": "pdf/ua-1",
        "attachments": [
            Attachment(string=content, name=name, description=name, relationship="Source")
            for name, content in (attachments or {}).items()
        ],
    }
    html = HTML(string=render_html(template, context), url_fetcher=fetcher)
    document = html.render(**options)
    printed: bytes = document.write_pdf(**options)
    return printed, len(document.pages)
