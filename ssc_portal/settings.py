"""Settings of SSC Portal, all from the environment; docs/deploy.md, "Settings", says what each variable means."""

import logging
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from ssc_portal.accounts.single_sign_on import providers
from ssc_portal.api_docs import cross_origin
from ssc_portal.api_docs.deprecated import DEPRECATIONS
from ssc_portal.api_docs.description import API_VERSION
from ssc_portal.api_docs.schema import schema_settings
from ssc_portal.running import waits
from ssc_portal.running.clock import schedule
from ssc_portal.running.content_policy import OWN_HOST_ALONE
from ssc_portal.running.environment import LONGEST_STATEMENT, Environment
from ssc_portal.running.pseudo_language import add_pseudo_language
from ssc_portal.watching.error_reports import report_errors
from ssc_portal.watching.logs import logging_config

# ModelAdmin[...] and ListView[...] fail at run time on Django 5.2 without this.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

DEBUG = env.switch("DEBUG", default=False)

SECRET_KEY = env.secret("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it in the environment to a long random value, for example the output of: "
        'python -c "import secrets; print(secrets.token_urlsafe(50))". For a trial on this machine run `make demo`, '
        "which writes one to .env."
    )

ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")

# --- Who runs this portal -------------------------------------------------------------------------------------------
PORTAL_NAME = env.text("PORTAL_NAME", default="SSC Portal")
PORTAL_OWNER = env.text("PORTAL_OWNER")
# How letters begin: "Excellencies,", say. Empty: "Dear colleagues,", in the language of the letter.
LETTER_SALUTATION = env.text("LETTER_SALUTATION")
PORTAL_URL = env.address("PORTAL_URL", default="http://127.0.0.1:8000")
PORTAL_CONTACT = env.mailbox("PORTAL_CONTACT")
PORTAL_DISCLAIMER = env.text("PORTAL_DISCLAIMER", longest=LONGEST_STATEMENT)
DATA_LICENCE = env.text("DATA_LICENCE")
DATA_LICENCE_URL = env.address("DATA_LICENCE_URL")

# --- Applications: web <- directory <- surveys <- matching <- practices <- feed <- workspace, desk <- ssc_portal ------
INSTALLED_APPS = [
    "ssc_portal.apps.PortalConfig",
    "workspace.apps.WorkspaceConfig",
    "desk.apps.DeskConfig",
    "feed.apps.FeedConfig",
    "practices.apps.PracticesConfig",
    "matching.apps.MatchingConfig",
    "surveys.apps.SurveysConfig",
    "directory.apps.DirectoryConfig",
    "web.apps.WebConfig",
    "ssc_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "corsheaders",
    "csp",
    "django_structlog",
]

MIDDLEWARE = [
    # Before all others: each line and each answer tells which request it belongs to.
    "ssc_portal.watching.requests.RequestLogMiddleware",
    # Then those that put headers on every answer, at last those that may answer themselves.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "ssc_portal.middleware.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.api.limits.RateLimitMiddleware",
    "ssc_portal.middleware.RefuseUnreadableMiddleware",
    "ssc_portal.watching.probes.ProbesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ssc_portal.middleware.KeptByNobodyMiddleware",
    # Below what serves static files, which are compressed once and for all.
    "ssc_portal.middleware.CompressedMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "web.api.deprecation.DeprecationMiddleware",
    "ssc_portal.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Inside of sessions, whose changes it drops, and in the reader's language.
    "ssc_portal.running.read_only.ReadOnlyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ssc_portal.middleware.SessionFactorsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ssc_portal.middleware.SessionEndMiddleware",
    "directory.keys.middleware.KeyUseMiddleware",
    "ssc_portal.languages.ReaderLanguageMiddleware",
    "web.unavailable.CannotAnswerMiddleware",
]

ROOT_URLCONF = "ssc_portal.urls"
WSGI_APPLICATION = "ssc_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "ssc_portal.context_processors.portal",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
CONN_MAX_AGE = env.number("CONN_MAX_AGE", default=60, most=86_400)
# What serves pages sets it, see gunicorn.conf.py; a job may ask for more.
STATEMENT_SECONDS = env.number("STATEMENT_SECONDS", default=0, most=3_600)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Measured: with the defaults 76 of 800 concurrent writes were refused as locked; with these none.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", CONN_MAX_AGE)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    waits.bound_database(DATABASES["default"], statement_seconds=STATEMENT_SECONDS)

# Login throttling counts in this cache, so in production all workers must share it.
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
waits.bound_cache(CACHES["default"])

# --- Jobs: workers where a broker is set, else `manage.py work` ------------------------------------------------------
CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL")
# For tests: jobs are done at the commit, by whoever asked for them.
JOBS_HERE = env.switch("JOBS_HERE", default=False)
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": waits.BROKER_SECONDS}
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = waits.SOFT_SECONDS, waits.HARD_SECONDS
# A worker that is told nothing takes all of them.
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {name: {} for name in ("celery", waits.MAILS, waits.RUNS)}
CELERY_TASK_ROUTES = waits.ROUTES
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Jobs, mails and marks are handed out as they are written; what was left, or lost with a worker, is looked for. Where
# there is no broker nobody is told, and `manage.py work` looks oftener. Nothing here is done twice by being done again.
LOOK_EVERY = 30 if CELERY_BROKER_URL else 5
CELERY_BEAT_SCHEDULE = schedule(look_every=LOOK_EVERY)

# --- Maintenance: a file, which outlives a restore; each process of the portal sees its folder ------------------------
MAINTENANCE_FILE = env.folder("MAINTENANCE_FOLDER", default=BASE_DIR / "var") / "maintenance.json"

# --- Accounts -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "directory.User"
AUTHENTICATION_BACKENDS = ["ssc_portal.admin_permissions.AffiliationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace:home"
ACCOUNT_ADAPTER = "ssc_portal.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
# The secretariat's roles count only with a second factor; a trial on one machine may do without.
STAFF_SECOND_FACTOR = env.switch("STAFF_SECOND_FACTOR", default=True)
if not STAFF_SECOND_FACTOR and not DEBUG:
    raise ImproperlyConfigured(
        "STAFF_SECOND_FACTOR is off. Only a trial with DEBUG on may do without: remove it from the environment."
    )
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
# Django's own: allauth's writes a row that makes a second place for the address of an account.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "ask_for_address": "5/h/user"}

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = PORTAL_NAME
MFA_ADAPTER = "ssc_portal.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "ssc_portal.accounts.printed.CodeAsFactor",
    "add_webauthn": "ssc_portal.accounts.passkeys.AddPasskey",
    "authenticate_webauthn": "ssc_portal.accounts.passkeys.PasskeyAsFactor",
    "login_webauthn": "ssc_portal.accounts.passkeys.LogInByPasskey",
    "reauthenticate_webauthn": "ssc_portal.accounts.passkeys.ConfirmByPasskey",
}
# Only where a test or a trial has no HTTPS: browsers give passkeys to 127.0.0.1 without it.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

# Single sign-on by OpenID Connect, switched on by naming the server; it logs in those who have an account, no others.
OIDC_SERVER_URL = env.address("OIDC_SERVER_URL")
OIDC_CLIENT = {
    "name": env.text("OIDC_NAME", default="Single sign-on"),
    "client_id": env.text("OIDC_CLIENT_ID"),
    "secret": env.secret("OIDC_CLIENT_SECRET"),
}
if OIDC_SERVER_URL and not all(OIDC_CLIENT.values()):
    raise ImproperlyConfigured("OIDC_SERVER_URL is set: OIDC_CLIENT_ID and OIDC_CLIENT_SECRET have to be set too.")
SOCIALACCOUNT_ADAPTER = "ssc_portal.accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = providers(server=OIDC_SERVER_URL, client=OIDC_CLIENT)

SESSION_COOKIE_AGE = env.number("SESSION_HOURS", default=12, least=1, most=720) * 3600
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_MINUTES", default=120, least=1, most=43_200) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# --- Security -------------------------------------------------------------------------------------------------------
HTTPS = env.switch("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
HSTS_SECONDS = env.number("HSTS_SECONDS", default=31_536_000, most=315_360_000)
SECURE_HSTS_SECONDS = HSTS_SECONDS if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Behind a proxy that sets these headers itself; otherwise a client could forge them.
BEHIND_PROXY = env.switch("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

CONTENT_SECURITY_POLICY = {"DIRECTIVES": OWN_HOST_ALONE}

CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = cross_origin.METHODS
CORS_ALLOW_HEADERS = cross_origin.ALLOWED_HEADERS
CORS_EXPOSE_HEADERS = cross_origin.EXPOSED_HEADERS

# A form field of 100,000 characters in any script fits; a body beyond this is refused with 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- Words and dates ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES: list[tuple[str, Any]] = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Set by whoever chooses a language, and by nothing else; it says a language and no more.
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
# For trying layouts from right to left before anybody translates; `make pseudo` makes its catalogue.
PSEUDO_LANGUAGE = env.switch("PSEUDO_LANGUAGE", default=False)
if PSEUDO_LANGUAGE:
    if not DEBUG:
        raise ImproperlyConfigured("PSEUDO_LANGUAGE is on. It is for development, with DEBUG on: remove it.")
    LANGUAGES.append(add_pseudo_language())
    LOCALE_PATHS.append(BASE_DIR / "var" / "pseudo")
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["ssc_portal.formats"]

# --- Static files ---------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_ROOT", default=BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Every page asks for files by the names with their content; compressing them under the plain ones too takes twice as
# long. Maps, more than half of all bytes, are read by developer tools alone.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# --- Mail -----------------------------------------------------------------------------------------------------------
vars().update(env.mail_server("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = waits.MAIL_SECONDS
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", default="portal@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First: an Authorization header counts whatever cookies come along, and a 401 names it.
        "directory.keys.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "web.api.openapi.operations.PortalSchema",
    # Each request is counted by web.api.limits, before anything else is asked.
    "DEFAULT_THROTTLE_CLASSES": [],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.rate("API_RATE_ANONYMOUS", default="300/min"),
        "user": env.rate("API_RATE_USER", default="600/min"),
        "key": env.rate("API_RATE_KEY", default="1200/min"),
        "match": env.rate("API_RATE_MATCH", default="20/min"),
    },
    # 0: the address of the connection itself; a forged X-Forwarded-For is not read.
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
    "EXCEPTION_HANDLER": "web.api.problems.handle",
    # `?format=` is a parameter like any other: unknown.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

API_DEPRECATIONS = DEPRECATIONS

SPECTACULAR_SETTINGS = schema_settings(
    title=PORTAL_NAME, disclaimer=PORTAL_DISCLAIMER, owner=PORTAL_OWNER or PORTAL_NAME, mailbox=PORTAL_CONTACT
)

# --- Health ---------------------------------------------------------------------------------------------------------
DISK_FREE_MB = env.number("DISK_FREE_MB", default=200, most=1_000_000)

# Off where it is not set; long enough that nobody guesses it.
METRICS_TOKEN = env.secret("METRICS_TOKEN", shortest=20)
if METRICS_TOKEN:
    MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *MIDDLEWARE,
        "ssc_portal.watching.request_figures.RequestFiguresMiddleware",
    ]

# --- Logs -----------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(level=env.level("LOG_LEVEL", default="INFO"), as_json=not DEBUG)
# A line for each answer, none for its beginning, at one level: what went wrong has a line of its own.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = DJANGO_STRUCTLOG_STATUS_5XX_LOG_LEVEL = logging.INFO
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

ERROR_REPORTING_URL = env.reporting("ERROR_REPORTING_URL")
report_errors(ERROR_REPORTING_URL, release=API_VERSION)

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
