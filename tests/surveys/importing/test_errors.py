"""Everything that can be wrong in a cell is named by its row and column, with what would be right."""

import pytest

from surveys.importing.applying import import_file
from surveys.models import Response, Survey
from surveys.reading.cells import FileRefused
from tests.surveys.importing.conftest import Cells, as_csv, changed, table_rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CASES = [
    ("iso3", {"iso3": "CHX"}, "Not an ISO 3166-1 alpha-3 code. Did you mean: CHN (China)?"),
    ("iso3", {"iso3": "CN"}, "Not an ISO 3166-1 alpha-3 code. Did you mean: CHN (China)?"),
    ("iso3", {"iso3": "", "country_as_printed": "n/a"}, "Name the country"),
    ("iso3", {"iso3": "ATA", "country_as_printed": ""}, "not among the countries and territories"),
    ("country_as_printed", {"country_as_printed": "Chad"}, "Does not agree with the code CHN, which is China."),
    ("country_as_printed", {"country_as_printed": "Chad"}, "Did you mean: TCD (Chad)?"),
    ("country_as_printed", {"iso3": "", "country_as_printed": "Chima"}, "Did you mean: CHN (China)"),
    ("country_as_printed", {"iso3": "", "country_as_printed": "Korea"}, "more than one country"),
    ("country_as_printed", {"iso3": "", "country_as_printed": "Africa"}, "a group, not of a country"),
    ("data_source", {"data_source": "hearsay"}, "Write survey"),
    ("data_source", {"data_source": ""}, "Write survey"),
    ("modalities", {"modalities": "Training; Trainin"}, "“Trainin” is not known. Did you mean: Training"),
    ("modalities", {"modalities": "Finance"}, "“Finance” is not known"),
    (
        "modalities",
        {"modalities": "Training, Study tripods"},
        "“Study tripods” is not known. Did you mean: Study visits",
    ),
    ("priority_areas_as_printed", {"priority_areas_as_printed": "Trade; Magic"}, "“Magic” is not known. Known are"),
    ("priority_areas_as_printed", {"priority_areas_as_printed": "Financial"}, "Did you mean: Finance"),
    ("contribution_as_printed", {"contribution_as_printed": "NaN"}, "Not an amount"),
    ("contribution_as_printed", {"contribution_as_printed": "Infinity"}, "Not an amount"),
    ("contribution_as_printed", {"contribution_as_printed": "1e400"}, "Not an amount"),
    ("contribution_as_printed", {"contribution_as_printed": "12,3456"}, "More than two decimals"),
    ("contribution_as_printed", {"contribution_as_printed": "-5"}, "not negative"),
    ("contribution_usd", {"contribution_as_printed": "5", "contribution_usd": "1e-400"}, "Not an amount"),
    ("contribution_usd", {"contribution_as_printed": "5", "contribution_usd": "6"}, "as printed, which is 5.00"),
    ("contribution_usd", {"contribution_as_printed": "5", "contribution_usd": ""}, "as printed, which is 5"),
    ("contribution_usd", {"contribution_as_printed": "", "contribution_usd": "5"}, "which is not stated"),
    ("contribution_usd", {"contribution_as_printed": "5.001", "contribution_usd": "5.001"}, ""),
    ("regions_countries_as_printed", {"regions_countries_as_printed": "x" * 201}, "more than 200 characters"),
    ("footnote", {"footnote": "x" * 10_001}, "More than 10000 characters"),
]


def errors_of(survey: Survey, rows: list[Cells]):
    return import_file(survey=survey, data=as_csv(rows), file_name="table.csv", dry_run=True).errors


def test_each_kind_of_error_names_its_row_and_column(survey: Survey):
    for column, cells, message in CASES:
        errors = errors_of(survey, changed("CHN", **cells))
        assert errors, cells
        assert {error.row for error in errors} == {4}, cells
        if not message:  # more than two decimals: both columns say so
            assert "More than two decimals" in errors[0].message
            continue
        assert [error.column for error in errors] == [column], (cells, errors)
        assert errors[0].value == cells.get(column, table_rows()[2][column])[:200]
        assert message in errors[0].message, errors[0].message


def test_every_error_of_a_file_is_listed(survey: Survey):
    rows = changed("CHN", modalities="Trainin", data_source="?", contribution_as_printed="500k")
    rows[8]["iso3"] = "XXX"
    listed = [(error.row, error.column) for error in errors_of(survey, rows)]
    assert listed == [(4, "data_source"), (4, "modalities"), (4, "contribution_as_printed"), (10, "iso3")]


def test_two_rows_of_one_country_are_an_error_on_both(survey: Survey):
    rows = [*table_rows(), table_rows()[0] | {"iso3": "", "country_as_printed": "People's Republic of Bangladesh"}]
    errors = errors_of(survey, rows)
    assert [(error.row, error.column) for error in errors] == [(2, "iso3"), (12, "iso3")]
    assert all("Rows 2, 12 are of the same country" in error.message for error in errors)


def test_a_country_may_be_given_by_its_code_or_its_name_alone(survey: Survey):
    assert errors_of(survey, changed("CHN", country_as_printed="")) == []
    assert errors_of(survey, changed("CHN", iso3="chn")) == []
    assert errors_of(survey, changed("CHN", iso3="")) == []


def test_the_code_says_which_of_two_countries_of_a_name_is_meant(survey: Survey):
    assert errors_of(survey, changed("CHN", iso3="KOR", country_as_printed="Korea")) == []


def test_a_column_that_answers_no_question_is_kept_with_the_response(survey: Survey):
    rows = [row | {"colour": "=red"} for row in table_rows()]
    outcome = import_file(survey=survey, data=as_csv(rows), file_name="table.csv")
    assert outcome.counts["added"] == len(rows)
    assert {response.as_printed["colour"] for response in Response.objects.all()} == {"=red"}
    response = Response.objects.get(country="CHN")
    assert not response.answers.filter(question="colour").exists()


def test_a_table_without_the_country_is_refused_with_its_columns(survey: Survey):
    rows = [{"modalities": row["modalities"], "colour": "red"} for row in table_rows()]
    with pytest.raises(
        FileRefused, match=r"No column names the country that answers\. The columns are: “modalities”, “colour”"
    ):
        import_file(survey=survey, data=as_csv(rows), file_name="table.csv", dry_run=True)


def test_a_cell_beside_the_table_is_an_error_of_its_row(survey: Survey):
    data = as_csv(table_rows()).replace(b"ESCAP 2018 overview paper Table 1\r\n", b"ESCAP,stray\r\n", 1)
    (error,) = import_file(survey=survey, data=data, file_name="table.csv", dry_run=True).errors
    assert (error.row, error.column, error.value) == (2, "M", "stray")


def test_a_heading_without_rows_is_refused(survey: Survey):
    with pytest.raises(FileRefused, match="no row"):
        import_file(survey=survey, data=",".join(table_rows()[0]).encode(), file_name="table.csv", dry_run=True)


def test_a_survey_that_asks_nothing_says_what_to_do(survey: Survey):
    empty = Survey.objects.create(code="empty", title="Empty")
    with pytest.raises(FileRefused, match="has no questionnaire yet"):
        import_file(survey=empty, data=as_csv(table_rows()), file_name="table.csv", dry_run=True)
