"""Public pages of practices, and where practices stand beside other things: what they show, counts, files, queries."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from directory.models import Agency, User
from practices.models import Practice
from practices.searching.documents import write_documents_of
from practices.shown.beside import practices_for_need, practices_of_agency, practices_of_country
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    PracticeFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    PublishedPracticeFactory,
    SubmittedPracticeFactory,
)
from tests.pages import Page

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\u202etxt.exe =cmd|' /C calc'!A0"


def titles(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, (address, response.content)
    return [practice.title for practice in response.context["object_list"]]


def choices(client: Client, address: str, name: str) -> dict[str, str]:
    fields = {field.name: field.field for field in client.get(address).context["filter_fields"]}
    return {str(value): str(label) for value, label in fields[name].widget.choices if value}


def many(number: int, agency: Agency) -> None:
    """More public practices, written past the portal."""
    made = Practice.objects.bulk_create(
        Practice(
            agency=agency, title=f"One of many {n}", text="How.", status="published", submitted_at=timezone.now(),
            published_at=timezone.now(),
        )
        for n in range(number)
    )  # fmt: skip
    through: Any = Practice.areas.through
    through.objects.bulk_create(through(practice=row, priorityarea_id="energy") for row in made)
    write_documents_of([row.pk for row in made])


@pytest.mark.parametrize("role", ["visitor", "focal_point", "coordinator", "reviewer", "manager"])
def test_everyone_sees_the_same_list(role: str, client: Client, agency: Agency, request: Any) -> None:
    public = PublishedPracticeFactory(agency=agency, title="Public")
    others = [PracticeFactory(agency=agency, title="Draft"), SubmittedPracticeFactory(agency=agency, title="Waits")]
    person = request.getfixturevalue(role)
    if isinstance(person, User):
        client.force_login(person)
    assert titles(client, "/practices/") == ["Public"]
    assert client.get(public.get_absolute_url()).status_code == 200
    for other in others:
        assert client.get(other.get_absolute_url()).status_code == 404


def test_counts_beside_each_choice_are_the_lists_behind_them(client: Client) -> None:
    thailand, laos, nepal = (CountryFactory(iso3=iso3) for iso3 in ("THA", "LAO", "NPL"))
    group = CountryGroupFactory(code="LDC", is_heading=True)
    for country in (laos, nepal):
        GroupMembershipFactory(group=group, country=country)
    of_thailand = AgencyFactory(country=thailand)
    PublishedPracticeFactory(agency=of_thailand, countries=[laos, thailand], areas=["energy", "water"])
    PublishedPracticeFactory(agency=of_thailand, countries=[laos, nepal], areas=["energy"], modalities=["training"])
    PublishedPracticeFactory(agency=AgencyFactory(country=None), areas=["water"], kind="institutional_model")
    SubmittedPracticeFactory(agency=of_thailand, countries=[nepal])
    for address in ("/practices/", "/practices/?area=energy", "/practices/?kind=good_practice&country=LAO"):
        for name in ("kind", "country", "group", "area", "modality"):
            for value, label in choices(client, address, name).items():
                separator = "&" if "?" in address else "?"
                if f"{name}=" in address:
                    continue
                found = titles(client, f"{address}{separator}{name}={value}")
                assert label.endswith(f"({len(found)})"), (address, name, value, label)
    assert set(choices(client, "/practices/", "country")) == {"THA", "LAO", "NPL"}


@pytest.mark.any_database
def test_what_is_chosen_stands_as_chips_and_what_is_not_known_is_refused(client: Client) -> None:
    PublishedPracticeFactory(areas=["energy"])
    page = Page(client.get("/practices/?area=energy&kind=good_practice"))
    assert "Priority area: Energy" in page.text
    assert "?area=energy" in page.links
    for query in ("area=nothing", "kind=best", "status=draft", "page=0", "agency=secretariat", "q=%20%21"):
        assert client.get(f"/practices/?{query}").status_code in (400, 404), query
        assert "Public" not in client.get(f"/practices/?{query}").content.decode()
    assert client.get("/practices.csv?nothing=1").status_code == 400
    assert client.get("/practices.atom?nothing=1").status_code == 400
    assert client.get("/practices.pdf").status_code == 404


def test_the_agency_s_list_has_what_it_shares_and_where_it_had_part(client: Client) -> None:
    one, other = AgencyFactory(code="one"), AgencyFactory(code="other")
    PublishedPracticeFactory(agency=one, title="Its own")
    PublishedPracticeFactory(agency=other, partners=[one], title="Had part")
    PublishedPracticeFactory(agency=other, title="Of others")
    assert sorted(titles(client, "/practices/?agency=one")) == ["Had part", "Its own"]
    assert {row.title for row in practices_of_agency(one).practices} == {"Had part", "Its own"}
    page = Page(client.get("/agencies/one/"))
    assert "Had part" in page.text
    assert "Of others" not in page.text


def files(client: Client, query: str) -> dict[str, list[dict[str, Any]]]:
    def content(ending: str) -> bytes:
        return b"".join(client.get(f"/practices.{ending}{query}").streaming_content)  # type: ignore[attr-defined]

    sheet = load_workbook(io.BytesIO(content("xlsx")), read_only=True).worksheets[0]
    head, *body = sheet.iter_rows(values_only=True)
    return {
        "csv": list(csv.DictReader(io.StringIO(content("csv").decode("utf-8-sig")))),
        "json": json.loads(content("json"))["rows"],
        "xlsx": [dict(zip(map(str, head), row, strict=True)) for row in body],
    }


def test_files_hold_the_list_that_is_shown(client: Client) -> None:
    agency = AgencyFactory(code="one", country=CountryFactory(iso3="THA"))
    PublishedPracticeFactory(
        agency=agency, title=HOSTILE, text=HOSTILE, countries=[CountryFactory(iso3="LAO")], modalities=["training"],
        links="https://example.org/a\nhttps://example.org/b",
    )  # fmt: skip
    PublishedPracticeFactory(areas=["water"], title="Left out")
    found = files(client, "?area=energy")
    for ending, rows in found.items():
        (row,) = rows
        assert str(row["title"]).endswith(HOSTILE), ending
        assert (row["agency_code"], row["country_code"]) == ("one", "THA"), ending
    assert found["json"][0]["used_in_codes"] == ["LAO"]
    assert found["json"][0]["links"] == ["https://example.org/a", "https://example.org/b"]
    assert found["csv"][0]["area_codes"] == "energy"
    notes = client.get("/practices.txt?area=energy").content.decode()
    assert "Priority area: Energy" in notes


@pytest.mark.any_database
def test_what_is_typed_is_inert_on_the_page_and_in_the_feed(client: Client) -> None:
    practice = PublishedPracticeFactory(
        title=HOSTILE, text=HOSTILE, results=HOSTILE, conditions=HOSTILE, english_text=HOSTILE, language="fr",
        links="javascript:alert(1)\nhttps://example.org/",
    )  # fmt: skip
    page = client.get(practice.get_absolute_url())
    assert "<script>alert" not in page.content.decode()
    assert not any("javascript" in link for link in Page(page).links)
    assert "https://example.org/" in Page(page).links
    feed = client.get("/practices.atom")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert "<script>alert" not in feed.content.decode()
    assert "&lt;script&gt;" in feed.content.decode()
    empty = client.get("/practices.atom?area=energy&kind=institutional_model").content
    assert empty == client.get("/practices.atom?area=energy&kind=institutional_model").content


@pytest.mark.any_database
def test_how_one_asks_depends_on_who_reads(client: Client, focal_point: User, reviewer: User, settings: Any) -> None:
    practice = PublishedPracticeFactory()
    asking = f"/workspace/practices/{practice.pk}/ask/"
    settings.PORTAL_CONTACT = ""
    page = Page(client.get(practice.get_absolute_url()))
    assert f"/accounts/login/?next={asking}" in page.links
    assert "/help/" in page.links
    settings.PORTAL_CONTACT = "secretariat@example.org"
    assert "mailto:secretariat@example.org" in Page(client.get(practice.get_absolute_url())).links
    client.force_login(focal_point)
    assert asking in Page(client.get(practice.get_absolute_url())).links
    client.force_login(reviewer)
    assert asking not in Page(client.get(practice.get_absolute_url())).links


def test_beside_a_need_stand_practices_of_others_that_share_most_first(client: Client) -> None:
    need = PublishedNeedFactory(
        country=CountryFactory(iso3="KHM"), areas=["energy", "water", AreaFactory(code="sdgs", use="tag")]
    )
    other = AgencyFactory(country=CountryFactory(iso3="THA"))
    PublishedPracticeFactory(agency=other, title="Shares one", areas=["energy"])
    PublishedPracticeFactory(agency=other, title="Shares both", areas=["water", "energy"])
    PublishedPracticeFactory(agency=other, title="Shares a tag", areas=["sdgs", "gender"])
    PublishedPracticeFactory(agency=AgencyFactory(country=need.country), title="Its own", areas=["energy"])
    PublishedPracticeFactory(agency=AgencyFactory(country=None), title="Of no country", areas=["water"])
    PracticeFactory(agency=other, title="A draft", areas=["energy"])
    shown = practices_for_need(need)
    assert [row.title for row in shown.practices] == ["Shares both", "Of no country", "Shares one"]
    assert shown.all_address == ""
    page = Page(client.get(need.get_absolute_url()))
    assert "Practices that could help" in page.text
    assert "Shares both" in page.text
    many(1, other)
    assert practices_for_need(need).all_address == "/practices/?area=energy&area=water"
    assert client.get(practices_for_need(need).all_address).status_code == 200


@pytest.mark.any_database
def test_a_need_without_practices_has_no_empty_heading(client: Client) -> None:
    need = PublishedNeedFactory(areas=["energy"])
    assert "Practices that could help" not in Page(client.get(need.get_absolute_url())).text


def test_beside_a_country_an_offer_and_an_area(client: Client, reference: None) -> None:
    thailand, cambodia = CountryFactory(iso3="THA"), CountryFactory(iso3="KHM")
    agency = AgencyFactory(country=thailand)
    offer = PublishedOfferFactory(country=thailand, areas=["energy"])
    PublishedPracticeFactory(agency=agency, title="Put to use there", countries=[cambodia], areas=["statistics"])
    PublishedPracticeFactory(agency=agency, title="Shared by the offer", offers=[offer], areas=["energy"])
    PublishedNeedFactory(country=cambodia, areas=["energy"])
    assert [row.title for row in practices_of_country(cambodia).practices] == ["Put to use there"]
    page = Page(client.get("/countries/KHM/"))
    assert page.text.index("Put to use there") < page.text.index("Shared by the offer")
    assert "Practices that it can share" in Page(client.get(offer.get_absolute_url())).text
    assert "Put to use there" in Page(client.get("/coverage/area/statistics/all/")).text
    assert "Put to use there" not in Page(client.get("/coverage/area/energy/all/")).text


@pytest.mark.any_database
def test_the_list_and_the_page_make_as_many_queries_with_30_as_with_1(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    agency = AgencyFactory(country=CountryFactory(iso3="THA"))
    offer = PublishedOfferFactory(country=agency.country)
    one = PublishedPracticeFactory(
        agency=agency, countries=[CountryFactory(iso3="LAO")], partners=[agency], offers=[offer]
    )
    client.get("/practices/")
    for number in (0, 29):
        many(number, agency)
        # practices, areas, modalities, countries, partners; counts, their number among them, and choices of the filters
        with django_assert_num_queries(LIST_QUERIES):
            client.get("/practices/")
        # practice, areas, modalities, countries, partners, offers
        with django_assert_num_queries(6):
            client.get(one.get_absolute_url())
        with django_assert_num_queries(5):  # practices, areas, modalities, countries, partners
            client.get("/practices.atom")


LIST_QUERIES = 12
