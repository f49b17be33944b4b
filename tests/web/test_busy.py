"""A database that lets nobody in at this moment: 503 with when to try again, for pages and API; a fault is 500."""

import datetime as dt
import sqlite3

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surveys.choices import ImportState
from surveys.models import Import, Need, Offer
from tests.factories import PASSWORD, SurveyFactory, UserFactory
from web.unavailable import is_busy

TRY_AGAIN = "Nothing of your request was saved: try again in a minute."


def raised_by(database: sqlite3.Connection, statement: str) -> OperationalError:
    """What Django raises of what this statement raises."""
    try:
        database.execute(statement)
    except sqlite3.OperationalError as cause:
        error = OperationalError(str(cause))
        error.__cause__ = cause
        return error
    raise AssertionError("Nothing was raised")


@pytest.fixture
def locked(tmp_path) -> OperationalError:
    """The error of whoever would write while another does."""
    path = tmp_path / "portal.sqlite3"
    with sqlite3.connect(path, timeout=0) as writer, sqlite3.connect(path, timeout=0) as other:
        writer.execute("BEGIN IMMEDIATE")
        return raised_by(other, "BEGIN IMMEDIATE")


@pytest.fixture
def fault() -> OperationalError:
    with sqlite3.connect(":memory:") as database:
        return raised_by(database, "SELECT nothing FROM nowhere")


def raising(error: Exception):
    def raises(*_args, **_kwargs):
        raise error

    return raises


def test_what_passes_is_told_from_a_fault(locked, fault):
    assert is_busy(locked)
    assert not is_busy(fault)
    assert not is_busy(ProgrammingError("no such column"))
    assert not is_busy(OperationalError("of no driver"))
    assert not is_busy(None)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_statement_that_is_too_slow_passes_and_one_that_is_wrong_does_not():
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 1")
        with pytest.raises(OperationalError) as slow:
            cursor.execute("SELECT pg_sleep(1)")
        cursor.execute("SET statement_timeout = 0")
        with pytest.raises(ProgrammingError) as wrong:
            cursor.execute("SELECT nothing FROM nowhere")
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
        with pytest.raises((OperationalError, InterfaceError)) as ended:
            cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    connection.close()
    assert (is_busy(slow.value), is_busy(wrong.value), is_busy(ended.value)) == (True, False, True)


@pytest.mark.django_db
def test_a_page_and_the_api_say_when_to_try_again(client, monkeypatch, locked):
    monkeypatch.setattr(Offer.objects.none().__class__, "visible_to", raising(locked))
    page, answer = client.get(reverse("surveys:offers")), client.get("/api/v1/offers/")
    for one in (page, answer):
        assert (one.status_code, one["Retry-After"], one["Cache-Control"]) == (503, "30", "no-store")
    assert TRY_AGAIN in page.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    assert TRY_AGAIN in answer.json()["detail"]


@pytest.mark.django_db
def test_a_session_that_cannot_be_written_is_none_that_has_ended(client, monkeypatch, locked, focal_point):
    """Django answers 400 to whatever refuses the write of a session: what was read is given all the same."""
    client.raise_request_exception = False
    client.force_login(focal_point)

    def refused(*_args, **_kwargs):
        try:
            raise locked
        except OperationalError:
            raise UpdateError  # noqa: B904 - as Django raises it

    client.get(reverse("workspace:home"))
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6), tick=False), monkeypatch.context() as patch:
        patch.setattr(SessionStore, "save", refused)
        assert client.get(reverse("workspace:home")).status_code == 200
        answer = client.post("/workspace/no-such-page/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")


@pytest.mark.django_db
def test_a_session_that_was_ended_meanwhile_is_refused_as_before(client, monkeypatch, focal_point):
    client.force_login(focal_point)
    client.get(reverse("workspace:home"))
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6), tick=False):
        monkeypatch.setattr(SessionStore, "save", raising(UpdateError()))
        assert client.get(reverse("workspace:home")).status_code == 400


@pytest.mark.django_db
def test_a_fault_is_still_a_fault(client, monkeypatch, fault):
    client.raise_request_exception = False
    monkeypatch.setattr(Need.objects.none().__class__, "visible_to", raising(fault))
    assert client.get(reverse("surveys:needs")).status_code == 500
    assert client.get("/api/v1/needs/").status_code == 500


@pytest.mark.django_db
def test_who_logs_in_while_an_import_is_written_is_told_so(client, monkeypatch, locked):
    """The session is written when the view has ended: no view answers for that."""
    person = UserFactory()
    Import.objects.create(survey=SurveyFactory(), state=ImportState.APPLYING, heartbeat_at=timezone.now())
    client.raise_request_exception = False
    monkeypatch.setattr(SessionStore, "save", raising(locked))
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "An import of a survey is being read or written." in answer.content.decode()


WAITS = "An import of a survey is being read or written. Saving may have to wait."


@pytest.mark.django_db
def test_workspace_and_admin_say_beforehand_that_saving_may_have_to_wait(client, manager, django_assert_num_queries):
    """Without a query: the job is looked up with the reader. On PostgreSQL nobody waits for it."""
    client.force_login(manager)
    pages = ("/workspace/", "/admin/", "/admin/surveys/offer/")
    before = {}
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert WAITS not in client.get(page).content.decode()
        before[page] = len(asked)
    job = Import.objects.create(survey=SurveyFactory(), state=ImportState.APPLYING)
    assert WAITS not in client.get("/workspace/").content.decode()
    Import.objects.update(heartbeat_at=timezone.now() - dt.timedelta(minutes=20))
    for page in pages:
        with django_assert_num_queries(before[page]):
            assert (WAITS in client.get(page).content.decode()) is (connection.vendor == "sqlite")
    assert WAITS not in client.get("/offers/").content.decode()
    Import.objects.filter(pk=job.pk).update(state=ImportState.APPLIED)
    assert WAITS not in client.get("/workspace/").content.decode()
