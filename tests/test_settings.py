"""What settings promise, whatever the environment says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent
SHOW = "import json, portal.settings as s; print(json.dumps(vars(s), default=str, skipkeys=True))"


def read(home, **environment):
    """Return the settings as another process reads them, in an otherwise empty environment."""
    clean = {"PATH": os.environ["PATH"], "ROADWORTHY_HOME": str(home)} | environment
    shown = subprocess.run([sys.executable, "-c", SHOW], cwd=ROOT, env=clean, check=True, capture_output=True)
    return SimpleNamespace(**json.loads(shown.stdout))


def test_a_worker_that_slept_finds_one_call_not_a_hundred():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] < entry["schedule"]


@pytest.mark.parametrize("path", [*settings.REMINDERS, *settings.JOBS.values(), settings.SEND_LETTER])
def test_what_is_named_exists(path):
    assert callable(import_string(path))


def test_an_empty_environment_means_a_home_with_files_and_nothing_unsafe(tmp_path):
    names = (
        "DEBUG",
        "ROADWORTHY_DEMO",
        "DATABASE_URL",
        "EMAIL_URL",
        "BROKER_URL",
        "SITE_URL",
        "ALLOWED_HOSTS",
    )

    ours = read(tmp_path, **dict.fromkeys(names, ""))

    assert (ours.DEBUG, ours.DEMO) == (False, False)
    assert ours.DATABASES["default"]["NAME"] == str(tmp_path / "db.sqlite3")
    assert ours.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert str(tmp_path / "mail") == ours.EMAIL_FILE_PATH
    assert ours.CELERY_BROKER_URL == "filesystem://"
    assert ours.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"] == str(tmp_path / "spool" / "messages")
    assert ours.SITE_URL == "http://127.0.0.1:8000"
    assert (ours.SESSION_COOKIE_SECURE, ours.SECURE_HSTS_SECONDS) == (False, 0)


@pytest.mark.parametrize(
    ("edition", "environment", "is_demo"),
    [
        ("demo", {}, True),
        ("demo", {"ROADWORTHY_DEMO": "0"}, False),
        ("demo", {"DATABASE_URL": "postgres://db.example/portal"}, False),  # of somebody's production
        ("bare", {}, False),
        ("bare", {"ROADWORTHY_DEMO": "1"}, True),
    ],
)
def test_a_home_knows_whether_it_runs_the_demo(tmp_path, edition, environment, is_demo):
    (tmp_path / "edition").write_text(f"{edition}\n")

    assert is_demo == read(tmp_path, **environment).DEMO


def test_servers_are_named_by_addresses(tmp_path):
    ours = read(
        tmp_path,
        DATABASE_URL="postgres://ada:secret@db.example/portal?sslmode=verify-full",
        BROKER_URL="redis://broker.example/0",
        EMAIL_URL="smtp+tls://ada:secret@mail.example:587",
    )

    database = ours.DATABASES["default"]
    assert (database["HOST"], database["NAME"], database["CONN_MAX_AGE"]) == ("db.example", "portal", 600)
    assert database["OPTIONS"] == {
        "server_side_binding": True,
        "prepare_threshold": 3,
        "sslmode": "verify-full",
    }
    assert ours.CELERY_BROKER_TRANSPORT_OPTIONS["max_retries"] == 0
    assert ours.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > ours.CELERY_TASK_TIME_LIMIT
    assert (ours.EMAIL_HOST, ours.EMAIL_PORT, ours.EMAIL_USE_TLS) == ("mail.example", 587, True)


def test_cookies_are_secure_where_the_site_is(tmp_path):
    ours = read(tmp_path, SITE_URL="https://portal.example/")

    assert (ours.SESSION_COOKIE_SECURE, ours.CSRF_COOKIE_SECURE) == (True, True)
    assert ours.SECURE_HSTS_SECONDS > 0
    assert ours.CSRF_TRUSTED_ORIGINS == ["https://portal.example"]
    assert "portal.example" in ours.ALLOWED_HOSTS


def test_two_copies_on_one_machine_do_not_share_a_session(tmp_path):
    first, second = read(tmp_path, PORT="8001"), read(tmp_path, PORT="8002")

    assert first.SESSION_COOKIE_NAME != second.SESSION_COOKIE_NAME
    assert first.CSRF_COOKIE_NAME != second.CSRF_COOKIE_NAME


def test_the_policy_lets_nothing_in_from_elsewhere():
    sources = {
        source for listed in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values() for source in listed
    }

    assert sources == {"'none'", "'self'", "data:"}


def test_the_example_lists_every_variable_that_is_read_and_no_other():
    sources = [*ROOT.glob("portal/*.py"), *ROOT.glob("scripts/*.py"), *(ROOT / "apps").rglob("*.py")]
    text = "".join(path.read_text() for path in sources)
    read = set(re.findall(r'(?:environ\.get\(|environ\[|env\.\w+\()"([A-Z_]+)"', text))
    by_compose = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    not_for_people = {"DJANGO_SETTINGS_MODULE", "HTTP_TRANSFER_ENCODING"}  # the latter is of a request
    listed = re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert sorted(listed) == sorted((read | by_compose) - not_for_people)


def test_numbers_are_for_this_machine_unless_somebody_says_who_else(tmp_path):
    local, public = read(tmp_path), read(tmp_path, SITE_URL="https://portal.example")
    named = read(tmp_path, SITE_URL="https://portal.example", METRICS_NETWORKS="10.0.0.0/8, fd00::/8")

    assert (local.METRICS_NETWORKS, local.METRICS_TOKEN) == (["127.0.0.0/8", "::1/128"], "")
    assert (public.METRICS_NETWORKS, public.METRICS_TOKEN) == ([], "")
    assert named.METRICS_NETWORKS == ["10.0.0.0/8", "fd00::/8"]


def test_plain_http_is_sent_on_where_a_proxy_tells_the_two_apart(tmp_path):
    behind = read(tmp_path, SITE_URL="https://portal.example", BEHIND_PROXY="1")

    assert behind.SECURE_SSL_REDIRECT is True
    assert not hasattr(read(tmp_path, SITE_URL="https://portal.example"), "SECURE_SSL_REDIRECT")
    assert any(re.search(exempt, "readyz") for exempt in behind.SECURE_REDIRECT_EXEMPT)
