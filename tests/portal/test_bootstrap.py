"""What a bare machine is told, in one sentence each."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PRETEND = """
import os, runpy, shutil, sys
os.geteuid = lambda: 1000
shutil.which = lambda name: "/usr/bin/" + name
{pretend}
sys.argv = ["bootstrap.py"]
runpy.run_path("scripts/bootstrap.py", run_name="__main__")
"""
NO_PANGO = """
import ctypes
from pathlib import Path
def refuse(name):
    raise OSError(name)
ctypes.CDLL = refuse
Path(".venv/bin").mkdir(parents=True)
Path(".venv/bin/python").symlink_to(sys.executable)
"""


@pytest.fixture
def bare(tmp_path):
    """A checkout with nothing but the script; returns what it says on a machine that lacks something."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "bootstrap.py", tmp_path / "scripts")

    def say(pretend):
        code = PRETEND.format(pretend=pretend)
        ended = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, check=False, capture_output=True, text=True
        )
        return ended.returncode, ended.stderr

    return say


def test_an_old_python_is_refused(bare):
    code, said = bare("sys.version_info = (3, 9, 2)")

    assert code == 1
    assert said.startswith("roadworthy: Python 3.11 or newer is needed")
    assert said.count("\n") == 1


def test_a_missing_venv_module_has_a_line_that_installs_it(bare):
    code, said = bare('sys.modules["ensurepip"] = None; sys.version_info = (3, 11, 2)')

    line = "sudo apt-get install -y --no-install-recommends python3.11-venv"
    assert (code, said) == (1, f"roadworthy: Making .venv needs python3.11-venv; type: {line}\n")


def test_missing_libraries_for_pdfs_have_a_line_that_installs_them(bare):
    code, said = bare(NO_PANGO)

    assert code == 1
    assert said.startswith("roadworthy: Printing PDF reports needs libpango-1.0-0 and libpangoft2-1.0-0")
    assert "sudo apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0" in said
