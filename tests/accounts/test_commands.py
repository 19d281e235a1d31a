from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User

pytestmark = pytest.mark.django_db


def create_admin(*arguments):
    out = StringIO()
    call_command("create_admin", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_create_admin_prints_a_link_that_opens_the_form_for_a_password(client):
    *_words, link = create_admin("ada.lind@example.org")

    assert (User.objects.get().name, User.objects.get().is_admin) == ("Ada Lind", True)
    path = link.removeprefix("http://127.0.0.1:8000")
    response = client.get(path, follow=True)
    assert response.status_code == 200
    assert 'name="password1"' in response.content.decode()


def test_create_admin_takes_a_name():
    create_admin("ada@example.org", "--name", "Ada Lovelace")

    assert User.objects.get().name == "Ada Lovelace"


def test_create_admin_refuses_what_is_no_address():
    with pytest.raises(CommandError, match="not an e-mail address"):
        create_admin("ada")
