"""A questionnaire that comes as another file than the workbook that it should be is told what it is."""

import pytest

from surveys.importing.applying import import_file
from surveys.models import Survey
from surveys.questionnaires.xlsform.library import XlsformRefused
from surveys.questionnaires.xlsform.reading import read_xlsform
from surveys.reading.cells import FileRefused
from tests.factories import SurveyFactory
from tests.surveys.workbooks import workbook

pytestmark = pytest.mark.any_database

QUESTIONS = [["type", "name", "label"], ["select_one area", "topic", "Topic?"], ["text", "why", "Why?"]]
CSV_OF_ONE_SHEET = b"type,name,label::English (en)\nselect_one area,topic,Topic?\nnote,x,Thanks\n"
CSV_OF_THE_LIBRARY = (
    b'"survey",,,\n,"type","name","label"\n,"text","why","Why?"\n"choices",,,\n,"list_name","name","label"\n'
)


@pytest.fixture
def survey(db: None) -> Survey:
    return SurveyFactory()


@pytest.mark.parametrize("data", [CSV_OF_ONE_SHEET, CSV_OF_THE_LIBRARY, CSV_OF_ONE_SHEET.replace(b",", b";")])
def test_a_form_as_csv_is_told_so_at_both_doors(survey: Survey, data: bytes):
    with pytest.raises(XlsformRefused, match=r"questionnaire .XLSForm. as CSV"):
        read_xlsform(data)
    with pytest.raises(FileRefused, match=r"questionnaire .XLSForm. as CSV"):
        import_file(survey=survey, data=data, file_name="form.csv", dry_run=True)


def test_a_form_in_a_sheet_of_another_name_is_told_the_name(survey: Survey):
    data = workbook(Sheet1=QUESTIONS)
    with pytest.raises(XlsformRefused, match=r"“Sheet1” lists the questions .* name it “survey”"):
        read_xlsform(data)
    with pytest.raises(FileRefused, match="“Sheet1” lists the questions"):
        import_file(survey=survey, data=data, file_name="form.xlsx", dry_run=True)


def test_answers_with_columns_of_these_names_are_no_form():
    for data in (b"type,name,country\nMinistry,Of Trade,FJI\n", b"country,type,name\nFJI,text about rice,Ana\n"):
        with pytest.raises(XlsformRefused, match="This is not an XLSForm"):
            read_xlsform(data)
