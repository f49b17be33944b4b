"""GET /api/v1/changes/: what it takes, what it refuses and how, and what it costs."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directory.models import User
from feed import ready
from feed.audiences import FeedAudience
from feed.models import Feed, FeedState
from feed.sequencing.forgetting import forget_gone
from surveys.models import Offer
from tests.api import client_of, read, refused
from tests.factories import MatchFactory, PublishedNeedFactory, PublishedOfferFactory
from tests.feed.copying import CHANGES, Copy, sequence
from web.calendar.days import today

pytestmark = pytest.mark.django_db


def is_problem(response: Any, status: int) -> bool:
    assert response["Content-Type"] == "application/problem+json"
    return (response.status_code, response.json()["status"]) == (status, status)


def test_until_it_is_filled_it_says_so_and_not_that_nothing_is_there(client: Client) -> None:
    PublishedOfferFactory()

    response = client.get(CHANGES)

    assert is_problem(response, 503)
    assert response["Retry-After"] == "60"
    sequence()
    assert client.get(CHANGES).status_code == 200


def test_an_empty_database_is_filled_too() -> None:
    sequence()
    page = read("/changes/")
    assert (page["results"], page["next"]) == ([], None)
    assert page["position"].startswith(page["feed"])


def test_a_change_says_exactly_this() -> None:
    with time_machine.travel(dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC), tick=False):
        offer = PublishedOfferFactory()
        sequence()
        start = read("/changes/?after=now&kind=offers")["position"]
        Offer.objects.filter(pk=offer.pk).update(title="Another")
        sequence()

        page = read(f"/changes/?after={start}&kind=offers")

    assert page == {
        "feed": start.split("-")[0],
        "position": page["results"][0]["position"],
        "next": None,
        "results": [
            {
                "position": page["position"],
                "kind": "offers",
                "id": str(offer.pk),
                "change": "upsert",
                "on": "2026-11-30",
                "row": read("/offers/")["results"][0],
            }
        ],
    }


def test_the_same_request_is_answered_the_same_and_not_sent_twice(client: Client) -> None:
    PublishedOfferFactory()
    sequence()
    first = client.get(CHANGES)

    again = client.get(CHANGES, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "public, no-cache"
    assert client.head(CHANGES).status_code == 200


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_read(client: Client, method: str) -> None:
    assert is_problem(getattr(client, method)(CHANGES), 405)


@pytest.mark.any_database
@pytest.mark.parametrize(
    "query",
    [
        "after=", "after=1", "after=NOW", "after=0123456789ab-1", "after=0123456789ab-1-1-nothing",
        "after=0123456789ab-1-1%0A", "after=" + "9" * 4000, "after=%D9%A1-1-1", "after=0123456789ab-١-1",
        "after=a&after=b", "after=%3Cscript%3E",
        "kind=", "kind=offer", "kind=offers,", "kind=offers,runs", "kind=offers&kind=needs", "kind=Offers",
        "page_size=0", "page_size=101", "page_size=x", "since=1", "cursor=x",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(query: str) -> None:
    sequence()
    assert set(refused(f"/changes/?{query}")) == {query.partition("=")[0]}


def test_a_position_of_another_feed_is_gone_with_what_to_do(client: Client, partner: User) -> None:
    PublishedOfferFactory()
    sequence()
    for_partners = client_of(partner).get(CHANGES).json()["position"]
    own = client.get(CHANGES).json()["position"]
    ahead = own.replace("-1-", "-999-", 1) if "-1-" in own else f"{own.split('-')[0]}-999-999"

    for position in (for_partners, ahead, "0123456789ab-1-1"):
        response = client.get(CHANGES, {"after": position})
        assert is_problem(response, 410)
        assert "Make the copy anew" in response.json()["detail"]
    assert client.get(CHANGES, {"after": own}).status_code == 200


def test_a_position_of_some_kinds_serves_no_others() -> None:
    PublishedOfferFactory()
    PublishedNeedFactory()
    sequence()
    some = read("/changes/?kind=offers,needs")["position"]
    every = read("/changes/")["position"]

    assert "needs, offers alone" in refused(f"/changes/?after={some}")["after"][0]
    assert refused(f"/changes/?after={some}&kind=offers,matches")["after"]
    assert read(f"/changes/?after={some}&kind=offers")["results"] == []
    assert read(f"/changes/?after={every}&kind=offers")["results"] == []


def test_the_next_page_keeps_kinds_and_size() -> None:
    PublishedOfferFactory.create_batch(3)
    PublishedNeedFactory()
    sequence()

    page = read("/changes/?kind=offers&page_size=2")

    assert page["next"].startswith("http://testserver/api/v1/changes/?kind=offers&page_size=2&after=")
    assert page["results"][-1]["position"] == page["position"]
    rest = read(page["next"].removeprefix("http://testserver/api/v1"))
    assert [len(page["results"]), len(rest["results"]), rest["next"]] == [2, 1, None]


def test_gone_rows_are_told_for_90_days_and_then_old_copies_are_made_anew(client: Client) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC), tick=False) as clock:
        kept, gone = PublishedOfferFactory(), PublishedOfferFactory()
        sequence()
        old, half_way = Copy(client), read("/changes/?page_size=1")["position"]
        old.update()
        Offer.objects.filter(pk=gone.pk).update(status="withdrawn")
        sequence()
        at_the_end = read("/changes/")["position"]
        clock.shift(dt.timedelta(days=90))
        assert forget_gone(today()) == 0
        assert [change["change"] for change in read(f"/changes/?after={old.position}&kind=offers")["results"]] == [
            "gone"
        ]
        clock.shift(dt.timedelta(days=1))

        assert forget_gone(today()) == 2  # of either audience

        for position in (old.position, half_way):
            assert is_problem(client.get(CHANGES, {"after": position}), 410)
        assert read(f"/changes/?after={at_the_end}")["results"] == []
        # Whoever begins now had none of what is gone, and walks from page to page all the same.
        new = Copy(client, size=1)
        new.update()
        assert {key for key in new.rows if key[0] == "offers"} == {("offers", str(kept.pk))}


def test_a_copy_that_begins_is_told_of_nothing_that_had_gone() -> None:
    offers = PublishedOfferFactory.create_batch(3)
    sequence()
    Offer.objects.filter(pk=offers[0].pk).update(status="withdrawn")
    sequence()

    assert {change["change"] for change in read("/changes/")["results"]} == {"upsert"}


def test_what_goes_while_somebody_walks_is_told_at_the_end(client: Client) -> None:
    offers = PublishedOfferFactory.create_batch(4)
    sequence()
    page = read("/changes/?page_size=2&kind=offers")
    first = page["results"][0]["id"]
    Offer.objects.filter(pk=first).update(status="withdrawn")
    sequence()

    rest = read(page["next"].removeprefix("http://testserver/api/v1"))["results"]

    assert [(change["id"], change["change"]) for change in rest][-1] == (first, "gone") or len(rest) == 2
    copy = Copy(client, kinds="offers")
    copy.update()
    assert len(copy.rows) == len(offers) - 1


def test_who_is_logged_in_reads_the_feed_of_an_audience_and_no_draft_of_its_own(
    focal_point: User, reviewer: User, partner: User
) -> None:
    MatchFactory()
    PublishedOfferFactory(status="draft")
    sequence()
    kinds = {
        user.email: {change["kind"] for change in read("/changes/?page_size=100", user)["results"]}
        for user in (focal_point, reviewer, partner)
    }
    rows = [change["row"] for change in read("/changes/?kind=offers", reviewer)["results"]]

    assert "matches" in kinds[partner.email]
    assert "matches" not in kinds[focal_point.email] | kinds[reviewer.email]
    assert [set(row) for row in rows] == [set(row) for row in read("/offers/")["results"]]


def test_reading_writes_nothing_even_where_much_is_to_be_done(client: Client) -> None:
    PublishedOfferFactory()
    sequence()
    Offer.objects.update(title="Another")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(CHANGES)
    assert [one["sql"] for one in queries if not one["sql"].startswith("SELECT")] == []
    assert client.get(CHANGES).json()["results"]


@pytest.mark.parametrize("number", [1, 20])
def test_a_page_costs_the_same_for_one_change_and_for_twenty(
    client: Client, number: int, django_assert_num_queries: Any
) -> None:
    sequence()
    start = read("/changes/?after=now")["position"]
    MatchFactory.create_batch(number)
    Feed.objects.update(is_filled=True)
    sequence()
    partner_free = {"after": start, "kind": "offers", "page_size": 100}

    # where the database is, the sequencer's place, the feed, states; offers, areas, modalities, targets
    with django_assert_num_queries(8):
        page = client.get(CHANGES, partner_free).json()
    assert len(page["results"]) == number


def test_a_restored_database_is_not_read_on_before_its_feeds_are_renewed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence()
    monkeypatch.setattr(ready, "place", lambda: "elsewhere")
    assert is_problem(client.get(CHANGES), 503)


@pytest.mark.any_database
def test_no_state_says_why_a_row_is_gone() -> None:
    assert {field.name for field in FeedState._meta.get_fields()} == {
        "id", "audience", "kind", "public_id", "row_key", "is_present", "digest", "position", "changed_on",
    }  # fmt: skip
    assert set(FeedAudience) == {"anonymous", "read:matches"}
