"""Whoever brought a file in sees how far it is: while it waits, is read, written and undone."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.models import User
from surveys.choices import ImportState, ImportStep
from surveys.importing import jobs, planning
from surveys.models import Import, Response, Survey
from tests.jobs import work_off
from tests.surveys.importing.conftest import TABLE
from web.child import calling

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(client: Client, survey: Survey, manager: User) -> Client:
    client.force_login(manager)
    return client


def waiting(survey: Survey, manager: User) -> Import:
    return jobs.upload(survey=survey, file_name="table.csv", data=TABLE.read_bytes(), by=manager)


def words(client: Client, file_import: Import) -> str:
    answer = client.get(reverse("admin:surveys_import_progress", args=[file_import.pk]))
    return " ".join(answer.content.decode().split())


def test_one_that_waits_says_how_many_are_before_it(at_desk: Client, survey: Survey, manager: User):
    first, second = waiting(survey, manager), waiting(survey, manager)
    assert "The preview is being made: it waits, and is the next." in words(at_desk, first)
    assert "it waits, 1 job is before it." in words(at_desk, second)
    Import.objects.filter(pk=first.pk).update(heartbeat_at=timezone.now())
    third = waiting(survey, manager)
    assert "it waits, 2 jobs are before it." in words(at_desk, third)
    # Handed to a worker, it is the time of that which counts.
    Import.objects.filter(pk=third.pk).update(handed_out_at=second.started_at - dt.timedelta(seconds=1))
    assert "it waits, 1 job is before it." in words(at_desk, third)
    assert "it waits, 2 jobs are before it." in words(at_desk, second)


def test_one_that_is_taken_says_which_row_it_is_at(at_desk: Client, survey: Survey, manager: User):
    made = waiting(survey, manager)
    Import.objects.filter(pk=made.pk).update(heartbeat_at=timezone.now())
    assert "The preview is being made: the file is being read." in words(at_desk, made)
    Import.objects.filter(pk=made.pk).update(done=4_500, of=20_000)
    shown = words(at_desk, made)
    assert "The preview is being made: row 4,500 of 20,000." in shown
    assert '<progress max="20000" value="4500"' in shown
    # Without scripts the page is whole, and looks again by itself.
    page = at_desk.get(reverse("admin:surveys_import_change", args=[made.pk])).content.decode()
    assert "row 4,500 of 20,000." in " ".join(page.split())
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page
    assert "Look again" in page


def test_before_its_rows_are_taken_it_says_how_many_are_read_and_gone_through(
    at_desk: Client, survey: Survey, manager: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(calling, "TELL_EVERY", 0)
    monkeypatch.setattr(planning, "ROWS_A_WORD", 4)
    told: list[tuple[ImportState, str, int, int]] = []
    shown: dict[str, str] = {}
    beat = Import.beat

    def note(file_import: Import, **values: Any) -> None:
        beat(file_import, **values)
        if "step" in values:
            told.append((ImportState(file_import.state), values["step"], values["done"], values["of"]))
            shown[values["step"]] = words(at_desk, file_import)

    monkeypatch.setattr(Import, "beat", note)
    made = waiting(survey, manager)
    assert work_off() == 1
    made.refresh_from_db()
    jobs.begin_applying(file_import=made, partial=False, by=manager)
    assert work_off() == 1
    for state in (ImportState.PLANNING, ImportState.APPLYING):
        of_reading = [(done, of) for its, step, done, of in told if (its, step) == (state, ImportStep.READING)]
        # While the child begins there is no row; in the end there may be all, with what is said of the sheet.
        assert of_reading
        assert all(0 <= done <= 13 and of == 0 for done, of in of_reading)
        assert of_reading == sorted(of_reading)
        of_going_through = [one for one in told if one[:2] == (state, ImportStep.GOING_THROUGH)]
        assert [one[2:] for one in of_going_through] == [(0, 10), (4, 10), (8, 10)]
    assert "the file is being read, " in shown[ImportStep.READING]
    assert "the rows are being compared with each other, row 8 of 10." in shown[ImportStep.GOING_THROUGH]
    made.refresh_from_db()
    assert (made.state, made.step) == (ImportState.APPLIED, "")


def test_writing_and_undoing_say_which_row_they_are_at(
    at_desk: Client, survey: Survey, manager: User, monkeypatch: pytest.MonkeyPatch
):
    said: list[tuple[str, int, int, str]] = []
    stored: Any = cache.set

    def note(key: str, value: Any, **kwargs: Any) -> None:
        if key.startswith("import-progress"):
            said.append((Import.objects.get().state, *value))
        stored(key, value, **kwargs)

    monkeypatch.setattr(cache, "set", note)
    made = waiting(survey, manager)
    assert work_off() == 1
    made.refresh_from_db()
    jobs.begin_applying(file_import=made, partial=False, by=manager)
    assert work_off() == 1
    jobs.begin_undoing(file_import=made, by=manager)
    assert work_off() == 1
    assert said == [(ImportState.APPLYING, 10, 10, ""), (ImportState.UNDOING, 10, 10, "")]
    assert not Response.objects.received().exists()


def test_looking_does_no_work_and_asks_the_same_few_questions(
    at_desk: Client, survey: Survey, manager: User, django_assert_num_queries: Any
):
    made = waiting(survey, manager)
    address = reverse("admin:surveys_import_progress", args=[made.pk])
    for others in (0, 8):
        for _one in range(others):
            waiting(survey, manager)
        with django_assert_num_queries(
            9
        ):  # session, person, factors, rights (4), import, jobs before it (of both kinds)
            at_desk.get(address)
    made.refresh_from_db()
    assert (made.state, made.rows.count()) == (ImportState.PLANNING, 0)


def test_once_it_is_done_the_page_is_loaded_anew(at_desk: Client, survey: Survey, manager: User):
    made = waiting(survey, manager)
    work_off()
    answer = at_desk.get(reverse("admin:surveys_import_progress", args=[made.pk]))
    assert answer["HX-Refresh"] == "true"
    assert "hx-get" not in answer.content.decode()
