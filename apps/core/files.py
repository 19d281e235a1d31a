"""Files by their content: the bytes under ROADWORTHY_HOME/files, one row for each."""

import logging
import os
from errno import EBADF, EDQUOT, EFBIG, EINVAL, ENOSPC
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from django.conf import settings

from apps.core.errors import DomainError
from apps.core.models import StoredFile

logger = logging.getLogger(__name__)
FULL: Final = frozenset({ENOSPC, EDQUOT, EFBIG})
NOT_HERE: Final = frozenset({EBADF, EINVAL})  # some shared file systems sync no folders


class NoRoomError(DomainError, OSError):
    """The disk is full: nothing was kept, and the same works once somebody has made room."""

    status = HTTPStatus.INSUFFICIENT_STORAGE
    code = "no-room"
    title = "There is no room left"

    def __init__(self) -> None:
        super().__init__(ENOSPC, "Nothing was saved: the portal's disk is full. Please tell whoever runs it.")

    def __str__(self) -> str:
        return str(self.strerror)


class FileGoneError(DomainError):
    """A stored file that the disk has lost: a backup without it, or somebody who tidied up."""

    status = HTTPStatus.GONE
    code = "file-gone"
    title = "This file is gone"
    advice = "Ask whoever runs the portal to restore it, or add the file once more."


def store(content: bytes, *, media_type: str) -> StoredFile:
    """Keep the bytes and return their row; the same bytes are kept once. Two queries, or one.

    The file is whole on disk before the row exists, also for a machine that loses its power, so a row never
    points to half a file; a crash in between leaves an unused file, which the next `store` of the same bytes
    takes over.

    Raises:
        NoRoomError: the disk is full; nothing is left of the attempt.

    """
    digest = sha256(content).hexdigest()
    path = _path(digest)
    if not path.exists():
        _write(content, path)
    # Also if it was there: whoever wrote it may not have come this far.
    sync_names(path.parent, path.parent.parent, Path(settings.HOME))
    row, _is_new = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": len(content), "media_type": media_type}
    )
    return row


def read(file: StoredFile) -> bytes:
    """Return the bytes of a stored file. No query.

    Raises:
        FileGoneError: the disk does not have it; the log says which one.

    """
    path = _path(file.sha256)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        logger.error("stored file %s is missing: look for it in a backup", path)  # noqa: TRY400 -- no mistake of ours
        message = "The portal's disk has lost this file. Make it anew, or tell whoever runs the portal."
        raise FileGoneError(message) from error


def sync_names(*folders: Path) -> None:
    """Bring to disk what the folders call their content: a file's own fsync leaves its name behind."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in NOT_HERE:
                raise
        finally:
            os.close(descriptor)


def _write(content: bytes, path: Path) -> None:
    """Write beside the place, and take it when all is on disk."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as draft:
            try:
                draft.write(content)
                draft.flush()
                os.fsync(draft.fileno())
            except OSError:
                Path(draft.name).unlink()
                raise
        Path(draft.name).replace(path)
    except OSError as error:
        if error.errno in FULL:
            raise NoRoomError from error
        raise


def _path(digest: str) -> Path:
    return Path(settings.HOME) / "files" / digest[:2] / digest
