"""The printed files of the world: real ones, so that their words can be searched, laid out once a process."""

from collections.abc import Callable
from io import BytesIO

from pypdf import PdfReader

from apps.core.files import store

_printed: dict[str, bytes] = {}


def printed(name: str, render: Callable[[], bytes]):
    """Return the stored file; whoever made the first world has printed it for all."""
    if name not in _printed:
        _printed[name] = render()
    return store(_printed[name], media_type="application/pdf")


def words_of(document: bytes) -> str:
    """Return the text of every page and of every file that it carries: on disk all of it is compressed."""
    reader = PdfReader(BytesIO(document))
    carried = [content.decode() for files in reader.attachments.values() for content in files]
    return "\n".join([*(page.extract_text() for page in reader.pages), *carried])
