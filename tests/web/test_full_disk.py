"""A full disk: 503 and nothing saved, jobs and mails are tried again, and whoever watches is told."""

import errno
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg2 import errors

from directory.choices import MailState
from directory.mail import sending
from directory.models import Mail, User
from matching.choices import AllocationState
from matching.models import Allocation
from ssc_portal.middleware import SessionEndMiddleware
from ssc_portal.running.read_only import writes
from ssc_portal.watching.health import codes_of
from surveys.models import Import, Offer
from tests.factories import PASSWORD, PublishedOfferFactory
from tests.surveys.api.writing import send, sent, writing_key
from tests.workspace.test_address import typed_in_the_admin
from tests.workspace.test_postings import typed
from web import full_disk, maintenance
from web.child.calling import answer_of_child
from web.files.exports import xlsx_response
from web.jobs import companion
from web.jobs.doing import MOST_ATTEMPTS, do
from web.jobs.kinds import KINDS, JobKind
from web.jobs.model import LEASE
from web.maintenance import READ_ONLY, Maintenance
from web.unavailable import outage_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WORDS = "The server has no room left on its disk. Nothing of your request was saved: try again later."
KEPT = "Your browser's Back button leads to what you typed."
PLAN = "matching.tasks.make_plan"
NO_ROOM = Path("/dev/full")
"""Where every write fails as on a full disk."""


class DiskFull(errors.DiskFull):
    """As the server raises it; made by hand it has no code."""

    pgcode = "53100"


class TooManyConnections(errors.TooManyConnections):
    pgcode = "53300"


def caused_by(cause: Exception) -> OperationalError:
    """What Django raises of what a driver raises."""
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


def full_sqlite(path: Path) -> OperationalError:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE row (text)")
        database.execute("PRAGMA max_page_count = 2")
        try:
            database.execute("INSERT INTO row VALUES (?)", ["x" * 10_000])
        except sqlite3.OperationalError as cause:
            return caused_by(cause)
    raise AssertionError("There was room")


def no_room(*_args: Any, **_named: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> OperationalError:
    """What a database raises whose disk is full."""
    return full_sqlite(tmp_path / "full.sqlite3") if request.param == "sqlite" else caused_by(DiskFull("no space"))


@contextmanager
def written_nowhere(error: DatabaseError) -> Iterator[None]:
    """Let the database be read, and take nothing; the transaction of the test outlives it."""

    def guard(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if writes(sql):
            raise error
        return execute(sql, parameters, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(guard):
            yield
        transaction.set_rollback(True)


def said_of(answer: Any) -> str:
    """The words of a 503, page or problem, whose header says when to try again."""
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "300", "no-store")
    if answer["Content-Type"] == "application/problem+json":
        return str(answer.json()["detail"])
    return str(answer.content.decode().replace("&#x27;", "'"))


def reasons(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(one.levelname, one.message) for one in caplog.records if one.message.startswith("The disk is full")]


def test_it_is_told_from_a_fault_and_from_what_passes_soon(full: OperationalError) -> None:
    assert full_disk.is_full(full)
    assert full_disk.is_full(OSError(errno.EDQUOT, "quota"))
    for other in (
        None,
        OSError("No space left."),
        OSError(errno.EACCES, "denied"),
        OperationalError("of no driver"),
        caused_by(TooManyConnections("too many")),
        KeyError("x"),
    ):
        assert not full_disk.is_full(other)
    busy = outage_of(caused_by(TooManyConnections("too many")))
    assert busy is not None
    assert busy.retry_after == "30"
    assert not full_disk.was_met()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_postgresql_says_it_by_its_code() -> None:
    with connection.cursor() as cursor, pytest.raises(OperationalError) as raised:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$")
    assert full_disk.is_full(raised.value)


@pytest.fixture
def no_page_left() -> Iterator[None]:
    """A SQLite that really has no room: its file may not grow, and what is free in it is taken."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filler (bytes)")
        most = cursor.execute("PRAGMA max_page_count").fetchone()[0]
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        for size in (1_000_000, 10_000, 100):
            with suppress(OperationalError):
                while True:
                    cursor.execute("INSERT INTO filler VALUES (zeroblob(%s))", [size])
        yield
        cursor.execute(f"PRAGMA max_page_count = {most}")
        cursor.execute("DROP TABLE filler")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="The limit is one of SQLite")
def test_a_real_database_without_room_keeps_nothing_of_a_form_and_can_be_read(
    client: Client, focal_point: User, request: pytest.FixtureRequest
) -> None:
    client.force_login(focal_point)
    address, given = reverse("workspace:offer-new"), typed(focal_point, text="long " * 1_000, do="save")
    request.getfixturevalue("no_page_left")
    assert WORDS in said_of(client.post(address, given))
    assert not Offer.objects.exists()
    assert client.get(address).status_code == 200


def test_a_form_is_answered_with_what_to_do_and_what_was_typed_can_be_sent_again(
    client: Client, focal_point: User, full: OperationalError, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(focal_point)
    address, given = reverse("workspace:offer-new"), typed(focal_point, do="save")
    with written_nowhere(full):
        page = said_of(client.post(address, given))
    assert WORDS in page
    assert KEPT in page
    assert reasons(caplog) == [("ERROR", f"The disk is full: {address}")]
    assert not Offer.objects.exists()
    assert client.post(address, given).status_code == 302
    assert Offer.objects.count() == 1


def test_the_log_in_and_the_admin_say_the_same(
    client: Client, manager: User, focal_point: User, full: OperationalError
) -> None:
    client.raise_request_exception = False
    with written_nowhere(full):
        assert WORDS in said_of(client.post(reverse("account_login"), {"login": manager.email, "password": PASSWORD}))
    client.force_login(manager)
    with written_nowhere(full):
        assert WORDS in said_of(typed_in_the_admin(client, focal_point, full_name="Somchai"))
    focal_point.refresh_from_db()
    assert focal_point.full_name != "Somchai"


def test_who_is_logged_in_reads_on(
    client: Client, focal_point: User, full: OperationalError, caplog: pytest.LogCaptureFixture
) -> None:
    """That somebody is still there is written every five minutes; for that alone no page is refused."""
    client.raise_request_exception = False
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.force_login(focal_point)
        client.get("/workspace/")
        clock.shift(SessionEndMiddleware.WRITTEN_EVERY + 1)
        with written_nowhere(full):
            assert client.get("/workspace/").status_code == 200
            said = "The disk is full: the session was not written: /workspace/"
            assert reasons(caplog) == [("ERROR", said)]
            assert client.get("/workspace/profile/").status_code == 200
            # What is only refused is no session that somebody has ended.
            assert WORDS in said_of(client.post("/workspace/no-such-page/"))
            assert WORDS in said_of(client.post(reverse("account_logout")))
        assert client.get("/workspace/").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "0b0c2c6e"}], ids=["once", "by a key"])
def test_the_api_answers_a_problem_and_takes_the_same_request_afterwards(
    full: OperationalError, headers: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    key, body = writing_key(), sent()
    with written_nowhere(full):
        assert said_of(send(key, "post", "/offers/", body, **headers)) == WORDS
    assert reasons(caplog) == [("ERROR", "The disk is full: /api/v1/offers/")]
    assert not Offer.objects.exists()
    assert send(key, "post", "/offers/", body, **headers).status_code == 201
    assert Offer.objects.count() == 1


@pytest.mark.parametrize("checks", [True, False], ids=["read by the check of the token", "read by the page"])
def test_an_upload_for_which_there_is_no_room_is_503(
    manager: User, monkeypatch: pytest.MonkeyPatch, settings: Any, checks: bool
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", no_room)
    client = Client(enforce_csrf_checks=checks, raise_request_exception=False)
    client.force_login(manager)
    client.cookies["csrftoken"] = "x" * 32
    file = SimpleUploadedFile("table.csv", b"a,b\n1,2\n")
    assert WORDS in said_of(client.post(reverse("admin:surveys_import_add"), {"file": file}))
    assert full_disk.was_met()
    assert not Import.objects.exists()


@pytest.mark.parametrize("address", ["/offers.xlsx", "/api/v1/offers/?format=xlsx"])
def test_a_workbook_for_which_there_is_no_room_is_503_and_leaves_no_file(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    sheet = tmp_path / "sheet.xml"
    sheet.symlink_to(NO_ROOM)
    monkeypatch.setattr("openpyxl.worksheet._writer.create_temporary_file", lambda: str(sheet))
    PublishedOfferFactory.create_batch(2, text="x" * 20_000)
    assert WORDS in said_of(client.get(address))
    assert not sheet.is_symlink()


def test_a_workbook_of_which_a_row_cannot_be_had_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[list[str]]:
        yield ["a"]
        raise KeyError("gone")

    with pytest.raises(KeyError):
        xlsx_response(name="a", header=["h"], rows=rows())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("do", ["echo", "refuse_late"])
def test_a_child_without_room_says_so_and_not_that_the_file_is_broken(monkeypatch: pytest.MonkeyPatch, do: str) -> None:
    made: list[Any] = []

    def temporary_file() -> Any:
        # The answer is asked for first, then the file that the child reads.
        made.append(made_by_system() if made else NO_ROOM.open("w+b"))
        return made[-1]

    made_by_system = tempfile.TemporaryFile
    monkeypatch.setattr("web.child.calling.tempfile.TemporaryFile", temporary_file)
    with pytest.raises(OSError, match="No space left") as raised:
        answer_of_child("tests.web.misbehaving", b"x" * 100_000, options={"do": do})
    assert full_disk.is_full(raised.value)


@pytest.fixture
def job(reviewer: User) -> Allocation:
    return Allocation.objects.create(by=reviewer)


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    def works(work: Any) -> None:
        monkeypatch.setitem(KINDS, PLAN, JobKind(PLAN, Allocation.objects.to_do, work))

    return works


def raising(error: Exception) -> Callable[[Any], None]:
    def raises(_job: Any) -> None:
        raise error

    return raises


@pytest.mark.parametrize("where", ["temporary files", "database"])
def test_a_job_is_tried_again_for_as_long_as_it_takes(
    job: Allocation, works: Any, full: OperationalError, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    error = full if where == "database" else OSError(errno.ENOSPC, "No space left on device")
    works(raising(error))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _time in range(MOST_ATTEMPTS + 1):
            with pytest.raises(type(error)):
                do(PLAN, job.pk)
            assert not do(PLAN, job.pk)  # not at once: it would be full still
            clock.shift(LEASE.total_seconds() + 1)
        works(lambda job: Allocation.objects.filter(pk=job.pk).update(state=AllocationState.PROPOSED))
        assert do(PLAN, job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (AllocationState.PROPOSED, 1, "")
    assert reasons(caplog)[0] == ("ERROR", f"The disk is full: Allocation {job.pk} is tried again")
    assert full_disk.was_met()


def test_a_job_of_which_not_even_that_can_be_written_is_not_failed(
    job: Allocation, works: Any, full: OperationalError, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(raising(full))
    monkeypatch.setattr(Allocation, "put_off", lambda self: raising(full)(self))
    with pytest.raises(OperationalError):
        do(PLAN, job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (AllocationState.MAKING, "")


def test_who_works_without_a_broker_says_what_is_wrong_and_looks_again(
    full: OperationalError, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    looks: list[int] = []

    def do_one() -> bool:
        looks.append(1)
        if len(looks) == 1:
            raise full
        stop.set()
        return False

    monkeypatch.setattr(companion, "PAUSE", 0)
    monkeypatch.setattr(companion.Clock, "due", lambda self: [])
    monkeypatch.setattr(companion, "close_old_connections", lambda: None)
    monkeypatch.setattr(companion, "do_one", do_one)
    companion.work(stop)
    assert len(looks) == 2
    assert reasons(caplog) == [("ERROR", "The disk is full: looking again")]


def test_a_mail_that_finds_no_room_is_sent_later(focal_point: User, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = Mail.objects.create(
        kind="digest", to_user=focal_point, to_address=focal_point.email, due_at=timezone.now(), about={}
    )
    monkeypatch.setattr(sending, "render", no_room)
    assert sending.send_due() == {MailState.WAITING: 1}
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.claimed_at) == (MailState.WAITING, 1, None)
    assert mail.due_at > timezone.now()


def test_the_probes_tell_it_for_some_minutes_and_take_no_server_out(client: Client, full: OperationalError) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert codes_of(["saving"]) == {"saving": "ok"}
        outage_of(full)
        answer = client.get("/readyz?exclude=worker&exclude=migrations")
        assert (answer.status_code, answer.json()["saving"]) == (200, "full")
        clock.shift(full_disk.TOLD_FOR + 1)
        assert codes_of(["saving"]) == {"saving": "ok"}


def test_maintenance_that_cannot_be_written_changes_nothing_and_says_so(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.MAINTENANCE_FILE = tmp_path / "maintenance.json"
    maintenance.begin(Maintenance(READ_ONLY, message="The first."))
    monkeypatch.setattr("web.maintenance.json.dump", no_room)
    with pytest.raises(CommandError, match=r"Nothing has changed.*No space left on device"):
        call_command("maintenance", "on", "--message", "The second.")
    assert [file.name for file in tmp_path.iterdir()] == ["maintenance.json"]
    now = maintenance.current()
    assert now is not None
    assert now.message == "The first."
