"""`make test` leaves no process behind, however it ends."""

import os
import signal
import subprocess
import sys

import pytest

from tests.workers import ROOT, until

# A stage as pytest is one: what it starts has a session of its own, and ends in a fixture's teardown.
STAGE = """
import pathlib, subprocess, sys, time
worker = subprocess.Popen(["sleep", "600"], start_new_session=True)
pathlib.Path(sys.argv[1]).write_text(str(worker.pid))
try:
    time.sleep(600)
finally:
    worker.terminate()
    worker.wait()
"""
RUN = f"""
import pathlib, sys
from scripts import test_all
folder = pathlib.Path(sys.argv[1])
test_all.end_on_sigterm()
server = ["sh", "-c", "echo $$ > server; exec sleep 600"]
with test_all._server(server, cwd=folder, answers=(folder / "server").exists):
    test_all._run("a stage", [sys.executable, "-c", {STAGE!r}, str(folder / "worker")])
"""


def pid_in(path):
    """Return the process id that was written there, or 0 as long as it was not."""
    return int(path.read_text() or 0) if path.exists() else 0


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_whoever_ends_it_ends_servers_and_stage(tmp_path, sent):
    run = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], cwd=ROOT)
    pids = [until(lambda name=name: pid_in(tmp_path / name)) for name in ("server", "worker")]
    assert all(is_running(pid) for pid in pids)

    os.kill(run.pid, sent)
    code = run.wait(30)

    assert not any(is_running(pid) for pid in pids)
    assert code == (143 if sent == signal.SIGTERM else -signal.SIGINT)
