"""Maintenance: told on every page, and while it is read-only nothing is written, and everything can be read."""

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.log import log_response

from directory.choices import KeyScope, MailState
from directory.mail.outbox import write
from directory.models import Mail, User
from directory.tasks import send_due_mails
from matching.allocation import plans
from matching.models import Allocation
from ssc_portal.running.read_only import writes
from tests.api import client_of
from tests.factories import ApiKeyFactory
from tests.matching.allocation.conftest import settings as plan
from tests.project.addresses import address, rows
from tests.project.test_access_table import NAMES
from web import maintenance, tasks
from web.jobs import companion
from web.jobs.kinds import KINDS
from web.maintenance import ANNOUNCED, READ_ONLY, Maintenance
from web.models import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
PAGES = ("/", "/offers/", "/accounts/login/", "/workspace/", "/admin/", "/admin/matching/match/")
NOT_READ = {"api-docs", "openid_connect_login", "openid_connect_callback"}
"""The first has no rows; there is no single sign-on in tests."""


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    maintenance.end()


@pytest.fixture
def read_only() -> None:
    maintenance.begin(Maintenance(READ_ONLY, until=timezone.now() + dt.timedelta(minutes=10), message="A new disk."))


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("maintenance", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_tells_what_is_announced_and_goes_on(client, manager, page):
    client.force_login(manager)
    said = "Maintenance is planned from 1 December 2026, 12:00 UTC to 1 December 2026, 13:30 UTC."
    with time_machine.travel(NOON - dt.timedelta(minutes=5), tick=False):
        client.force_login(manager)
        assert said not in client.get(page, follow=True).content.decode()
        begins, until = "--begins=2026-12-01T12:00", "--until=2026-12-01T19:00+05:30"
        run("on", "--announce", begins, until, "--message=<Disk>")
        text = client.get(page, follow=True).content.decode()
        assert f"{said} Nothing can be saved then. &lt;Disk&gt;" in text
        assert client.post("/language/", {"language": "fr"}).status_code == 302
    with time_machine.travel(NOON + dt.timedelta(hours=2), tick=False):
        client.force_login(manager)
        assert said not in client.get(page, follow=True).content.decode()


def test_a_public_page_that_a_reader_kept_is_sent_anew_and_costs_no_query_more(client):
    with CaptureQueriesContext(connection) as before:
        kept = client.get("/offers/")
    maintenance.begin(Maintenance(ANNOUNCED))
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/offers/", headers={"if-none-match": kept["ETag"]})
    assert answer.status_code == 200
    assert "Maintenance is planned." in answer.content.decode()
    assert len(asked) <= len(before)


@pytest.mark.usefixtures("read_only")
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("name", ["account_login", "workspace:offer-new", "admin:surveys_offer_add", "account_logout"])
def test_pages_refuse_writes_before_anything_is_asked(client, method, name):
    with CaptureQueriesContext(connection) as asked:
        answer = getattr(client, method)(reverse(name))
    assert answer.status_code == 503
    assert 60 <= int(answer["Retry-After"]) <= 600
    assert "nothing can be saved. A new disk." in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert not asked.captured_queries


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/offers/"])
def test_a_refusal_as_announced_is_no_error_in_the_log(client, read_only, caplog, path):
    with caplog.at_level(logging.INFO, logger="django.request"):
        client.post(path)
    (line,) = [record for record in caplog.records if record.name == "django.request"]
    assert (line.levelno, line.status_code) == (logging.INFO, 503)


def test_another_503_is_an_error_still(caplog):
    log_response("Busy", response=HttpResponse(status=503))
    (line,) = [record for record in caplog.records if record.name == "django.request"]
    assert line.levelno == logging.ERROR


@pytest.mark.usefixtures("read_only")
def test_the_api_refuses_writes_as_a_problem_and_scores_what_is_sent():
    client = client_of(ApiKeyFactory(scopes=[KeyScope.WRITE_POSTINGS]))
    answer = client.post("/api/v1/offers/", {"title": "x"}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert 60 <= int(answer["Retry-After"]) <= 600
    assert "nothing can be saved" in answer.json()["detail"]
    scored = client.post("/api/v1/match/", {}, content_type="application/json")
    assert scored.status_code == 400


@pytest.mark.parametrize("role", ["visitor", "focal_point", "manager"])
def test_everything_is_read_as_ever_and_nothing_is_written(role, request):
    """With a session whose last use would be noted by now, and a key that was not used before."""
    reader = request.getfixturevalue(role)
    found = rows()
    client = client_of(reader if isinstance(reader, User) else None)
    addresses = [address(name, found) for name in NAMES if name not in NOT_READ]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=10)):
        Watch.note(waiting=0)
        before = {one: client.get(one).status_code for one in addresses}
        maintenance.begin(Maintenance(READ_ONLY))
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=20)), CaptureQueriesContext(connection) as asked:
        assert {one: client.get(one).status_code for one in addresses} == before
    assert [query["sql"] for query in asked.captured_queries if writes(query["sql"])] == []


@pytest.mark.usefixtures("read_only")
def test_a_page_that_would_write_all_the_same_is_refused_by_its_connection(client, manager, monkeypatch):
    client.force_login(manager)
    changed: list[int] = []

    def change() -> list[int]:
        changed.append(User.objects.filter(pk=manager.pk).update(language="fr"))
        return changed

    monkeypatch.setattr("ssc_portal.context_processors.language_choices", change)
    answer = client.get("/workspace/")
    assert (answer.status_code, "Retry-After" in answer) == (503, True)
    assert changed == []


def test_sessions_stay_as_they_are_and_one_that_is_over_opens_nothing(client, manager):
    client.force_login(manager)
    assert client.get("/workspace/").status_code == 200
    before = Session.objects.get().session_data
    maintenance.begin(Maintenance(READ_ONLY))
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=30)):
        assert client.get("/workspace/").status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(hours=3)):
        assert client.get("/workspace/").status_code == 302
    assert Session.objects.get().session_data == before


def test_what_writes_is_told_from_what_reads():
    for sql in ("SELECT 1", "(SELECT 1) UNION (SELECT 2)", "WITH a AS (SELECT 1) SELECT * FROM a"):
        assert not writes(sql)
    for sql in ("COPY (SELECT 1) TO STDOUT", 'SAVEPOINT "s1"', "BEGIN IMMEDIATE", "ROLLBACK TO SAVEPOINT x"):
        assert not writes(sql)
    for sql in ("INSERT INTO a VALUES (1)", " update a set b = 1", "TRUNCATE a", "COPY a FROM STDIN"):
        assert writes(sql)
    assert writes("WITH gone AS (DELETE FROM a RETURNING id) SELECT * FROM gone")


def test_jobs_mails_and_the_daily_work_wait_and_go_on_afterwards(reviewer, mailoutbox):
    job = Allocation.objects.create(by=reviewer, **vars(plan()))
    write(kind="no_account", key="no_account:1", about={}, addresses=["someone@example.org"])
    maintenance.begin(Maintenance(READ_ONLY))
    assert companion.do_one() is False
    send_due_mails()
    tasks.watch()
    out = StringIO()
    call_command("daily", stdout=out)
    assert "nothing was done" in out.getvalue()
    job.refresh_from_db()
    assert (job.attempts, job.heartbeat_at, mailoutbox) == (0, None, [])
    assert Mail.objects.get().state == MailState.WAITING

    maintenance.end()
    send_due_mails()
    assert companion.do_one() is True
    job.refresh_from_db()
    assert job.state != plans.Allocation.state.field.default
    assert Mail.objects.get().state == MailState.SENT


def test_the_clock_of_the_companion_stands(monkeypatch):
    """What fell due meanwhile is due afterwards: the clock is not even asked."""
    stop, asked = threading.Event(), []

    def look_and_stop(self: Any) -> list[str]:
        asked.append("clock")
        stop.set()
        return []

    def waited(seconds: float) -> bool:
        maintenance.end()
        return False

    monkeypatch.setattr(companion.Clock, "due", look_and_stop)
    monkeypatch.setattr(stop, "wait", waited)
    maintenance.begin(Maintenance(READ_ONLY))
    companion.work(stop)
    assert asked == ["clock"]
    assert maintenance.current() is None


@pytest.mark.usefixtures("read_only")
@pytest.mark.django_db
def test_whoever_watches_is_told_that_the_work_is_paused_and_not_that_it_fails(client):
    answer = client.get("/readyz")
    assert {answer.json()[name] for name in ("worker", "jobs", "feed")} == {"paused"}
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_the_command_says_what_is_in_hand(reviewer):
    assert run("status") == "off\n"
    Allocation.objects.create(by=reviewer, heartbeat_at=timezone.now(), **vars(plan()))
    assert "Jobs still in hand: 1." in run("on", "--until", "2100-01-01T00:00")
    Allocation.objects.update(heartbeat_at=None)
    assert "until about 1 January 2100, 00:00 UTC" in run("status")
    assert "No job is in hand." in run("status")
    assert run("off").startswith("Ended.")
    assert run("off").startswith("There was none.")


def test_the_command_needs_no_database(monkeypatch):
    def away() -> Any:
        raise OperationalError("no route to host")

    for task, kind in KINDS.items():
        monkeypatch.setitem(KINDS, task, type(kind)(kind.task, away, kind.work))
    assert "The database does not answer" in run("on")
    assert maintenance.is_read_only()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--until", "tomorrow"),
        ("--until", "2020-01-01T00:00"),
        ("--announce", "--begins", "2100-01-01T00:00"),
        ("--announce", "--begins", "2100-01-02T00:00", "--until", "2100-01-01T00:00"),
        ("--begins", "2100-01-01T00:00", "--until", "2100-01-02T00:00"),
        ("--message", "a\nb"),
        ("--message", "x" * 301),
    ],
)
def test_the_command_refuses_what_makes_no_sense(arguments):
    with pytest.raises(CommandError):
        run("on", *arguments)
    assert maintenance.current() is None


WITHOUT_A_ZONE = '{"mode": "announced", "until": "2100-01-01T00:00"}'


@pytest.mark.parametrize("text", ["", "{}", '{"mode": "off"}', "[1]", WITHOUT_A_ZONE])
def test_a_file_that_nobody_understands_keeps_everything_from_being_written(text, caplog):
    settings.MAINTENANCE_FILE.write_text(text)
    assert maintenance.is_read_only()
    assert "not understood" in caplog.text


def test_every_account_of_the_machine_reads_the_file_and_nothing_is_left_beside_it():
    maintenance.begin(Maintenance(ANNOUNCED, until=NOON, message="稻"))
    assert settings.MAINTENANCE_FILE.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in settings.MAINTENANCE_FILE.parent.iterdir()] == ["maintenance.json"]
