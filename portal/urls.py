"""Every URL of the site, one include for each app."""

from allauth.account.urls import urlpatterns as allauth_pages
from allauth.mfa.base import views as mfa
from allauth.mfa.totp.views import deactivate_totp
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from apps.accounts.api import MeView, PeopleViewSet, TokenViewSet
from apps.accounts.views import SignInView, SwitchOnView
from apps.catalog.api import ImportViewSet, ServicesFileView, ServiceViewSet, TeamViewSet
from apps.core.views import api_nothing, healthz, metrics, readyz
from apps.home.api import EventsView
from apps.home.views import api_docs
from apps.jobs.api import JobViewSet
from apps.notifications.api import DeliveryViewSet, InboxViewSet, PreferencesView
from apps.okrs.api import PATHS as OKR_FILES
from apps.okrs.api import ROUTES as OKRS
from apps.readiness.api import AnswerViewSet, ChecklistViewSet, EditionViewSet
from apps.walkthroughs.api import FollowUpViewSet, RoadViewSet, SeatViewSet, VetoViewSet, WalkthroughViewSet

# Not the pages on which allauth lets people change their address: administrators do, and history says so.
SIGN_IN = {
    "account_logout",
    "account_inactive",
    "account_signup",  # closed by the adapter; allauth needs its name
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_reauthenticate",  # before the second factor is changed
}

SECOND_FACTOR = "settings/second-factor/"

api = SimpleRouter()
api.register("people", PeopleViewSet, basename="person")
api.register("tokens", TokenViewSet, basename="token")
api.register("services", ServiceViewSet, basename="service")
api.register("services", ChecklistViewSet, basename="checklist-of")
api.register("services", RoadViewSet, basename="road")
api.register("teams", TeamViewSet, basename="team")
api.register("imports", ImportViewSet, basename="import")
api.register("checklists", EditionViewSet, basename="checklist")
api.register("answers", AnswerViewSet, basename="answer")
api.register("walkthroughs", WalkthroughViewSet, basename="walkthrough")
api.register("seats", SeatViewSet, basename="seat")
api.register("follow-ups", FollowUpViewSet, basename="follow-up")
api.register("vetoes", VetoViewSet, basename="veto")
api.register("inbox", InboxViewSet, basename="notice")
api.register("deliveries", DeliveryViewSet, basename="delivery")
api.register("jobs", JobViewSet, basename="job")
for prefix, views, basename in OKRS:
    api.register(prefix, views, basename=basename)

urlpatterns = [
    path("accounts/login/", SignInView.as_view(), name="account_login"),
    path("accounts/", include([page for page in allauth_pages if page.name in SIGN_IN])),
    path(SECOND_FACTOR, mfa.index, name="mfa_index"),
    path(f"{SECOND_FACTOR}authenticate/", login_not_required(mfa.authenticate), name="mfa_authenticate"),
    path(f"{SECOND_FACTOR}reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(f"{SECOND_FACTOR}totp/activate/", SwitchOnView.as_view(), name="mfa_activate_totp"),
    path(f"{SECOND_FACTOR}totp/deactivate/", deactivate_totp, name="mfa_deactivate_totp"),
    path(f"{SECOND_FACTOR}recovery-codes/", include("allauth.mfa.recovery_codes.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.notifications.urls")),
    path("", include("apps.jobs.urls")),
    path("", include("apps.catalog.urls")),
    path("", include("apps.readiness.urls")),
    path("", include("apps.okrs.urls")),
    path("", include("apps.walkthroughs.urls")),
    path("", include("apps.home.urls")),  # after catalog: services/<slug>/ would take services/new/
    path("api/v1/me/", MeView.as_view(), name="me"),
    path("api/v1/me/notifications/", PreferencesView.as_view(), name="me_notifications"),
    path("api/v1/events/", EventsView.as_view(), name="events"),
    path("api/v1/services/export.csv", ServicesFileView.as_view(), name="services_file"),
    path("api/v1/", include(OKR_FILES)),
    path("api/v1/", include((api.urls, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", api_docs, name="api_docs"),
    re_path("^api/", api_nothing, name="api_nothing"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
handler400 = "apps.core.views.bad_request"
handler500 = "apps.core.views.server_error"
