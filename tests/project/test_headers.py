"""Security headers stand on every answer, and nobody who only reads gets a cookie."""

import pytest
from django.test import Client
from django.urls import path

from ssc_portal import urls

pytestmark = pytest.mark.any_database


def broken(request):
    raise RuntimeError("a fault of ours")


urlpatterns = [path("broken/", broken), *urls.urlpatterns]

PATHS = {
    "/": 200,
    "/matches/": 200,
    "/offers/?country=nowhere": 400,
    "/accounts/login/": 200,
    "/admin/": 302,
    "/api/v1/offers/": 200,
    "/api/v1/offers/?nothing=1": 400,
    "/api/v1/docs/": 200,
    "/nothing-here/": 404,
    "/offers/%00": 400,
    "/offers/?q=%00": 400,
    "/static/admin/css/base.css": 200,
    "/static/nothing.css": 404,
    "/healthz": 200,
    "/readyz": 503,
    "/broken/": 500,
}


@pytest.fixture
def production(settings):
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    settings.ROOT_URLCONF = __name__
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True


def ask(path):
    client = Client(raise_request_exception=False, headers={"host": "portal.example.org"})
    return client.get(path, secure=True)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), PATHS.items())
def test_every_answer_carries_them(production, path, status):
    answer = ask(path)
    assert answer.status_code == status
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';") or "; default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in PATHS if path != "/accounts/login/"])
def test_readers_get_no_cookie(production, path):
    assert not ask(path).cookies


@pytest.mark.django_db
def test_cookies_are_for_this_portal_alone(production, focal_point):
    client = Client(headers={"host": "portal.example.org"})
    page = client.get("/accounts/login/", secure=True)
    assert page.cookies["csrftoken"]["httponly"]
    answer = client.post(
        "/accounts/login/",
        {"login": focal_point.email, "password": "only for tests: seven ducks"},
        secure=True,
        headers={"referer": "https://portal.example.org/accounts/login/"},
    )
    assert answer.status_code == 302
    for name in ("sessionid", "csrftoken"):
        cookie = answer.cookies[name]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["domain"]


def test_plain_http_is_sent_to_https(production):
    answer = Client(headers={"host": "portal.example.org"}).get("/offers/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://portal.example.org/offers/")


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "forwarded"])
def test_a_forged_header_changes_no_link(production, header):
    client = Client(headers={"host": "portal.example.org", header: "elsewhere.example.org"})
    answer = client.get("/offers/")
    assert answer.headers["Location"] == "https://portal.example.org/offers/"


def test_another_host_is_refused(production):
    answer = Client(headers={"host": "elsewhere.example.org"}).get("/", secure=True)
    assert answer.status_code == 400
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_fault_of_ours_tells_nothing_of_itself(production):
    answer = ask("/broken/")
    assert b"a fault of ours" not in answer.content
    assert b"Traceback" not in answer.content


@pytest.mark.django_db
def test_another_site_may_read_the_api_and_nothing_else(production):
    client = Client(headers={"host": "portal.example.org", "origin": "https://elsewhere.example.org"})
    api, page = client.get("/api/v1/offers/", secure=True), client.get("/offers/", secure=True)
    assert api.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in api.headers
    assert "Access-Control-Allow-Origin" not in page.headers
