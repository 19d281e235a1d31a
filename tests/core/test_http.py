import pytest
from django.test import Client
from django.urls import reverse

from apps.core.http import came_from
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
BACKEND = "apps.accounts.http.PersonBackend"


@pytest.fixture
def admin():
    return UserFactory(is_admin=True)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_caches_keep_pages_and_fragments_apart(client, admin, headers):
    client.force_login(admin, backend=BACKEND)

    response = client.get(reverse("accounts:people"), headers=headers)

    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_followed_link_and_the_back_button_get_the_page(client, admin, header):
    client.force_login(admin, backend=BACKEND)

    response = client.get(reverse("accounts:people"), headers=HTMX | {header: "true"})

    assert response.content.startswith(b"<!doctype html>")


def test_a_stranger_is_sent_to_sign_in(client):
    response = client.get(reverse("notifications:inbox"))

    assert response.url == "/accounts/login/?next=/inbox/"


def test_a_plain_form_that_was_signed_out_stays_behind_the_back_button(client):
    response = client.post(reverse("accounts:profile"), {"name": "Typed."})

    assert (response.status_code, "HX-Retarget" in response) == (401, False)
    assert "<h1>You are signed out</h1>" in response.content.decode()


def test_a_control_of_a_page_that_was_signed_out_gets_an_alert(client):
    response = client.post(reverse("accounts:profile"), headers=HTMX)

    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (
        401,
        "#alerts",
        "outerHTML",
    )
    assert 'href="/accounts/login/"' in response.content.decode()


def test_a_refusal_of_the_domain_is_a_page_or_an_alert(client):
    client.force_login(UserFactory(), backend=BACKEND)

    page = client.get(reverse("accounts:people"))
    alert = client.get(reverse("accounts:people"), headers=HTMX)

    assert (page.status_code, alert.status_code, alert["HX-Retarget"]) == (403, 403, "#alerts")
    assert "<h1>Not yours to decide</h1>" in page.content.decode()
    assert "Only administrators may do that." in alert.content.decode()


def test_a_control_of_an_old_page_gets_an_alert_and_a_fresh_token(admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin, backend=BACKEND)

    response = client.post(reverse("accounts:profile"), headers=HTMX)

    assert (response.status_code, response["HX-Retarget"]) == (403, "#alerts")
    assert 'hx-swap-oob="outerHTML:[name=csrfmiddlewaretoken]"' in response.content.decode()


def test_a_refused_boosted_form_becomes_a_page(admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin, backend=BACKEND)

    response = client.post(reverse("accounts:profile"), headers=HTMX | {"HX-Boosted": "true"})

    assert (response.status_code, "HX-Retarget" in response) == (403, False)
    assert "<h1>This page had grown old</h1>" in response.content.decode()


@pytest.mark.parametrize(
    ("referer", "url"),
    [
        ("http://testserver/okrs/nos/?show=all", "/okrs/nos/?show=all"),
        ("http://elsewhere.example/okrs/", None),
        ("http://testserver//elsewhere.example/", None),
        ("", None),
    ],
)
def test_a_refused_form_leads_back_to_its_own_page_and_nowhere_else(rf, referer, url):
    request = rf.post("/okrs/nos/1/hold/", headers={"referer": referer})

    back = came_from(request)

    assert (back and back.url) == url
