"""The product's settings, and what the bench compares with."""

from incubator.settings import *  # noqa: F403
from incubator.settings import DATABASES, INSTALLED_APPS, STATIC_ROOT

INSTALLED_APPS = [*INSTALLED_APPS, "bin.benchmarks"]
ROOT_URLCONF = "bin.benchmarks.urls"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False  # they fall on whichever request comes next
