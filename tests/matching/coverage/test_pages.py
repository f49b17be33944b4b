"""The pages and files of coverage: who reads what, what stands apart, and how many queries it takes."""

import datetime as dt
import io
import json
from typing import Any

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.models import User
from matching.choices import NeedMet
from matching.coverage.counts.reading import CoverageView
from matching.coverage.counts.tables import coverage
from matching.coverage.counts.words import UnitState
from matching.coverage.shown.lists import lists_behind
from matching.coverage.shown.records import FIELDS
from surveys.choices import Visibility
from surveys.models import Need, Offer
from tests.api import read, refused
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    SurveyFactory,
    TargetFactory,
    agreed_cooperation,
)
from tests.pages import Page, publish_many
from web.calendar.days import today

pytestmark = pytest.mark.django_db

CELL = "/coverage/area/energy/all/"


def figures(user: Any = None) -> tuple[int, int, int, int]:
    """Of energy, as a person sees it: seeking confirmed and in all, partners confirmed and in all."""
    row = next(row for row in coverage(reader=user, view=CoverageView(today())).rows if row.line.code == "energy")
    whole = row.whole
    return whole.confirmed.seeking, whole.stated.seeking, whole.confirmed.partners, whole.stated.partners


def offer_to(iso3: str, maker: Any = ConfirmedOfferFactory, **fields: Any) -> Offer:
    """An offer that names the country."""
    offer: Offer = maker(**fields)
    TargetFactory(offer=offer, country=CountryFactory(iso3=iso3))
    return offer


@pytest.mark.any_database
def test_what_a_reader_may_not_see_counts_for_others_alone(focal_point: User, reviewer: User) -> None:
    ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    offer_to("KHM", visibility=Visibility.FOCAL_POINTS)
    offer_to("KHM", visibility=Visibility.MATCHED)
    assert figures() == (1, 1, 0, 0)
    assert figures(focal_point) == (1, 1, 1, 1)
    assert figures(reviewer) == (1, 1, 2, 2)


@pytest.mark.any_database
def test_an_agency_of_no_one_country_counts_as_one_and_a_country_once() -> None:
    ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    fund = AgencyFactory(code="fund", country=None)
    thailand = AgencyFactory(code="tha", country=CountryFactory(iso3="THA"))
    for whose in ({"agency": fund}, {"agency": fund}, {"agency": thailand}):
        offer_to("KHM", country=None, **whose)
    offer_to("KHM", country=thailand.country)
    offer_to("KHM", maker=PublishedOfferFactory, country=CountryFactory(iso3="VNM"), stated_on=today())
    assert figures() == (1, 1, 2, 3)


@pytest.mark.any_database
def test_a_general_offer_and_a_related_one_are_no_partner() -> None:
    AreaFactory(code="ict", parent=AreaFactory(code="connectivity"))
    need = ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"), areas=["ict"])
    offer_to("KHM", country=CountryFactory(iso3="THA"), areas=["connectivity"])
    lists = lists_behind(reader=None, view=CoverageView(today()), area="ict", column="all", is_modality=False)
    assert lists is not None
    [unit] = lists.seeking
    assert (unit.needs, unit.direct, unit.general, unit.state) == ([need], [], [], UnitState.NO_OFFER)
    assert [str(partner.party) for partner in unit.related] == ["Thailand"]
    assert lists.offered_by == []


@pytest.mark.any_database
def test_a_need_is_met_by_published_cooperation_alone(reviewer: User) -> None:
    match = agreed_cooperation(reviewer, need_met=NeedMet.YES)
    Need.objects.update(confirmed_on=today())

    def met() -> tuple[int, UnitState]:
        lists = lists_behind(reader=None, view=CoverageView(today()), area="energy", column="all", is_modality=False)
        assert lists is not None
        return lists.cell.confirmed.met, lists.seeking[0].state

    assert met() == (1, UnitState.MET)
    match.sides.filter(side="need").update(outcome_confirmed_at=None)
    assert met()[0] == 0
    match.sides.update(outcome_confirmed_at=dt.datetime.now(dt.UTC))
    for need_met in (NeedMet.PARTLY, NeedMet.NO, ""):
        match.outcome.need_met = need_met
        match.outcome.save()
        assert met()[0] == 0
    match.outcome.need_met = NeedMet.YES
    match.outcome.save()
    match.sides.filter(side="offer").update(consent_at=None)
    assert met()[0] == 0


@pytest.mark.any_database
def test_what_closed_lately_stands_apart(client: Client) -> None:
    day = today()
    ConfirmedNeedFactory(title="Closed last month", closes_on=day - dt.timedelta(days=30))
    ConfirmedNeedFactory(title="Closed long ago", closes_on=day - dt.timedelta(days=500))
    ConfirmedNeedFactory(title="Still open", closes_on=day + dt.timedelta(days=30))
    assert figures() == (1, 1, 0, 0)
    assert [(line.code, count.needs) for line, count in client.get("/coverage/").context["closed"]] == [("energy", 1)]
    lists = client.get(CELL).context["lists"]
    assert [need.title for need in lists.closed_needs] == ["Closed last month"]
    assert [need.title for one in lists.seeking for need in one.needs] == ["Still open"]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"confirmed_on": None, "stated_on": dt.date(2018, 6, 27)}, 0),
        ({"confirmed_on": dt.date(2019, 1, 1)}, 0),
        ({"confirmed_on": None, "stated_on": dt.date(2018, 6, 27), "closes_on": dt.date(2099, 1, 1)}, 1),
        ({"confirmed_on": None, "stated_on": None}, 1),
    ],
)
def test_old_statements_without_dates_stand_in_their_edition_alone(said: dict[str, Any], counts: int) -> None:
    survey = SurveyFactory(code="old")
    PublishedNeedFactory(survey=survey, **said)
    assert figures()[1] == counts
    row = coverage(reader=None, view=CoverageView(today(), survey)).rows[0]
    assert row.whole.stated.seeking == 1


def test_the_page_shows_the_numbers_of_the_lists_it_links_to(client: Client) -> None:
    for iso3 in ("KHM", "LAO", "VNM"):
        ConfirmedNeedFactory(country=CountryFactory(iso3=iso3))
    offer_to("KHM", country=CountryFactory(iso3="THA"))
    page = Page(client.get("/coverage/"))
    assert CELL in page.links
    assert "3 / 3" in page.text
    assert "Gap" in page.text
    assert "G 3" in page.text  # in the picture
    behind = Page(client.get(CELL))
    assert behind.titles("h2") == [
        "3 countries seek (3 with a confirmed need)",
        "Energy: 1 country or agency offers it (1 with a confirmed offer)",
    ]
    assert len([1 for tag, own in behind.tags if tag == "tr" and own.get("class") == "seeking"]) == 3
    assert Offer.objects.get().get_absolute_url() in behind.links
    assert not any("style" in own for _tag, own in page.tags)


def test_several_offers_of_one_kind_to_one_place(client: Client) -> None:
    for iso3, forms in (("THA", ["training"]), ("VNM", ["training", "financial"]), ("LAO", [])):
        offer_to("KHM", country=CountryFactory(iso3=iso3), modalities=forms)
    offer_to("FJI", country=CountryFactory(iso3="THA"))
    [place] = client.get("/coverage/duplication/").context["places"]
    assert (place.code, place.offers, len(place.kinds)) == ("KHM", 2, 1)
    [kind] = client.get("/coverage/duplication/KHM/").context["kinds"]
    assert (kind.area.pk, kind.modality.pk, len(kind.offers), kind.partners) == ("energy", "training", 2, 2)
    assert client.get("/coverage/duplication/FJI/").status_code == 404
    record = json.loads(client.get("/coverage/files/duplication.json").content)["results"][0]
    assert (record["place"], record["offers"], record["partners"]) == ("KHM", 2, 2)


def test_files_and_api_hold_the_same_cells(client: Client) -> None:
    ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    offer_to("KHM", country=CountryFactory(iso3="THA"))
    answer = read("/coverage/")
    lines = client.get("/coverage/files/coverage.csv").getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].split(",") == list(FIELDS)
    assert len(lines) == 1 + len(answer["results"])
    file = json.loads(client.get("/coverage/files/coverage.json").content)
    assert [{**row, "word": row["word"] or None, "word_from": row["word_from"] or None} for row in file["results"]] == [
        {name: row[name] for name in FIELDS} for row in answer["results"]
    ]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/coverage/files/coverage.xlsx").getvalue()))
    sheet = list(book["coverage"].values)
    assert sheet[0] == FIELDS
    assert answer["disclaimer"] in [row[0] for row in book["notes"].values]
    whole = next(row for row in answer["results"] if row["column"] == "all")
    assert (whole["seeking"], whole["partners"], whole["offering"], whole["word"]) == (1, 1, 1, None)


@pytest.mark.any_database
def test_what_is_not_a_view_is_refused(client: Client) -> None:
    for query in ("on=never", "on=0001-01-01", "edition=none", "other=1", "on=2020-01-01&on=2020-01-02"):
        for address in ("/coverage/", CELL, "/coverage/duplication/", "/coverage/files/coverage.csv"):
            assert client.get(f"{address}?{query}").status_code == 400, (address, query)
        assert refused(f"/coverage/?{query}")
    assert client.get("/coverage/?on=&edition=").status_code == 200
    assert refused("/coverage/?on=") == {"on": ["Empty: give a value or leave the parameter out."]}
    for address in (
        "/coverage/area/none/all/",
        "/coverage/area/none/modality/training/",
        "/coverage/files/coverage.doc",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("number", [1, 200])
def test_a_page_takes_the_same_queries_whatever_there_is(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    country = CountryFactory(iso3="KHM")
    publish_many(Need, number, country=country, confirmed_on=today())
    publish_many(Offer, number, country=CountryFactory(iso3="THA"), confirmed_on=today())
    with django_assert_num_queries(QUERIES_OF_BOTH_TABLES):
        client.get("/coverage/")
    with django_assert_num_queries(QUERIES_OF_A_CELL):
        client.get(CELL)


QUERIES_OF_BOTH_TABLES = 27
QUERIES_OF_A_CELL = 29
