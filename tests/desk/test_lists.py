"""Lists of the admin: each cell with the heading of its column, and what the secretariat decides in its order."""

import datetime as dt

import pytest
from django.utils.safestring import mark_safe

from ssc_portal.templatetags.change_lists import labelled_cell
from surveys.choices import PlaceKind
from surveys.models import Reading
from tests.factories import AgencyFactory, ResponseFactory, SurveyFactory

pytestmark = pytest.mark.any_database


@pytest.mark.django_db
def test_each_cell_has_the_heading_of_its_column(as_, manager):
    AgencyFactory(name="<b>Bold</b>")
    page = as_(manager).get("/admin/directory/agency/").content.decode()
    assert '<td data-label="Acronym" class="field-acronym">' in page
    assert '<th data-label="Name" class="field-name">' in page
    assert '<td class="action-checkbox">' in page
    assert "<b>Bold" not in page


def test_a_heading_is_words_and_never_markup():
    cell = mark_safe("<td>1</td>")
    assert labelled_cell(cell, [{"text": 'a "b" <c>'}], 0) == '<td data-label="A &quot;b&quot; &lt;c&gt;">1</td>'
    assert labelled_cell(cell, [{"text": mark_safe("<input>")}], 0) == cell
    assert labelled_cell(cell, [], 0) == cell
    assert labelled_cell(mark_safe("1"), [{"text": "a"}], 0) == "1"


@pytest.mark.django_db
def test_places_to_decide_are_listed_by_survey_the_newest_first(as_, manager):
    for code, stated_on in (("old", dt.date(2018, 6, 27)), ("newer", dt.date(2026, 1, 5)), ("runs", None)):
        response = ResponseFactory(survey=SurveyFactory(code=code, stated_on=stated_on))
        Reading.objects.create(response=response, kind=PlaceKind.UNRESOLVED, as_printed="Korea")
    listed = as_(manager).get("/admin/surveys/reading/?todo=any").context["cl"].result_list
    assert [reading.response.survey.code for reading in listed] == ["runs", "newer", "old"]
