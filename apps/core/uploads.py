"""How much a request may bring."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

PIECE: Final = 64 * 1024


def with_length(environ: dict[str, Any]) -> dict[str, Any]:
    """Return the request with the length of its body, which one that comes in chunks does not say.

    Django reads as much as Content-Length says: without one it would take nothing for the whole body, and
    answer as if all of it were kept. One byte more than UPLOAD_LIMIT is enough to refuse the rest unread.
    """
    is_chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    if not is_chunked or not environ.get("wsgi.input_terminated"):
        return environ
    body = SpooledTemporaryFile(settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115 -- ends with the request
    room = settings.UPLOAD_LIMIT + 1
    while room and (piece := environ["wsgi.input"].read(min(PIECE, room))):
        body.write(piece)
        room -= len(piece)
    length = body.tell()
    body.seek(0)
    return environ | {"wsgi.input": body, "CONTENT_LENGTH": str(length)}


class LimitedUploadHandler(FileUploadHandler):
    """Refuses what is larger than UPLOAD_LIMIT before it is read; it stores nothing itself."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],  # noqa: ARG002 -- what Django hands over
        META: dict[str, str],  # noqa: ARG002, N803
        content_length: int,
        boundary: str,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        """Refuse by what the browser says it will send."""
        if content_length > settings.UPLOAD_LIMIT:
            message = f"A request brings at most {settings.UPLOAD_LIMIT} bytes."
            raise RequestDataTooBig(message)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        """Pass everything on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
