"""Atom feeds of offers and needs: valid, of what everyone may read, with the filters of the list."""

import datetime as dt
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.models import User
from surveys.choices import Visibility
from surveys.models import Need, Offer
from tests.factories import CountryFactory, OfferFactory, PublishedNeedFactory, PublishedOfferFactory
from tests.pages import Page, publish_many

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = '<script>alert(1)</script> & "]]> \x0b\ufffe <b>bold</b>'


def feed_of(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"].startswith("application/atom+xml")
    return fromstring(response.content)


def titles(feed: Any) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


@pytest.mark.parametrize(("path", "make"), [("offers", PublishedOfferFactory), ("needs", PublishedNeedFactory)])
def test_a_feed_has_what_rfc_4287_asks_for(client: Client, path: str, make: Any) -> None:
    posting = make(title="Pumps", areas=["energy"])
    make(title="Closed", closes_on=dt.date(2020, 1, 1))
    feed = feed_of(client, f"/{path}.atom?area=energy")
    assert feed.tag == f"{ATOM}feed"
    assert titles(feed) == ["Pumps"]
    for required in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{required}")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "alternate": f"http://testserver/{path}/?area=energy", "self": f"http://testserver/{path}.atom?area=energy",
    }  # fmt: skip
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"http://testserver{posting.get_absolute_url()}"
    assert entry.findtext(f"{ATOM}updated") == posting.updated_at.isoformat()
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == posting.party
    assert "not confirmed" in entry.findtext(f"{ATOM}summary")


@pytest.mark.any_database
def test_a_hostile_title_is_text(client: Client) -> None:
    offer = PublishedOfferFactory()
    Offer.objects.filter(pk=offer.pk).update(title=HOSTILE)
    feed = feed_of(client, "/offers.atom")
    assert titles(feed) == [HOSTILE.replace("\x0b", "").replace("\ufffe", "")]
    assert {element.get("type") for element in feed.iter() if element.tag != f"{ATOM}link"} == {None, "text"}
    assert b"<script" not in client.get("/offers.atom").content


def test_a_feed_is_the_same_whoever_asks(client: Client, manager: User) -> None:
    PublishedOfferFactory(title="Public")
    PublishedOfferFactory(title="Members", visibility=Visibility.FOCAL_POINTS)
    OfferFactory(title="Draft")
    client.force_login(manager)
    assert titles(feed_of(client, "/offers.atom")) == ["Public"]


def test_an_unchanged_feed_is_not_sent_twice(client: Client) -> None:
    PublishedOfferFactory()
    tag = client.get("/offers.atom")["ETag"]
    assert client.get("/offers.atom", headers={"If-None-Match": tag}).status_code == 304
    whatever = client.get("/offers.atom", headers={"If-None-Match": "*"})
    assert (whatever.status_code, whatever["ETag"]) == (304, tag)


@pytest.mark.any_database
def test_what_a_list_does_not_know_is_refused(client: Client) -> None:
    assert client.get("/needs.atom?reaches=KHM").status_code == 400
    assert client.get("/offers.atom?page=2").status_code == 400


@pytest.mark.any_database
def test_the_list_names_its_feed(client: Client) -> None:
    PublishedOfferFactory(areas=["energy"])
    page = Page(client.get("/offers/?area=energy"))
    assert "/offers.atom?area=energy" in page.links
    named = [link for link in page.attributes_of("link") if link.get("rel") == "alternate"]
    assert [link["href"] for link in named] == ["/offers.atom?area=energy"]
    assert not [link for link in Page(client.get("/countries/")).links if ".atom" in link]


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["offers", "needs"])
def test_the_50_changed_last_in_as_many_queries_as_one(
    client: Client, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number, entries in ((1, 1), (79, 50)):
        publish_many(Offer if path == "offers" else Need, number, country=CountryFactory(iso3="THA"))
        with django_assert_num_queries(4 if path == "offers" else 3):  # postings, areas, modalities, targets of offers
            feed = feed_of(client, f"/{path}.atom")
        assert len(titles(feed)) == entries
