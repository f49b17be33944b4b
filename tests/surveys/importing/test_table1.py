"""Table 1 of the 2018 survey, imported as the project ships it."""

import csv
import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from directory.models import Agency
from directory.names import NameIndex
from surveys.answering.edition import Edition
from surveys.answering.reading.places import read_places
from surveys.choices import Direction, PlaceKind, PostingStatus, ResponseKind
from surveys.importing.applying import import_file
from surveys.models import Import, Need, Offer, PreferredPartner, Reading, Response, Survey, Target
from surveys.postings.shown.reach import offers_reaching
from tests.surveys.importing.conftest import SHARED, TABLE, table_rows

pytestmark = pytest.mark.django_db

READINGS: Any = Reading.objects
TARGETS: Any = Target.objects


@pytest.fixture
def imported(survey: Survey) -> Import:
    outcome = import_file(survey=survey, data=TABLE.read_bytes(), file_name=TABLE.name)
    assert outcome.file_import is not None
    return outcome.file_import


@pytest.mark.any_database
def test_each_side_is_what_its_row_states(imported: Import):
    def sides(rows):
        return {(row.country_id, row.status) for row in rows}

    published, draft = PostingStatus.PUBLISHED, PostingStatus.DRAFT
    assert sides(Offer.objects.all()) == {
        *((iso3, published) for iso3 in ("BGD", "CHN", "IND", "IDN", "IRN", "TUR", "THA", "VNM")),
        ("KHM", draft),
        ("LAO", draft),
    }
    assert sides(Need.objects.all()) == {
        *((iso3, published) for iso3 in ("KHM", "LAO", "VNM")),
        ("BGD", draft),
    }


@pytest.mark.any_database
def test_nothing_is_confirmed_and_everything_knows_where_it_is_from(imported: Import):
    for posting in [*Offer.objects.all(), *Need.objects.all()]:
        assert posting.confirmed_on is None
        assert posting.edited_on is None
        assert posting.stated_on == dt.date(2018, 6, 27)
        assert posting.response is not None
        assert posting.response.country_id == posting.country_id
        assert posting.file_import == imported
        assert (posting.source_file, posting.source_sheet) == ("survey_2018_table1.csv", "")
        assert posting.source_row == posting.response.source_row
    assert Offer.objects.get(country="BGD").source_row == 2
    assert Offer.objects.get(country="VNM").source_row == 11


@pytest.mark.any_database
def test_three_responses_are_compiled(imported: Import):
    compiled = Response.objects.filter(kind=ResponseKind.COMPILED)
    assert set(compiled.values_list("country", flat=True)) == {"CHN", "IND", "TUR"}
    assert Response.objects.filter(kind=ResponseKind.ANSWERED).count() == 7


@pytest.mark.any_database
def test_postings_stand_under_the_one_agency_of_the_government(imported: Import):
    agencies = {
        offer.country_id: offer.agency.acronym or offer.agency.name if offer.agency else None
        for offer in Offer.objects.select_related("agency")
    }
    assert agencies["THA"] == "TICA"
    assert agencies["BGD"] == "Ministry of Finance"
    assert [agencies[iso3] for iso3 in ("CHN", "IND", "IDN", "IRN", "KHM", "LAO", "VNM")] == [None] * 7


@pytest.mark.any_database
def test_what_others_compiled_stands_under_the_country_and_no_agency(imported: Import):
    assert Agency.objects.filter(country="TUR", kind="national_agency").count() == 1
    compiled = Offer.objects.get(country="TUR")
    assert (compiled.agency, str(compiled.party)) == (None, "Türkiye")


def test_amounts_are_exact_and_carry_what_they_cover(imported: Import):
    turkiye = Offer.objects.get(country="TUR")
    assert turkiye.amount == Decimal("1549800.00")
    assert turkiye.amount_currency == "USD"
    assert turkiye.amount_as_printed == "1,549,800.00 (LDCs) ¹⁰"
    assert turkiye.amount_note == "Covers LDCs only. As printed; unit and period unclear."
    assert turkiye.response is not None
    assert turkiye.response.footnote == "10: TIKA, Turkey's Cooperation with Least Developed Countries, 2016, p.11"
    stated = Offer.objects.filter(amount__isnull=False).values_list("country", "amount")
    assert dict(stated) == {
        "IDN": Decimal("3588249.00"),
        "THA": Decimal("500636838.00"),
        "TUR": Decimal("1549800.00"),
    }
    assert not Need.objects.exclude(amount_as_printed="").exists()


@pytest.mark.any_database
def test_thailand_reaches_cambodia_and_lao_pdr_by_name(imported: Import):
    targets = TARGETS.filter(offer__country="THA")
    assert {"KHM", "LAO"} <= set(targets.values_list("country", flat=True))
    assert {"CLMV", "LDC", "MIDDLE_EAST"} <= set(targets.values_list("group", flat=True))


@pytest.mark.any_database
def test_existing_partners_are_neither_targets_nor_preferences(imported: Import):
    assert not PreferredPartner.objects.exists()
    partners = READINGS.filter(direction=Direction.EXISTING_PARTNER, response__country="VNM")
    assert set(partners.values_list("country", flat=True)) == {"MEX", "PER"}
    targets = TARGETS.filter(offer__country="VNM")
    assert not targets.filter(country__in=("MEX", "PER")).exists()
    assert {"DZA", "BGD", "FJI", "LAO", "MOZ", "MAR"} == set(
        targets.filter(country__isnull=False).values_list("country", flat=True)
    )


@pytest.mark.any_database
def test_the_second_mention_of_africa_is_one_target(imported: Import):
    assert READINGS.filter(response__country="IRN", group="M49_AFRICA").count() == 2
    assert TARGETS.filter(offer__country="IRN", group="M49_AFRICA").count() == 1


@pytest.mark.any_database
def test_two_tokens_stay_unresolved_and_sixteen_wait_for_the_secretariat(imported: Import):
    unresolved = {(reading.as_printed, reading.response.country_id) for reading in READINGS.unresolved()}
    assert unresolved == {("Other neighbouring regional countries", "IRN"), ("Korea", "LAO")}
    assert READINGS.for_the_secretariat().count() == 16
    # Kept, flagged, reaching nobody; Korea is an existing partner and no target at all.
    kept = [(target.as_printed, target.offer.country_id) for target in TARGETS.unresolved()]
    assert kept == [("Other neighbouring regional countries", "IRN")]


@pytest.mark.any_database
def test_areas_and_modalities_are_those_of_the_columns(imported: Import):
    india = Offer.objects.get(country="IND")
    assert "technology-transfer-area" in india.areas.values_list("code", flat=True)
    assert "technology-transfer" in india.modalities.values_list("code", flat=True)
    thailand = set(Offer.objects.get(country="THA").areas.values_list("code", flat=True))
    assert {"agriculture-food-security", "health-community", "sdgs"} <= thailand
    assert len(thailand) == 10
    assert "security" in Offer.objects.get(country="IRN").areas.values_list("code", flat=True)
    assert {"connectivity", "belt-and-road"} <= set(
        Offer.objects.get(country="CHN").areas.values_list("code", flat=True)
    )


@pytest.mark.any_database
def test_indonesias_finance_is_a_note_and_no_modality(imported: Import):
    indonesia = Offer.objects.get(country="IDN")
    assert "financial" not in indonesia.modalities.values_list("code", flat=True)
    assert indonesia.response is not None
    assert "Body text says Indonesia gave financial support" in indonesia.response.note


@pytest.mark.any_database
def test_titles_and_texts_say_what_is_printed(imported: Import):
    thailand = Offer.objects.get(country="THA")
    assert thailand.title == "Thailand: financial, experts/knowledge and more in 9 areas"
    assert "Sustainable agriculture/ food security" in thailand.text
    assert "ESCAP 2018 overview paper Table 1" in thailand.text
    assert "not answered by the Government" not in thailand.text
    assert "not answered by the Government" in Offer.objects.get(country="CHN").text
    assert Need.objects.get(country="KHM").title == "Cambodia: financial, experts/knowledge and more in 15 areas"
    assert "does not state a need: this draft" in Need.objects.get(country="BGD").text
    assert "does not state an offer: this draft" in Offer.objects.get(country="LAO").text


def test_each_posting_has_one_row_of_history_with_its_areas_and_modalities(imported: Import):
    postings: list[Any] = [*Offer.objects.all(), *Need.objects.all()]
    for posting in postings:
        record = posting.history.get()
        assert record.history_type == "+"
        assert record.history_change_reason == f"import {imported.pk}"
        assert {kept.priorityarea_id for kept in record.areas.all()} == set(posting.areas.values_list("pk", flat=True))
        assert record.modalities.count() == posting.modalities.count()
    assert Target.history.count() == TARGETS.count()


def test_the_import_is_recorded(imported: Import):
    assert imported.counts == {"added": 10, "changed": 0, "unchanged": 0, "in_error": 0, "missing": 0}
    assert imported.finished_at is not None
    row = imported.rows.get(key="LAO")
    assert (row.row, row.result, row.entry["unresolved"]) == (8, "added", ["Korea"])


@pytest.mark.any_database
def test_the_general_rule_reads_what_is_certain_as_the_shipped_readings_do(name_index: NameIndex):
    with (TABLE.parent / "survey_2018_readings.csv").open(encoding="utf-8", newline="") as lines:
        certain = Counter(
            (row["iso3"], row["token_as_printed"], row["resolves_to"], row["direction"])
            for row in csv.DictReader(lines)
            if not row["ambiguous"]
        )
    by_rule = Counter(
        (row["iso3"], read.as_printed, read.code, read.direction.value)
        for row in table_rows()
        for read in read_places(
            row["regions_countries_as_printed"], iso3=row["iso3"], edition=Edition(), names=name_index
        )
    )
    assert not certain - by_rule


@pytest.mark.any_database
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not here")
def test_the_table_is_the_one_that_was_handed_over():
    assert TABLE.read_bytes() == (SHARED / "survey_2018_table1.csv").read_bytes()


@pytest.mark.any_database
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not here")
def test_readings_equal_the_resolution_that_was_handed_over(imported: Import):
    with (SHARED / "table1_resolved.csv").open(encoding="utf-8", newline="") as lines:
        expected = [
            (
                row["row_country_iso3"],
                row["token_as_printed"],
                row["resolves_to_kind"],
                row["resolves_to"],
                row["direction"],
                row["ambiguous"] == "yes",
                row["note"],
            )
            for row in csv.DictReader(lines)
        ]
    readings = READINGS.select_related("response").order_by("response__source_row", "position")
    assert [
        (
            reading.response.country_id,
            reading.as_printed,
            reading.kind,
            reading.country_id or reading.group_id or "",
            reading.direction,
            reading.is_ambiguous,
            reading.note,
        )
        for reading in readings
    ] == expected
    assert all(PlaceKind(row[2]) for row in expected)


@pytest.mark.any_database
def test_a_region_that_is_drawn_otherwise_by_others_is_asked_about(name_index: NameIndex):
    asked, read = read_places("South Asia; Central Asia", iso3="THA", edition=Edition(), names=name_index)
    assert (asked.kind, asked.is_ambiguous, asked.code) == (PlaceKind.UNRESOLVED, True, "")
    assert asked.note == "could be: SAARC, ESCAP_SSWA, M49_SOUTHERN_ASIA"
    assert (read.code, read.is_ambiguous) == ("M49_CENTRAL_ASIA", False)


def test_three_offers_of_2018_reach_no_country_by_a_list_of_2026(imported: Import):
    names_fragile_states = set(TARGETS.filter(group="FRAGILE").values_list("offer__country", flat=True))
    assert names_fragile_states == {"IDN", "TUR", "THA"}
    published = Offer.objects.published()
    assert not offers_reaching(published, iso3="UKR", on=dt.date(2026, 11, 25)).exists()
    assert offers_reaching(published, iso3="GUM", on=dt.date(2026, 11, 25)).count() == 8
