"""Settings come from the environment, are safe where nothing is said, and are loud where something is wrong."""

import json
import re
from typing import Any

import pytest

from ssc_portal.running.environment import Environment
from tests.project.subprocesses import PRODUCTION, ROOT, run_python, settings_under

TABLE = (ROOT / "docs" / "deploy.md").read_text().split("\n## Settings")[1].split("\n## ")[0]

pytestmark = pytest.mark.any_database


def documented() -> set[str]:
    """The settings that the documents list."""
    return set(re.findall(r"^\| `([A-Z_]+)`", TABLE, flags=re.MULTILINE))


def test_no_secret_key_no_start():
    done = run_python("-c", "import django; django.setup()", DJANGO_SETTINGS_MODULE="ssc_portal.settings")
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "SECRET_KEY is not set" in last
    assert "make demo" in last


def test_the_server_does_not_start_without_a_secret_key():
    done = run_python("-c", "import ssc_portal.wsgi", **{**PRODUCTION, "SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


SAFE = {
    "DEBUG": False,
    "ALLOWED_HOSTS": [],
    "BEHIND_PROXY": False,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Lax",
    "CORS_ALLOW_CREDENTIALS": False,
    "PASSWORD_HASHERS": [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ],
    "CELERY_BROKER_URL": "",
    "TIME_ZONE": "UTC",
}


def test_safe_where_nothing_is_said():
    assert settings_under(*SAFE, SECRET_KEY="x" * 50) == SAFE


def test_what_is_said_counts():
    said = settings_under(
        "ALLOWED_HOSTS", "SECURE_PROXY_SSL_HEADER", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_AGE",
        SECRET_KEY="x" * 50, ALLOWED_HOSTS="a.example.org,b.example.org", BEHIND_PROXY="on", HSTS_SECONDS="60",
        SESSION_HOURS="2",
    )  # fmt: skip
    assert said == {
        "ALLOWED_HOSTS": ["a.example.org", "b.example.org"],
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "SECURE_HSTS_SECONDS": 60,
        "SESSION_COOKIE_AGE": 7200,
    }


WRONG = {
    "SECRET_KEY": ["k\u0007ey", "k" * 1_001],
    "DEBUG": ["enabled", "2", "oui", "on off", "None"],
    "ALLOWED_HOSTS": ["https://a.example.org", "a.example.org:443", "a b", "*", "a..org", "a.org,,b.org"],
    "CSRF_TRUSTED_ORIGINS": ["a.example.org", "https://a.example.org/path", "ftp://a.example.org", "https://"],
    "PORTAL_NAME": ["Portal\nBcc: everyone", "x" * 201],
    "PORTAL_OWNER": ["a\tb"],
    "LETTER_SALUTATION": ["a\tb"],
    "PORTAL_DISCLAIMER": ["a\tb"],
    "DATA_LICENCE": ["a\tb"],
    "DATA_LICENCE_URL": ["example.org", "https://", "ftp://example.org"],
    "PORTAL_URL": ["portal.example.org", "https://", "https://a b/", "https://a.org:0", "https://a.org:99999", "https://a.org?x"],
    "PORTAL_CONTACT": ["somebody", "https://example.org", "a@b@example.org"],
    "DATABASE_URL": ["mysql://u:hidden@h/n", "postgres", "postgres://u:hidden@h", "postgres://u:hidden@h:x/n", "postgres://u:hid#den@h/n"],
    "CONN_MAX_AGE": ["a minute", "-1", "1.5", "１", "1e3", "99999999999999"],
    "STATEMENT_SECONDS": ["half a minute", "-1", "3601"],
    "CACHE_URL": ["memory", "redis://", "redis://:hidden@", "rediss://:hidden@h:port/1", "dummycache://"],
    "CELERY_BROKER_URL": ["127.0.0.1:6379", "http://hidden@h", "redis://:hidden@/0", "memory://"],
    "JOBS_HERE": ["here", "y"],
    "MAINTENANCE_FOLDER": ["README.md"],
    "SESSION_HOURS": ["a day", "0", "-2", "12h", "721"],
    "SESSION_IDLE_MINUTES": ["two", "0"],
    "PSEUDO_LANGUAGE": ["ar-xb", "enabled"],
    "STAFF_SECOND_FACTOR": ["disabled", "none"],
    "OIDC_SERVER_URL": ["sso.example.org", "ldap://sso.example.org"],
    "OIDC_CLIENT_ID": ["a\nb"],
    "OIDC_CLIENT_SECRET": ["hidden\nhidden"],
    "OIDC_NAME": ["a\u202eb"],
    "HTTPS": ["enabled", "https", "disabled", "t", "10"],
    "HSTS_SECONDS": ["a year", "-1"],
    "BEHIND_PROXY": ["nginx", "y", "10.0.0.1"],
    "STATIC_ROOT": ["README.md"],
    "EMAIL_URL": ["smtp.example.org", "smtp://", "pop3://u:hidden@h", "smtp+tls://u:hidden@h:a"],
    "DEFAULT_FROM_EMAIL": ["portal", "SSC Portal", "portal@", "Portal <portal>", "a@example.org, b@example.org"],
    "API_RATE_ANONYMOUS": ["300", "300/fortnight", "0/min", "-1/min", "many/min", "300/min/ip", "1.5/s"],
    "API_RATE_USER": ["unlimited", "/min"],
    "API_RATE_MATCH": ["20", "never"],
    "API_RATE_KEY": ["0/h", "1200/min, 5/s"],
    "DISK_FREE_MB": ["1 GB", "-1", "0.5", "1000001"],
    "ERROR_REPORTING_URL": ["hidden", "https://h/1", "https://hidden@h", "https://hidden@h/a", "ftp://hidden@h/1"],
    "METRICS_TOKEN": ["hidden", "hidden-hidden-hidden\nhidden", "h" * 1_001],
    "LOG_LEVEL": ["LOUD", "10"],
    "BIND": ["8000", "host:", "127.0.0.1:99999", "a b:80", "unix:"],
    "WEB_CONCURRENCY": ["0", "two", "1000", "2"],
    "WEB_THREADS": ["-4", "4.0", "0"],
}  # fmt: skip
"""Values that nothing understands, by setting; each stops the start. "hidden" stands for a password."""
SECRETS = {
    "SECRET_KEY",
    "ERROR_REPORTING_URL",
    "METRICS_TOKEN",
    "OIDC_CLIENT_SECRET",
    "DATABASE_URL",
    "CACHE_URL",
    "CELERY_BROKER_URL",
    "EMAIL_URL",
}
"""Of these no more is told than how an address begins."""
READ_BY_GUNICORN = {"BIND", "WEB_CONCURRENCY", "WEB_THREADS"}
CASES = [(name, value) for name, values in WRONG.items() for value in values]

REFUSALS_PROGRAM = """
import json, os, runpy, sys
from django.core.exceptions import ImproperlyConfigured
said = []
for path, name, value in json.load(sys.stdin):
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        runpy.run_path(path)
    except ImproperlyConfigured as refused:
        said.append(str(refused))
    else:
        said.append("")
    os.environ.pop(name) if before is None else os.environ.update({name: before})
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def refusals() -> dict[tuple[str, str], str]:
    """What the start says of each wrong value, one at a time; empty where it goes on."""
    given = [
        ("gunicorn.conf.py" if name in READ_BY_GUNICORN else "ssc_portal/settings.py", name, value)
        for name, value in CASES
    ]
    done = run_python("-c", REFUSALS_PROGRAM, given=json.dumps(given), **PRODUCTION)
    assert done.returncode == 0, done.stderr
    return dict(zip(CASES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(("name", "value"), CASES)
def test_what_is_not_understood_stops_the_start_by_name(name: str, value: str, refusals: dict[Any, str]) -> None:
    said = refusals[name, value]
    assert said.startswith(f"{name}=")
    assert " is not understood: write " in said
    assert "hid" not in said
    assert name in SECRETS or value[:100] in said


@pytest.mark.parametrize(
    ("said", "workers"),
    [
        ({}, 1),
        ({"CACHE_URL": "redis://127.0.0.1:6379/1"}, 2),
        ({"CACHE_URL": "redis://127.0.0.1:6379/1", "WEB_CONCURRENCY": "5"}, 5),
    ],
)
def test_several_processes_serve_only_where_they_count_log_ins_together(said: dict[str, str], workers: int) -> None:
    program = "import runpy; print(runpy.run_path('gunicorn.conf.py')['workers'])"
    assert run_python("-c", program, **{**PRODUCTION, **said}).stdout.strip() == str(workers)


def test_each_documented_setting_is_tried_with_a_wrong_value() -> None:
    assert set(WRONG) == documented() - {"ENV_FILE"}


def test_a_named_file_of_settings_has_to_be_there() -> None:
    done = run_python("manage.py", "check", **{**PRODUCTION, "ENV_FILE": "no/such/file"})
    assert done.returncode != 0
    assert 'ENV_FILE="no/such/file" is not there' in done.stderr


@pytest.mark.parametrize(
    ("said", "is_on"),
    [(word, True) for word in ("on", "ON", "true", "yes", "1", " On ")]
    + [(word, False) for word in ("off", "False", "no", "0")],
)
def test_these_words_switch_and_no_others(said: str, is_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS", said)
    assert Environment().switch("HTTPS", default=not is_on) is is_on


@pytest.mark.parametrize("default", [True, False])
def test_an_empty_value_is_none(default: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS", "")
    assert Environment().switch("HTTPS", default=default) is default


def test_single_sign_on_needs_its_client() -> None:
    done = run_python("-m", "ssc_portal.settings", **PRODUCTION, OIDC_SERVER_URL="https://sso.example.org")
    assert "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET have to be set too" in done.stderr


RIGHT = {
    "ALLOWED_HOSTS": "portal.example.org, .example.org,10.0.0.1,[::1]",
    "CSRF_TRUSTED_ORIGINS": "https://portal.example.org,https://*.example.org",
    "PORTAL_URL": "https://portal.example.org:8443/",
    "DATABASE_URL": "postgres://user:p%40ss@db:5432/portal?sslmode=require",
    "CACHE_URL": "rediss://:secret@redis:6379/1",
    "CELERY_BROKER_URL": "redis://:secret@[::1]:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "SSC Portal <portal@example.org>",
    "PORTAL_CONTACT": "help@example.org",
    "API_RATE_USER": "10/s",
    "API_RATE_KEY": "20/hour",
    "LOG_LEVEL": "warning",
    "BIND": "0.0.0.0:80",
}


def test_what_is_right_is_taken() -> None:
    said = settings_under(
        "ALLOWED_HOSTS", "PORTAL_URL", "EMAIL_HOST", "EMAIL_USE_TLS", "DEFAULT_FROM_EMAIL", "CACHES",
        SECRET_KEY="x" * 50, **RIGHT,
    )  # fmt: skip
    assert said == {
        "ALLOWED_HOSTS": ["portal.example.org", ".example.org", "10.0.0.1", "[::1]"],
        "PORTAL_URL": "https://portal.example.org:8443",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_USE_TLS": True,
        "DEFAULT_FROM_EMAIL": "SSC Portal <portal@example.org>",
        "CACHES": {
            "default": {
                "BACKEND": "ssc_portal.running.shared_cache.SharedCache",
                "LOCATION": "rediss://:secret@redis:6379/1",
                "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
            }
        },
    }


def test_check_deploy_is_clean():
    done = run_python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


LOGGING_PROGRAM = """
import django, logging
django.setup()
def fail():
    password = "seven-ducks-and-a-secret"
    raise ValueError("it failed")
try:
    fail()
except ValueError:
    logging.getLogger("portal").exception("caught %s", "this")
"""


def test_logs_are_json_lines_without_locals():
    done = run_python("-c", LOGGING_PROGRAM, DJANGO_SETTINGS_MODULE="ssc_portal.settings", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    entry = json.loads(done.stderr.strip())
    assert entry["event"] == "caught this"
    assert entry["level"] == "error"
    assert entry["logger"] == "portal"
    assert entry["timestamp"].endswith("Z")
    assert "it failed" in json.dumps(entry)
    # The line of code stands in no frame either: only where it failed.
    assert "seven-ducks" not in done.stderr


def test_the_docs_list_every_setting_and_no_other():
    texts = [(ROOT / name).read_text() for name in ("ssc_portal/settings.py", "gunicorn.conf.py", "manage.py")]
    read = set(re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z_]+)"', "".join(texts)))
    assert documented() == read
    readme = (ROOT / "README.md").read_text().split("\n## Configure")[1].split("\n## ")[0]
    # What everybody sets stands there too, in the same words.
    assert set(re.findall(r"^\| `.*", readme, flags=re.MULTILINE)) < set(TABLE.splitlines())
