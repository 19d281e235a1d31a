import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.catalog.models import Service
from apps.readiness import tasks
from apps.readiness.management.commands import publish_editions
from apps.readiness.models import Edition
from tests.factories.readiness import READINESS, answer_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("runs", [1, 2])
def test_refresh_is_safe_to_repeat(assessment, runs):
    Service.objects.filter(pk=assessment.service_id).update(data_class="restricted", version=9)

    for _run in range(runs):
        tasks.refresh()

    assert answer_of(assessment, "SEC-01").applies


def test_the_command_publishes_what_is_shipped_and_nothing_twice(capsys):
    call_command("publish_editions")
    call_command("publish_editions")

    shipped = {path.stem for path in publish_editions.FOLDER.glob("*.yaml")}
    assert set(Edition.objects.values_list("key", flat=True)) == shipped
    assert "green-light.yaml" in capsys.readouterr().out


def test_the_command_names_the_file_that_is_broken(tmp_path, monkeypatch):
    (tmp_path / "bad.yaml").write_text(READINESS.replace("weight: low", "weight: heavy"))
    monkeypatch.setattr(publish_editions, "FOLDER", tmp_path)

    with pytest.raises(CommandError, match=r"bad\.yaml: REL-04: weight"):
        call_command("publish_editions")
