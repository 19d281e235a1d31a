"""The rules for goals, as their catalogue has them."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.http import PortalRequest
from apps.core.http import page
from apps.home.views.pages import HELP
from apps.okrs.rules import findings, lint


@require_safe
def rules_explained(request: PortalRequest) -> HttpResponse:
    """Show every rule with a weak and a strong example. No query."""
    context = {"topics": HELP, "topic": "goal-rules", "rules": lint.RULES, "checks": findings.CHECKS}
    return page(request, "home/rules_explained.html", context)
