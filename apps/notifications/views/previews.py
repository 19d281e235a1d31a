"""Every mail that the portal can send, with the example of its kind, for administrators."""

from base64 import b64encode
from hashlib import sha256
from typing import Final

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from apps.accounts.http import PortalRequest, actor
from apps.accounts.rules import check_admin
from apps.core.http import page
from apps.core.statements import or_404
from apps.notifications import queries, rules

THEMED: Final = {
    "dark": "@media all",
    "light": "@media not all",
}  # a frame without rights does not ask the page


@require_safe
def mails(request: PortalRequest) -> HttpResponse:
    """List what can be sent, by heading."""
    check_admin(actor(request))
    context = {"groups": queries.kinds_by_group(), "letters": rules.LETTERS}
    return page(request, "notifications/mails.html", context)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # it knows views without arguments only
@require_safe
def mail(request: PortalRequest, key: str) -> HttpResponse:
    """Show one mail as text, and its HTML in a frame that may do nothing."""
    check_admin(actor(request))
    context = {"key": key, "mail": _example(request, key), "title": queries.name_of(key)}
    return page(request, "notifications/mail.html", context)


@xframe_options_sameorigin
@require_safe
def mail_html(request: PortalRequest, key: str) -> HttpResponse:
    """Return the HTML of a mail as it is sent, under a policy of its own; dark where the page around it is.

    Its one style sheet is allowed by its hash, so neither 'unsafe-inline' nor a style of an element is.
    """
    check_admin(actor(request))
    style = rules.style()
    themed = style.replace(rules.WHEN_DARK, THEMED.get(request.COOKIES.get("theme", ""), rules.WHEN_DARK))
    response = HttpResponse(_example(request, key).html.replace(style, themed))
    digest = b64encode(sha256(themed.encode()).digest()).decode()
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox"
    )
    return response


def _example(request: PortalRequest, key: str) -> rules.Mail:
    """Return a mail to the administrator who looks, with a link that changes nothing of theirs."""
    return or_404(queries.example_mail(key, to=request.user, now=rules.EXAMPLES_AT))
