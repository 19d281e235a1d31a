"""A home in one file and back: the database, the stored files and the secret key (embedded edition).

The file is a ZIP. Its `manifest.json` names every other member with size and sha256; nothing else may be in
it. It holds the secret key and everybody's words: its owner alone can read it.
"""

import json
import os
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import IO, Any, Final

from apps.core.errors import DomainError
from apps.core.files import sync_names

FORMAT: Final = "roadworthy-backup"
VERSION: Final = 1
DATABASE: Final = "db.sqlite3"
MANIFEST: Final = "manifest.json"
MEMBER: Final = re.compile(r"db\.sqlite3|secret_key|edition|files/([0-9a-f]{2})/\1[0-9a-f]{62}")
LARGEST_MANIFEST: Final = 256 * 1024 * 1024  # some two million files
SLACK: Final = 64 * 1024 * 1024  # bytes of the disk that stay free
CHUNK: Final = 1024 * 1024


class BackupError(DomainError):
    """There is no backup to be made, or this file is none that can be restored."""

    code = "backup"
    title = "No backup"
    advice = "Only commands say so: the message names the file, and what is wrong with it."


@dataclass(frozen=True)
class Part:
    """One member of a backup."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: str
    version: int
    made_at: str
    migrations: list[str]
    parts: dict[str, Part]
    missing: list[str] | None = None  # stored files that were lost before; older backups do not say

    @property
    def size(self) -> int:
        """Return how many bytes all parts take on disk."""
        return sum(part.size for part in self.parts.values())


@dataclass(frozen=True)
class Made:
    """What a backup took along; `missing` names stored files that the database knows and the disk lacks."""

    manifest: Manifest
    missing: list[str]


@dataclass(frozen=True)
class Restored:
    """What a restore brought back, and where what the home had before lies now."""

    manifest: Manifest
    missing: list[str]
    former: Path | None


def make(home: Path, target: Path, *, at: datetime) -> Made:
    """Write the home into a file, beside a running portal too; the file is there whole or not at all.

    The database is copied first and files never change: whatever the copy speaks of is already on disk.
    """
    if not (home / DATABASE).exists():
        message = f"{home} has no database yet: there is nothing to back up."
        raise BackupError(message)
    if target.resolve().is_relative_to((home / "files").resolve()):
        message = f"{target} lies among the stored files: choose another place."
        raise BackupError(message)
    with TemporaryDirectory(dir=home, prefix=".backup-") as folder, _whole(target) as draft:
        copy = Path(folder) / DATABASE
        _copy_database(home / DATABASE, copy)
        wanted, migrations = _read(copy)
        sources = {DATABASE: copy} | {name: home / name for name in ("secret_key", "edition")}
        sources |= {name: home / name for name in map(_place, wanted)}
        missing = [name for name, path in sources.items() if name.startswith("files/") and not path.exists()]
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            parts = {name: _add(archive, name, path) for name, path in sources.items() if path.exists()}
            manifest = Manifest(FORMAT, VERSION, at.isoformat(), migrations, parts, missing)
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return Made(manifest, missing)


def restore(source: Path, home: Path, *, known: frozenset[str], at: datetime) -> Restored:
    """Put a backup into a home that nobody uses.

    Everything is unpacked and checked beside the home's own before the first of it is moved. The database
    comes last: without one a home is empty, so an interrupted restore is simply begun again.
    """
    try:
        with zipfile.ZipFile(source) as archive, TemporaryDirectory(dir=home, prefix=".restore-") as folder:
            manifest = _manifest(archive, known=known)
            _check_room(home, manifest)
            fresh = Path(folder)
            for name, part in manifest.parts.items():
                _extract(archive, name, part, fresh / name)
            sync_names(fresh, *(path for path in fresh.rglob("*") if path.is_dir()))
            missing = _check_database(fresh / DATABASE, manifest)
            former = _put_aside(home, at=at) if is_used(home) else None
            _move_in(fresh, home)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        message = f"{source} is no backup of Roadworthy, or it is damaged ({error})."
        raise BackupError(message) from error
    return Restored(manifest, missing, former)


def is_used(home: Path) -> bool:
    """Tell whether a home has a database, or files of one."""
    return (home / DATABASE).exists() or any((home / "files").glob("*"))


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """Write beside the target, and take its name only when all of it is on disk."""
    draft = NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False)  # noqa: SIM115 -- mode 600
    try:
        with draft:
            yield draft
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).replace(target)
        sync_names(target.parent)
    except BaseException:
        Path(draft.name).unlink(missing_ok=True)
        raise


def _copy_database(source: Path, copy: Path) -> None:
    """Copy by SQLite's own means: one moment of it, while others read and write."""
    with closing(sqlite3.connect(source, timeout=20)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the home uses


def _read(copy: Path) -> tuple[list[str], list[str]]:
    """Return the digests of the stored files, and the applied migrations."""
    with closing(sqlite3.connect(copy)) as database:
        digests = [
            str(row[0]) for row in database.execute("SELECT sha256 FROM core_storedfile ORDER BY sha256")
        ]
        applied = database.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return digests, [row[0] for row in applied]


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> Part:
    """Add one file; what is named by its digest and differs is damaged, and was before."""
    digest, size = sha256(), 0
    with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as member:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            member.write(chunk)
    return Part(size, digest.hexdigest())


def _manifest(archive: zipfile.ZipFile, *, known: frozenset[str]) -> Manifest:
    """Return the manifest, if it is one of ours and names exactly what is there."""
    names = [info.filename for info in archive.infolist()]
    manifest = _parsed(_bytes_of(archive)) if MANIFEST in names else None
    if manifest is None:
        message = "The file is no backup of Roadworthy: it has no manifest that could be read."
        raise BackupError(message)
    if manifest.version != VERSION:
        message = f"The backup has version {manifest.version} of the format, and this portal reads {VERSION}."
        raise BackupError(message)
    strange = [name for name in names if name != MANIFEST and not MEMBER.fullmatch(name)]
    if strange or sorted(names) != sorted([*manifest.parts, MANIFEST]) or DATABASE not in manifest.parts:
        message = "The backup does not hold what its manifest says; it was changed, or cut off."
        raise BackupError(message)
    newer = sorted(set(manifest.migrations) - known)
    if newer:
        message = f"The backup was made by a newer version: this one does not know {', '.join(newer[:3])}."
        raise BackupError(message)
    return manifest


def _bytes_of(archive: zipfile.ZipFile) -> bytes:
    with archive.open(MANIFEST) as member:
        return member.read(LARGEST_MANIFEST)


def _parsed(text: bytes) -> Manifest | None:
    """Return a manifest of our format, or nothing."""
    try:
        values: dict[str, Any] = json.loads(text)
        parts = {
            str(name): Part(int(part["size"]), str(part["sha256"])) for name, part in values["parts"].items()
        }
        migrations = [str(name) for name in values["migrations"]]
        manifest = Manifest(
            format=values["format"],
            version=values["version"],
            made_at=str(values["made_at"]),
            migrations=migrations,
            parts=parts,
            missing=[str(name) for name in values["missing"]] if "missing" in values else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return manifest if manifest.format == FORMAT and all(p.size >= 0 for p in parts.values()) else None


def _check_room(home: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(home).free
    if manifest.size + SLACK > free:
        message = f"The backup needs {manifest.size:,} bytes and the disk of {home} has {free:,} free."
        raise BackupError(message)


def _extract(archive: zipfile.ZipFile, name: str, part: Part, path: Path) -> None:
    """Unpack one member, never more of it than the manifest says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with archive.open(name) as member, path.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        while size <= part.size and (chunk := member.read(CHUNK)):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        os.fsync(file.fileno())
    named = path.name if name.startswith("files/") else part.sha256
    if size != part.size or not digest.hexdigest() == part.sha256 == named:
        message = f"The backup is damaged: {name} is not what the manifest says. Nothing was changed."
        raise BackupError(message)


def _check_database(path: Path, manifest: Manifest) -> list[str]:
    """Refuse a database that is damaged, or not the one that the manifest speaks of.

    Return the stored files that neither the backup has nor the home had when it was made.
    """
    try:
        with closing(sqlite3.connect(path)) as database:
            (answer,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        digests, migrations = _read(path)
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        message = f"The database in the backup is damaged ({answer}). Nothing was changed."
        raise BackupError(message)
    missing = [name for name in map(_place, digests) if name not in manifest.parts]
    if migrations != manifest.migrations or (manifest.missing is not None and missing != manifest.missing):
        message = (
            "The database in the backup is not the one that the manifest speaks of. Nothing was changed."
        )
        raise BackupError(message)
    return missing


def _place(digest: str) -> str:
    return f"files/{digest[:2]}/{digest}"


def _put_aside(home: Path, *, at: datetime) -> Path:
    """Move what the home has out of the way, the database last: until then it is still the old home."""
    former = home / f"replaced-{at:%Y%m%d-%H%M%S}"
    former.mkdir(mode=0o700)
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(home / DATABASE)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the one file is all of it
    for name in ("files", "secret_key", "edition", f"{DATABASE}-shm", f"{DATABASE}-wal", DATABASE):
        if (home / name).exists():
            (home / name).rename(former / name)
    return former


def _move_in(fresh: Path, home: Path) -> None:
    for name in ("files", "secret_key", "edition", DATABASE):
        if (fresh / name).exists():
            (fresh / name).rename(home / name)
            sync_names(home)  # in this order also for a machine that loses its power
