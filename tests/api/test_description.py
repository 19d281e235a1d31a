"""The API's description, for machines and for people."""

import json

import pytest
from django.core.management import call_command

from tests.api.asking import Program
from tests.factories import UserFactory

pytestmark = pytest.mark.thorough


def test_the_description_is_whole_and_without_a_warning(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["*/*", "application/yaml", "application/vnd.oai.openapi+json"])
def test_the_description_is_refused_as_everything_is(kind):
    refusal = Program()("GET", "/api/schema/", status=401, Accept=kind)

    assert refusal["title"] == "Unauthorized"


@pytest.mark.django_db
def test_people_read_of_everything_that_programs_can_ask_for():
    program = Program(UserFactory())
    paths = program("GET", "/api/schema/?format=json", status=200)["paths"]
    program.client.force_login(UserFactory())

    html = program.client.get("/api/docs/").content.decode()

    operations = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    of_the_api = {operation for operation in operations if "/api/v1/" in operation}
    assert len(of_the_api) > 80
    assert {operation for operation in of_the_api if f"<code>{operation}</code>" not in html} == set()


def test_the_description_names_what_may_be_refused():
    from apps.core.openapi import reference  # noqa: PLC0415 -- it reads every URL

    (save,) = (one for one in reference()["answers"] if one.method == "PUT" and one.path.endswith("{id}/"))

    assert {status for status, _why in save.answers} == {"200", "412", "428"}  # others are said once for all
    state = next(field for field in save.body if field.name == "state")
    assert '"in_place"' in state.kind
    assert save.example.startswith('curl -X PUT "$ROADWORTHY/api/v1/answers/{id}/"')
    assert "If-Match" in save.example
    assert json.loads(save.shape)["text"] == "text"


def test_two_methods_of_one_address_have_a_sentence_each():
    from apps.core.openapi import reference  # noqa: PLC0415 -- it reads every URL

    told = {}
    for operations in reference().values():
        for one in operations:
            told.setdefault((one.path, one.summary), []).append(one.method)

    assert [place for place, methods in told.items() if len(methods) > 1] == []


def test_nothing_that_people_read_is_in_the_words_of_programs():
    from apps.core.openapi import reference  # noqa: PLC0415 -- it reads every URL

    said = [
        text
        for operations in reference().values()
        for one in operations
        for text in [one.summary, *(field.kind + field.description for field in one.parameters + one.body)]
    ]

    assert [text for text in said if "`" in text or "Enum" in text] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("topic", "address"), [("api", "/api/docs/"), ("events", "/help/events/")])
def test_the_help_leads_to_what_is_made_from_the_code(client, topic, address):
    client.force_login(UserFactory())

    assert f'href="{address}"' in client.get("/help/keyboard/").content.decode()
    assert client.get(f"/help/{topic}/").status_code in {200, 302}


def test_the_description_names_a_disk_that_is_full():
    from apps.core.openapi import reference  # noqa: PLC0415 -- it reads every URL

    (load,) = reference()["imports"]

    assert ("507", "The portal's disk is full; nothing was kept.") in load.answers
