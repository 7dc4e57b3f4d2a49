"""The product's settings, with what only tests may do."""

import os

from incubator.settings import *  # noqa: F403
from incubator.settings import DATABASES, INSTALLED_APPS, VAR

INSTALLED_APPS = [*INSTALLED_APPS, "bin.benchmarks"]  # viewflow finds the bare process by its application

# TRUNCATE between tests that need real transactions is refused by the events' triggers without this word.
DATABASES["default"]["OPTIONS"]["options"] += " -c travee.may_empty=on"
DATABASES["default"]["CONN_MAX_AGE"] = 0
if template := os.environ.get("TRAVEE_TEST_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": template}

PASSWORD_HASHERS = ["tests.hashers.CheapArgon2"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = VAR / "files"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(
    parents=True, exist_ok=True
)  # whitenoise warns of a missing folder, and warnings are errors
