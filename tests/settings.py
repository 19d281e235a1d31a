"""The portal's settings, with a home of their own for each run and what makes tests quick."""

import os
from tempfile import mkdtemp

# Before the settings are read: never the home or the mail server of whoever runs the tests.
HOME_OF_THIS_RUN = mkdtemp(prefix="roadworthy-tests-")  # tests/conftest.py removes it
os.environ.update(ROADWORTHY_HOME=HOME_OF_THIS_RUN, SECRET_KEY="a key for tests only", PORT="8000")
for _name in ("SITE_URL", "EMAIL_URL", "ROADWORTHY_DEMO", "DEBUG"):
    os.environ.pop(_name, None)

from portal.settings import *  # noqa: E402

INSTALLED_APPS = ["tests.emptying", *INSTALLED_APPS]  # only tests may empty the tables of history
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True  # static files as they lie in the tree, none collected
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in a real home: several connections, WAL and IMMEDIATE work as they do there.
    DATABASES["default"]["TEST"] = {"NAME": HOME / "test.sqlite3"}
DATABASES["default"]["CONN_MAX_AGE"] = 0  # threads of tests leave no connection behind
NOTICES = [*NOTICES, "tests.notices.KINDS"]  # and their templates
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], BASE_DIR / "tests" / "templates"]
