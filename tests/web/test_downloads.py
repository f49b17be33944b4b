"""A list as a file: exactly what is shown, one table that scripts read, and nothing that a spreadsheet would run."""

import csv
import datetime as dt
import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from directory.models import User
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
    ResponseFactory,
    SurveyFactory,
    TargetFactory,
)
from tests.marked import of_any_database
from tests.pages import Page, publish_many

pytestmark = pytest.mark.django_db


def content_of(client: Client, address: str) -> bytes:
    response: Any = client.get(address)
    assert response.status_code == 200, address
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith("attachment")
    return b"".join(response.streaming_content) if response.streaming else response.content


def csv_rows(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content_of(client, address).decode("utf-8-sig"))))


def shown(client: Client, address: str) -> list[Any]:
    """The keys of all rows of a list, page by page."""
    keys, page = [], 1
    while True:
        context = client.get(f"{address}{'&' if '?' in address else '?'}page={page}").context
        keys += [row.pk for row in context["object_list"]]
        if not context["page_obj"].has_next():
            return keys
        page += 1


@pytest.mark.parametrize("path", ["/offers", *of_any_database("/needs")])
@pytest.mark.parametrize(
    "query",
    [{}, {"area": "energy"}, {"closed": "1", "ordering": "-title"}, {"q": "solar"}, {"is_confirmed": "true"}],
)
def test_a_file_has_the_rows_of_the_list_in_its_order(client: Client, path: str, query: dict[str, str]) -> None:
    model: type[Offer] | type[Need] = Offer if path == "/offers" else Need
    made = publish_many(model, 30, country=CountryFactory(iso3="THA"))
    model.objects.filter(pk__in=[one.pk for one in made[::3]]).update(confirmed_on=dt.date(2026, 1, 15))
    for make in (PublishedOfferFactory, PublishedNeedFactory):
        make(title="Solar pumps", areas=["energy", "water"])
        make(title="Solar pumps, closed", areas=["water"], closes_on=dt.date(2020, 1, 1))
    asked = f"?{urlencode(query)}"
    expected = shown(client, f"{path}/{asked}")
    assert [int(row["id"]) for row in csv_rows(client, f"{path}.csv{asked}")] == expected
    found = json.loads(content_of(client, f"{path}.json{asked}"))
    assert [row["id"] for row in found["rows"]] == expected
    table, notes = load_workbook(io.BytesIO(content_of(client, f"{path}.xlsx{asked}"))).worksheets
    assert [line[0] for line in table.iter_rows(values_only=True)] == ["id", *expected]
    assert [line[0] for line in notes.iter_rows(values_only=True)] == ["notes", *found["notes"]]
    assert content_of(client, f"{path}.txt{asked}").decode() == "\n\n".join(found["notes"]) + "\n"


@pytest.mark.any_database
def test_codes_and_labels_stand_apart_and_days_are_iso(client: Client) -> None:
    offer = ConfirmedOfferFactory(
        title="Pumps", areas=["energy", "water"], modalities=["training"], closes_on=dt.date(2031, 1, 2)
    )
    TargetFactory(offer=offer, country=CountryFactory(iso3="KHM", name="Cambodia"))
    row = csv_rows(client, "/offers.csv")[0]
    assert row["area_codes"].split("; ") == [area.code for area in offer.areas.all()]
    assert row["areas"].split("; ") == [str(area) for area in offer.areas.all()]
    assert (row["target_codes"], row["targets"]) == ("KHM", "Cambodia")
    assert (row["closes_on"], row["confirmed_on"], row["is_confirmed"]) == ("2031-01-02", "2026-01-15", "true")
    found = json.loads(content_of(client, "/offers.json"))["rows"][0]
    assert sorted(found["area_codes"]) == ["energy", "water"]
    assert found["is_confirmed"] is True
    assert found["places"] is None


@pytest.mark.any_database
def test_no_cell_is_a_formula(client: Client) -> None:
    PublishedOfferFactory(title='=cmd|"/C calc"!A1', text="@SUM(A1)", contact="secret@example.org")
    row = csv_rows(client, "/offers.csv")[0]
    assert (row["title"], row["text"]) == ('\'=cmd|"/C calc"!A1', "'@SUM(A1)")
    data = content_of(client, "/offers.xlsx")
    cells = [cell for sheet in load_workbook(io.BytesIO(data)) for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert not any("secret" in str(cell.value) for cell in cells)


@pytest.mark.any_database
def test_notes_say_what_was_asked_and_what_the_survey_asks_readers_to_know(client: Client) -> None:
    survey = SurveyFactory(title="Of 2018", disclaimer="An informal document.", is_public=True)
    PublishedOfferFactory(survey=survey, response=ResponseFactory(survey=survey), areas=["energy"])
    text = content_of(client, "/offers.txt?area=energy").decode()
    assert "express no opinion" in text
    assert "Of 2018: An informal document." in text
    assert "/offers/?area=energy on " in text
    assert "Priority area: " in text


def test_a_file_tells_no_more_than_the_list(client: Client, focal_point: User) -> None:
    PublishedOfferFactory(title="Public")
    PublishedOfferFactory(title="Members", visibility=Visibility.FOCAL_POINTS)
    OfferFactory(title="Draft")
    assert [row["title"] for row in csv_rows(client, "/offers.csv")] == ["Public"]
    client.force_login(focal_point)
    OfferFactory(title="Own", agency=focal_point.affiliations.get().agency)
    rows = {row["title"]: row["status"] for row in csv_rows(client, "/offers.csv")}
    assert rows == {"Public": "published", "Members": "published", "Own": PostingStatus.DRAFT}


@pytest.mark.any_database
@pytest.mark.parametrize("query", ["country=XXX", "colour=red", "page=2", "closed=2", "q=a&q=b"])
def test_what_a_list_does_not_know_is_refused_and_no_file(client: Client, query: str) -> None:
    PublishedOfferFactory(title="Everything")
    response = client.get(f"/offers.csv?{query}")
    assert response.status_code == 400
    assert "Everything" not in response.content.decode()
    assert client.get("/offers.exe").status_code == 404


@pytest.mark.any_database
def test_pages_lead_to_files_of_what_they_show(client: Client) -> None:
    publish_many(Offer, 30, country=CountryFactory(iso3="THA"))
    links = Page(client.get("/offers/?country=THA&page=2")).links
    assert {f"/offers.{ending}?country=THA" for ending in ("csv", "xlsx", "json", "txt")} <= set(links)


def test_countries_agencies_and_matches_have_files_too(client: Client) -> None:
    match = ReleasedMatchFactory()
    AgencyFactory(name="An agency")
    for path, key, column in (
        ("countries", "pk", "country_code"), ("agencies", "code", "agency_code"), ("matches", "need_id", "need_id"),
    ):  # fmt: skip
        rows = client.get(f"/{path}/").context["object_list"]
        assert rows
        found = [row[column] for row in csv_rows(client, f"/{path}.csv")]
        assert found[: len(rows)] == [str(getattr(row, key)) for row in rows]
    row = csv_rows(client, "/matches.csv")[0]
    assert (row["need_title"], row["offer_id"]) == (match.need.title, str(match.offer_id))
    assert "score" not in row


def test_a_file_takes_as_many_queries_for_10_rows_as_for_400(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (10, 390):
        publish_many(Offer, number, country=CountryFactory(iso3="THA"))
        with django_assert_num_queries(5):  # what surveys say, offers, areas, modalities, targets
            content_of(client, "/offers.csv")
