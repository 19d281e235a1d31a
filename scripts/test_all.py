"""`make test`: all checks and tests, with throw-away servers; the last line is pytest's.

Needs what `scripts/bootstrap.py --tests` has installed. What cannot run fails: REQUIRE_ALL is set.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
PATIENCE = 30  # seconds for a server to answer, and for a stage to end
# Looked at: the linter takes every unique index for one that code which still runs could offend, and this one
# is on a new column; and every wider column for one that is written anew, which PostgreSQL does not do.
SEEN = ("0003_inbox_constraints", "0005_long_names", "0006_long_names")
WHOLE = ("tests/faults", "tests/running")  # they start whole portals


def main() -> int:
    """Run the stages one after the other and return 0 only if each of them passed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roadworthy-")))
        folder.chmod(0o755)
        stages = {"check": _run("check", ["make", "check"])}
        on_postgresql = stack.enter_context(_postgresql(folder / "postgresql"))
        on_redis = stack.enter_context(_redis(folder / "redis"))

        def stage(name: str, *arguments: str, **environment: str) -> None:
            command = [str(BIN / "pytest"), "-q", *arguments]
            stages[name] = _run(name, command, REQUIRE_ALL="1", **environment)

        stage("worker on Redis and PostgreSQL", "tests/celery", **on_postgresql, **on_redis)
        stage("worker on files and SQLite", "tests/celery")
        with _postgresql(folder / "durable", is_durable=True) as on_durable:
            stage("faults on Redis and PostgreSQL", *WHOLE, **on_durable, **on_redis)
        stage("faults on files and SQLite", *WHOLE)
        stage("stories in Chromium", "tests/stories")
        lint = [str(BIN / "python"), "manage.py", "lintmigrations", "--no-cache", "-q", "ok", "ignore"]
        lint += ["--warnings-as-errors", "--ignore-name", *SEEN, "--include-apps", *_apps()]
        home = {"ROADWORTHY_HOME": str(folder / "home")}
        stages["migrations"] = _run("migrations that running code survives", lint, **on_postgresql, **home)
        rest = ["-n", "2", "--dist", "loadgroup", "--ignore=tests/celery", "--ignore=tests/stories"]
        rest += [f"--ignore={folder}" for folder in WHOLE]
        stage("what check leaves out, on SQLite", "-m", "thorough", *rest)
        told = "\n".join(f"{name}={code}" for name, code in stages.items())
        stage("PostgreSQL with races", *rest, **on_postgresql, ROADWORTHY_STAGES=told)
    return 1 if any(stages.values()) else 0


def _apps() -> list[str]:
    return sorted(path.parent.name for path in ROOT.glob("apps/*/__init__.py"))


def _run(name: str, command: list[str], **environment: str) -> int:
    print(f"\n=== {name}", flush=True)
    stage = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, start_new_session=True)
    try:
        return stage.wait()
    finally:
        if stage.poll() is None:
            _interrupt(stage)


def _interrupt(stage: subprocess.Popen[bytes]) -> None:
    """End a stage with all that it has started; pytest's fixtures end their workers and browsers."""
    os.killpg(stage.pid, signal.SIGINT)
    try:
        stage.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(stage.pid, signal.SIGKILL)
        stage.wait()


def end_on_sigterm() -> None:
    """Leave by the way of Ctrl-C when somebody ends us; whoever asks twice waits for the servers too."""

    def leave(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(143)

    signal.signal(signal.SIGTERM, leave)


@contextmanager
def _postgresql(folder: Path, *, is_durable: bool = False) -> Iterator[dict[str, str]]:
    """Run a PostgreSQL that listens on a socket in the folder only, and is gone afterwards.

    A durable one keeps what it has said yes to, whatever happens to it; tests that nobody kills do without.
    """
    folder.mkdir()
    tools = _postgresql_tools()
    user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
        user = ["setpriv", f"--reuid={UNPRIVILEGED}", "--regid=nogroup", "--clear-groups"]
    data = folder / "data"
    command = [*user, str(tools / "initdb"), "-D", str(data), "-U", "roadworthy", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*command, "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    slow = () if is_durable else ("fsync", "synchronous_commit", "full_page_writes")
    fast = [f"-c{option}=off" for option in slow]
    command = [
        *user,
        str(tools / "postgres"),
        "-D",
        str(data),
        "-k",
        str(folder),
        "-clisten_addresses=",
        *fast,
    ]
    with _server(command, cwd=folder, answers=(folder / ".s.PGSQL.5432").exists):
        yield {"DATABASE_URL": "postgres:///postgres", "PGHOST": str(folder), "PGUSER": "roadworthy"}


def _postgresql_tools() -> Path:
    """Return the folder of the newest PostgreSQL; Debian keeps them apart."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    if debian:
        return debian[-1]
    if found:
        return Path(found).parent
    sys.exit("roadworthy: PostgreSQL is missing; type: apt-get install postgresql")


@contextmanager
def _redis(folder: Path) -> Iterator[dict[str, str]]:
    """Run a Redis that listens on a socket in the folder only."""
    folder.mkdir()
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    command += ["--set-proc-title", "no"]  # tests/faults reads there how to start it again
    with _server(command, cwd=folder, answers=socket.exists):
        yield {"BROKER_URL": f"redis+socket://{socket}"}


@contextmanager
def _server(command: list[str], *, cwd: Path, answers: Callable[[], bool]) -> Iterator[None]:
    """Run a server as long as the block; its output is shown only if it does not start."""
    with (cwd / "log").open("w+") as log:
        process = subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log, start_new_session=True)
        try:
            latest = monotonic() + PATIENCE
            while not answers():
                if process.poll() is not None or monotonic() > latest:
                    sys.exit(f"roadworthy: {command[0]} did not start:\n{(cwd / 'log').read_text()}")
                sleep(0.1)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


if __name__ == "__main__":
    end_on_sigterm()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
