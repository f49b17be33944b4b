"""A source is public, a note is not: no page, API answer or file says what we wrote to ourselves."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from docx import Document
from openpyxl import load_workbook

from directory.models import Agency, Country
from surveys.models import Need, Offer, Survey
from surveys.results.files import FORMATS
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MUST_NOT = re.compile(
    r"\bCIA\b|Factbook|\binference\b|not checked|\bthe seed\b|in the seed|dieghernan|general knowledge|@[0-9a-f]{7}\b"
    r"|bblocks|datasets/|by hand\b(?<!comparison by hand)|our judgement|cross-checked|to be verified|not re-verified"
    r"|reconstructed|\w+\.csv\b|let the owner|our reading\b(?!:| of “)|\bTODO\b|\bhelper\b",
)
SHORTEST_NOTE = 12
"""In characters: a shorter one, "French", stands in other texts too."""
LISTS = ("countries", "groups", "areas", "modalities", "agencies", "surveys", "offers", "needs", "matches")


@pytest.fixture
def portal(reference: None) -> None:
    """The reference data and the survey of 2018, as the demo brings them in."""
    call_command("load_surveys", verbosity=0)
    call_command("import_survey", "surveys/data/survey_2018_table1.csv", survey="escap-unossc-2018", verbosity=0)


def pages() -> Iterator[str]:
    """The addresses of all pages that show reference data, postings or a survey."""
    yield from ("/", "/countries/", "/agencies/", "/offers/", "/needs/", "/matches/", "/surveys/", "/method/")
    yield from ("/help/", "/working-rules/", "/privacy/", "/terms/", "/search/?q=training")
    yield from (f"/countries/{iso3}/" for iso3 in Country.objects.listed().values_list("iso3", flat=True))
    for model in (Agency, Offer, Need, Survey):
        yield from (row.get_absolute_url() for row in model.objects.public())


def api_answers(client: Client) -> Iterator[tuple[str, str]]:
    """All rows that the API gives to everyone, list by list, with groups' members and details."""
    for name in LISTS:
        address: str | None = f"/api/v1/{name}/?page_size=100"
        while address:
            response = client.get(address)
            assert response.status_code == 200, address
            yield address, response.content.decode()
            address = response.json()["next"]
    for path in ("groups/G77/", "groups/LDC/", "countries/KHM/", "agencies/tur-tika/", "surveys/escap-unossc-2018/"):
        yield path, client.get(f"/api/v1/{path}").content.decode()
    yield "schema", client.get("/api/v1/schema/").content.decode()


def files(client: Client) -> Iterator[tuple[str, str]]:
    """The tables of the survey of 2018 in each format, as text."""
    for table in ("table-1", "table-2", "areas"):
        for ending in FORMATS:
            address = f"/surveys/escap-unossc-2018/{table}.{ending}"
            response: Any = client.get(address)
            assert response.status_code == 200, address
            content = b"".join(response.streaming_content) if response.streaming else response.content
            yield address, text_of(content, ending)


def text_of(content: bytes, ending: str) -> str:
    """What a file says, whatever its format."""
    if ending == "xlsx":
        rows = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    if ending == "docx":
        document = Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])
    return content.decode()


def notes() -> set[str]:
    """What the columns `note` of reference data, readings, responses and postings hold, but the shortest."""
    models = [model for app in ("directory", "surveys") for model in apps.get_app_config(app).get_models()]
    kept = [model for model in models if any(field.name == "note" for field in model._meta.fields)]
    found = {note for model in kept for note in model._default_manager.values_list("note", flat=True).distinct()}
    return {note for note in found if len(note) >= SHORTEST_NOTE}


def test_no_note_and_no_working_remark_is_public(client: Client, portal: None) -> None:
    inside = notes()
    assert len(inside) > 50
    said = [(address, Page(client.get(address)).text) for address in pages()]
    said += [*api_answers(client), *files(client)]
    assert len(said) > 250
    remarks = {(found[0], where) for where, text in said if (found := MUST_NOT.search(text))}
    remarks |= {(note, where) for where, text in said for note in inside if note in text}
    assert not remarks
