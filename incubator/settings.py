"""One settings file, read from the environment. Without any variable: the safe demo."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from incubator import postgres

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT = env.str("TRAVEE_ENV", "demo")
PRODUCTION = ENVIRONMENT == "production"
DEMO = ENVIRONMENT == "demo"

if PRODUCTION:
    missing = [name for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL") if not env.str(f"{name}", "")]
    if missing:
        raise ImproperlyConfigured(f"TRAVEE_ENV=production needs: {', '.join(missing)}")

SECRET_KEY = env.str("SECRET_KEY", "the demo city keeps no secret")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
VAR = Path(env.str("TRAVEE_VAR", str(ROOT / "var")))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "guardian",
    "simple_history",
    "procrastinate.contrib.django",
    "django_htmx",
    "django_filters",
    "viewflow.workflow",
    "incubator.people",
    "incubator.events",
    "incubator.inbox",
    "incubator.messages",
    "incubator.lib",
    "ideas",
    "workflows",
]

MIDDLEWARE = [
    "incubator.lib.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "incubator.lib.middleware.PersonLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "incubator.lib.middleware.PlainRefusals",
]

ROOT_URLCONF = "incubator.urls"
WSGI_APPLICATION = "incubator.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "incubator.lib.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "incubator.lib.templatetags.ui",
            ],
        },
    },
]
FORM_RENDERER = "incubator.lib.forms.Renderer"

DATABASES = {
    "default": env.db_url_config(
        env.str("DATABASE_URL", "") or postgres.running_url() or f"postgresql:///{postgres.NAME}"
    )
}
# A wait for a row becomes a clear 409 instead of a page that hangs; migrations set it to 0.
LOCK_TIMEOUT_MILLISECONDS = env.int("LOCK_TIMEOUT_MILLISECONDS", 3000)
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["options"] = f"-c lock_timeout={LOCK_TIMEOUT_MILLISECONDS}"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["incubator.people.sign_in.StaffNumberBackend"]
# guardian's anonymous row would not fit a staff number, and its failure is silent.
ANONYMOUS_USER_NAME = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "my-work"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_SAMESITE = "Lax"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Files are stored by their SHA-256 and served only through a view that asks who reads.
MEDIA_ROOT = VAR / "files"

EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "travee@localhost")

SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # guardian's backend is asked only through people/grants.py
