"""Countries and agencies are found by every name that imports read, whole words before parts."""

import csv
from pathlib import Path

import pytest

from directory.models import Country
from directory.searching.finding import agencies_found, countries_found
from directory.searching.lexicon import AREA, GROUP, MODALITY
from directory.searching.reading import read_query
from tests.directory.spellings import OWN_SPELLINGS, SHARED_SPELLINGS

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("reference")]


@pytest.mark.parametrize(("typed", "found"), [
    ("Laos", ["LAO"]), ("Vietnam", ["VNM"]), ("Turkey", ["TUR"]), ("South Korea", ["KOR"]), ("Burma", ["MMR"]),
    ("KHM", ["KHM"]), ("khm", ["KHM"]), ("Lao PDR", ["LAO"]), ("Côte d'Ivoire", ["CIV"]), ("Cote d’Ivoire", ["CIV"]),
    ("中国", ["CHN"]), ("فييت نام", ["VNM"]), ("Papua New Guinea", ["PNG"]), ("Palaos", ["PLW"]),
    ("training Cambodia", ["KHM"]), ("zebra", []), ("who can help", []),
])  # fmt: skip
def test_countries_by_every_name(typed: str, found: list[str]) -> None:
    assert countries_found(read_query(typed))[: len(found) or None] == found


def test_whole_words_come_before_parts() -> None:
    assert countries_found(read_query("guinea"))[0] == "GIN"
    assert set(countries_found(read_query("guinea"))) == {"GIN", "GNB", "GNQ", "PNG"}
    assert countries_found(read_query("niger"))[0] == "NER"
    assert "NGA" in countries_found(read_query("nige"))
    assert countries_found(read_query("ni")) == countries_found(read_query("eria")) == []


@pytest.mark.parametrize("file", [OWN_SPELLINGS, SHARED_SPELLINGS], ids=["own", "shared"])
def test_lists_of_spellings(file: Path) -> None:
    if not file.exists():
        pytest.skip("the folder ../shared of facts and samples is absent")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["expected"] == "one_country"]
    listed = set(Country.objects.listed().values_list("iso3", flat=True))
    rows = [row for row in rows if listed.intersection(row["iso3"].split("|"))]
    first = [next(iter(countries_found(read_query(row["text"]))), None) for row in rows]
    right = [code in row["iso3"].split("|") for code, row in zip(first, rows, strict=True)]
    missed = [row["text"] for row, is_right in zip(rows, right, strict=True) if not is_right]
    assert sum(right) / len(rows) >= 0.75, missed

    suggested = [next(iter(read_query(text).lexicon.names.resolve(text).suggestions), None) for text in missed]
    expected = {row["text"]: row["iso3"].split("|") for row in rows}
    missed_again = [text for text, code in zip(missed, suggested, strict=True) if code not in expected[text]]
    assert len(missed_again) / len(rows) <= 0.03, missed_again


def test_agencies_by_acronym_name_code_and_country() -> None:
    assert agencies_found(read_query("TICA")) == agencies_found(read_query("tha-tica")) == ["tha-tica"]
    assert agencies_found(read_query("unossc"))[0] == "unossc"
    assert "tha-tica" in agencies_found(read_query("Thailand"))
    assert agencies_found(read_query("international cooperation agency Thailand")) == ["tha-tica"]


def test_areas_modalities_and_groups_are_read_by_their_spellings() -> None:
    query = read_query("DRR and study tours for LDCs")
    assert query.named(AREA) == ("disaster-risk-reduction",)
    assert query.named(MODALITY) == ("study-visits",)
    assert query.named(GROUP) == ("LDC",)
