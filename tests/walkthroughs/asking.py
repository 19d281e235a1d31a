"""How these tests ask for pages."""

from django.urls import reverse

HTMX = {"HX-Request": "true"}
MOST = 12  # queries of a page, session and person included


def open_as(client, person, name, *args, **headers):
    client.force_login(person)
    return client.get(reverse(f"walkthroughs:{name}", args=args), headers=headers)


def send(client, person, name, *args, data=None, headers=None):
    client.force_login(person)
    return client.post(reverse(f"walkthroughs:{name}", args=args), data or {}, headers=headers)
