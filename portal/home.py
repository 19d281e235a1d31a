"""What a home remembers between starts: which edition it is, and where its portal answers."""

import os
import stat
from contextlib import suppress
from pathlib import Path


def edition_of(home: Path) -> str:
    """Return what the first start wrote for good, or nothing before it."""
    path = home / "edition"
    return path.read_text().strip() if path.exists() else ""


def address_of(home: Path) -> str:
    """Return where the portal answers: at PORT, else where it was last served, so that any command knows."""
    port = os.environ.get("PORT")
    path = home / "address"
    if not port and path.exists():
        return path.read_text().strip()
    return f"http://127.0.0.1:{port or 8000}"


def close(home: Path) -> None:
    """Take from everybody else what an earlier version left open in a home that they may enter."""
    closed = [home / name for name in ("files", "mail", "spool", "secret_key", "address")]
    for path in [*closed, *home.glob("db.sqlite3*")]:
        with suppress(FileNotFoundError, PermissionError):  # gone meanwhile, or not ours
            path.chmod(path.stat().st_mode & ~stat.S_IRWXG & ~stat.S_IRWXO)


def spool(folder: Path) -> dict[str, str]:
    """Make the folders of the embedded broker and return them as its transport options."""
    messages, processed, control = (folder / name for name in ("messages", "processed", "control"))
    for path in (messages, processed, control):
        path.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),  # the same: we read what we write
        "processed_folder": str(processed),
        "control_folder": str(control),
    }
