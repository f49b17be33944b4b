"""What is deprecated says so in the headers of each answer that used it, and in the schema; nothing else does."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.factories import PublishedOfferFactory
from web.api.deprecation import Deprecation, DeprecationMiddleware
from web.api.openapi.whole import whole_schema

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

RUNS = Deprecation(
    operation="GET /api/v1/runs",
    since=dt.date(2026, 1, 1),
    until=dt.date(2027, 6, 30),
    instead="Read the profile of a match.",
)
ONE_OFFER = Deprecation(
    operation="GET /api/v1/offers/{id}", since=dt.date(2026, 3, 1), instead="Use the list with `id`."
)
SURVEY = Deprecation(
    operation="GET /api/v1/offers",
    parameter="survey",
    since=dt.date(2026, 2, 1),
    until=dt.date(2027, 3, 31),
    instead="Use `edition`.",
)


@pytest.fixture
def _deprecated(settings: Any) -> Iterator[None]:
    settings.API_DEPRECATIONS = (RUNS, ONE_OFFER, SURVEY)
    whole_schema.cache_clear()
    yield
    whole_schema.cache_clear()


@pytest.mark.usefixtures("_deprecated")
@pytest.mark.parametrize(
    "path", ["/api/v1/runs/", "/api/v1/runs", "/api/v1/runs/?page_size=1", "/api/v1/runs/?nothing=1"]
)
def test_an_operation_says_since_when_and_until_when(client: Client, path: str) -> None:
    for answer in (client.get(path), client.head(path)):
        assert answer["Deprecation"] == "@1767225600"
        assert answer["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
        assert '</api/v1/docs/>; rel="deprecation"; type="text/html"' in answer["Link"]


@pytest.mark.usefixtures("_deprecated")
def test_without_a_last_day_there_is_no_sunset(client: Client) -> None:
    answer = client.get(f"/api/v1/offers/{PublishedOfferFactory().pk}/")

    assert answer["Deprecation"] == "@1772323200"
    assert "Sunset" not in answer


@pytest.mark.usefixtures("_deprecated")
def test_a_parameter_says_it_to_those_alone_who_use_it(client: Client) -> None:
    assert client.get("/api/v1/offers/?survey=none-such")["Deprecation"] == "@1769904000"
    for path in ("/api/v1/offers/", "/api/v1/offers/?q=survey", "/api/v1/needs/?survey=none-such", "/api/v1/runs/1/"):
        answer = client.get(path)
        assert "Deprecation" not in answer, path
        assert "Sunset" not in answer, path
        assert "deprecation" not in answer.get("Link", ""), path


@pytest.mark.usefixtures("_deprecated")
def test_an_answer_not_modified_says_it_too(client: Client) -> None:
    first = client.get("/api/v1/runs/")
    again = client.get("/api/v1/runs/", headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304
    assert again["Deprecation"] == first["Deprecation"]


@pytest.mark.usefixtures("_deprecated")
def test_the_schema_says_it() -> None:
    paths = whole_schema()["paths"]
    parameters = {one["name"]: one for one in paths["/api/v1/offers"]["get"]["parameters"]}

    assert paths["/api/v1/runs"]["get"]["deprecated"] is True
    words = "Deprecated since 2026-01-01, and gone after 2027-06-30. Read the profile of a match."
    assert words in paths["/api/v1/runs"]["get"]["description"]
    assert parameters["survey"]["deprecated"] is True
    assert "Use `edition`." in parameters["survey"]["description"]
    assert "deprecated" not in paths["/api/v1/offers"]["get"]
    assert "deprecated" not in parameters["q"]


def test_what_the_schema_does_not_have_cannot_be_deprecated(settings: Any) -> None:
    whole_schema.cache_clear()
    settings.API_DEPRECATIONS = (Deprecation(operation="GET /api/v1/nothing", since=dt.date(2026, 1, 1), instead="."),)

    with pytest.raises(KeyError):
        whole_schema()


def test_a_link_that_is_there_stays(settings: Any) -> None:
    settings.API_DEPRECATIONS = (RUNS, RUNS)
    there = '</next>; rel="next"'
    answer = DeprecationMiddleware(lambda request: HttpResponse(headers={"Link": there}))(
        RequestFactory().get("/api/v1/runs/")
    )

    assert answer["Link"].startswith(f"{there}, <")


def test_nobody_is_given_less_than_a_year() -> None:
    with pytest.raises(ValueError, match="less than 365 days"):
        Deprecation(operation="GET /api/v1/runs", since=dt.date(2026, 1, 1), until=dt.date(2026, 12, 31), instead=".")


def test_the_table_in_use_is_of_operations_that_are_there() -> None:
    whole_schema.cache_clear()
    deprecated = [
        f"{method.upper()} {path}"
        for path, item in whole_schema()["paths"].items()
        for method, operation in item.items()
        if operation.get("deprecated")
    ]

    assert set(deprecated) == {one.operation for one in project_settings.API_DEPRECATIONS if not one.parameter}
