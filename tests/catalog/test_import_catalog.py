"""`manage.py import_catalog`."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.catalog.models import Service

pytestmark = pytest.mark.django_db

FILES = str(Path(__file__).parent / "files")


def run(*arguments):
    out = StringIO()
    call_command("import_catalog", *arguments, stdout=out)
    return out.getvalue()


def test_json_is_one_object_and_nothing_else():
    first, second = (json.loads(run(FILES, "--json")) for _ in range(2))

    assert first["created"] == {
        "domain": 1,
        "interface": 1,
        "person": 2,
        "service": 5,
        "system": 1,
        "team": 4,
    }
    assert (second["created"], second["updated"], second["drifted"]) == ({}, {}, {})
    assert second["unchanged"] == first["created"]
    assert second["left_out"] == [
        {"file": f"{FILES}/org.yaml", "line": 26, "reason": "not valid YAML: found undefined alias"}
    ]


def test_people_get_a_table():
    text = run(FILES)

    assert "service               5" in text
    assert f"{FILES}/org.yaml:26: not valid YAML: found undefined alias" in text


def test_one_file_is_enough():
    run(f"{FILES}/services.yml")

    assert Service.objects.get(slug="ledger").team is None


@pytest.mark.parametrize("arguments", [("nowhere",), ("nowhere", "--json")])
def test_it_fails_only_if_nothing_could_be_read(arguments):
    with pytest.raises(CommandError, match="Nothing could be read"):
        run(*arguments)


def test_left_out_alone_is_no_failure(tmp_path):
    (tmp_path / "a.yaml").write_text("on: push\n")

    assert json.loads(run(str(tmp_path), "--json"))["left_out"][0]["line"] == 1
