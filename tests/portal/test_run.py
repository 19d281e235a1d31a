"""`make run` leaves a home in which work can begin."""

import pytest

from apps.readiness.management.commands import publish_editions
from apps.readiness.models import Edition
from apps.readiness.queries import latest_edition
from scripts import run

pytestmark = pytest.mark.django_db


def test_a_bare_home_has_the_shipped_checklists(capsys):
    run._fill("bare")
    run._publish()

    shipped = {path.stem for path in publish_editions.FOLDER.glob("*.yaml")}
    assert set(Edition.objects.values_list("key", flat=True)) == shipped
    assert "Here you sign in for the first time" in capsys.readouterr().out


def test_a_later_start_publishes_what_a_new_version_brought(tmp_path, monkeypatch):
    run._publish()
    text = (publish_editions.FOLDER / "green-light.yaml").read_text(encoding="utf-8")
    (tmp_path / "green-light.yaml").write_text(text.replace("edition: 1\n", "edition: 2\n"), encoding="utf-8")
    monkeypatch.setattr(publish_editions, "FOLDER", tmp_path)

    run._publish()

    assert latest_edition("conversation").number == 2
    assert Edition.objects.filter(key="green-light").count() == 2


def test_a_checklist_that_cannot_be_published_stops_nobody(tmp_path, monkeypatch, capsys):
    (tmp_path / "broken.yaml").write_text("title: [", encoding="utf-8")
    monkeypatch.setattr(publish_editions, "FOLDER", tmp_path)

    run._publish()

    assert "a checklist was not published: broken.yaml" in capsys.readouterr().out
