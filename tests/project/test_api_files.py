"""Lists of the API as files: whole, the site's own tables, the API's own rows; nothing half looks whole."""

import csv
import gzip
import io
import json
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from directory.models import User
from surveys.models import Offer
from surveys.postings.shown.frame import OFFER_COLUMNS
from tests.api import ROOT, client_of, read, refused, rows
from tests.factories import (
    AgencyFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    OfferFactory,
    PreferredPartnerFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    PublishedPracticeFactory,
    ReleasedMatchFactory,
    ResponseFactory,
    SurveyFactory,
    TargetFactory,
    UserFactory,
    agreed_cooperation,
)
from tests.project.test_api import LISTS
from web.api.files import blocks
from web.api.files.light_rows import light_rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def content(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def lines(client: Client, query: str, name: str = "offers") -> list[Any]:
    return [json.loads(line) for line in content(client.get(f"{ROOT}/{name}/?format=ndjson{query}")).splitlines()]


@pytest.fixture
def everything(db: None) -> None:
    """A row of each list, with and without what may be missing."""
    survey = SurveyFactory(code="escap-2018")
    agency = AgencyFactory(code="tica", country=CountryFactory(iso3="THA"))
    released = ReleasedMatchFactory(need__survey=survey, offer__amount=5, offer__agency=agency)
    MatchFactory(offer=released.offer)
    TargetFactory(offer=released.offer)
    PreferredPartnerFactory(need=released.need)
    ConfirmedOfferFactory(areas=["energy", "health"], modalities=["training", "expertise"], places=4)
    PublishedOfferFactory(survey=survey, response=ResponseFactory(survey=survey), country=None, agency=agency)
    OfferFactory(title="A draft")
    agreed_cooperation(UserFactory())
    PublishedPracticeFactory(areas=["energy"])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", ["visitor", "partner", "focal_point", "reviewer"])
def test_a_stream_has_the_very_rows_of_the_pages(
    everything: None, name: str, role: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(role)

    assert lines(client_of(user), "", name) == rows(f"/{name}/?page_size=100", user)


@pytest.mark.parametrize("name", LISTS)
def test_each_list_is_a_table(everything: None, client: Client, name: str) -> None:
    table = list(csv.reader(io.StringIO(content(client.get(f"{ROOT}/{name}/?format=csv")).decode("utf-8-sig"))))
    sheet, notes = load_workbook(io.BytesIO(content(client.get(f"{ROOT}/{name}/?format=xlsx")))).worksheets
    file = json.loads(content(client.get(f"{ROOT}/{name}/?format=json")))

    assert len(table) == 1 + len(rows(f"/{name}/?page_size=100"))
    assert list(next(sheet.iter_rows(values_only=True))) == table[0]
    assert sheet.max_row == len(table)
    assert [list(row) for row in file["rows"]] == [table[0]] * (len(table) - 1)
    said = [line[0] for line in notes.iter_rows(values_only=True)]
    assert said[1:] == [note.replace("format=json", "format=xlsx") for note in file["notes"]]
    assert any("/terms/" in str(note) for note in said)


@pytest.mark.parametrize("query", ["", "&area=energy", "&ordering=-title", "&is_open=true"])
def test_a_table_is_the_pages_download_under_the_same_filters(client: Client, query: str) -> None:
    for title in ("Solar", "Wind", "Water"):
        PublishedOfferFactory(title=title, areas=["energy"] if title != "Water" else ["water"])
    of_api = content(client.get(f"{ROOT}/offers/?format=csv{query}"))
    of_page = content(client.get(f"/offers.csv?{query.lstrip('&')}"))

    assert of_api == of_page


def test_a_file_is_the_whole_list_though_pages_are_small(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "ROWS_A_BLOCK", 2)
    made = PublishedOfferFactory.create_batch(7)

    for order in ("id", "-title", "newest"):
        found = [row["id"] for row in lines(client, f"&ordering={order}&fields=id")]
        assert found == [row["id"] for row in rows(f"/offers/?page_size=100&ordering={order}")]
        assert len(found) == len(made)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv"),
        (XLSX, XLSX),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/json", "application/json"),
        ("application/json;q=0.2, text/csv;q=0.9", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
    ],
)
def test_accept_says_in_which_form_with_its_weights(client: Client, accept: str, kind: str) -> None:
    response = client.get(f"{ROOT}/offers/", headers={"accept": accept})

    assert response["Content-Type"].partition(";")[0] == kind
    assert "Accept" in [name.strip() for name in response["Vary"].split(",")]


def test_a_form_that_there_is_not_is_refused(client: Client) -> None:
    assert client.get(f"{ROOT}/offers/", headers={"accept": "application/pdf"}).status_code == 406
    assert "text/csv" in client.get(f"{ROOT}/offers/", headers={"accept": "application/pdf"}).json()["detail"]
    assert refused("/offers/?format=pdf")["format"]
    assert refused("/offers/?format=csv&format=json")["format"]
    assert refused(f"/offers/{PublishedOfferFactory().pk}/?format=csv")["format"]


@pytest.mark.parametrize("parameter", ["page_size=5", "cursor=x", "count=true", "facets=area"])
@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "ndjson"])
def test_what_only_a_page_has_is_refused_of_a_file(parameter: str, form: str) -> None:
    assert list(refused(f"/offers/?format={form}&{parameter}")) == [parameter.partition("=")[0]]


def test_a_file_says_what_it_is(client: Client) -> None:
    PublishedOfferFactory()
    for form in ("csv", "xlsx", "json", "ndjson"):
        response = client.get(f"{ROOT}/offers/?format={form}")
        assert response["Content-Disposition"] == f'attachment; filename="offers.{form}"'
        assert response["Cache-Control"] == "no-store"
        assert 'rel="license"' in response["Link"]
        head = client.head(f"{ROOT}/offers/?format={form}")
        assert (head.status_code, head["Content-Type"]) == (200, response["Content-Type"])
        content(response)


def test_columns_can_be_chosen(client: Client) -> None:
    PublishedOfferFactory(title="Solar")
    answer = content(client.get(f"{ROOT}/offers/?format=csv&fields=country_code,title")).decode("utf-8-sig")

    assert answer.splitlines()[0] == "title,country_code"
    assert "did you mean title?" in refused("/offers/?format=csv&fields=titel")["fields"][0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@x", "\tx", "'=1"])
def test_no_text_becomes_a_formula(client: Client, text: str) -> None:
    PublishedOfferFactory(title=text)
    table = content(client.get(f"{ROOT}/offers/?format=csv")).decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO(content(client.get(f"{ROOT}/offers/?format=xlsx")))).worksheets[0]

    assert next(csv.DictReader(io.StringIO(table)))["title"] == f"'{text}"
    assert sheet["B2"].data_type == "s"
    assert lines(client, "")[0]["title"] == text


def test_a_line_ends_where_a_row_ends_and_nowhere_else(client: Client) -> None:
    text = "one\u2028two\u2029three\x85four\nfive"
    PublishedOfferFactory(text=text)
    answer = content(client.get(f"{ROOT}/offers/?format=ndjson")).decode()

    assert len(answer.splitlines()) == 1
    assert json.loads(answer)["text"] == text


def test_a_stream_that_breaks_never_looks_whole(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "ROWS_A_BLOCK", 2)
    PublishedOfferFactory.create_batch(5)
    fetched = light_rows
    calls = iter([fetched, fetched])

    def break_down(rows: Any) -> list[Any]:
        try:
            return next(calls)(rows)
        except StopIteration:
            raise DatabaseError("gone") from None

    monkeypatch.setattr(blocks, "light_rows", break_down)
    stream = iter(client.get(f"{ROOT}/offers/?format=ndjson").streaming_content)  # type: ignore[attr-defined]

    assert next(stream).endswith(b"\n")
    with pytest.raises(DatabaseError):
        list(stream)


def test_what_is_hidden_while_a_stream_is_read_is_not_in_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "ROWS_A_BLOCK", 1)
    first, hidden, last = PublishedOfferFactory.create_batch(3)
    stream: Any = iter(client.get(f"{ROOT}/offers/?format=ndjson&ordering=id").streaming_content)  # type: ignore[attr-defined]
    found = [json.loads(next(stream))["id"]]
    Offer.objects.filter(pk=hidden.pk).update(status="withdrawn")
    found += [json.loads(line)["id"] for line in b"".join(stream).splitlines()]

    assert found == [first.pk, last.pk]


@pytest.mark.parametrize("number", [1, 20])
@pytest.mark.parametrize(("form", "queries"), [("ndjson", 8), ("csv", 6)])
def test_a_block_takes_the_same_queries_however_many_rows(
    client: Client, number: int, form: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for offer in PublishedOfferFactory.create_batch(number, areas=["energy"], modalities=["training"]):
        TargetFactory(offer=offer)
    # keys, rows, countries, areas and their table, modalities and theirs, targets; or keys, rows, areas, modalities,
    # targets, what surveys say
    with django_assert_num_queries(queries):
        assert content(client.get(f"{ROOT}/offers/?format={form}"))


def test_a_stream_travels_compressed(client: Client) -> None:
    PublishedOfferFactory.create_batch(3)
    response = client.get(f"{ROOT}/offers/?format=ndjson", headers={"accept-encoding": "gzip"})

    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(content(response)) == content(client.get(f"{ROOT}/offers/?format=ndjson"))


def test_names_in_a_stream_are_in_the_language_asked_for(client: Client) -> None:
    PublishedOfferFactory(country=CountryFactory(iso3="THA", name="Thailand", name_fr="Thaïlande"))
    response = client.get(f"{ROOT}/offers/?format=ndjson", headers={"accept-language": "fr"})

    assert json.loads(content(response))["country_label"] == "Thaïlande"


def test_coverage_can_be_narrowed_and_had_as_a_file(client: Client) -> None:
    PublishedNeedFactory(areas=["energy"])
    whole = read("/coverage/")["results"]
    cells = read("/coverage/?table=area_by_group&column=all")["results"]
    response: Any = client.get(f"{ROOT}/coverage/?table=area_by_group&column=all&format=csv")
    table = list(csv.DictReader(io.StringIO(content(response).decode("utf-8-sig"))))

    assert 0 < len(cells) < len(whole)
    assert cells == [cell for cell in whole if (cell["table"], cell["column"]) == ("area_by_group", "all")]
    assert [row["area"] for row in table] == [cell["area"] for cell in cells]
    assert "did you mean area_by_group?" in refused("/coverage/?table=area_by_grop")["table"][0]


def test_the_dictionary_says_what_every_column_and_field_means(reviewer: User) -> None:
    found = read("/dictionary/")
    offers = next(one for one in found["lists"] if one["list"] == "offers")

    assert sorted(one["list"] for one in found["lists"]) == sorted(LISTS)
    assert [column["name"] for column in offers["columns"]] == [column.name for column in OFFER_COLUMNS]
    for name in ("offers", "needs", "matches", "practices", "countries", "agencies"):
        one = next(one for one in found["lists"] if one["list"] == name)
        assert all(column["meaning"] for column in one["columns"]), name
    assert read("/dictionary/", reviewer)["lists"] == found["lists"]
    assert not {"status", "source_file", "file_import"} & {field["name"] for field in offers["fields"]}


def test_the_licence_is_the_owner_s_where_one_is_set(client: Client, settings: Any) -> None:
    settings.DATA_LICENCE, settings.DATA_LICENCE_URL = "CC BY 4.0", "https://example.org/by/4.0/"
    notes = json.loads(content(client.get(f"{ROOT}/offers/?format=json")))["notes"]

    assert '<https://example.org/by/4.0/>; rel="license"' in client.get(f"{ROOT}/offers/")["Link"]
    assert any("CC BY 4.0" in note for note in notes)
    assert "CC BY 4.0" in read("/dictionary/")["licence"]
