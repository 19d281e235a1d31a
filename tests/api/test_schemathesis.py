"""The API keeps what its description promises: schemathesis asks for all of it, as people of three kinds.

It takes minutes, so `make check` leaves it out and `make test` does not.
"""

import socket
import subprocess
import sys
from json import dumps
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from apps.accounts.models import User
from apps.walkthroughs.models import Seat
from tests.api.asking import token_for
from tests.factories import UserFactory
from tests.factories.walkthroughs import held, in_progress, seat_as
from tests.roles.world import World
from tests.workers import ROOT, Worker, until

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
PEOPLE = {
    "lead": {},
    "enablement": {"is_enablement": True},
    "admin": {"is_admin": True, "is_security": True},
}
OWN = """
[[operations]]
include-path-regex = "/walkthroughs/[{{]id[}}]/(reply|signature|confirm)/"
parameters = {{ id = {walkthrough} }}
"""  # random numbers would never meet the one meeting in which the token's person has a seat
ROW = """
[[operations]]
include-path-regex = '/okrs/{path}'
parameters = {{ {parameters} }}
"""
GOALS = {  # nor the goals of the small company: what its table of rights calls them
    "cycles/[{]slug[}]/": {"slug": "cycle", "team": "team", "promise": "promise"},
    "metrics/[{]key[}]/": {"key": "metric", "tension": "tension"},
    "objectives/[{]id[}]/((history|thread|check-ins|correction|stop|begin-grading)/)?$": {
        "id": "goal_objective"
    },
    "objectives/[{]id[}]/(adopt|defer|details|key-results|make-idea|withdraw|ties|targets|services)/": {
        "id": "sketch_objective"
    },
    "objectives/[{]id[}]/(grades|close|back-to-work)/": {"id": "graded_objective"},
    "objectives/[{]id[}]/activate/": {"id": "okr_agreed"},
    "objectives/[{]id[}]/make-draft/": {"id": "okr_idea"},
    "objectives/[{]id[}]/take-up/": {"id": "okr_waiting"},
    "key-results/[{]id[}]/((terms|milestones)/)?$": {"id": "goal_key_result"},
    "key-results/[{]id[}]/(measure|place|drop)/": {"id": "sketch_key_result"},
    "key-results/[{]id[}]/grade/": {"id": "grading_key_result"},
    "milestones/[{]id[}]/": {"id": "milestone"},
    "check-ins/[{]id[}]/((publish)/)?$": {"id": "begun"},
    "check-ins/[{]id[}]/(correct|acknowledge)/": {"id": "said"},
    "restores/[{]id[}]/": {"id": "looked_at"},
    "negotiations/[{]id[}]/((accept|counter|amend|decline|defer|withdraw|thread)/)?$": {"id": "asked_of"},
    "negotiations/[{]id[}]/(report|revoke|change|satisfied|dispute)/": {"id": "agreed_ask"},
    "negotiations/[{]id[}]/(propose|discard)/": {"id": "draft_ask"},
    "nos/[{]id[}]/": {"id": "no"},
    "rules/[{]code[}]/": {"code": "rule"},
    "findings/[{]id[}]/": {"id": "finding"},
    "horizons/[{]id[}]/": {"id": "item"},
    "decisions/[{]id[}]/": {"id": "decision"},
    "ties/[{]id[}]/": {"id": "okr_tie"},
    "service-links/[{]id[}]/": {"id": "okr_service"},
}


@pytest.fixture
def portal(transactional_db, tmp_path):
    """A real server on the database of this test; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "4"]
    environment = Worker(tmp_path / "log").environment | {"LOG_LEVEL": "WARNING"}
    environment |= {"API_REQUESTS_PER_MINUTE": "1000000", "ROOT_TEAM": "owners"}  # of the small company
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--no-control-socket", "portal.wsgi"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        assert until(lambda: _answers(address)), (tmp_path / "log").read_text()
        yield address
    finally:
        server.terminate()
        server.wait()


def _answers(address):
    try:
        return urlopen(f"{address}/healthz").status == 200  # noqa: S310 -- our own
    except URLError:
        return False


def _of_goals(names):
    """Return the addresses of goals as schemathesis reads them."""
    for path, parameters in GOALS.items():
        values = ", ".join(f"{name} = {dumps(names[key])}" for name, key in parameters.items())
        yield ROW.format(path=path, parameters=values)


@pytest.mark.parametrize("kind", PEOPLE)
def test_nothing_is_answered_that_the_description_does_not_say(portal, kind, tmp_path):
    world, walkthrough = World(), in_progress()
    person = UserFactory(**PEOPLE[kind]) if PEOPLE[kind] else walkthrough.service.lead.person
    secret, _token = token_for(person)
    teams = {} if PEOPLE[kind] else {"team_ids": [*person.team_ids, world.team.pk]}
    leads = {"lead_ids": [*person.lead_ids, world.team.pk]} if teams else {}
    User.objects.filter(pk=person.pk).update(reviews=True, **teams, **leads)  # peers review
    seat = seat_as(held(), "peer")
    Seat.objects.filter(pk=seat.pk).update(person=person)
    (tmp_path / "schemathesis.toml").write_text(
        OWN.format(walkthrough=seat.walkthrough_id) + "".join(_of_goals(world.names | {"rule": "L5"}))
    )
    tool = str(Path(sys.executable).with_name("schemathesis"))
    command = [tool, "run", f"{portal}/api/schema/", "-H", f"Authorization: Bearer {secret}", "--no-color"]
    few = ["--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "1", "--seed", "1"]
    if kind == "enablement":  # has no say in goals
        few += ["--exclude-path-regex", "/okrs/"]

    ran = subprocess.run(
        [*command, *few], check=False, capture_output=True, text=True, cwd=tmp_path, timeout=900
    )

    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
