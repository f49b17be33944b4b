"""How days are read: one rule for files and forms, each spelling, each calendar, and workbooks that count from 1904."""

import datetime as dt
import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from directory.models import Country
from surveys.admin.days import READ_DAYS
from surveys.choices import Feeds, QuestionKind
from surveys.importing.applying import import_file
from surveys.models import Answer, Question, Questionnaire, Response, Section, Survey
from surveys.postings.forms.form import PostingForm
from surveys.reading.days import FIRST_YEAR, LAST_YEAR, check_year, order_of_days, parse_day
from surveys.reading.values import ValueUnreadable
from tests.factories import SurveyFactory
from tests.surveys.workbooks import workbook
from workspace.postings.step_forms import RenewForm

pytestmark = pytest.mark.any_database

DAYS = st.dates(min_value=dt.date(FIRST_YEAR, 1, 1), max_value=dt.date(LAST_YEAR, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2027/01/15",
        "2027/1/15",
        "2027.01.15",
        "2027-1-15",
        "20270115",
        "15-Jan-2027",
        "15/Jan/2027",
        "15.Jan.2027",
        "15Jan2027",
        "15 jan. 2027",
        "15th January, 2027",
        "15th of January 2027",
        "January 15th, 2027",
        "Jan-15-2027",
        "2027-Jan-15",
        "2027 January 15",
        "Friday, 15 January 2027",
        "Fri Jan 15 2027 00:00:00 GMT+0700 (Indochina Time)",
        "15-Jan-2027 10:00",
        "1/15/2027 10:00:00 AM",
        "2027/01/15 10:00:00 am GMT+7",
        "2027-01-15 10:00:00 UTC",
        "2027-01-15T10:00:00.123Z",
        "2027年1月15日",
        "2027년 1월 15일",
        "๒๐๒๗-๐๑-๑๕",
    ],
)
def test_each_way_to_write_a_day_is_read(text: str):
    assert parse_day(text) == "2027-01-15"


@given(DAYS)
def test_a_day_of_these_years_comes_back_however_it_is_written(day: dt.date):
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y", "%Y%m%d"):
        assert parse_day(day.strftime(form)) == day.isoformat()
    assert parse_day(str((day - dt.date(1899, 12, 30)).days)) == day.isoformat()
    assert parse_day(str((day - dt.date(1904, 1, 1)).days), from_1904=True) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("15/01/2570", "Is 2570 a year of the Buddhist calendar? Then write 2027."),
        ("2569-11-26", "Then write 2026."),
        ("15 Jan 2570", "Then write 2027."),
        ("04/03/2570", "Then write 2027."),
        ("29/02/2571", "Then write 2028."),
        ("2570-01-15 00:00:00", "Then write 2027."),
        ("๑๕/๐๑/๒๕๗๐", "Then write 2027."),
        ("1405-10-25", "1405 reads like a year of another calendar"),
        ("25/07/1448", "1448 reads like a year of another calendar"),
        ("116/01/15", "The year 116 cannot be meant"),
        ("0027-01-15", "Write the year with its four digits"),
        ("1/1/27", "Write the year with its four digits"),
        ("15.01.27", "Write the year with its four digits"),
        ("15-Jan-27", "Write the year with its four digits"),
        ("27-01-15", "Write the year with its four digits"),
        ("9999-01-01", "The year 9999 cannot be meant: write one from 1978 to 2100, or nothing"),
        ("1977-12-31", "The year 1977 cannot be meant"),
        ("2101-01-01", "The year 2101 cannot be meant"),
        ("2027", "Not a date"),
        ("20000", "Not a date"),
        ("99999", "Not a date"),
        ("15 juillet 2027", "Not a date"),
        ("15 Ja 2027", "Not a date"),
        # Two days, of which one would be lost.
        ("2027-01-15 to 2027-02-15", "Not a date"),
        ("15/01/2027 or later", "Not a date"),
        ("2027-02-30", "There is no such day"),
        ("31-Nov-2027", "There is no such day"),
    ],
)
def test_another_calendar_and_a_year_that_cannot_be_meant_are_asked(text: str, said: str):
    with pytest.raises(ValueUnreadable) as refused:
        parse_day(text)
    assert said in str(refused.value)


def test_a_year_that_only_nepal_writes_is_asked_of_nepal():
    with pytest.raises(ValueUnreadable, match="Nepali calendar, which is 2026 or 2027"):
        parse_day("2083-10-01", iso3="NPL")
    assert parse_day("2027-10-01", iso3="NPL") == "2027-10-01"
    assert parse_day("2083-10-01", iso3="FJI") == "2083-10-01"
    for year in (FIRST_YEAR, LAST_YEAR):
        check_year(year)


def test_other_spellings_say_how_a_column_writes_its_days():
    assert order_of_days(["04/03/2027", "15/03/2027 10:00"]) is True
    assert order_of_days(["04/03/2027", "03-15-2570"]) is False


@pytest.fixture
def dated(reference: None) -> Survey:
    """A survey that asks for the country and for a day."""
    survey = SurveyFactory()
    section = Section.objects.create(
        questionnaire=Questionnaire.objects.create(survey=survey), code="all", label="All", position=1
    )
    for at, (code, kind, feeds) in enumerate(
        (("country", QuestionKind.TEXT, Feeds.COUNTRY), ("opens", QuestionKind.DATE, Feeds.OPENS_ON)), start=1
    ):
        Question.objects.create(section=section, code=code, label=code, kind=kind, feeds=feeds, position=at)
    return survey


def days_of(survey: Survey) -> dict[str, Any]:
    return {
        response.country_id: answer.value
        for response in Response.objects.filter(survey=survey)
        for answer in response.answers.filter(question="opens")
    }


@pytest.mark.django_db
@pytest.mark.parametrize("from_1904", [False, True])
def test_days_and_day_numbers_of_a_workbook_are_read_by_its_own_first_day(dated: Survey, *, from_1904: bool):
    book = Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    page = book.active
    assert page is not None
    number = (dt.date(2027, 1, 15) - (dt.date(1904, 1, 1) if from_1904 else dt.date(1899, 12, 30))).days
    for row in (["country", "opens"], ["Fiji", dt.date(2027, 1, 15)], ["Nepal", number], ["Samoa", "15-Jan-2027"]):
        page.append(row)
    written = io.BytesIO()
    book.save(written)
    report = import_file(survey=dated, data=written.getvalue(), file_name="days.xlsx")
    assert report.errors == []
    assert days_of(dated) == dict.fromkeys(("FJI", "NPL", "WSM"), "2027-01-15")


@pytest.mark.django_db
def test_days_of_other_calendars_are_named_row_by_row_and_nothing_is_written(dated: Survey):
    data = (
        b"country,opens\nThailand,15/01/2570\nNepal,2083-10-01\nLao PDR,2569-11-26\nFiji,0027-01-15\nIndia,9999-01-01\n"
    )
    report = import_file(survey=dated, data=data, file_name="days.csv")
    assert [error.row for error in report.errors] == [2, 3, 4, 5, 6]
    assert not days_of(dated)


def admin_takes(text: str) -> None:
    READ_DAYS[models.DateField]["form_class"]().clean(text)


@pytest.mark.parametrize(
    "take", [PostingForm.base_fields["opens_on"].clean, RenewForm.base_fields["closes_on"].clean, admin_takes]
)
@pytest.mark.parametrize(
    ("text", "said"),
    [("2570-01-15", "Then write 2027."), ("1977-12-31", "cannot be meant"), ("2101-01-01", "cannot be meant")],
)
def test_forms_know_the_same_years(take: Callable[[str], object], text: str, said: str):
    with pytest.raises(ValidationError) as refused:
        take(text)
    assert said in str(refused.value)


def test_a_day_in_a_form_is_never_read_as_one_of_two():
    field = PostingForm.base_fields["opens_on"]
    assert field.clean("15/01/2027") == field.clean("15-Jan-2027") == field.clean("2027-01-15") == dt.date(2027, 1, 15)
    for text in ("03/04/2027", "46037"):
        with pytest.raises(ValidationError):
            field.clean(text)


@given(st.text(alphabet="0123456789 ,./-:TjanfebJMFthz年月日Z", max_size=120) | st.text())
def test_whatever_the_text_it_is_a_day_of_these_years_or_is_refused(text: str):
    with suppress(ValueUnreadable):
        assert FIRST_YEAR <= dt.date.fromisoformat(parse_day(text)).year <= LAST_YEAR


@pytest.mark.django_db
def test_a_column_tells_how_its_days_are_meant_also_far_below_and_in_a_sheet_of_repeats(dated: Survey):
    names = [country.iso3 for country in Country.objects.filter(is_listed=True)[:204]]
    rows = [f"{iso3},03/04/2027" for iso3 in names[:-1]]
    data = "\n".join(["iso3,opens", *rows, f"{names[-1]},15/04/2027"]).encode()
    assert import_file(survey=dated, data=data, file_name="days.csv").errors == []
    assert set(days_of(dated).values()) == {"2027-04-03", "2027-04-15"}

    Section.objects.create(
        questionnaire=dated.questionnaires.get(), code="more", label="More", position=2, repeats=True
    )
    section = Section.objects.get(code="more")
    Question.objects.create(section=section, code="closes", label="closes", kind=QuestionKind.DATE, position=1)
    book = workbook(
        main=[["country", "_index", "_uuid", "_submission_time"], ["Fiji", 1, "a", ""]],
        more=[["closes", "_parent_index"], ["03/04/2027", 1], ["15/04/2027", 1]],
    )
    assert import_file(survey=dated, data=book, file_name="days.xlsx").errors == []
    found = Answer.objects.filter(response__survey=dated, question="closes").order_by("repeat")
    assert [answer.value for answer in found] == ["2027-04-03", "2027-04-15"]
