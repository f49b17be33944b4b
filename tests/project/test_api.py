"""What every endpoint of the API has in common: addresses, errors, methods, caching, limits, origins."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db.models import QuerySet
from django.test import Client, RequestFactory
from rest_framework.throttling import SimpleRateThrottle

from directory.models import User
from surveys.models import Offer
from tests.api import ROOT, client_of, read, refused
from tests.factories import PublishedOfferFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LISTS = (
    "countries", "groups", "areas", "modalities", "agencies", "surveys", "offers", "needs", "matches", "cooperation",
    "runs", "practices",
)  # fmt: skip


def is_problem(response: Any, status: int) -> bool:
    body = response.json()
    return (
        response.status_code == status
        and response["Content-Type"] == "application/problem+json"
        and body["status"] == status
        and {"type", "title", "detail"} <= set(body)
        and response["Cache-Control"] == "no-store"
    )


def test_the_root_names_every_list() -> None:
    root = read("/")

    assert sorted(root) == sorted([*LISTS, "changes", "coverage", "dictionary", "schema", "docs"])
    assert root["offers"] == "http://testserver/api/v1/offers/"


@pytest.mark.parametrize("name", LISTS)
def test_each_list_is_there_for_everyone_and_empty_at_first(name: str) -> None:
    assert read(f"/{name}/") == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", ["visitor", "focal_point", "coordinator", "reviewer", "manager", "partner"])
def test_no_role_may_write(name: str, role: str, request: pytest.FixtureRequest) -> None:
    client = client_of(request.getfixturevalue(role))

    # Offers and needs are sent in by systems, with their agency's key: see tests/surveys/api/test_writing.py.
    refused = 405 if name not in ("offers", "needs") else 401 if role == "visitor" else 403
    taken = {("post", f"{ROOT}/{name}/"), ("patch", f"{ROOT}/{name}/1/")} if refused != 405 else set()

    for method in ("post", "put", "patch", "delete", "trace"):
        for path in (f"{ROOT}/{name}/", f"{ROOT}/{name}/1/"):
            response = getattr(client, method)(path)
            if (method, path) in taken:
                assert is_problem(response, refused)
                continue
            assert response.status_code in (404, 405), (method, path)
            if path.endswith(f"{name}/"):
                assert is_problem(response, 405)
                assert "GET" in response["Allow"]


NOWHERE = """
    /api/ /api/v1/nothing/ /api/v1/nothing /api/v2/offers/ /api/v1/offers/1/ /api/v1/offers/x/
    /api/v1/offers/999999999999999999/ /api/v1/offers/9999999999999999999999/ /api/v1/matches/1-2/ /api/v1/matches/12/
    /api/v1/matches/999999999999999999-999999999999999999/ /api/v1/countries/khm/ /api/v1/countries/Cambodia/
    /api/v1/groups/ldc/
"""


@pytest.mark.parametrize("path", NOWHERE.split())
def test_what_is_not_there_is_a_problem_document(client: Client, path: str) -> None:
    assert is_problem(client.get(path), 404)


def test_a_missing_last_slash_changes_nothing(client: Client) -> None:
    PublishedOfferFactory(title="Solar pumps")
    without, right = client.get("/api/v1/offers?q=solar&page_size=1"), client.get("/api/v1/offers/?q=solar&page_size=1")

    assert without.status_code == 200
    assert without.json() == right.json()
    assert without["ETag"] == right["ETag"]
    assert client.get("/api/v1/countries/khm").status_code == 404
    assert client.post("/api/v1/areas").status_code == 405
    assert client.post("/api/v1/offers").status_code == 401
    assert client.get("/api/v1/offers?nothing=1").status_code == 400
    assert client.get("/api/v1").status_code == 200


def test_a_form_that_there_is_not_is_refused(client: Client) -> None:
    assert is_problem(client.get("/api/v1/offers/", headers={"accept": "application/xml"}), 406)
    assert client.get("/api/v1/offers/", headers={"accept": "text/html,*/*;q=0.8"}).status_code == 200


def test_a_nul_is_refused_in_path_and_query(client: Client) -> None:
    assert is_problem(client.get("/api/v1/offers/?q=%00"), 400)
    assert is_problem(client.get("/api/v1/offers/%00/"), 400)


def test_a_query_of_thousands_of_parameters_is_refused(client: Client) -> None:
    assert is_problem(client.get("/api/v1/offers/?" + "&".join(f"a{n}=1" for n in range(3000))), 400)


def test_an_error_of_ours_is_a_problem_that_tells_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_args: object, **_named: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(QuerySet, "filter", break_down)
    client.raise_request_exception = False

    response = client.get("/api/v1/offers/")

    assert is_problem(response, 500)
    assert b"secret" not in response.content
    assert "secret words" in caplog.text


@pytest.mark.parametrize("name", LISTS)
def test_unknown_and_empty_parameters_are_refused_by_name(name: str) -> None:
    assert "cursor, " in refused(f"/{name}/?colour=red")["colour"][0]
    assert refused(f"/{name}/?page_size=")["page_size"]
    assert refused(f"/{name}/?format=pdf")["format"]
    assert refused(f"/{name}/?ordering=-password")["ordering"]


@pytest.mark.parametrize("size", ["0", "-1", "101", "1e2", "ten", "1.0", "99999999999999999999", "１０"])
def test_a_page_has_1_to_100_rows(size: str) -> None:
    assert refused(f"/offers/?page_size={size}")["page_size"] == ["Give a whole number from 1 to 100."]


def test_a_row_s_address_takes_no_parameters_but_its_own() -> None:
    offer = PublishedOfferFactory()

    assert refused(f"/offers/{offer.pk}/?colour=red") == {"colour": ["Unknown parameter. Allowed here: fields."]}
    assert refused("/?colour=red")["colour"]
    assert refused("/schema/?lang=fr")["lang"]


def test_the_same_answer_is_not_sent_twice(client: Client) -> None:
    offer = PublishedOfferFactory()
    for path in (f"{ROOT}/offers/?page_size=1", f"{ROOT}/offers/{offer.pk}/", f"{ROOT}/schema/"):
        first = client.get(path)
        again = client.get(path, headers={"if-none-match": first["ETag"]})

        assert first["Cache-Control"] == "public, no-cache"
        assert {"Accept", "Cookie"} <= {name.strip() for name in first["Vary"].split(",")}
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert again["Cache-Control"] == first["Cache-Control"]


def test_a_changed_answer_is_sent_again(client: Client) -> None:
    offer = PublishedOfferFactory(title="Before")
    etag = client.get(f"{ROOT}/offers/{offer.pk}/")["ETag"]
    offer.title = "After"
    offer.save()

    response = client.get(f"{ROOT}/offers/{offer.pk}/", headers={"if-none-match": etag})

    assert response.status_code == 200
    assert response["ETag"] != etag


def test_a_page_with_a_next_one_keeps_its_etag_as_time_passes(client: Client) -> None:
    PublishedOfferFactory.create_batch(2)
    with time_machine.travel(dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC), tick=False):
        first = client.get(f"{ROOT}/offers/?page_size=1")["ETag"]
    with time_machine.travel(dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC), tick=False):
        assert client.get(f"{ROOT}/offers/?page_size=1")["ETag"] == first


def test_what_someone_logged_in_reads_is_kept_for_nobody_else(focal_point: User) -> None:
    response = client_of(focal_point).get(f"{ROOT}/offers/")

    assert response["Cache-Control"] == "private, no-store"
    assert "Cookie" in response["Vary"]


def test_a_visitor_gets_no_cookie(client: Client) -> None:
    assert not client.get(f"{ROOT}/offers/").cookies


def test_any_site_may_read_and_none_as_someone(client: Client) -> None:
    response = client.get(f"{ROOT}/offers/", headers={"origin": "https://elsewhere.example"})

    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response


def test_pages_are_not_open_to_other_sites(client: Client) -> None:
    response = client.get("/healthz", headers={"origin": "https://elsewhere.example"})

    assert "Access-Control-Allow-Origin" not in response


def test_a_preflight_names_the_methods_that_addresses_may_have(client: Client) -> None:
    headers = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    response = client.options(f"{ROOT}/offers/", headers=headers)

    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST, PATCH, DELETE"
    assert "Access-Control-Allow-Credentials" not in response


def test_too_many_requests_wait_and_a_forged_address_does_not_help(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": "3/min", "user": "3/min"})
    for number in range(3):
        assert client.get(f"{ROOT}/offers/", headers={"x-forwarded-for": f"10.0.0.{number}"}).status_code == 200

    response = client.get(f"{ROOT}/needs/", headers={"x-forwarded-for": "10.9.9.9", "forwarded": "for=10.9.9.9"})

    assert is_problem(response, 429)
    assert 0 < int(response["Retry-After"]) <= 60
    assert client.get(f"{ROOT}/offers/", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_limits_are_on_and_no_proxy_is_believed_unless_there_is_one(settings: Any) -> None:
    rates = {"anon": "300/min", "user": "600/min", "key": "1200/min", "match": "20/min"}

    assert settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] == rates
    assert settings.REST_FRAMEWORK["NUM_PROXIES"] == 0


def test_each_person_has_their_own_limit(
    focal_point: User, other_focal_point: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": "1/min", "user": "1/min"})
    cache.clear()

    assert client_of(focal_point).get(f"{ROOT}/offers/").status_code == 200
    assert client_of(focal_point).get(f"{ROOT}/offers/").status_code == 429
    assert client_of(other_focal_point).get(f"{ROOT}/offers/").status_code == 200


def test_a_deactivated_person_s_session_sees_what_everyone_sees(reviewer: User) -> None:
    client = client_of(reviewer)
    PublishedOfferFactory(status="draft")
    assert len(client.get(f"{ROOT}/offers/").json()["results"]) == 1

    User.objects.filter(pk=reviewer.pk).update(is_active=False)

    assert client.get(f"{ROOT}/offers/").json()["results"] == []


def test_links_name_the_host_that_was_asked_and_no_forged_one(rf: RequestFactory, client: Client) -> None:
    PublishedOfferFactory.create_batch(2)

    page = client.get(f"{ROOT}/offers/?page_size=1", headers={"x-forwarded-host": "evil.example"}).json()

    assert page["next"].startswith("http://testserver/api/v1/offers/?page_size=1&cursor=")
    assert Offer.objects.count() == 2
