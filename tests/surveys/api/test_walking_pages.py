"""Walking all pages gives each row once: in every order, with ties and unknown values, while rows are added."""

import datetime as dt

import pytest

from surveys.filtersets import OfferFilter
from surveys.models import Offer
from tests.api import ROOT, client_of, read, refused, walk
from tests.factories import CountryFactory, PublishedOfferFactory
from web.api.pagination import _SIGNER

pytestmark = pytest.mark.django_db

DAYS = [None, dt.date(2026, 12, 31), dt.date(2027, 1, 31)]


@pytest.fixture
def many() -> set[int]:
    """27 offers with every combination of unknown, equal and different values."""
    made = set()
    for confirmed in (None, dt.date(2025, 1, 1), dt.date(2026, 1, 1)):
        for stated in (None, dt.date(2018, 6, 27), dt.date(2019, 1, 1)):
            for number, closes in enumerate(DAYS):
                offer = PublishedOfferFactory(
                    title=["Same", "same", "Другой"][number],
                    confirmed_on=confirmed,
                    stated_on=stated,
                    closes_on=closes,
                    areas=[],
                    modalities=[],
                )
                made.add(offer.pk)
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    Offer.objects.filter(pk__in=sorted(made)[:20]).update(updated_at=moment)
    return made


@pytest.mark.parametrize("ordering", list(OfferFilter.orderings))
@pytest.mark.parametrize("size", [1, 4, 100])
def test_each_row_comes_once_and_in_the_order_of_the_whole_list(ordering: str, size: int, many: set[int]) -> None:
    found = walk(f"/offers/?ordering={ordering}&page_size={size}")

    assert len(found) == len(many)
    assert set(found) == many
    whole = OfferFilter.orderings[ordering].expressions()
    assert found == list(Offer.objects.order_by(*whole).values_list("pk", flat=True))


@pytest.mark.parametrize("ordering", list(OfferFilter.orderings))
def test_walking_back_gives_the_same_rows(ordering: str, many: set[int]) -> None:
    client, address, last = client_of(), f"{ROOT}/offers/?ordering={ordering}&page_size=4", ""
    forwards: list[int] = []
    while address:
        last, page = address, client.get(address).json()
        forwards += [row["id"] for row in page["results"]]
        address = page["next"]

    back = walk(last.removeprefix(f"http://testserver{ROOT}"), by="previous")

    assert back == forwards


@pytest.mark.parametrize("ordering", list(OfferFilter.orderings))
def test_rows_added_meanwhile_neither_hide_nor_double_those_there_before(ordering: str, many: set[int]) -> None:
    client, address, found = client_of(), f"{ROOT}/offers/?ordering={ordering}&page_size=3", []
    while address:
        page = client.get(address).json()
        found += [row["id"] for row in page["results"]]
        address = page["next"]
        if len(found) < 40:
            for confirmed in (None, dt.date(2025, 1, 1), dt.date(2030, 1, 1)):
                PublishedOfferFactory(title="Same", confirmed_on=confirmed, stated_on=None, areas=[], modalities=[])

    assert len(found) == len(set(found))
    assert many <= set(found)


def test_the_first_page_has_no_previous_and_the_last_no_next() -> None:
    PublishedOfferFactory.create_batch(2)

    first = read("/offers/?page_size=1")
    second = read(first["next"].removeprefix(f"http://testserver{ROOT}"))

    assert first["previous"] is None
    assert second["next"] is None
    assert read(second["previous"].removeprefix(f"http://testserver{ROOT}"))["results"] == first["results"]


def test_a_cursor_is_good_for_its_own_list_order_and_filters_only() -> None:
    CountryFactory(iso3="KHM")
    PublishedOfferFactory.create_batch(3, country=CountryFactory(iso3="THA"))
    cursor = read("/offers/?page_size=1&ordering=title")["next"].split("cursor=")[1]

    assert read(f"/offers/?ordering=title&page_size=2&cursor={cursor}")["results"]
    for path in (
        f"/offers/?cursor={cursor}",
        f"/offers/?ordering=-title&cursor={cursor}",
        f"/offers/?ordering=title&country=THA&cursor={cursor}",
        f"/needs/?ordering=title&cursor={cursor}",
        f"/offers/?ordering=title&cursor={cursor[:-1]}",
        f"/offers/?ordering=title&cursor=x{cursor}",
        "/offers/?cursor=cD0yMDE4",
        "/offers/?cursor=1",
        "/offers/?cursor=%F0%9F%A6%86",
    ):
        assert list(refused(path)) == ["cursor"], path


@pytest.mark.parametrize("content", [None, 1, [], ["x", True, []], {"a": 1}, ["b", False, ["x", "y", "z"]]])
def test_a_signed_cursor_of_another_shape_is_refused(content: object) -> None:
    PublishedOfferFactory()

    assert list(refused(f"/offers/?cursor={_SIGNER.sign_object(content)}")) == ["cursor"]
