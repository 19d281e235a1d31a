"""Files by their content: the bytes under ROADWORTHY_HOME/files, one row for each."""

from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from apps.core.models import StoredFile


def store(content: bytes, *, media_type: str) -> StoredFile:
    """Keep the bytes and return their row; the same bytes are kept once. Two queries, or one.

    The file is whole on disk before the row exists, so a row never points to half a file; a crash in
    between leaves an unused file, which the next `store` of the same bytes takes over.
    """
    digest = sha256(content).hexdigest()
    path = _path(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as draft:
            draft.write(content)
        Path(draft.name).replace(path)
    row, _is_new = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": len(content), "media_type": media_type}
    )
    return row


def read(file: StoredFile) -> bytes:
    """Return the bytes of a stored file. No query."""
    return _path(file.sha256).read_bytes()


def _path(digest: str) -> Path:
    return Path(settings.HOME) / "files" / digest[:2] / digest
