"""What surveys hold of respondents is gone two years after it was given, wherever it stood."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.models import User
from ssc_portal.running.daily import PARTS
from surveys.choices import ImportState, RowResult
from surveys.erasing.respondents import erase_due
from surveys.erasing.texts import ERASED, scrub
from surveys.importing import jobs
from surveys.importing.applying import import_file
from surveys.models import Import, ImportedFile, Offer, PendingChange, ProposedVersion, Response, Survey
from surveys.postings import posting
from surveys.questionnaires.form import Form, FormQuestion, FormSection, add_version
from surveys.reading.cells import ImportRefused
from tests.factories import SurveyFactory
from tests.jobs import work_off
from tests.surveys.importing.conftest import as_csv
from web.calendar.days import years_before

pytestmark = pytest.mark.django_db

NAME, ADDRESS, NUMBER = "Sita Kumari Rai", "sita.rai@focal.example", "+977 1 555 0101"
OF_THE_PERSON = (NAME, ADDRESS, NUMBER, "Sita", "555 0101")
ROW = {
    "Country": "Nepal",
    "Areas": "ICT",
    "What we offer": f"Courses on seeds. Ask {NAME}, {ADDRESS}, {NUMBER}.",
    "Whom to ask": f"{NAME}, {ADDRESS}, {NUMBER}",
    "Your name": NAME,
    "Filled in from": f"the desk of {NAME}",
}
OTHER = {
    "Country": "Fiji",
    "Areas": "Agriculture",
    "What we offer": "Courses on fish.",
    "Whom to ask": "",
    "Your name": "",
    "Filled in from": "",
}


@pytest.fixture
def edition(survey: Survey) -> Survey:
    """An edition that asks for a contact, for a name that is not shown, and for what is offered."""
    edition = SurveyFactory(code="asked-2027", title="Asked in 2027", publishes_on_import=False)
    questions = (
        FormQuestion("country", "single", "Country", choices_from="countries", feeds="country"),
        FormQuestion("areas", "multiple", "Areas", choices_from="areas", feeds="areas"),
        FormQuestion("offer", "text", "What we offer", feeds="text"),
        FormQuestion("contact", "text", "Whom to ask", feeds="contact"),
        FormQuestion("answered_by", "text", "Your name", is_public=False),
    )
    add_version(edition, Form(sections=(FormSection("all", "All", questions=questions),)))
    return edition


def holding(texts: tuple[str, ...] = OF_THE_PERSON) -> list[str]:
    """Every table and column in which one of the texts stands, of every model there is; bytes and JSON included."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            for column, value in row.items():
                text = bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview)) else str(value)
                if any(one.casefold() in text.casefold() for one in texts):
                    found.append(f"{model._meta.label}.{column}")
    return sorted(set(found))


def bring_in(edition: Survey, manager: User, *rows: dict[str, str], capture: Any, apply: bool = True) -> Import:
    with capture(execute=True):
        made = jobs.upload(survey=edition, file_name="answers.csv", data=as_csv(rows), by=manager)
    made.refresh_from_db()
    assert made.state == ImportState.PREVIEWED, made.error
    if apply:
        with capture(execute=True):
            jobs.begin_applying(file_import=made, partial=False, by=manager)
        made.refresh_from_db()
        assert made.state == ImportState.APPLIED, made.error
    return made


@pytest.fixture
def in_two_years() -> dt.date:
    return timezone.now().date() + dt.timedelta(days=2 * 366)


def test_nothing_of_a_respondent_is_left_in_any_table(
    edition: Survey, manager: User, in_two_years: dt.date, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    first = bring_in(edition, manager, ROW, OTHER, capture=capture)
    # Changed, so that what it was stands in the row of the second import; dropped at the preview; in error.
    bring_in(edition, manager, {**ROW, "Areas": "Agriculture"}, OTHER, capture=capture)
    bring_in(edition, manager, {**ROW, "Areas": "ICT"}, OTHER, capture=capture, apply=False)
    bring_in(edition, manager, {**ROW, "Country": "Nowhere", "Areas": NAME}, OTHER, capture=capture, apply=False)
    before = holding()
    assert {
        "surveys.Answer.value", "surveys.HistoricalResponse.as_printed", "surveys.ImportRow.before",
        "surveys.ImportRow.entry", "surveys.ImportedFile.data", "surveys.Offer.contact", "surveys.Offer.search_text",
        "surveys.HistoricalOffer.text", "surveys.Response.as_printed",
    } <= set(before)  # fmt: skip
    day_before = years_before(timezone.now().date(), -2) - dt.timedelta(days=1)
    assert erase_due(day_before) == 0
    assert holding() == before
    assert erase_due(in_two_years) == 4 + 2
    assert holding() == []
    assert erase_due(in_two_years) == 0
    # What is not personal stands.
    response = Response.objects.get(country="NPL")
    assert response.answers.get(question="areas").value != []
    assert str(response.answers.get(question="offer").value).startswith("Courses on seeds. Ask [erased]")
    assert Response.objects.get(country="FJI").answers.get(question="offer").value == "Courses on fish."
    first.refresh_from_db()
    assert (first.file_name, bool(first.sha256), first.erased_at is not None) == ("answers.csv", True, True)
    assert not ImportedFile.objects.exists()


def test_the_same_file_says_the_same_after_erasing_and_brings_nothing_back(
    edition: Survey, manager: User, in_two_years: dt.date
):
    data = as_csv([ROW, OTHER])
    import_file(survey=edition, data=data, file_name="a.csv", by=manager)
    erase_due(in_two_years)
    again = import_file(survey=edition, data=data, file_name="a.csv", by=manager)
    assert (again.counts["unchanged"], again.counts["changed"]) == (2, 0)
    assert holding() == []
    # Another answer beside it changes the row, and still does not bring the person back.
    import_file(survey=edition, data=as_csv([{**ROW, "Areas": "Agriculture"}, OTHER]), file_name="b.csv", by=manager)
    assert Response.objects.get(country="NPL").answers.get(question="areas").value == ["agriculture-food-security"]
    assert holding() == []


def test_what_is_given_anew_has_two_years_of_its_own(edition: Survey, manager: User, in_two_years: dt.date):
    import_file(survey=edition, data=as_csv([ROW]), file_name="a.csv", by=manager)
    erase_due(in_two_years)
    new = {**ROW, "Whom to ask": "Ram Thapa, ram@focal.example"}
    outcome = import_file(survey=edition, data=as_csv([new]), file_name="b.csv", by=manager)
    assert outcome.counts["changed"] == 1
    assert holding() == []
    assert Response.objects.get().answers.get(question="contact").value == "Ram Thapa, ram@focal.example"
    assert erase_due(timezone.now().date() + dt.timedelta(days=700)) == 0
    assert erase_due(in_two_years) == 2
    assert holding(("ram@focal.example", "Ram Thapa")) == []


def test_what_an_agency_posted_itself_since_stays(edition: Survey, manager: User, in_two_years: dt.date):
    import_file(survey=edition, data=as_csv([ROW, OTHER]), file_name="a.csv", by=manager)
    offer = Offer.objects.get(country="NPL")
    posting.mark_edited(offer)
    offer.edited_on = dt.datetime.combine(in_two_years - dt.timedelta(days=30), dt.time(12), dt.UTC)
    offer.contact = "The desk for seeds, seeds@agency.example"
    offer.save()
    erase_due(in_two_years)
    offer.refresh_from_db()
    assert offer.contact == "The desk for seeds, seeds@agency.example"


def test_both_versions_of_a_posting_are_without_the_person(edition: Survey, manager: User, in_two_years: dt.date):
    import_file(survey=edition, data=as_csv([ROW]), file_name="a.csv", by=manager)
    offer = Offer.objects.get()
    posting.mark_edited(offer)
    offer.title, offer.contact = "Our own words", ""
    offer.save()
    import_file(survey=edition, data=as_csv([{**ROW, "Areas": "Agriculture"}]), file_name="b.csv", by=manager)
    assert "surveys.PendingChange.content" in holding()
    erase_due(in_two_years)
    assert PendingChange.objects.count() == 1
    assert holding() == []


@pytest.mark.parametrize(("own", "left"), [("", ""), ("The desk for seeds", "The desk for seeds")])
def test_what_was_proposed_of_a_posting_is_without_the_person(
    edition: Survey, manager: User, in_two_years: dt.date, own: str, left: str
):
    import_file(survey=edition, data=as_csv([ROW]), file_name="a.csv", by=manager)
    offer = Offer.objects.get()
    said = f"As we said: {offer.contact or offer.text}"
    assert "surveys.Offer.contact" in holding()
    version = ProposedVersion.objects.create(
        offer=offer, content={"values": {"title": "Our words", "text": said}}, contact=own or offer.contact
    )
    assert "surveys.ProposedVersion.content" in holding()
    erase_due(in_two_years)
    version.refresh_from_db()
    assert (version.contact, version.content["values"]["title"]) == (left, "Our words")
    assert holding() == []


def test_a_file_that_was_erased_is_not_undone_and_its_page_says_so(
    client: Client, edition: Survey, manager: User, in_two_years: dt.date, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    made = bring_in(edition, manager, ROW, capture=capture)
    waiting = bring_in(edition, manager, {**ROW, "Areas": "Agriculture"}, capture=capture, apply=False)
    erase_due(in_two_years)
    client.force_login(manager)
    page = client.get(reverse("admin:surveys_import_change", args=[made.pk])).content.decode()
    assert "It can be undone no longer." in " ".join(page.split())
    assert "Undo this import" not in page
    with capture(execute=True):
        jobs.begin_undoing(file_import=made, by=manager)
    made.refresh_from_db()
    assert (made.state, "has been erased" in made.error) == (ImportState.APPLIED, True)
    waiting.refresh_from_db()
    assert waiting.state == ImportState.REFUSED
    with pytest.raises(ImportRefused):
        jobs.begin_applying(file_import=waiting, partial=False, by=manager)


def test_a_younger_file_of_an_old_answer_is_not_undone_either(
    edition: Survey, manager: User, in_two_years: dt.date, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    bring_in(edition, manager, ROW, capture=capture)
    made = bring_in(edition, manager, {**ROW, "Areas": "Agriculture"}, capture=capture)
    Import.objects.filter(pk=made.pk).update(started_at=timezone.now() + dt.timedelta(days=3 * 366))
    Response.objects.update(received_at=timezone.now())
    erase_due(in_two_years)
    assert holding() == []
    assert made.rows.get(result=RowResult.CHANGED).before is None
    with capture(execute=True):
        jobs.begin_undoing(file_import=made, by=manager)
    made.refresh_from_db()
    assert made.state == ImportState.APPLIED


def test_a_file_at_work_is_left_until_it_has_ended(edition: Survey, manager: User, in_two_years: dt.date):
    jobs.upload(survey=edition, file_name="answers.csv", data=as_csv([ROW]), by=manager)
    assert erase_due(in_two_years) == 0
    assert work_off() == 1
    assert erase_due(in_two_years) == 1
    assert holding() == []


def test_the_daily_work_does_it(edition: Survey, manager: User, in_two_years: dt.date):
    import_file(survey=edition, data=as_csv([ROW]), file_name="a.csv", by=manager)
    assert PARTS["respondents erased"](in_two_years) == 2
    assert holding() == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to a.b@c.example.org today", f"Write to {ERASED} today"),
        ("Call +66 (2) 123-4567 or tel. 02 123 4567", f"Call {ERASED} or {ERASED}"),
        ("1,234,567.00 of 2027-01-15, 12 000 000 in 2018-2020", "1,234,567.00 of 2027-01-15, 12 000 000 in 2018-2020"),
    ],
)
def test_addresses_and_numbers_go_and_amounts_and_days_stay(text: str, left: str):
    assert scrub(text) == left
