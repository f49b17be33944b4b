"""A file opens an edition: nothing is there before it is written, whatever becomes of the file."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from directory.models import User
from surveys.answering.writing_responses import write_responses
from surveys.choices import ImportState, ResponseStatus
from surveys.importing import applying
from surveys.models import Import, Offer, Questionnaire, Response, Survey
from surveys.questionnaires.form import form_of
from surveys.questionnaires.versions import current_version
from tests.factories import SurveyFactory
from tests.jobs import work_off
from tests.surveys.importing.conftest import TABLE, as_csv, table_rows

pytestmark = pytest.mark.django_db

NEW = {"title": "The survey of 2027", "code": "ssc-2027", "stated_on": "15-Jan-2027"}


@pytest.fixture
def at_desk(client: Client, survey: Survey, manager: User) -> Client:
    client.force_login(manager)
    return client


def send(client: Client, data: bytes, **said: Any) -> Any:
    file = SimpleUploadedFile("table.csv", data)
    return client.post(reverse("admin:surveys_import_add"), {"file": file, **said})


@pytest.fixture
def previewed(at_desk: Client, survey: Survey, django_capture_on_commit_callbacks: Any) -> Import:
    with django_capture_on_commit_callbacks(execute=True):
        assert send(at_desk, TABLE.read_bytes(), asks_as=survey.pk, **NEW).status_code == 302
    return Import.objects.get()


def step(client: Client, file_import: Import, name: str, capture: Any, **data: str) -> None:
    with capture(execute=True):
        client.post(reverse(f"admin:surveys_import_{name}", args=[file_import.pk]), data)
    file_import.refresh_from_db()


def is_there() -> bool:
    return Survey.objects.filter(code="ssc-2027").exists()


def test_the_edition_is_made_with_the_first_rows_and_asks_what_the_other_asks(
    at_desk: Client, survey: Survey, previewed: Import, django_capture_on_commit_callbacks: Any
):
    questionnaires = Questionnaire.objects.count()
    assert (previewed.state, previewed.survey, previewed.counts["added"]) == (ImportState.PREVIEWED, None, 10)
    assert not is_there()
    shown = at_desk.get(reverse("admin:surveys_import_change", args=[previewed.pk])).content.decode()
    assert "The survey of 2027" in shown
    assert "It is made when this file is written, not before" in " ".join(shown.split())
    step(at_desk, previewed, "apply", django_capture_on_commit_callbacks, rows="all")
    made = Survey.objects.get(code="ssc-2027")
    assert (previewed.state, previewed.survey, previewed.error) == (ImportState.APPLIED, made, "")
    assert (made.title, made.stated_on, made.is_public, made.opens_on) == (
        "The survey of 2027", dt.date(2027, 1, 15), False, None,
    )  # fmt: skip
    assert Questionnaire.objects.count() == questionnaires + 1
    asked, other = current_version(made), current_version(survey)
    assert asked is not None
    assert other is not None
    assert form_of(asked) == form_of(other)
    parents = list(survey.challenges.values_list("code", "parent__code"))
    assert list(made.challenges.values_list("code", "parent__code")) == parents
    assert not made.challenges.filter(parent__survey=survey).exists()
    responses = Response.objects.filter(survey=made)
    assert set(responses.values_list("questionnaire", flat=True)) == {asked.pk}
    assert responses.count() == 10
    # Nothing is published because the other edition publishes: that is for a manager to say.
    assert set(Offer.objects.filter(survey=made).values_list("status", flat=True)) == {"draft"}
    assert not Response.objects.filter(survey=survey).exists()


def test_a_file_that_is_dropped_or_refused_leaves_no_edition(
    at_desk: Client, survey: Survey, previewed: Import, django_capture_on_commit_callbacks: Any
):
    step(at_desk, previewed, "discard", django_capture_on_commit_callbacks)
    assert previewed.state == ImportState.REFUSED
    with django_capture_on_commit_callbacks(execute=True):
        send(at_desk, as_csv([{"Nothing": "1", "we ask": "2"}]), asks_as=survey.pk, **NEW)
    refused = Import.objects.exclude(pk=previewed.pk).get()
    assert (refused.state, "No column names the country" in refused.error) == (ImportState.REFUSED, True)
    assert at_desk.get(reverse("admin:surveys_import_change", args=[refused.pk])).status_code == 200
    assert at_desk.get(reverse("admin:surveys_import_changelist")).status_code == 200
    assert not is_there()


def test_a_process_that_dies_while_it_writes_leaves_no_edition_and_is_taken_up(
    at_desk: Client, previewed: Import, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
):
    def die(*args: Any, **kwargs: Any) -> None:
        write_responses(*args, **kwargs)
        assert is_there()
        raise SystemExit

    monkeypatch.setattr(applying, "write_responses", die)
    with pytest.raises(SystemExit):
        step(at_desk, previewed, "apply", django_capture_on_commit_callbacks, rows="all")
    assert not is_there()
    assert not Response.objects.exists()
    monkeypatch.undo()
    previewed.refresh_from_db()
    assert previewed.state == ImportState.APPLYING
    assert work_off() == 1
    assert Response.objects.filter(survey__code="ssc-2027").count() == 10


def test_a_code_taken_meanwhile_is_said_and_nothing_is_written(
    at_desk: Client, previewed: Import, django_capture_on_commit_callbacks: Any
):
    SurveyFactory(code="ssc-2027", title="Of somebody else")
    step(at_desk, previewed, "apply", django_capture_on_commit_callbacks, rows="all")
    assert (previewed.state, previewed.survey) == (ImportState.REFUSED, None)
    assert "has been made since: bring the file in there" in previewed.error
    assert not Response.objects.exists()
    assert Survey.objects.get(code="ssc-2027").title == "Of somebody else"


def test_undone_the_edition_stays_with_nothing_that_counts_and_takes_the_file_again(
    at_desk: Client, previewed: Import, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    step(at_desk, previewed, "apply", capture, rows="all")
    step(at_desk, previewed, "undo", capture)
    made = Survey.objects.get(code="ssc-2027")
    assert previewed.state == ImportState.UNDONE
    assert not Response.objects.received().filter(survey=made).exists()
    with capture(execute=True):
        send(at_desk, TABLE.read_bytes(), survey=made.pk)
    again = Import.objects.exclude(pk=previewed.pk).get()
    step(at_desk, again, "apply", capture, rows="all")
    assert set(Response.objects.filter(survey=made).values_list("status", flat=True)) == {ResponseStatus.RECEIVED}


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Choose a survey, or say below which edition to open."),
        ({"title": "New"}, "A new edition needs this."),
        ({**NEW, "code": "escap-unossc-2018"}, "There is an edition of this code"),
        ({**NEW, "stated_on": "2570-01-15"}, "Then write 2027."),
        ({**NEW, "code": "no code"}, "Enter a valid “slug”"),
    ],
)
def test_what_is_said_of_a_new_edition_is_checked_before_the_file_is_kept(
    at_desk: Client, survey: Survey, said: dict[str, str], told: str
):
    answer = send(at_desk, TABLE.read_bytes(), **{"asks_as": survey.pk, **said} if said else said)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    both = send(at_desk, TABLE.read_bytes(), survey=survey.pk, asks_as=survey.pk, **NEW)
    assert "not both" in both.content.decode()
    assert not Import.objects.exists()


def test_an_import_that_stands_has_an_edition(survey: Survey):
    with pytest.raises(IntegrityError, match="import_of_an_edition"), transaction.atomic():
        Import.objects.create(asks_as=survey, state=ImportState.APPLIED)
    with pytest.raises(IntegrityError, match="import_of_an_edition"), transaction.atomic():
        Import.objects.create(state=ImportState.PREVIEWED)


def test_rows_of_a_country_fewer_or_more_make_no_difference_to_another_edition(
    at_desk: Client, survey: Survey, previewed: Import, django_capture_on_commit_callbacks: Any
):
    capture = django_capture_on_commit_callbacks
    with capture(execute=True):
        send(at_desk, as_csv(table_rows()[:3]), survey=survey.pk)
    own = Import.objects.exclude(pk=previewed.pk).get()
    step(at_desk, own, "apply", capture, rows="all")
    step(at_desk, previewed, "apply", capture, rows="all")
    assert (Response.objects.filter(survey=survey).count(), Response.objects.count()) == (3, 13)
