"""`make run`: bring the home up to date, fill it at its first start, publish new checklists, and serve.

Needs what `scripts/bootstrap.py` has installed. PORT, ROADWORTHY_HOME and EMPTY come from the environment.
"""

import os
import socket
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADMINISTRATOR = "admin@example.org"
HIGHEST_PORT = 65535
BROWSABLE_API = ["rest_framework"]  # its static files: we answer in JSON only


def main() -> None:
    """Refuse what cannot work, then start; only the first start takes more than seconds."""
    os.umask(0o077)  # also in a home that others may enter
    port = _port()
    home = Path(os.environ.get("ROADWORTHY_HOME") or ROOT / "var").resolve()
    _check_writable(home)
    from apps.core.supervisor import AlreadyRunningError, only_one
    from portal.home import close

    try:
        with only_one(home / "start.lock"):
            close(home)
            _start(home, port)
    except AlreadyRunningError:
        sys.exit(f"roadworthy: {home} is in use: stop what runs there, or choose another ROADWORTHY_HOME.")


def _start(home: Path, port: int) -> None:
    edition, is_new = _edition(home)
    os.environ |= {
        "PORT": str(port),
        "ROADWORTHY_HOME": str(home),
        "ROADWORTHY_DEMO": "1" if edition == "demo" else "0",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    _prepare()
    if is_new:
        _fill(edition)
        (home / "filling").unlink()
    _publish()
    _command("serve")


def _edition(home: Path) -> tuple[str, bool]:
    """Return which edition this home is, and whether it is still to be filled.

    The first start decides for good. One that was interrupted while it filled the home begins again.
    """
    kept, filling, database = home / "edition", home / "filling", home / "db.sqlite3"
    wanted = "bare" if os.environ.get("EMPTY") == "1" else "demo"
    if filling.exists():
        for path in home.glob(f"{database.name}*"):
            path.unlink()
    elif kept.exists():
        edition = kept.read_text().strip()
        if edition == "demo" and wanted == "bare":
            print(f"{home} was made with the demo and keeps it; EMPTY=1 needs another ROADWORTHY_HOME.")
        return edition, False
    elif database.exists():  # somebody filled it by hand: it gets no demo
        kept.write_text("bare\n")
        return "bare", False
    filling.touch()
    kept.write_text(f"{wanted}\n")
    return wanted, True


def _port() -> int:
    """Return the port, if it is one and nobody has it; asked before anything is changed."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        sys.exit(f"roadworthy: PORT is a number between 1 and 65535, and not {text!r}.")
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", int(text))) == 0:
            sys.exit(
                f"roadworthy: Port {text} is in use by another program; choose another: make run PORT=8001"
            )
    return int(text)


def _check_writable(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"roadworthy: {home} cannot be made: {error.strerror}.")
    if not os.access(home, os.W_OK):
        sys.exit(f"roadworthy: {home} belongs to somebody else; choose another ROADWORTHY_HOME.")


def _prepare() -> None:
    """Migrate the home, whatever version left it, and collect the static files."""
    import django

    django.setup()
    print("Bringing the database up to date …", flush=True)
    _command("migrate", verbosity=0, interactive=False)
    _collect()


def _collect() -> None:
    """Collect and compress the static files if any of them has changed: it takes seconds."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    found = sorted(
        f"{path} {storage.size(path)} {storage.get_modified_time(path)}"
        for finder in get_finders()
        for path, storage in finder.list(BROWSABLE_API)
    )
    digest = sha256("\n".join(found).encode()).hexdigest()
    stamp = Path(settings.STATIC_ROOT) / "collected.txt"
    if not stamp.exists() or stamp.read_text() != digest:
        _command("collectstatic", verbosity=0, interactive=False, ignore_patterns=BROWSABLE_API)
        stamp.write_text(digest)


def _fill(edition: str) -> None:
    if edition == "demo":
        print("Loading the demo organisation …", flush=True)
        _command("seed_demo")
    else:
        print("Here you sign in for the first time:", flush=True)
        _command("create_admin", ADMINISTRATOR)


def _publish() -> None:
    """Publish the checklists that came with this version; one that cannot be is no reason not to serve."""
    from django.core.management import CommandError, call_command

    try:
        call_command("publish_editions", verbosity=0)
    except CommandError as error:
        print(f"roadworthy: a checklist was not published: {error}", flush=True)


def _command(*words: str, **options: object) -> None:
    from django.core.management import CommandError, call_command

    try:
        call_command(*words, **options)
    except CommandError as error:
        sys.exit(f"roadworthy: {error}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
