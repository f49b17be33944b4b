"""Static files are collected, named by content, and served compressed, as in production."""

import json
from pathlib import Path

import pytest

from tests.project.subprocesses import PRODUCTION, run_python

pytestmark = pytest.mark.any_database

# Collecting and compressing takes seconds, so one process does it and asks all the questions. Brotli takes most of
# it at its best; at 5 it is still smaller than gzip.
PROGRAM = """
import functools, json, sys
import brotli, django
brotli.compress = functools.partial(brotli.compress, quality=5)
django.setup()
from django.core.management import call_command
call_command("collectstatic", interactive=False, verbosity=0)
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
client = Client(headers={"host": "portal.example.org"})
answers = {}
for name in sys.argv[1:]:
    url = staticfiles_storage.url(name)
    for encoding in ("br", "gzip", ""):
        answer = client.get(url, secure=True, headers={"accept-encoding": encoding})
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answers[f"{name} {encoding}"] = {
            "url": url, "status": answer.status_code, "size": len(body), "headers": dict(answer.headers),
        }
print(json.dumps(answers))
"""
SCRIPT, STYLE = "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js", "admin/css/base.css"


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("collected")
    done = run_python(
        "-W", "error", "-c", PROGRAM, SCRIPT, STYLE,
        DJANGO_SETTINGS_MODULE="ssc_portal.settings", STATIC_ROOT=str(folder), **PRODUCTION,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (folder / "staticfiles.json").exists()
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", [SCRIPT, STYLE])
@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_served_as_the_browser_likes_it_best(answers, name, encoding):
    answer = answers[f"{name} {encoding}"]
    assert answer["status"] == 200
    assert answer["headers"].get("Content-Encoding", "") == encoding
    assert answer["headers"]["Vary"] == "Accept-Encoding"


def test_brotli_is_smaller_than_gzip_and_gzip_than_none(answers):
    brotli, gzip, plain = (answers[f"{SCRIPT} {encoding}"]["size"] for encoding in ("br", "gzip", ""))
    assert brotli < gzip < plain / 2


def test_named_by_content_and_kept_for_ever(answers):
    answer = answers[f"{STYLE} "]
    assert Path(answer["url"]).name != "base.css"
    assert "immutable" in answer["headers"]["Cache-Control"]


def test_security_headers_stand_on_static_files_too(answers):
    headers = answers[f"{STYLE} "]["headers"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
