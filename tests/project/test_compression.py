"""What is text travels compressed, and reads the same; what pages weigh in a browser: tests/browser/test_weight.py."""

import gzip
from typing import Any

import pytest
from django.test import Client

from tests.factories import PublishedOfferFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PACKED = {"accept-encoding": "br, gzip"}


@pytest.fixture
def offer() -> Any:
    return PublishedOfferFactory(text="Training of officials in the statistics of trade. " * 40)


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize(
    "path", ["/offers/", "/offers/?country=nowhere", "/offers.csv", "/offers.json", "/offers.atom", "/api/v1/offers/"]
)
def test_text_is_sent_compressed_to_who_takes_it_and_reads_the_same(client: Client, offer: Any, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers=PACKED)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert plain["Vary"] == packed["Vary"]
    assert "Accept-Encoding" in plain["Vary"]
    sent = body_of(packed)
    assert gzip.decompress(sent) == body_of(plain)


def test_a_page_takes_a_fraction_of_its_size(client: Client, offer: Any) -> None:
    assert len(client.get("/offers/", headers=PACKED).content) < len(client.get("/offers/").content) / 3


def test_a_workbook_is_packed_already(client: Client, offer: Any) -> None:
    answer = client.get("/offers.xlsx", headers=PACKED)
    assert "Content-Encoding" not in answer
    assert body_of(answer).startswith(b"PK")


@pytest.mark.parametrize("path", ["/offers/", "/offers.atom", "/api/v1/offers/"])
def test_who_has_the_compressed_answer_is_told_that_it_still_holds(client: Client, offer: Any, path: str) -> None:
    first = client.get(path, headers=PACKED)
    for headers in (PACKED, {}):
        again = client.get(path, headers={**headers, "if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        # A cache puts these in the place of those that it has.
        assert {name: again[name] for name in ("ETag", "Vary", "Cache-Control")} == {
            name: first[name] for name in ("ETag", "Vary", "Cache-Control")
        }


def test_its_size_tells_nothing_of_a_secret_in_it(client: Client) -> None:
    """As long as the padding is drawn anew, equal pages differ in size (BREACH)."""
    sizes = {len(client.get("/help/", headers=PACKED).content) for _time in range(40)}
    assert len(sizes) > 1
