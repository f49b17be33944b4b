"""Many offers or needs in one request: a result for each, and one that is wrong loses none of the others."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.throttling import SimpleRateThrottle

from directory.models import ApiKey
from surveys.models import Need, Offer
from tests.factories import AgencyFactory, PublishedOfferFactory
from tests.surveys.api.writing import send, sent, writing_key

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def key(db: None) -> ApiKey:
    return writing_key()


def batch(key: ApiKey, items: Any, path: str = "/offers/batch/", **more: Any) -> Any:
    return send(key, "post", path, {"items": items, **more})


def test_each_item_has_its_result(key: ApiKey) -> None:
    own = PublishedOfferFactory(agency=key.agency, country=key.agency.country, title="Before")
    other = PublishedOfferFactory(agency=AgencyFactory(code="other"))
    version = send(key, "get", f"/offers/{own.pk}/").json()["version"]

    done = batch(
        key,
        [
            sent(reference="a", status="published"),
            sent(areas=["nothing"], x=1),
            {"id": own.pk, "version": version, "title": "After"},
            {"id": own.pk, "version": version, "title": "Too late"},
            {"id": own.pk, "title": "Not said what was seen"},
            {"id": other.pk, "version": version, "title": "Ours now"},
            {"id": 999_999, "title": "Nowhere"},
            {"id": "x", "title": "No number"},
            {"id": own.pk, "version": 5, "title": "No version"},
            5,
            sent(reference="a"),
            sent(agency="other"),
            sent(),
        ],
    )

    assert done.status_code == 200
    assert done["Cache-Control"] == "no-store"
    results = done.json()["results"]
    assert [one["index"] for one in results] == list(range(13))
    assert [one["status"] for one in results] == [201, 400, 200, 412, 428, 404, 404, 400, 400, 400, 400, 404, 201]
    assert set(results[1]["errors"]) == {"areas", "x"}
    assert set(results[10]["errors"]) == {"reference"}
    first = Offer.objects.get(reference="a")
    assert results[0] == {
        "index": 0,
        "status": 201,
        "id": first.pk,
        "reference": "a",
        "posting_status": "published",
        "proposed_state": None,
        "url": f"http://testserver/api/v1/offers/{first.pk}/",
        "etag": results[0]["etag"],
    }
    assert send(key, "patch", f"/offers/{first.pk}/", {"title": "Dams"}, If_Match=results[0]["etag"]).status_code == 200
    assert (
        batch(key, [{"id": own.pk, "version": results[2]["etag"], "text": "More"}]).json()["results"][0]["status"]
        == 200
    )
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.title, own.text) == ("After", "More")
    assert other.agency.code == "other"
    assert Offer.objects.count() == 4


def test_all_or_nothing_writes_nothing_where_one_is_refused(key: ApiKey) -> None:
    refused = batch(key, [sent(), sent(places=0), {"id": 5, "title": "x"}], all_or_nothing=True)

    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {"items.1.places", "items.2"}
    assert not Offer.objects.exists()
    assert len(batch(key, [sent(), sent()], all_or_nothing=True).json()["results"]) == 2
    assert Offer.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": {}}, "items"),
        ({"items": [{"title": "x"}] * 101}, "items"),
        ({"items": [{"title": "x"}], "atomic": True}, "atomic"),
        ({"items": [{"title": "x"}], "all_or_nothing": "yes"}, "all_or_nothing"),
    ],
)
def test_what_is_no_batch_is_refused(key: ApiKey, body: Any, field: str) -> None:
    refused = send(key, "post", "/offers/batch/", body)

    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {field}
    assert not Offer.objects.exists()


def test_needs_go_the_same_way(key: ApiKey) -> None:
    assert batch(key, [sent(), sent()], "/needs/batch/").json()["results"][1]["status"] == 201
    assert Need.objects.count() == 2


def test_each_item_counts_against_the_limit(key: ApiKey, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"anon": "5/min", "user": "5/min", "key": "5/min"})

    refused = batch(key, [sent() for _number in range(6)])

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert not Offer.objects.exists()


def test_an_item_costs_what_one_alone_does_and_its_result_nothing(key: ApiKey) -> None:
    def queries(number: int) -> int:
        with CaptureQueriesContext(connection) as context:
            batch(key, [sent() for _number in range(number)])
        return len(context)

    batch(key, [sent()])  # the key's first use of the day is noted
    one, two, twelve = queries(1), queries(2), queries(12)

    assert twelve - one == 11 * (two - one)
