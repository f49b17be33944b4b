"""A header opens its key or nothing: each bad one is refused everywhere, alike, and never read as anonymous."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from directory.choices import KeyScope, Role
from directory.keys import making
from directory.models import ApiKey
from tests.api import ROOT, client_of
from tests.factories import AgencyFactory, ApiKeyFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CHALLENGE = 'Bearer realm="api", error="invalid_token"'
ADDRESSES = (
    "/",
    "/offers/",
    "/offers",
    "/offers/1/",
    "/matches/",
    "/matches/1-2/",
    "/countries/?colour=red",
    "/schema/",
    "/docs/",
    "/docs/?script",
    "/nothing/here/",
    "/coverage/",
)
UNKNOWN = "ssc_00000000_" + "0" * 64
BAD = (
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Bearer nope",
    f"Bearer {UNKNOWN}",
    f"bearer {UNKNOWN}",
    f"Bearer  {UNKNOWN}",
    f"Bearer {UNKNOWN},Bearer {UNKNOWN}",
    f"Bearer {UNKNOWN} {UNKNOWN}",
    f"Bearer\t{UNKNOWN}",
    f"Bearer {UNKNOWN}\n",
    f"Token {UNKNOWN}",
    f"ApiKey {UNKNOWN}",
    UNKNOWN,
    "Basic dXNlcjpwYXNzd29yZA==",
    "Digest username=x",
    "Bearer clé",
    "Bearer \u0661\u0662",
    "Bearer \x00",
    "Bearer " + "a" * 100_000,
    "<script>alert(1)</script>",
    "Bearer ssc_GGGGGGGG_" + "0" * 64,
)


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()


def assert_refused(response: Any) -> None:
    """It is 401, as a problem, with the challenge, and kept by nobody."""
    assert response.status_code == 401, response.content
    assert response["WWW-Authenticate"] == CHALLENGE
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert "Authorization" in response["Vary"]
    assert response.json()["status"] == 401
    assert set(response.json()) == {"type", "title", "status", "detail"}


@pytest.mark.parametrize("header", BAD)
def test_each_bad_header_is_refused(client: Client, header: str) -> None:
    assert_refused(client.get(f"{ROOT}/offers/", HTTP_AUTHORIZATION=header))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "options", "post", "put", "patch", "delete"])
def test_it_is_refused_at_every_address_and_method(client: Client, address: str, method: str) -> None:
    response = getattr(client, method)(f"{ROOT}{address}", HTTP_AUTHORIZATION=f"Bearer {UNKNOWN}")
    assert_refused(response)


def test_an_answer_without_content_says_it_too(client: Client) -> None:
    response = client.head(f"{ROOT}/offers/", HTTP_AUTHORIZATION="Bearer nope")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, CHALLENGE)


def _unknown() -> str:
    return UNKNOWN


def _expired() -> str:
    return _secret(ApiKeyFactory(expires_on=timezone.now().date() - dt.timedelta(days=1)))


def _revoked() -> str:
    key = ApiKeyFactory()
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now(), revoked_by=key.accountable)
    return _secret(key)


def _not_adopted() -> str:
    return _secret(ApiKeyFactory(adopt_by=timezone.now().date() - dt.timedelta(days=1)))


def _of_an_agency_not_in_use() -> str:
    return _secret(ApiKeyFactory(agency=AgencyFactory(is_active=False)))


def _secret(key: ApiKey) -> str:
    return key.secret  # type: ignore[attr-defined]


@pytest.mark.parametrize("made", [_unknown, _expired, _revoked, _not_adopted, _of_an_agency_not_in_use])
def test_all_reasons_look_the_same(made: Any, client: Client, django_assert_num_queries: Any) -> None:
    secret = made()
    bad = client.get(f"{ROOT}/", HTTP_AUTHORIZATION=f"Bearer {UNKNOWN}")
    with django_assert_num_queries(1):  # the key that is in force
        response = client.get(f"{ROOT}/", HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert_refused(response)
    assert response.content == bad.content
    varying = {"X-Request-ID", "RateLimit"}
    assert {k: v for k, v in response.items() if k not in varying} == {k: v for k, v in bad.items() if k not in varying}


def test_a_key_in_force_reads_through_its_last_day(django_assert_num_queries: Any) -> None:
    key = ApiKeyFactory(expires_on=timezone.now().date(), adopt_by=timezone.now().date())
    response = client_of(key).get(f"{ROOT}/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert "Authorization" in response["Vary"]
    with django_assert_num_queries(1):  # the key; it is noted as used once a day
        client_of(key).get(f"{ROOT}/")


def test_one_letter_changed_opens_nothing() -> None:
    key: Any = ApiKeyFactory()
    last = "0" if key.secret[-1] != "0" else "1"
    assert Client().get(f"{ROOT}/", HTTP_AUTHORIZATION=f"Bearer {key.secret[:-1]}{last}").status_code == 401
    assert Client().get(f"{ROOT}/", HTTP_AUTHORIZATION=f"Bearer {key.digest}").status_code == 401
    assert Client().get(f"{ROOT}/", HTTP_AUTHORIZATION=f"bEARER   {key.secret}").status_code == 200


def test_a_key_beside_a_session_counts_and_a_bad_one_too() -> None:
    key: Any = ApiKeyFactory(scopes=[KeyScope.READ_PUBLIC])
    client = client_of(UserFactory(role=Role.MANAGER))
    assert client.get(f"{ROOT}/runs/").status_code == 200
    by_key = client.get(f"{ROOT}/offers/", HTTP_AUTHORIZATION=f"Bearer {key.secret}")
    reader: Any = by_key.wsgi_request.user
    assert (by_key.status_code, reader.key) == (200, key)
    assert_refused(client.get(f"{ROOT}/offers/", HTTP_AUTHORIZATION="Bearer nope"))


def test_a_session_needs_no_header_and_still_guards_against_forged_requests() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(role=Role.MANAGER))
    assert client.get(f"{ROOT}/offers/").status_code == 200
    assert client.post(f"{ROOT}/offers/").status_code == 403
    assert client.post(f"{ROOT}/runs/").status_code == 405


def test_revoked_is_felt_by_the_next_request() -> None:
    key: Any = ApiKeyFactory()
    client = client_of(key)
    assert client.get(f"{ROOT}/").status_code == 200
    key.agency.is_active = False
    key.agency.save()
    assert client.get(f"{ROOT}/").status_code == 401
    key.agency.is_active = True
    key.agency.save()
    assert client.get(f"{ROOT}/").status_code == 200


def test_a_key_made_opens_the_api() -> None:
    person = UserFactory(role=Role.FOCAL_POINT, role__agency=AgencyFactory())
    agency = person.affiliations.get().agency
    made = making.make(by=person, agency=agency, name="Nightly", scopes=["read:public", "write:postings"])
    response = Client().get(f"{ROOT}/", HTTP_AUTHORIZATION=f"Bearer {made.secret}")
    assert response.status_code == 200
    reader: Any = response.wsgi_request.user
    assert reader.accountable == person


def test_its_use_is_noted_once_a_day_after_the_answer(django_assert_num_queries: Any, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    key: Any = ApiKeyFactory(expires_on=dt.date(2026, 6, 1))
    client = client_of(key)
    for queries in (2, 1, 1):  # the key; the first time of the day, the note
        with django_assert_num_queries(queries):
            client.get(f"{ROOT}/")
    key.refresh_from_db()
    assert (key.last_used_on, key.history.count()) == (dt.date(2026, 3, 1), 0)
    time_machine.shift(86_400)
    assert client.get(f"{ROOT}/countries/", headers={"if-none-match": "*"}).status_code == 304
    key.refresh_from_db()
    assert key.last_used_on == dt.date(2026, 3, 2)


def test_the_schema_names_the_scheme_and_the_refusal(client: Client) -> None:
    schema = client.get(f"{ROOT}/schema/", headers={"accept": "application/json"}).json()
    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for operation in (item["get"] for item in schema["paths"].values() if "get" in item):
        assert {"key": []} in operation["security"]
        assert {} in operation["security"]
        assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]
        assert all("RateLimit" in answer["headers"] for answer in operation["responses"].values())
