import pytest
from django.test import RequestFactory

from apps.accounts.http import actor
from apps.accounts.models import Actor, Token
from tests.factories import UserFactory


@pytest.fixture
def request_of_ada():
    request = RequestFactory().get("/", headers={"X-Request-ID": "4711"})
    request.user = UserFactory.build(name="Ada")
    return request


def test_a_person_acts_in_her_own_name(request_of_ada):
    ada = request_of_ada.user

    assert actor(request_of_ada) == Actor(person=ada, request_id="4711")
    assert actor(request_of_ada).name == "Ada"


def test_a_token_acts_in_the_name_of_its_person(request_of_ada):
    request_of_ada.auth = Token(name="ci", team_id=3)

    assert (actor(request_of_ada).name, actor(request_of_ada).team_id) == ("Ada (token ci)", 3)


def test_the_system_acts_in_the_name_of_its_job():
    job = Actor.system("notifications.remind")

    assert (job.name, job.person_id, job.has("admin"), job.is_in(1)) == (
        "notifications.remind",
        None,
        False,
        False,
    )
