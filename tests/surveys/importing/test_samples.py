"""Files as survey tools export them: small ones of our own with their quirks, and those of the shared folder."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from surveys.importing.applying import ImportOutcome, import_file
from surveys.models import Need, Offer, Response, Survey
from surveys.reading.cells import FileRefused
from tests.surveys.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"


def bring_in(survey: Survey, data: bytes, **options: Any) -> ImportOutcome:
    return import_file(survey=survey, data=data, file_name="answers", **options)


def goes(outcome: ImportOutcome) -> dict[str, str]:
    assert outcome.opened is not None
    return {column.heading: column.goes for column in outcome.opened.columns}


def answers(country: str) -> dict[str, Any]:
    response = Response.objects.get(country=country)
    return {answer.question: answer.value for answer in response.answers.filter(repeat=0)}


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(f"{name.replace('__', '-')}.csv", text)
    return out.getvalue()


MODALITIES = "Which modalities can you offer?\n(select all)"
KOBO_HEAD = ["start", "group_a/country", "group_a/modalities", "group_a/modalities/training",
             "group_a/modalities/study-visits", "_id", "_uuid", "_submission_time", "_index"]  # fmt: skip


def test_kobo_names_with_groups_both_columns_and_repeats(survey: Survey):
    data = workbook(
        Form=[
            KOBO_HEAD,
            ["2026-01-01", "npl", "training study-visits", "1", "1", 7, "u-7", "2026-01-02T00:00:00Z", 1],
            ["2026-01-01", "fji", "training", "1", "0", 8, "u-8", "2026-01-02T00:00:00Z", 2],
        ],
        need=[
            ["need_area", "need_note", "_index", "_parent_table_name", "_parent_index", "_submission__uuid"],
            ["energy trade", "Mini-grids", 1, "Form", 1, "u-7"],
            ["ict", "Customs online", 2, "Form", 1, "u-7"],
        ],
    )
    outcome = bring_in(survey, data)
    assert outcome.counts["added"] == 2
    assert Response.objects.get(country="NPL").key == "id:u-7"
    assert answers("NPL")["modalities"] == ["training", "study-visits"]
    needs = Need.objects.filter(country="NPL").order_by("response_part")
    assert [sorted(need.areas.values_list("pk", flat=True)) for need in needs] == [["energy", "trade"], ["ict"]]
    assert bring_in(survey, data).counts["unchanged"] == 2


def test_kobo_labels_split_into_columns(survey: Survey):
    data = (
        '"Who/Country";"Coop/Modalities/Training";"Coop/Modalities/Experts/knowledge";"Areas/Priority areas/Health, '
        'community development";"_uuid";"_submission_time"\r\n"Viet Nam";"1";"0";"1";"u-1";"2026-01-02T00:00:00"\r\n'
    )
    bring_in(survey, data.encode())
    assert answers("VNM") == {"country": "VNM", "modalities": ["training"], "areas": ["health-community"]}


def test_an_hxl_row_is_not_an_answer(survey: Survey):
    data = "country,modalities,_uuid,_submission_time\n#country+name,#modality,,\nnpl,training,u,2026-01-01\n"
    assert bring_in(survey, data.encode()).counts["added"] == 1


def test_odk_archive_with_a_repeat(survey: Survey):
    data = archive(
        form="SubmissionDate,meta-instanceID,g1-country,g1-modalities,g1-modalities/training,KEY,SubmitterID\n"
        "2026-01-01T00:00:00.000Z,uuid:1,NPL,training,1,uuid:1,5\n",
        form__need="need_area,need_note,PARENT_KEY,KEY\nenergy,Mini-grids,uuid:1,uuid:1/need[1]\n",
    )
    outcome = bring_in(survey, data)
    assert goes(outcome)["g1-country"] == "question:country"
    assert Response.objects.get().key == "id:uuid:1"
    assert Need.objects.get().areas.get().pk == "energy"


def test_the_repeat_alone_is_refused(survey: Survey):
    data = "need_area,need_note,PARENT_KEY,KEY\nenergy,Mini-grids,uuid:1,uuid:1/need[1]\n"
    with pytest.raises(FileRefused, match="only the repeated part"):
        bring_in(survey, data.encode())


@pytest.mark.parametrize(
    "head",
    [
        (
            '"id","submitdate","lastpage","startlanguage","country",'
            '"modalities[training]","modalities[study-visits]","areas[other]"'
        ),
        (
            '"Response ID","Date submitted","Last page","Start language","country. Which country?",'
            '"modalities[SQ001] [Training]","modalities[SQ002] [Study visits]","areas[other]. Other"'
        ),
        (
            '"Response ID","Date submitted","Last page","Start language","In which country do you work?",'
            '"Q1[SQ001]. Which modalities can you offer? [Training]","Which modalities can you offer? [Study visits]",'
            '"Q2[other]. Which priority areas? [Other]"'
        ),
    ],
)
def test_limesurvey_codes_and_questions(survey: Survey, head: str):
    data = f'{head}\n"5","2026-01-01 10:00:00","3","en","Nepal","Y","N","Coconut pests"\n'
    bring_in(survey, data.encode("utf-8-sig"))
    response = Response.objects.get()
    assert (response.key, answers("NPL")["modalities"]) == ("id:5", ["training"])
    assert response.answers.get(question="areas").other == "Coconut pests"


def test_google_forms_with_commas_in_answers(survey: Survey):
    data = (
        "Timestamp,In which country do you work?,Priority areas\n"
        '4/27/2026 11:02:10,Nepal,"Energy, renewables, Health, community development, Trade"\n'
    )
    bring_in(survey, data.encode())
    assert answers("NPL")["areas"] == ["energy", "health-community", "trade"]


def test_microsoft_forms(survey: Survey):
    data = workbook(
        Sheet1=[
            ["ID", "Start time", "Completion time", "Email", "Name", "Your\u00a0country", MODALITIES],
            [1, "x", "y", "anonymous", None, "Lao PDR", "Training;Study visits;"],
            [None] * 7,
        ]
    )  # fmt: skip
    bring_in(survey, data)
    assert answers("LAO")["modalities"] == ["training", "study-visits"]


def test_surveymonkey_two_rows_of_headings(survey: Survey):
    data = (
        "Respondent ID,Start Date,Country,Which modalities do you offer?,,,Which challenge?\n"
        ",,Open-Ended Response,Training,Study visits,Financial,Response\n"
        "99,01/02/2026,Fiji,Training,,Financial,None\n"
    )
    outcome = bring_in(survey, data.encode())
    assert goes(outcome)["Which modalities do you offer? / Study visits"] == "question:modalities:option=study-visits"
    assert answers("FJI")["modalities"] == ["training", "financial"]


def test_a_plain_table_with_a_title_merged_headings_and_another_encoding(survey: Survey):
    data = (
        "Survey of 2026;;;\n;;;\ncountry;areas;available_from;amount\n"
        "Côte d'Ivoire;Energy; 15.01.2027;1 200 000,50\nTürkiye;ICT;46037;1,200,000.50\n;;;\n"
    ).encode("cp1252")
    outcome = bring_in(survey, data)
    assert outcome.opened is not None
    assert outcome.opened.letters is not None
    assert (outcome.opened.letters.encoding, outcome.opened.letters.is_sure) == ("cp1252", True)
    assert [notice[:22] for notice in outcome.opened.notices] == [
        "The headings were foun",
        "The numbers of “Total ",
    ]
    assert answers("CIV")["contribution_usd"]["amount"] == "1200000.50"
    assert answers("TUR")["available_from"] == "2026-01-15"


def test_a_currency_counts_in_any_case_and_is_dollars_where_none_is_stated(survey: Survey):
    data = (
        b"country,areas,contribution_usd_amount,contribution_usd_currency\n"
        b"Nepal,Energy,5,eur\nFiji,Energy,6,\nTonga,Energy,7, Thb \n"
    )
    bring_in(survey, data)
    assert {iso3: answers(iso3)["contribution_usd"]["currency"] for iso3 in ("NPL", "FJI", "TON")} == {
        "NPL": "EUR", "FJI": "USD", "TON": "THB",
    }  # fmt: skip


def test_tabs_utf_16_and_a_separator_line(survey: Survey):
    assert bring_in(survey, "country\tareas\nNepal\tEnergy\n".encode("utf-16")).counts["added"] == 1
    assert bring_in(survey, b"sep=|\ncountry|areas\nFiji|Trade\n").counts["added"] == 1


def test_hidden_sheets_formulas_and_repeated_headings(survey: Survey):
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["country", "areas", "note", "note", "available_from"])
    sheet.append(["Nepal", "Energy", "a", "b", "=TODAY()"])
    hidden = made.create_sheet("secret")
    hidden.append(["country", "areas"])
    hidden.append(["Fiji", "Trade"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    outcome = bring_in(survey, out.getvalue(), dry_run=True)
    assert outcome.opened is not None
    assert "Hidden sheets were not read: secret." in outcome.opened.notices
    (error,) = outcome.errors
    assert (error.column, error.message) == ("available_from", "A formula: paste its value instead.")
    assert set(goes(outcome)) >= {"note", "note (2)"}


def test_hostile_cells_are_kept_as_text(survey: Survey):
    data = b'country,areas,note\nNepal,Energy,"=HYPERLINK(""http://example.org"",""x"")"\nFiji,Trade,@SUM(A1)\n'
    bring_in(survey, data)
    assert Response.objects.get(country="NPL").as_printed["note"].startswith("=HYPERLINK")
    assert "HYPERLINK" not in Offer.objects.get(country="NPL").text


def test_headings_made_to_hold_the_reader_up_do_not(survey: Survey):
    headings = ",".join(
        ["country", "#a  " + "a  " * 2_000 + "!", "/" * 5_000, "1." * 5_000 + "x", "(" * 5_000, "-" * 5_000]
    )
    assert bring_in(survey, f"{headings}\nNepal\n".encode(), dry_run=True).counts["added"] == 1


# What each file of the shared folder becomes: rows that would be written, or the beginning of what its owner is told.
FILES = {
    "constructed/empty.csv": "The file is empty.",
    "constructed/header_only.csv": "The table has a heading but no row.",
    "constructed/formula_injection.csv": 3,
    "constructed/latin1_comma.csv": 2,
    "constructed/utf8_bom_semicolon.csv": 2,
    "constructed/utf8_lf_trailing_blank_rows.csv": 2,
    "constructed/sep_line.csv": 1,
    "constructed/msforms_style.xlsx": 3,
    "google_forms/tidytuesday_aam_8rows.csv": 1,
    "hxl/input-invalid.csv": 0,
    "hxl/input-multiline.csv": "No column names the country",
    "hxl/input-multiple-headers.csv": "No column names the country",
    "hxl/input-untagged.csv": 0,
    "hxl/input-valid-latin1.csv": 0,
    "hxl/input-valid.csv": 0,
    "kobo/kobo_en_details_hierarchy.csv": 3,
    "kobo/kobo_xml_both.csv": 3,
    "kobo/kobo_xml_both.xlsx": 3,
    "kobo/kobo_xml_both_hxlrow.csv": 3,
    "kobo/kobo_xml_summary.csv": 3,
    "limesurvey/countries_en_de_fr.csv": "No column names the country",
    "limesurvey/rse2018_public_data_cut.csv": 2,
    "odk_central/selectMultiple_split.csv": "No column names the country",
    "surveymonkey/StarWars_2headers_cut.csv": "No column names the country",
    "xlsform/blank_second_row.xls": "This is an old Excel file",
    **{
        f"xlsform/{name}.xlsx": "This is a questionnaire (XLSForm)"
        for name in ("case_insensitivity", "duplicate_columns", "group", "specify_other", "xl_date_ambiguous")
    },
}


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared folder is not here")
def test_every_shared_file_is_read_or_refused_with_what_to_do(survey: Survey):
    there = {
        str(path.relative_to(SAMPLES))
        for path in SAMPLES.glob("*/*")
        if path.parent.name not in ("evaluation", "iati") and path.suffix != ".md"
    }
    assert there == set(FILES)
    for name, expected in FILES.items():
        data = (SAMPLES / name).read_bytes()
        if isinstance(expected, str):
            with pytest.raises(FileRefused) as refused:
                bring_in(survey, data, dry_run=True)
            assert str(refused.value).startswith(expected), name
        else:
            outcome = bring_in(survey, data, dry_run=True)
            assert outcome.counts["added"] + outcome.counts["changed"] == expected, (name, outcome.errors[:3])
