"""What cannot be read is refused in words, by page or as a problem, and leaves one line in the log."""

import json
import logging
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory

from directory.models import User
from ssc_portal.running.content_types import with_readable_content_type
from ssc_portal.watching.logs import RefusedRequests
from tests.factories import PASSWORD
from tests.project.subprocesses import PRODUCTION, run_python

pytestmark = pytest.mark.django_db

BEYOND = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
FORM = "application/x-www-form-urlencoded"


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["/accounts/login/", "/workspace/offers/new/", "/", "/admin/login/"])
def test_a_body_beyond_the_limit_is_answered_413(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    # Without it the post is refused unread.
    client.cookies["csrftoken"] = "c" * 32
    answer = client.post(path, f"text={BEYOND}", content_type=FORM)
    assert answer.status_code == 413
    assert "What was sent is too large" in answer.content.decode()
    assert not answer.cookies


@pytest.mark.any_database
def test_so_are_too_many_fields(focal_point: User) -> None:
    client = Client()
    client.force_login(focal_point)
    fields = "&".join(f"place={number}" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    assert client.post("/workspace/offers/new/", fields, content_type=FORM).status_code == 413


@pytest.mark.any_database
def test_what_is_sent_to_the_api_is_refused_as_a_problem(focal_point: User) -> None:
    member = Client()
    member.force_login(focal_point)
    for client in (Client(), member):
        for path in ("/api/v1/offers/", "/api/v1/runs/", "/api/v1/docs/", "/api/v1/schema/", "/api/v1/nothing/"):
            answer = client.post(path, f"text={BEYOND}", content_type=FORM)
            assert answer.status_code == 405 or (path == "/api/v1/offers/" and answer.status_code in (401, 403)), path
            assert answer["Content-Type"] == "application/problem+json", path
        forged = client.get("/api/v1/offers/", headers={"host": "evil.example"})
        assert (forged.status_code, forged["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["docs/", "docs/?script", "schema/", "", "runs/", "runs/1/"])
def test_no_endpoint_breaks_by_a_method_it_has_not(method: str, path: str, focal_point: User) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(focal_point)
    for accept in ("text/html", "application/json", "application/vnd.oai.openapi", "*/*"):
        answer = getattr(client, method)(f"/api/v1/{path}", headers={"accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json"), accept
        assert json.loads(answer.content)["status"] == 405


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["docs/?page=1", "schema/?page=1", "?page=1"])
@pytest.mark.parametrize("accept", ["text/html", "application/json", "application/vnd.oai.openapi"])
def test_an_unknown_parameter_is_a_problem_of_json_whatever_was_asked_for(path: str, accept: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/api/v1/{path}", headers={"accept": accept})
    assert answer.status_code in (400, 406)
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["status"] == answer.status_code


@pytest.mark.any_database
@pytest.mark.parametrize(
    "path", ["v1/%0A", "v1/offers/%0A", "v1/offers%0A/", "%0A", "v1/a%0Ab", "v1/offers/1%0D%0A/", "v1/%E2%80%A8"]
)
def test_a_break_in_an_address_of_the_api_is_nothing_as_a_problem(path: str) -> None:
    answer = Client().get(f"/api/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["docs/", "docs/?script", "schema/", ""])
def test_who_reads_about_the_api_gets_no_cookie(path: str) -> None:
    answer = Client(enforce_csrf_checks=True).get(f"/api/v1/{path}")
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.any_database
@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape", "utf-16", "utf-7", "latin-1"])
@pytest.mark.parametrize("path", ["/offers/?q=%5Cud800", "/api/v1/offers/?q=a", "/accounts/login/"])
def test_a_charset_is_no_way_to_choose_a_codec(charset: str, path: str) -> None:
    client = Client(raise_request_exception=False)
    for kind in ("text/plain", "multipart/form-data; boundary=x", FORM):
        for method in ("GET", "POST"):
            answer = client.generic(method, path, b"a=b", content_type=f"{kind}; charset={charset}")
            assert answer.status_code == 400
            assert answer["Content-Type"] == ("application/problem+json" if "/api/" in path else "text/plain")


@pytest.mark.parametrize("path", ["/", "/offers/", "/api/v1/offers/", "/workspace/", "/accounts/login/", "/healthz"])
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "known_browser", "other"])
def test_a_cookie_with_a_nul_is_none(name: str, path: str) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get(path, headers={"cookie": rf'{name}="abcdefgh\000abcdefgh"'})
    assert answer.status_code == client.get(path).status_code < 400


MALFORMED = ["a*=foo'en'x", "b*=undefined'en'x", *(f"charset={name}" for name in ("base64", "undefined", "rot13"))]


@pytest.mark.any_database
@pytest.mark.parametrize("parameter", MALFORMED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_content_type_that_cannot_be_read_is_none(parameter: str, method: str) -> None:
    said: list[str] = []
    environ = {
        **RequestFactory().generic(method, "/accounts/signup/?q=a").environ,
        "CONTENT_TYPE": f"text/plain; {parameter}",
    }

    def start(status: str, headers: list[tuple[str, str]], *_more: Any) -> Any:
        said.append(status)

    list(with_readable_content_type(WSGIHandler())(environ, start))
    # A post without a form has no token.
    assert said == ["200 OK" if method == "GET" else "403 Forbidden"]


UNREADABLE = ["http://[", "//[::1", "http://a]", "https://[a", "http://\u2100.example", "/\\[", "\0", "http:///[x"]


@pytest.mark.any_database
@pytest.mark.parametrize("way_on", UNREADABLE)
@pytest.mark.parametrize(
    "path", ["login/", "signup/", "inactive/", "password/reset/", "password/reset/done/", "reauthenticate/"]
)
def test_a_way_on_that_cannot_be_read_leads_nowhere(way_on: str, path: str, focal_point: User) -> None:
    member = Client(raise_request_exception=False)
    member.force_login(focal_point)
    for client in (Client(raise_request_exception=False), member):
        for answer in (
            client.get(f"/accounts/{path}", {"next": way_on}),
            client.post(f"/accounts/{path}", {"next": way_on, "email": "a@example.org", "password": PASSWORD}),
        ):
            assert answer.status_code < 500
            assert "[" not in answer.headers.get("Location", "").partition("?")[0]


LOG_PROGRAM = """
import django
from django.conf import settings
settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
django.setup()
from django.test import Client
client = Client(enforce_csrf_checks=True, headers={"host": "portal.example.org", "referer": "https://portal.example.org/"})
client.cookies["csrftoken"] = "c" * 32
client.post("/accounts/login/", "x=" + "x" * 3_000_000, content_type="application/x-www-form-urlencoded", secure=True)
client.get("/", headers={"host": "evil.example"}, secure=True)
"""


@pytest.mark.any_database
def test_a_refusal_is_one_warning_without_a_traceback() -> None:
    done = run_python("-W", "ignore", "-c", LOG_PROGRAM, DJANGO_SETTINGS_MODULE="ssc_portal.settings", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    lines = [line for line in map(json.loads, done.stderr.splitlines()) if line["event"] != "request_finished"]
    assert {line["level"] for line in lines} == {"warning"}
    assert [line["logger"] for line in lines if line["logger"].startswith("django.security.")] == [
        "django.security.RequestDataTooBig",
        "django.security.DisallowedHost",
    ]
    assert "Traceback" not in done.stderr
    assert not any("exception" in line for line in lines)


@pytest.mark.any_database
def test_a_fault_of_ours_is_still_an_error() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "failed", None, (ValueError, ValueError(), None))
    assert RefusedRequests().filter(record)
    assert (record.levelname, record.exc_info is None) == ("ERROR", False)
