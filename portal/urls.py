"""Every URL of the site, one include for each app."""

from allauth.account.urls import urlpatterns as allauth_pages
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from apps.core.views import healthz, metrics, readyz

# Not the pages on which allauth lets people change their address: administrators do, and history says so.
SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",  # closed by the adapter; allauth needs its name
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

urlpatterns = [
    path("accounts/", include([page for page in allauth_pages if page.name in SIGN_IN])),
    path("", include("apps.accounts.urls")),
    path("", include("apps.notifications.urls")),
    path("", include("apps.jobs.urls")),
    path("", include("apps.catalog.urls")),
    path("", include("apps.readiness.urls")),
    path("", include("apps.walkthroughs.urls")),
    path("", include("apps.home.urls")),  # after catalog: services/<slug>/ would take services/new/
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
handler400 = "apps.core.views.bad_request"
