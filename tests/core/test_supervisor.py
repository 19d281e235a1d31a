"""The supervisor as it is used: a process of its own, which others signal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apps.core.supervisor import AlreadyRunningError, only_one
from tests.workers import until

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.thorough
WRITE_PID = "import os, pathlib, time; pathlib.Path('{file}').write_text(str(os.getpid())); {then}"
SUPERVISE = """
import sys
from pathlib import Path
from apps.core.supervisor import Program, Supervisor
folder = Path(sys.argv[1])
programs = [
    Program(path.stem, [sys.executable, str(path)]) for path in sorted(folder.glob("*.py"))
]
Supervisor(programs, grace=float(sys.argv[2])).run(
    is_ready=lambda: all(p.process for p in programs), announce=lambda: print("ready", flush=True)
)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


@pytest.fixture
def supervise(tmp_path):
    """Start a supervisor of small programs, each of which writes down its process id."""
    started = []

    def start(*, grace=1.0, **programs):
        for name, then in programs.items():
            (tmp_path / f"{name}.py").write_text(WRITE_PID.format(file=tmp_path / f"{name}.pid", then=then))
        command = [sys.executable, "-c", SUPERVISE, str(tmp_path), str(grace)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert until(lambda: all(pid_of(tmp_path, name) for name in programs))
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def pid_of(folder, name):
    """Return the process id that a program wrote, or 0 as long as it has not."""
    path = folder / f"{name}.pid"
    return int(path.read_text() or 0) if path.exists() else 0


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_what_it_started(supervise, tmp_path, number):
    supervisor = supervise(one="time.sleep(60)", two="time.sleep(60)")

    supervisor.send_signal(number)

    assert supervisor.wait(10) == 0
    assert not any(is_alive(pid_of(tmp_path, name)) for name in ("one", "two"))


def test_it_kills_what_does_not_want_to_end(supervise, tmp_path):
    supervisor = supervise(stubborn=f"{STUBBORN}time.sleep(60)")
    until(lambda: False, within=0.5)  # until the signal is ignored

    supervisor.terminate()

    assert supervisor.wait(10) == 0
    assert not is_alive(pid_of(tmp_path, "stubborn"))


def test_whoever_asks_twice_does_not_wait(supervise, tmp_path):
    supervisor = supervise(stubborn=f"{STUBBORN}time.sleep(60)", grace=60.0)
    until(lambda: False, within=0.5)

    supervisor.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        supervisor.wait(1.5)
    supervisor.terminate()

    assert supervisor.wait(10) == 0
    assert not is_alive(pid_of(tmp_path, "stubborn"))


def test_it_starts_again_what_died(supervise, tmp_path):
    supervise(web="time.sleep(60)")
    first = pid_of(tmp_path, "web")

    os.kill(first, signal.SIGKILL)

    assert until(lambda: pid_of(tmp_path, "web") not in {0, first})


def test_it_says_once_that_all_are_there(supervise):
    supervisor = supervise(web="time.sleep(60)")

    assert supervisor.stdout.readline() == "ready\n"
    supervisor.terminate()
    assert supervisor.stdout.read() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with a killed parent")
def test_its_programs_end_with_it_however_it_ends(supervise, tmp_path):
    supervisor = supervise(one="time.sleep(60)")

    supervisor.kill()

    assert until(lambda: not is_alive(pid_of(tmp_path, "one")), within=5)


def test_a_home_has_one_supervisor(tmp_path):
    lock = tmp_path / "serve.lock"

    with only_one(lock), pytest.raises(AlreadyRunningError), only_one(lock):
        pass

    with only_one(lock):
        pass
