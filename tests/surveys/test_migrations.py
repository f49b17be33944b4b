"""Migrations of surveys on tables with rows in them: forward, back, and forward again."""

import datetime as dt
from typing import Any

import pytest

from tests.migrating import migrate, stand_at

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("surveys", "0002_windows_and_approval"), ("surveys", "0007_imports_as_jobs")
REPORT = [
    {"row": 2, "key": "BGD", "result": "added", "sheet": "Table 1", "unresolved": ["Korea"]},
    {"row": None, "key": "IND", "result": "missing"},
]


@pytest.mark.any_database
def test_what_rows_became_is_kept_forward_and_back(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, BEFORE)
    survey = rows_of("surveys", "Survey").create(code="old", title="Old")
    made = rows_of("surveys", "Import").create(
        survey=survey, file_name="table.csv", sha256="0" * 64, state="applied", report=REPORT
    )
    country = rows_of("directory", "Country").create(iso3="QQQ", iso2="QQ", m49="999", name="Test")
    response = rows_of("surveys", "Response").create(survey=survey, country=country, key="QQQ")
    rows_of = migrate(throwaway, AFTER)
    rows = rows_of("surveys", "ImportRow").filter(file_import=made.pk).order_by("position")
    assert [(row.row, row.key, row.result, row.entry) for row in rows] == [
        (2, "BGD", "added", {"unresolved": ["Korea"]}),
        (None, "IND", "missing", {}),
    ]
    assert rows_of("surveys", "Response").get(pk=response.pk).status == "received"
    rows_of = migrate(throwaway, BEFORE)
    assert rows_of("surveys", "Import").get(pk=made.pk).report == REPORT
    migrate(throwaway, AFTER)


NAMED, MEANT = ("surveys", "0007_imports_as_jobs"), ("surveys", "0010_received_is_no_priority")


@pytest.mark.any_database
def test_places_follow_what_their_names_mean(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, NAMED, ("directory", "0005_account_events"))
    groups = {
        code: rows_of("directory", "CountryGroup").create(code=code, label=code)
        for code in ("SOUTH", "ESCAP_NCA", "ESCAP_SSWA", "LDC")
    }
    japan = rows_of("directory", "Country").create(iso3="JPN", iso2="JP", m49="392", name="Japan")
    survey = rows_of("surveys", "Survey").create(code="old", title="Old")
    version = rows_of("surveys", "Questionnaire").create(survey=survey, number=1)
    section = rows_of("surveys", "Section").create(questionnaire=version, code="one")
    rows_of("surveys", "Question").create(
        questionnaire=version, section=section, code="countries", label="Who has priority?", kind="multiple",
        choices_from="places", feeds="targets",
    )  # fmt: skip
    response = rows_of("surveys", "Response").create(survey=survey, country=japan, key="JPN", questionnaire=version)
    read = {"response": response, "kind": "group", "question": "countries"}
    readings = rows_of("surveys", "Reading")
    south = readings.create(**read, group=groups["SOUTH"], as_printed="Global South", position=0)
    central = readings.create(**read, group=groups["ESCAP_NCA"], as_printed="Central Asia", position=1)
    decided = readings.create(**read, group=groups["ESCAP_SSWA"], as_printed="South Asia", position=2)
    readings.create(
        response=response, kind="country", question="countries", country=japan, as_printed="Japan", position=3,
        direction="existing_partner",
    )  # fmt: skip
    rows_of("surveys", "HistoricalReading").create(
        id=decided.pk, response=response, kind="group", group=groups["ESCAP_SSWA"], as_printed="South Asia",
        history_type="~", history_change_reason="confirmed", history_date=response.updated_at,
    )  # fmt: skip
    stated = ["SOUTH", "ESCAP_NCA", "ESCAP_SSWA", "JPN"]
    answer = rows_of("surveys", "Answer").create(response=response, question="countries", value=stated)
    offer = rows_of("surveys", "Offer").create(country=japan, title="Old", response=response)
    target = rows_of("surveys", "Target").create(offer=offer, kind="group", group=groups["SOUTH"])

    def asks() -> list[str]:
        return [one.as_printed for one in rows_of("surveys", "Reading").filter(is_ambiguous=True)]

    for _twice in range(2):
        rows_of = migrate(throwaway, MEANT)
        assert rows_of("surveys", "Reading").get(pk=south.pk).group_id == "OPEN_REACH"
        assert rows_of("surveys", "Target").get(pk=target.pk).group_id == "OPEN_REACH"
        # What an earlier version read is asked, and stays until somebody answers; what a person decided stays.
        assert asks() == ["Central Asia"]
        assert rows_of("surveys", "Reading").get(pk=central.pk).group_id == "ESCAP_NCA"
        # Japan gave support: it has no priority.
        assert rows_of("surveys", "Answer").get(pk=answer.pk).value == ["OPEN_REACH", "ESCAP_NCA", "ESCAP_SSWA"]

        rows_of = migrate(throwaway, NAMED)
        assert rows_of("surveys", "Reading").get(pk=south.pk).group_id == "SOUTH"
        assert asks() == []
        assert rows_of("surveys", "Reading").get(pk=central.pk).note == ""
        assert rows_of("surveys", "Answer").get(pk=answer.pk).value == stated
        assert rows_of("surveys", "Target").get(pk=target.pk).group_id == "SOUTH"


LONG, SHORT = ("surveys", "0012_whole_numbers"), ("surveys", "0018_short_titles")


@pytest.mark.any_database
def test_composed_titles_become_short_and_those_of_people_stay(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, LONG, ("web", "0002_search_documents"))
    nepal = rows_of("directory", "Country").create(iso3="NPL", iso2="NP", m49="524", name="Nepal")
    areas = [
        rows_of("directory", "PriorityArea").create(code=code, label=label, use="area", position=position)
        for position, (code, label) in enumerate({"energy": "Energy", "health": "Health", "trade": "Trade"}.items())
    ]
    modalities = [
        rows_of("directory", "Modality").create(code=code, label=label, position=position)
        for position, (code, label) in enumerate({"m": "Financial", "e": "Experts", "t": "Training"}.items())
    ]
    survey = rows_of("surveys", "Survey").create(code="old", title="Old")
    response = rows_of("surveys", "Response").create(survey=survey, country=nepal, key="NPL")

    def posting(model: str, title: str, areas: list[Any], modalities: list[Any], **values: Any) -> int:
        row = rows_of("surveys", model).create(country=nepal, title=title, search_text=title.lower(), **values)
        row.areas.set(areas)
        row.modalities.set(modalities)
        rows_of("web", "SearchDocument").create(kind=model.lower(), row=row.pk, tokens="old")
        return row.pk

    of_survey = {"response": response}
    was = "Nepal offers cooperation in 3 areas: training, financial, experts"
    named = "Nepal seeks cooperation in Health and Energy: training"
    offers = {
        posting("Offer", was, areas, modalities, **of_survey): "Nepal: training, financial and more in 3 areas",
        posting("Offer", was, areas, modalities, **of_survey, edited_on=response.updated_at, response_part=1): was,
        posting("Offer", was, areas, modalities): was,
        posting("Offer", was, areas, modalities[:2], **of_survey, response_part=2): was,
        posting("Offer", "Nepal offers cooperation", [], [], **of_survey, response_part=3): "Nepal offers cooperation",
    }
    needs = {posting("Need", named, areas[:2], modalities[2:], **of_survey): "Nepal: training in Health and Energy"}
    renamed = [next(iter(offers)), *needs]

    rows_of = migrate(throwaway, SHORT)
    assert dict(rows_of("surveys", "Offer").values_list("pk", "title")) == offers
    assert dict(rows_of("surveys", "Need").values_list("pk", "title")) == needs
    assert rows_of("surveys", "Need").get().search_text.startswith("nepal: training in health")
    # What they are found by is written anew where it is missing.
    left = set(rows_of("web", "SearchDocument").values_list("kind", "row"))
    assert left == {("offer", pk) for pk in offers if pk != renamed[0]}
    rows_of = migrate(throwaway, LONG)
    assert dict(rows_of("surveys", "Offer").values_list("pk", "title")) == offers


UNDER_AGENCY, UNDER_COUNTRY = ("surveys", "0019_plain_words"), ("surveys", "0020_compiled_under_their_country")


@pytest.mark.any_database
def test_what_was_compiled_goes_under_its_country_and_what_people_touched_stays(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, UNDER_AGENCY, ("web", "0002_search_documents"))
    country = rows_of("directory", "Country").create(iso3="TUR", iso2="TR", m49="792", name="Türkiye")
    agency = rows_of("directory", "Agency").create(code="tika", name="TİKA", country=country)
    survey = rows_of("surveys", "Survey").create(code="old", title="Old")
    kinds = {
        kind: rows_of("surveys", "Response").create(survey=survey, country=country, key=kind, kind=kind)
        for kind in ("compiled", "answered")
    }

    def offer(kind: str, part: int = 0, **values: Any) -> int:
        owners = {"country": country, "agency": agency, "title": "Offer", "search_text": "offer"}
        row = rows_of("surveys", "Offer").create(response=kinds[kind], response_part=part, **owners, **values)
        return row.pk

    moved = offer("compiled")
    kept = {
        offer("compiled", 1, confirmed_on=dt.date(2026, 1, 1)),
        offer("compiled", 2, edited_on=kinds["compiled"].updated_at),
        offer("answered"),
    }

    rows_of = migrate(throwaway, UNDER_COUNTRY)
    agency_of = dict(rows_of("surveys", "Offer").values_list("pk", "agency__code"))
    assert agency_of == {moved: None, **dict.fromkeys(kept, "tika")}


TO_SECRETARIAT, TO_COORDINATOR = (
    ("surveys", "0025_submitted_for_approval"),
    ("surveys", "0028_the_coordinator_by_default"),
)


def test_a_coordinator_is_asked_where_the_country_has_told_nothing(throwaway: str, settings: Any) -> None:
    settings.MIGRATION_MODULES = {}
    rows_of = stand_at(throwaway, TO_SECRETARIAT)
    told = dt.date(2026, 1, 1)
    kept = {"AAA": ("secretariat", told), "BBB": ("several", None), "CCC": ("secretariat", None)}
    for number, (iso3, (kind, day)) in enumerate(kept.items()):
        country = rows_of("directory", "Country").create(iso3=iso3, iso2=iso3[:2], m49=str(900 + number), name=iso3)
        rows_of("surveys", "CountryWindow").create(country=country, kind=kind, told_on=day)
    for to in (TO_COORDINATOR, TO_SECRETARIAT, TO_COORDINATOR):
        rows_of = migrate(throwaway, to)
        kinds = dict(rows_of("surveys", "CountryWindow").values_list("country", "kind"))
        # Back, it stays with the coordinator: who had chosen it cannot be told any more.
        assert kinds == {"AAA": "secretariat", "BBB": "several", "CCC": "single"}
