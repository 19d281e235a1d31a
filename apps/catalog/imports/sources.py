"""What an import may read: folders and files of this machine, or the files of an upload; never more.

Limits: 5 MB a file, 20,000 files and 50 MB a run. Links that lead out of a folder are not followed.
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from io import BytesIO
from os.path import normpath
from pathlib import Path, PurePosixPath
from typing import Final, Protocol
from zipfile import ZIP_DEFLATED, BadZipFile, LargeZipFile, ZipFile, ZipInfo, is_zipfile

from apps.catalog.imports.documents import LeftOut

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 5 * MEGABYTE
LARGEST_RUN: Final = 50 * MEGABYTE
MOST_FILES: Final = 20_000
ENDINGS: Final = (".yaml", ".yml")
CHOSEN: Final = b"chosen by hand"  # the comment of a zip that we made: all that it holds is read
SKIPPED: Final = frozenset({".git", "node_modules", ".venv", "__MACOSX"})


class RefusedError(Exception):
    """A file that is not read."""


class Source(Protocol):
    """Files by the names under which they are reported."""

    left_out: list[LeftOut]  # what was not even there

    def names(self) -> Iterator[str]:
        """Yield the files to begin with."""

    def read(self, name: str) -> bytes:
        """Return the bytes of a file, or raise RefusedError."""

    def key(self, name: str) -> str:
        """Return what tells a file from others, however it was reached."""

    def targets(self, name: str, target: str) -> list[str]:
        """Return the files that a target beside a file means; none if it leads out or nowhere."""


def looks_like_catalog(name: str) -> bool:
    """Tell whether a file of a folder is worth opening: YAML, or an entity file in JSON."""
    path = PurePosixPath(name.lower())
    return path.suffix in ENDINGS or (path.suffix == ".json" and path.name.startswith("catalog-info"))


def problem_of(name: str, content: bytes) -> str:
    """Return why an uploaded file cannot be one of a catalog; nothing if it can."""
    if name.lower().endswith(".zip"):
        return "" if is_zipfile(BytesIO(content)) else "is not a zip that can be read"
    if not name.lower().endswith((*ENDINGS, ".json")):
        return "is neither YAML nor JSON nor a zip"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, where every other byte is 0
        return ""
    return "is a binary file" if b"\0" in content else ""


class DiskFiles:
    """Files and folders that somebody named on the command line."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.left_out: list[LeftOut] = []
        self.begin: list[str] = []
        self.roots: list[Path] = []
        self.count = self.size = 0
        for path in paths:
            self._take(path)

    def _take(self, name: str) -> None:
        path = Path(name)
        if path.is_dir():
            self.roots.append(path.resolve())
            self.begin += sorted(self._below(path))
        elif path.is_file():
            self.roots.append(path.resolve().parent)
            self.begin.append(name)
        else:
            self.left_out.append(LeftOut(name, 1, "there is no such file or folder"))

    def _below(self, folder: Path) -> Iterator[str]:
        for path in folder.rglob("*"):
            if looks_like_catalog(path.name) and not SKIPPED.intersection(path.relative_to(folder).parts):
                yield str(path)

    def names(self) -> Iterator[str]:
        """Yield what was named, then what the folders hold, in alphabetic order."""
        yield from self.begin

    def read(self, name: str) -> bytes:
        """Return the bytes of a file inside the named ones."""
        path = Path(name).resolve()
        if not self._is_inside(path):
            message = "is a link that leads out of the given folder"
            raise RefusedError(message)
        if not path.is_file():
            message = "is not a file"
            raise RefusedError(message)
        try:
            self._count(path.stat().st_size)
            return path.read_bytes()
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            raise RefusedError(message) from error

    def _count(self, size: int) -> None:
        check_size(size, files=self.count, total=self.size)
        self.count += 1
        self.size += size

    def key(self, name: str) -> str:
        """Return the real path."""
        return str(Path(name).resolve())

    def targets(self, name: str, target: str) -> list[str]:
        """Follow a relative target, also one with a pattern, inside the named folders."""
        folder = Path(name).parent
        if any(letter in target for letter in "*?["):
            found = sorted(folder.glob(target.removeprefix("./"))) if ".." not in Path(target).parts else []
        else:
            found = [Path(normpath(folder / target))]
        return [str(path) for path in found if path.is_file() and self._is_inside(path.resolve())]

    def _is_inside(self, path: Path) -> bool:
        return any(path.is_relative_to(root) for root in self.roots)


class HeldFiles:
    """The files of an upload; their names are labels and never become paths."""

    def __init__(self, files: Mapping[str, bytes], left_out: Iterable[LeftOut] = ()) -> None:
        self.files = files
        self.left_out = list(left_out)
        self.size = 0

    def names(self) -> Iterator[str]:
        """Yield them in alphabetic order."""
        yield from sorted(self.files)

    def read(self, name: str) -> bytes:
        """Return the bytes of one."""
        content = self.files[name]
        check_size(len(content), files=0, total=self.size)
        self.size += len(content)
        return content

    def key(self, name: str) -> str:
        """Return the name itself."""
        return name

    def targets(self, name: str, target: str) -> list[str]:
        """Follow a target inside the upload."""
        path = _joined(PurePosixPath(name).parent, target)
        if path is None:
            return []
        return [one for one in sorted(self.files) if one == path or fnmatchcase(one, path)]


def check_size(size: int, *, files: int, total: int) -> None:
    """Refuse a file that is too large, or one too many."""
    if size > LARGEST:
        message = f"has more than {LARGEST // MEGABYTE} MB"
        raise RefusedError(message)
    if files >= MOST_FILES or total + size > LARGEST_RUN:
        message = f"is more than one run reads ({MOST_FILES:,} files, {LARGEST_RUN // MEGABYTE} MB)"
        raise RefusedError(message)


def unzipped(content: bytes, *, name: str) -> HeldFiles:
    """Return the entity files of a zip; sizes are held while reading, whatever its directory says."""
    files: dict[str, bytes] = {}
    left_out: list[LeftOut] = []
    total = 0
    try:
        with ZipFile(BytesIO(content)) as archive:
            left_out += [LeftOut(inner[:200], 1, "is a zip inside a zip") for inner in _zips(archive)]
            for info in _members(archive):
                try:
                    files[info.filename] = _member(archive, info, files=len(files), total=total)
                    total += len(files[info.filename])
                except RefusedError as error:
                    left_out.append(LeftOut(info.filename[:200], 1, str(error)))
    except (BadZipFile, LargeZipFile, OSError, EOFError, NotImplementedError, ValueError) as error:
        left_out.append(LeftOut(name, 1, f"is not a zip that can be read: {error}"))
    if not files and not left_out:
        left_out.append(LeftOut(name, 1, "holds neither YAML nor a catalog-info.json"))
    return HeldFiles(files, left_out)


def packed(uploads: Mapping[str, bytes]) -> bytes:
    """Return one zip for whatever was uploaded: a zip as it came, single files in a new one.

    The same files make the same bytes, so that asking twice is one job.
    """
    names = sorted(uploads)
    if len(names) == 1 and names[0].lower().endswith(".zip"):
        return uploads[names[0]]
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        archive.comment = CHOSEN
        for name in names:
            archive.writestr(ZipInfo(name), uploads[name], ZIP_DEFLATED)
    return held.getvalue()


def _members(archive: ZipFile) -> Iterator[ZipInfo]:
    for info in archive.infolist():
        is_meant = archive.comment == CHOSEN or looks_like_catalog(info.filename)
        if is_meant and not info.is_dir() and not _is_skipped(info):
            yield info


def _zips(archive: ZipFile) -> list[str]:
    found = [info for info in archive.infolist() if info.filename.lower().endswith(".zip")]
    return [info.filename for info in found if not _is_skipped(info)]


def _is_skipped(info: ZipInfo) -> bool:
    return not SKIPPED.isdisjoint(PurePosixPath(info.filename).parts)


def _member(archive: ZipFile, info: ZipInfo, *, files: int, total: int) -> bytes:
    check_size(info.file_size, files=files, total=total)
    if info.flag_bits & 1:
        message = "is encrypted"
        raise RefusedError(message)
    try:
        with archive.open(info) as member:
            content = member.read(LARGEST + 1)
    except Exception as error:  # zlib, lzma and bz2 each have their own
        message = f"cannot be unpacked: {error}"
        raise RefusedError(message) from error
    check_size(len(content), files=files, total=total)
    return content


def _joined(folder: PurePosixPath, target: str) -> str | None:
    """Return a path inside the upload, or None where it would leave it."""
    if target.startswith("/") or "\\" in target:
        return None
    parts: list[str] = list(folder.parts)
    for part in PurePosixPath(target).parts:
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
