"""How much a request may bring."""

from typing import IO

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


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
