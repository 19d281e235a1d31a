import pytest

from portal.home import address_of, edition_of


@pytest.mark.parametrize("edition", ["demo", "bare"])
def test_a_home_remembers_its_edition(tmp_path, edition):
    (tmp_path / "edition").write_text(f"{edition}\n")

    assert edition_of(tmp_path) == edition


def test_a_home_that_was_never_started_has_no_edition(tmp_path):
    assert edition_of(tmp_path) == ""


def test_another_command_knows_where_the_portal_is_served(tmp_path, monkeypatch):
    monkeypatch.delenv("PORT")
    before = address_of(tmp_path)

    (tmp_path / "address").write_text("http://127.0.0.1:8123\n")

    assert (before, address_of(tmp_path)) == ("http://127.0.0.1:8000", "http://127.0.0.1:8123")


def test_a_port_that_is_named_counts_more(tmp_path, monkeypatch):
    (tmp_path / "address").write_text("http://127.0.0.1:8123\n")
    monkeypatch.setenv("PORT", "9000")

    assert address_of(tmp_path) == "http://127.0.0.1:9000"
