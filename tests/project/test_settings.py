"""Settings come from the environment, are safe where nothing is said, and are loud where something is wrong."""

import json
import re

import pytest

from tests.project.subprocesses import PRODUCTION, ROOT, run_python, settings_under

pytestmark = pytest.mark.any_database


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


def test_a_wrong_value_is_named():
    done = run_python("-m", "ssc_portal.settings", **PRODUCTION, SESSION_HOURS="a day")
    assert done.returncode != 0
    assert "a day" in done.stderr


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
    table = (ROOT / "docs" / "deploy.md").read_text().split("\n## Settings")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `([A-Z_]+)`", table, flags=re.MULTILINE))
    assert listed == read
    readme = (ROOT / "README.md").read_text().split("\n## Configure")[1].split("\n## ")[0]
    # What everybody sets stands there too, in the same words.
    assert set(re.findall(r"^\| `.*", readme, flags=re.MULTILINE)) < set(table.splitlines())
