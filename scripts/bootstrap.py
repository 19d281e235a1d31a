"""What a bare machine lacks: `.venv` with the locked dependencies, and a few packages of the system.

Run by any python3, so no newer syntax than Python 3.6 has: `python3 scripts/bootstrap.py [--tests]`.
"""

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MINIMUM = (3, 11)
# What WeasyPrint draws with, by the Debian package that brings it.
LIBRARIES = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}


def stop(sentence):
    """End with one clear sentence."""
    sys.exit("roadworthy: " + sentence)


def apt_line(packages):
    """Return the line that installs packages on Debian."""
    return "apt-get install -y --no-install-recommends " + " ".join(packages)


def need(packages, purpose):
    """Install packages of the system as root; else say the line that does."""
    if not packages:
        return
    if not shutil.which("apt-get"):
        stop(f"{purpose} needs what Debian calls {' '.join(packages)}: please install it.")
    if os.geteuid() != 0:
        stop(f"{purpose} needs {' and '.join(packages)}; type: sudo {apt_line(packages)}")
    print(f"Installing {' '.join(packages)} …", flush=True)
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = apt_line(packages).split()
    for command in (install, ["apt-get", "update"], install):  # a fresh machine has no lists yet
        result = subprocess.run(
            command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        if result.returncode == 0 and command is install:
            return
    stop(f"{purpose} needs a package that could not be installed; type: {apt_line(packages)}")


def has_library(name):
    """Tell whether the system has a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_font():
    """Tell whether there is anything to print letters with."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    return any(next(folder.rglob("*.[to]tf"), None) for folder in folders if folder.is_dir())


def check_python():
    """Refuse a Python that is too old."""
    if sys.version_info < MINIMUM:
        stop(
            f"Python {MINIMUM[0]}.{MINIMUM[1]} or newer is needed and this is "
            f"{platform.python_version()}; name another one with PYTHON=…"
        )


def works(*command):
    """Tell whether a command can be run and succeeds; what it prints is of no interest."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run(command, check=False, **quiet).returncode == 0
    except OSError:
        return False


def make_venv():
    """Make `.venv`, anew if the Python that it was made with has gone."""
    if works(str(PYTHON), "-m", "pip", "--version"):
        return
    try:
        import ensurepip  # noqa: F401 -- Debian has it in a package of its own
        import venv  # noqa: F401
    except ImportError:
        need([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"], "Making .venv")
    print("Making .venv …", flush=True)
    result = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if result.returncode:
        stop(f"{VENV} could not be made: {result.stdout.decode().strip().splitlines()[-1]}")


def install(*locks):
    """Install what the locks name, once for each content of them."""
    text = b"".join((ROOT / lock).read_bytes() for lock in locks)
    stamp, digest = VENV / f"installed-{len(locks)}", hashlib.sha256(text).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    print(f"Installing the locked dependencies of {' and '.join(locks)} (about a minute) …", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes"]
    for lock in locks:
        command += ["-r", str(ROOT / lock)]
    if subprocess.run(command, check=False).returncode:
        stop("the dependencies could not be installed; what pip says stands above.")
    stamp.write_text(digest)


def system_packages(*, for_tests):
    """Return the missing packages for PDFs and, if asked, for the tests."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [package for package, library in LIBRARIES.items() if not has_library(library)]
    missing += [] if has_font() else ["fonts-dejavu-core"]
    if for_tests:
        servers = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        missing += [] if servers or shutil.which("initdb") else ["postgresql"]
        missing += [] if shutil.which("redis-server") else ["redis-server"]
        missing += [] if shutil.which("chromium") else ["chromium"]
    return missing


def main():
    """Install whatever is missing; a second run finds nothing to do."""
    for_tests = "--tests" in sys.argv
    check_python()
    make_venv()
    need(system_packages(for_tests=for_tests), "Running all tests" if for_tests else "Printing PDF reports")
    if for_tests or "--dev" in sys.argv:
        install("requirements.txt", "requirements-dev.txt")
    else:
        install("requirements.txt")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("stopped; start again and it goes on from here.")
