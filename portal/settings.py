"""Settings; every value that differs between machines comes from the environment (.env.example lists them)."""

import logging
import os
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.home import address_of, edition_of, spool
from portal.logs import logging_config
from portal.secret_key import secret_key

env = environ.Env()
MEGABYTE = 1024 * 1024
DAY = 24 * 60 * 60  # seconds

# Where we are
BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("ROADWORTHY_HOME") or BASE_DIR / "var").resolve()
HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
EDITION = edition_of(HOME)  # "demo" or "bare", written by the first `make run`; else ""
# Only then may the people of the demo sign in: where the first start made them, so that every command knows.
# Never by itself on a server's database, which is not the home's, whatever the home was made with.
DEMO = env.bool("ROADWORTHY_DEMO", default=EDITION == "demo" and not os.environ.get("DATABASE_URL"))
SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key(HOME)
# Former keys, while they are being replaced: they open what they locked, and lock nothing more.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
SITE_URL = (os.environ.get("SITE_URL") or address_of(HOME)).rstrip("/")  # for links in messages
_site = urlsplit(SITE_URL)
_is_https = _site.scheme == "https"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", _site.hostname, *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "apps.core",
    "apps.activity",
    "apps.accounts",
    "apps.jobs",
    "apps.notifications",
    "apps.comments",
    "apps.catalog",
    "apps.readiness",
    "apps.okrs",
    "apps.walkthroughs",
    "apps.home",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "whitenoise.runserver_nostatic",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_structlog",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # the last: our templates/django/forms come before its own
]
# Tools of development are not installed where the portal runs for real.
INSTALLED_APPS += [app for app in ("django_linear_migrations", "django_migration_linter") if find_spec(app)]
MIDDLEWARE = [
    "apps.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.logs.RequestLogMiddleware",
    "apps.core.middleware.SignsOfLifeMiddleware",  # nothing above it asks for the host
    "django.middleware.gzip.GZipMiddleware",  # it pads its answers, so that lengths give no secret away
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.core.middleware.SignInMiddleware",
    "apps.core.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",  # the last: it turns a locked sign-in into a 429
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.home.http.frame",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja"],
        "OPTIONS": {"environment": "portal.jinja.environment"},
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # fields by templates/django/forms/field.html

# Data: a file of our own unless a server is named
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(os.environ.get("DATABASE_URL") or f"sqlite:///{HOME / 'db.sqlite3'}")
    | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # writers queue up instead of failing half-way
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # A statement that a connection knows is seldom planned again: on our pages planning costs the server
    # several times what finding the rows does. (PgBouncer keeps such statements since 1.21.)
    DATABASES["default"]["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 3,
    } | DATABASES["default"].get("OPTIONS", {})  # what the address says, as sslmode, goes first
CACHES: dict[str, dict[str, Any]] = {
    # What holds for all processes and after a restart: how often somebody asked for a new password.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cacheentry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # of a day: core.forget_expired drops what is over
    },
    # What is asked with every request of a program, and may be counted in each process for itself.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
MEDIA_ROOT = HOME / "files"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
UPLOAD_LIMIT = 10 * MEGABYTE  # of one request; core.uploads refuses more before it is read
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_LIMIT
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # the import's form says in words how many it takes
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * MEGABYTE
FILE_UPLOAD_HANDLERS = [
    "apps.core.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Words and times: English, UTC inside, days first outside
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"
DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
MONTH_DAY_FORMAT = "j M"
FIRST_DAY_OF_WEEK = 1
DATE_INPUT_FORMATS = ["%Y-%m-%d"]  # what <input type="date"> sends and wants back
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]

# People and how they sign in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "apps.accounts.http.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_ADAPTER = "apps.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "apps.accounts.forms.ChangeForm",
    "reset_password_from_key": "apps.accounts.forms.ChooseForm",
    "user_token": "apps.accounts.forms.LinkForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "apps.accounts.rules.LinkTokens"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]  # sign-up itself is closed by the adapter
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
# axes counts wrong passwords by person and network address together, and by address alone, in the database
# that all processes share. Never by person alone: then a stranger could shut anybody out.
# Codes of the second step, which axes does not see, are counted in their row (accounts.prove_second_factor);
# what is counted here is the first code of a new authenticator app.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "20/15m/key"}
MFA_ADAPTER = "apps.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {  # phones show digits
    "authenticate": "apps.accounts.forms.CodeForm",
    "reauthenticate": "apps.accounts.forms.CodeAgainForm",
    "activate_totp": "apps.accounts.forms.FirstCodeForm",
}
MFA_TOTP_ISSUER = "Roadworthy"
MFA_TOTP_TOLERANCE = 1  # one step of 30 s for phones whose clock is not quite right
MFA_ALLOW_UNVERIFIED_EMAIL = True  # there is no sign-up: a link to the address was how its person came in
AXES_USERNAME_FORM_FIELD = "email"  # what allauth calls it when it asks the backends
AXES_HANDLER = "apps.accounts.adapters.SignInCounter"
AXES_CLIENT_IP_CALLABLE = "apps.core.http.network_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
SIGN_IN_FAILURES_PER_ADDRESS = 100  # generous: a whole office may share one
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "apps.core.views.locked_out"  # answers 429
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# What a browser may do with our pages
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "apps.core.http.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _is_https  # of our own name only
SILENCED_SYSTEM_CHECKS = [
    "security.W021"
]  # a place in the browsers' own lists is for whoever owns the domain
SESSION_ENGINE = "apps.core.sessions"
# Browsers keep cookies by host and not by port: copies that run side by side must not share them.
SESSION_COOKIE_NAME = f"session_{_site.port}" if _site.port else "session"
CSRF_COOKIE_NAME = f"csrf_{_site.port}" if _site.port else "csrf"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)  # only where a proxy sets the headers itself
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = _is_https  # without the header every request would be sent in a circle
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, without TLS

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.core.api.exception_handler",
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.http.InScope"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.core.limits.Throttle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.limits.CarefulJSONParser"],
    "DEFAULT_METADATA_CLASS": None,  # the description says it all; OPTIONS is answered 405
    "DEFAULT_PAGINATION_CLASS": "apps.core.api.Pages",
    "UNICODE_JSON": False,  # what a refusal quotes may be half a character, which no other form can hold
    # Not DRF's default: its Basic sign-in needs no second factor.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.http.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=6000)  # of one token, in one process
API_STRANGERS_PER_MINUTE = 60  # tries with a wrong token from one address
SPECTACULAR_SETTINGS = {
    "TITLE": "Roadworthy",
    "VERSION": "1",
    "DESCRIPTION": "Everything that people do in the pages of Roadworthy, for programs.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ServiceKind": "apps.catalog.models.Kind",
        "RiskLevel": "apps.catalog.models.RiskLevel",
        "ChecklistKind": "apps.readiness.models.Kind",
        "AnswerState": "apps.readiness.models.State",
        "ExemptionState": "apps.readiness.models.Exemption.State",
        "VerdictValue": "apps.readiness.models.Value",
        "WalkthroughState": "apps.walkthroughs.models.State",
        "WalkthroughDecision": "apps.walkthroughs.models.Decision",
        "SignatureDecision": "apps.walkthroughs.models.SignOff.Decision",
        "JobState": "apps.jobs.models.State",
        "QuarterState": "apps.okrs.models.CycleState",
        "ObjectiveState": "apps.okrs.models.State",
        "ObjectiveStatus": "apps.okrs.models.Status",
        "ObjectiveVerdict": "apps.okrs.models.Verdict",
        "HorizonAhead": "apps.okrs.api.goal_inputs.AHEAD",
        "KeyResultKind": "apps.okrs.models.Kind",
        "DeliveryState": "apps.notifications.models.State",
        "NegotiationKind": "apps.okrs.models.NegotiationKind",
        "AskedKind": "apps.okrs.api.negotiation_shapes.ASKED",
        "Stage": "apps.okrs.models.Stage",
        "Act": "apps.okrs.models.Act",
        "ReasonCode": "apps.okrs.models.ReasonCode",
        "NoKind": "apps.okrs.models.No.Kind",
        "NoState": "apps.okrs.models.No.State",
        "FindingState": "apps.okrs.models.Finding.State",
        "Severity": "apps.okrs.models.Finding.Severity",
        "Resolution": "apps.okrs.models.Finding.Resolution",
        "PromiseKind": "apps.okrs.models.Allocation.Kind",
        "TieKind": "apps.okrs.models.AlignmentLink.Kind",
        "Horizon": "apps.okrs.models.Horizon",
        "Precision": "apps.okrs.models.Precision",
        "StrategyVerdict": "apps.okrs.models.StrategyItem.Verdict",
    },
    "SERVE_PERMISSIONS": ["apps.accounts.http.InScope"],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.core.openapi.with_refusals",
    ],
}

# Mail: into files of the home unless a server is named
_mail = env.email_url_config(os.environ.get("EMAIL_URL") or f"filemail:///{HOME / 'mail'}")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"] or None
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("MAIL_FROM") or "Roadworthy <roadworthy@localhost>"
EMAIL_SUBJECT_PREFIX = ""

# Work in the background: rows carry it, the broker only rings
SPOOL = HOME / "spool"
CELERY_BROKER_URL = os.environ.get("BROKER_URL") or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any]
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = spool(SPOOL) | {"polling_interval": 0.2}
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "max_retries": 0,  # else a page waits six seconds for a dead broker
        "socket_connect_timeout": 2,  # and these for one that is stuck
        "socket_timeout": 2,
        "visibility_timeout": 360,  # longer than every task but jobs.run, which may well be rung twice
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = (
    "celery.beat:Scheduler"  # keeps no file: two would spoil it, and beat rings for all at its start
)
CELERY_BEAT_SCHEDULE = {  # seconds; what no worker took in time is dropped, the next one says the same
    "core.beat_seen": {"task": "core.beat_seen", "schedule": 30, "options": {"expires": 25}},
    "core.forget_expired": {"task": "core.forget_expired", "schedule": DAY, "options": {"expires": DAY - 10}},
    "notifications.deliver": {"task": "notifications.deliver", "schedule": 60, "options": {"expires": 50}},
    "notifications.gather": {"task": "notifications.gather", "schedule": 60, "options": {"expires": 50}},
    "notifications.remind": {"task": "notifications.remind", "schedule": 900, "options": {"expires": 890}},
    "notifications.check_history": {
        "task": "notifications.check_history",
        "schedule": 3600,
        "options": {"expires": 3590},
    },
    "jobs.run": {"task": "jobs.run", "schedule": 60, "options": {"expires": 50}},
    "activity.seal": {"task": "activity.seal", "schedule": 60, "options": {"expires": 50}},
    "okrs.turn": {"task": "okrs.turn", "schedule": 3600, "options": {"expires": 3590}},
    "okrs.look": {"task": "okrs.look", "schedule": 300, "options": {"expires": 290}},
    "okrs.look_at_all": {"task": "okrs.look_at_all", "schedule": 86_400, "options": {"expires": 86_000}},
    "okrs.prepare": {"task": "okrs.prepare", "schedule": 3600, "options": {"expires": 3590}},
    "okrs.snapshot_ranks": {"task": "okrs.snapshot_ranks", "schedule": 3600, "options": {"expires": 3590}},
    "readiness.refresh": {"task": "readiness.refresh", "schedule": 60, "options": {"expires": 50}},
    "okrs.lapse": {"task": "okrs.lapse", "schedule": 3600, "options": {"expires": 3500}},
    "okrs.decide_again": {"task": "okrs.decide_again", "schedule": 3600, "options": {"expires": 3500}},
}
BEAT_IS_LATE_AFTER = timedelta(seconds=120)  # four beats missed; /readyz says so

# Who may read /metrics: whoever has the token, or asks directly from one of these networks. Where nothing
# is said, this machine may if the site is its own, and nobody otherwise.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN") or ""
_is_local = _site.hostname in {"127.0.0.1", "localhost", "::1"}
METRICS_NETWORKS = [
    ip_network(network.strip())
    for network in (os.environ.get("METRICS_NETWORKS") or ("127.0.0.0/8,::1" if _is_local else "")).split(",")
    if network.strip()
]
# Traces leave only where a collector is named and the packages of requirements-telemetry.txt are installed.
IS_TRACED = bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")) and find_spec("opentelemetry") is not None
if IS_TRACED:
    MIDDLEWARE.insert(1, "portal.telemetry.SpanMiddleware")

# What lower apps collect from upper ones, by name
REMINDERS = [
    "apps.walkthroughs.queries.due",
    "apps.readiness.queries.due",
    "apps.catalog.queries.due",
    "apps.okrs.queries.due",
]
NOTICES = [
    "apps.walkthroughs.rules.notices.KINDS",
    "apps.readiness.rules.notices.KINDS",
    "apps.okrs.rules.notices.KINDS",
    "apps.catalog.rules.notices.KINDS",
    "apps.notifications.rules.OWN",
]
JOBS = {
    "walkthroughs.report": "apps.walkthroughs.reports.print_report",
    "catalog.import": "apps.catalog.transitions.run_import",
    "okrs.offsite": "apps.okrs.reports.print_offsite",
    "okrs.export": "apps.okrs.transitions.run_export",
    "okrs.restore": "apps.okrs.transitions.run_restore",
}
WITHHELD = ["apps.okrs.queries.withheld"]  # which events say what was hidden only after it had been told
CANDIDATES = [  # what a team may want to take up when it plans a quarter
    "apps.readiness.queries.candidates",
    "apps.walkthroughs.queries.candidates",
]
# What pages say of them: their name, and what somebody who sees one fail asks next. Work without words shows its key.
JOB_WORDS = {
    "walkthroughs.report": {
        "name": "Report of a walkthrough",
        "kept": "Nothing changed: reports that were printed before are there as they were.",
        "again": "it prints the report anew.",
    },
    "catalog.import": {
        "name": "Import of a catalog",
        "kept": "What it had taken over by then is kept, and so is the file.",
        "again": "it finds what it took over unchanged and goes on with the rest.",
    },
    "okrs.offsite": {
        "name": "Offsite pack of a quarter",
        "kept": "The pack itself is frozen and stays as it is.",
        "again": "it prints the pack anew.",
    },
    "okrs.export": {
        "name": "Export of a quarter",
        "kept": "Nothing changed: a file that was written before is there as it was.",
        "again": "it writes the file anew.",
    },
    "okrs.restore": {
        "name": "File of a quarter",
        "kept": "Nothing of the file was written: a quarter comes back whole, or not at all.",
        "again": "it looks at the file from the beginning.",
    },
}
JOB_READERS = {  # where not everybody may see the result
    "catalog.import": "apps.catalog.rules.may_organise",
    "okrs.export": "apps.okrs.rules.may_carry_quarters",
    "okrs.restore": "apps.okrs.rules.may_carry_quarters",
}
MEASURES = [
    "apps.jobs.queries.measures",
    "apps.notifications.queries.measures",
    "apps.core.health.measures",
    "apps.activity.queries.measures",
]
PERSON_COLUMNS = {"unread": "apps.notifications.queries.unread_of"}  # come with the person, in its query
READY_CHECKS = {"history": "apps.activity.queries.unguarded"}  # names for /readyz, sentences for the log
ROOT_TEAM = os.environ.get("ROOT_TEAM") or ""  # the slug of the team that stands for the organisation
FISCAL_YEAR_STARTS = int(os.environ.get("FISCAL_YEAR_STARTS") or 1)  # a month; quarters are cut from it
if FISCAL_YEAR_STARTS not in range(1, 13):
    message = "FISCAL_YEAR_STARTS is a month: 1 to 12."
    raise ImproperlyConfigured(message)
TEAM_NAMES = "apps.catalog.queries.team_names"
SEND_LETTER = "apps.notifications.transitions.send_letter"

# One JSON event per line on the error stream; standard output belongs to the commands.
LOGGING = logging_config(level=os.environ.get("LOG_LEVEL") or "INFO")
LOGGING_CONFIG = "logging.config.dictConfig"
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG  # one event per task: when it has ended
