"""One settings file, read from the environment. Without any variable: the safe demo.

docs/operations.md explains each variable.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from incubator import postgres
from incubator.lib.seals.configuration import SealSettings, of_the_demo

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT = env.str("TRAVEE_ENV", "demo")
if ENVIRONMENT not in ("demo", "test", "production"):
    # A slip of the pen must not make a demo, with its public accounts, of a real installation.
    raise ImproperlyConfigured(f"TRAVEE_ENV is {ENVIRONMENT!r}: say demo or production")
PRODUCTION = ENVIRONMENT == "production"
DEMO = ENVIRONMENT == "demo"

if PRODUCTION:
    missing = [name for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL") if not env.str(name, "")]
    if missing:
        raise ImproperlyConfigured(f"TRAVEE_ENV=production needs: {', '.join(missing)}")

SECRET_KEY = env.str("SECRET_KEY", "the demo city keeps no secret")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
VAR = Path(env.str("TRAVEE_VAR", str(ROOT / "var"))).resolve()

INSTALLED_APPS = [
    "incubator.people",  # before auth: its createsuperuser stands in for the one there
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",  # its widget templates, which templates/django/forms overrides
    "guardian",
    "simple_history",
    "procrastinate.contrib.django",
    "django_htmx",
    "django_filters",
    "viewflow.workflow",
    "incubator.events",
    "incubator.inbox",
    "incubator.messages",
    "incubator.lib",
    "ideas",
    "workflows",
]

MIDDLEWARE = [
    "incubator.health.Probe",
    "incubator.lib.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "incubator.lib.middleware.PlainCookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "incubator.people.middleware.SharedScreen",
    # Every page asks for sign-in unless its view says `login_not_required`.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "incubator.lib.middleware.PersonLanguage",
    "incubator.lib.middleware.SpokenMasks",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "incubator.lib.middleware.PlainRefusals",
]

CSRF_FAILURE_VIEW = "incubator.lib.errors.csrf_failure"
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

# --- The database -----------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url_config(
        env.str("DATABASE_URL", "") or postgres.running_url() or f"postgresql:///{postgres.NAME}"
    )
}
# A wait for a row becomes a clear 409 instead of a page that hangs; `manage.py migrate` sets it to 0.
LOCK_TIMEOUT_MILLISECONDS = env.int("LOCK_TIMEOUT_MILLISECONDS", 3000)
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    # Pages ask many short questions of many tables: compiling one (jit) takes longer than answering it.
    "options": f"-c lock_timeout={LOCK_TIMEOUT_MILLISECONDS} -c jit=off",
    # Statements of incubator/lib/built_once.py are prepared because they ask; no other recurs so often.
    "prepare_threshold": 1_000_000_000,
}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONNECTION_SECONDS", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Jobs ---------------------------------------------------------------------------------------------------

# Every room's jobs.py: a room adds the file, nothing else.
PROCRASTINATE_IMPORT_PATHS = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for room in ("incubator", "ideas", "workflows")
    for path in sorted((ROOT / room).glob("**/jobs.py"))
]
PROCRASTINATE_ON_APP_READY = "incubator.lib.job_connection.use_for"
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": env.int("WORKER_CONCURRENCY", 2)}

# --- Persons and sessions -----------------------------------------------------------------------------------

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
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION

# --- What a browser is told (the Content-Security-Policy is in incubator/lib/middleware.py) -----------------

SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", PRODUCTION)
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 365 * 24 * 3600) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Only behind a proxy that always sets this header itself; otherwise anyone could say "this was HTTPS".
if proxy_header := env.str("PROXY_SSL_HEADER", ""):
    SECURE_PROXY_SSL_HEADER = (f"HTTP_{proxy_header.upper().replace('-', '_')}", "https")
# Where the proxy says who its client is, such as X-Forwarded-For: sign-in is slowed down by address.
PROXY_CLIENT_HEADER = env.str("PROXY_CLIENT_HEADER", "")
USE_X_FORWARDED_HOST = env.bool("PROXY_SETS_HOST", False)

# --- Language and time --------------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
CITY_NAME = env.str("CITY_NAME", "Port-Aubert")
CITY_THEME = env.json("CITY_THEME", {})
TIME_ZONE = "Europe/Paris"
USE_TZ = True

# --- Files --------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "static"]
# Hashed names need `collectstatic`: production, and bin/demo, which runs it. Elsewhere files are read in place.
STATIC_HASHED = env.bool("STATIC_HASHED", PRODUCTION)
WHITENOISE_USE_FINDERS = not STATIC_HASHED
_STATIC = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if STATIC_HASHED
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC},
}
# Files are stored by their SHA-256 and served only through a view that asks who reads.
MEDIA_ROOT = VAR / "files"
FILE_UPLOAD_HANDLERS = [
    "incubator.lib.receiving.Capped",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- The seal of documents (incubator/lib/seals; docs/operations.md says how to get one) ----------------------

SEAL = SealSettings(
    file=env.str("TRAVEE_SEAL_FILE", ""),
    passphrase=env.str("TRAVEE_SEAL_PASSPHRASE", ""),
    pkcs11_module=env.str("TRAVEE_SEAL_PKCS11_MODULE", ""),
    pkcs11_token=env.str("TRAVEE_SEAL_PKCS11_TOKEN", ""),
    pkcs11_pin=env.str("TRAVEE_SEAL_PKCS11_PIN", ""),
    pkcs11_label=env.str("TRAVEE_SEAL_PKCS11_LABEL", ""),
    certificates=env.str("TRAVEE_SEAL_CERTIFICATES", ""),
    timestamp_url=env.str("TRAVEE_SEAL_TIMESTAMP_URL", ""),
    timestamp_certificates=env.str("TRAVEE_SEAL_TIMESTAMP_CERTIFICATES", ""),
)
if SEAL.faults():
    raise ImproperlyConfigured(f"The seal is half configured: {'; '.join(SEAL.faults())}")
if SealSettings() == SEAL and not PRODUCTION:
    SEAL = of_the_demo(VAR)

# --- Mail ---------------------------------------------------------------------------------------------------

# The demo's mail goes nowhere but to its outbox page.
_MAIL = "django.core.mail.backends.smtp.EmailBackend" if PRODUCTION else "incubator.messages.outbox.Backend"
EMAIL_BACKEND = env.str("EMAIL_BACKEND", _MAIL)
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "travee@localhost")
# Where an answer to a message goes: the programme's mailbox. Empty: to the sender.
REPLY_TO = env.str("REPLY_TO", "")
# What a link in a message starts with.
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/")

# --- What is written down while it runs ---------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {
        # django.request writes 5xx with the traceback; its 4xx would double the refusals' own line.
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # The same of what is too large, where the form's token is read before any view.
        **{
            f"django.security.{name}": {"level": "CRITICAL"}
            for name in ("RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")
        },
        "travee.refusals": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "travee.sign_in": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "procrastinate": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}

SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # guardian's backend is asked only through people/grants.py
    "security.W021",  # the HSTS preload list is for the owner of the domain to join, not for us
]
