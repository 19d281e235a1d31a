"""The files of production: well-formed, whole, and the same processes as `manage.py serve`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from apps.core import supervisor
from apps.core.management.commands.serve import _programs
from tests.production import compose
from tests.production.compose import ROOT, MissingError, environment_of, services

pytestmark = pytest.mark.thorough
BIN = Path(sys.executable).parent
OURS = ("migrate", "web", "worker", "beat")
GIVEN = {"SECRET_KEY": "".join(map(chr, range(48, 123))), "POSTGRES_PASSWORD": "pw"}


def run(*command, **environment):
    clean = {"PATH": os.environ["PATH"]} | environment
    return subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)


def test_the_compose_file_follows_the_specification():
    done = run(str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")

    assert done.returncode == 0, done.stdout


def test_the_dockerfile_has_good_habits():
    done = run(str(BIN / "hadolint"), "Dockerfile")

    assert done.returncode == 0, done.stdout


def test_whatever_is_referred_to_is_there():
    file = yaml.safe_load(compose.FILE.read_text())
    for service in file["services"].values():
        assert set(service.get("depends_on", {})) <= file["services"].keys()
        named = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert named <= file["volumes"].keys()
        for name, rule in service.get("depends_on", {}).items():
            if rule["condition"] == "service_healthy":
                assert file["services"][name]["healthcheck"]["test"]


def test_every_variable_of_it_stands_in_the_example():
    example = (ROOT / ".env.example").read_text()

    assert {name for name in compose.variables() if f"\n#{name}=" not in example} == set()


def test_what_the_example_names_reaches_the_containers():
    """Said in .env and passed on to nobody, a variable would do nothing and nobody would know."""
    listed = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    of_the_image = {"ROADWORTHY_HOME", "HOST", "PORT"}
    never_on_a_server = {"DEBUG", "EMPTY", "ROADWORTHY_DEMO"}

    assert listed - compose.variables() == of_the_image | never_on_a_server


def test_each_process_gets_the_same_environment():
    shown = [environment_of(services()[name], GIVEN) for name in OURS]

    assert all(environment == shown[0] for environment in shown)
    assert shown[0]["DATABASE_URL"] == "postgres://roadworthy:pw@db:5432/roadworthy"
    assert {services()[name]["image"] for name in OURS} == {"roadworthy"}


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD"])
def test_what_has_no_safe_default_is_asked_for(name):
    given = GIVEN | {name: ""}

    with pytest.raises(MissingError, match=name):
        [environment_of(services()[service], given) for service in ("web", "db")]


def test_a_container_can_write_to_its_home_and_nowhere_else():
    for name in OURS:
        service = services()[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert (service["volumes"], service["tmpfs"]) == (["home:/data"], ["/tmp"])  # noqa: S108
    assert re.search(r"^USER 10001$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def documented(*words):
    """Return the commands of the manual that have these words in them."""
    lines = (line.strip() for line in (ROOT / "docs" / "PRODUCTION.md").read_text().splitlines())
    return [line for line in lines if all(word in line for word in words)]


def test_no_command_of_the_manual_needs_what_the_containers_lack():
    """Root without capabilities is locked out of /data, which user 10001 alone may enter."""
    assert services()["web"]["cap_drop"] == ["ALL"]
    assert documented("docker compose", "--user ") == []
    assert documented("docker compose", " -v ") == []


@pytest.mark.parametrize("names", [[], ["12/34", "ab/cd"]])
def test_the_files_of_a_home_come_back_as_the_manual_says(tmp_path, names):
    old, new = tmp_path / "old", tmp_path / "new"
    for name in names:
        (old / "files" / name).parent.mkdir(parents=True)
        (old / "files" / name).write_text(name)
    old.mkdir(exist_ok=True)
    new.mkdir()
    keep, bring_back = documented("docker compose run", "tar -C /data")

    for line, home in ((keep, old), (bring_back, new)):
        inside = line.partition(" -T web ")[2].replace("/data", str(home))
        done = subprocess.run(["/bin/sh", "-c", inside], cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")

    kept = {str(path.relative_to(new / "files")) for path in new.rglob("*") if path.is_file()}
    assert (kept, (new / "files").is_dir()) == (set(names), True)


def test_the_containers_run_what_the_supervisor_runs():
    ours = {program.name: ["python", *program.command[1:]] for program in _programs()}

    assert {name: services()[name]["command"] for name in ours} == ours


def test_the_image_begins_with_the_web_server():
    command = services()["web"]["command"]
    words = ", ".join(f'"{word}"' for word in command)

    assert f"\nCMD [{words}]\n" in (ROOT / "Dockerfile").read_text()


def test_workers_get_longer_to_end_than_a_run_of_deliveries_takes():
    seconds = int(services()["worker"]["stop_grace_period"].removesuffix("s"))

    assert seconds > 50 + 20  # RUN_SECONDS, and one message at EMAIL_TIMEOUT
    assert seconds == supervisor.GRACE


def test_django_finds_nothing_unsafe_in_production(tmp_path):
    given = GIVEN | {"SITE_URL": "https://portal.example.org", "BEHIND_PROXY": "1"}
    environment = environment_of(services()["web"], given) | {"ROADWORTHY_HOME": str(tmp_path)}

    done = run(sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)

    assert done.returncode == 0, done.stderr


def test_static_files_are_compressed_when_they_are_collected(tmp_path):
    code = "from django.conf import settings; settings.STATIC_ROOT = '{0}'; import django; django.setup(); "
    code += "from django.core.management import call_command as c; "
    code += "c('collectstatic', verbosity=0, interactive=False, ignore_patterns=['rest_framework'])"
    home = {"ROADWORTHY_HOME": str(tmp_path / "home"), "DJANGO_SETTINGS_MODULE": "portal.settings"}

    done = run(sys.executable, "-c", code.format(tmp_path / "static"), **home)

    assert done.returncode == 0, done.stderr
    sheets = {path.name for path in (tmp_path / "static").rglob("*.css*")}
    assert sheets
    assert all(f"{name}.gz" in sheets for name in sheets if name.endswith(".css"))
