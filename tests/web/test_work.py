"""`manage.py work`: a process that is killed loses nothing, one that is ended leaves nothing half done."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from matching.allocation import plans
from matching.models import Allocation
from tests.matching.allocation.conftest import settings as plan
from tests.project.subprocesses import PRODUCTION, ROOT
from web import tasks
from web.jobs.companion import Clock, attempt

PROGRAM = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from matching.allocation import plans

settings.CELERY_BEAT_SCHEDULE = {}
solve = plans.solve

def in_mid_work(problem):
    for number in sys.argv[1:]:
        os.kill(os.getpid(), int(number))
    return solve(problem)

plans.solve = in_mid_work
call_command("work")
"""


class Portal:
    """A database that other processes see, and `manage.py work` on it."""

    def __init__(self, folder):
        if connection.vendor == "postgresql":
            database = connection.settings_dict
            where = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
            self.url = f"postgres://{database['USER']}:{database['PASSWORD']}@{where}/{database['NAME']}"
            self.cursor = connection.cursor()
        else:
            self.url = f"sqlite:///{folder / 'portal.sqlite3'}"
            self.cursor = sqlite3.connect(folder / "portal.sqlite3", isolation_level=None).cursor()
            connection.ensure_connection()
            connection.connection.backup(self.cursor.connection)

    def work(self, *signals: int) -> int:
        """Work until a job is done in whose midst the process sends itself these signals; return its exit code."""
        environment = {**os.environ, **PRODUCTION, "DATABASE_URL": self.url, "JOBS_HERE": "off", "PYTEST_VERSION": ""}
        arguments = [sys.executable, "-c", PROGRAM, *(str(int(number)) for number in signals)]
        return subprocess.run(arguments, cwd=ROOT, env=environment, timeout=120, check=False).returncode

    def job(self) -> tuple[object, ...]:
        self.cursor.execute("SELECT state, attempts, heartbeat_at IS NULL FROM matching_allocation")
        state, attempts, is_free = self.cursor.fetchone()
        return state, attempts, bool(is_free)


@pytest.mark.django_db(transaction=True)
def test_killed_ended_and_ended_in_haste(tmp_path, reviewer):
    plans.Allocation.objects.create(by=reviewer, **vars(plan()))
    portal = Portal(tmp_path)
    assert portal.work(signal.SIGKILL) == -signal.SIGKILL
    assert portal.job() == ("making", 1, False)
    portal.cursor.execute("UPDATE matching_allocation SET heartbeat_at = '2026-01-01 00:00:00'")
    # At a second signal the job is left to the next process, at once.
    assert portal.work(signal.SIGTERM, signal.SIGINT) == 1
    assert portal.job() == ("making", 1, True)
    # At one it is done first.
    assert portal.work(signal.SIGTERM) == 0
    assert portal.job() == ("proposed", 2, False)


def test_it_ends_with_the_process_that_started_it():
    command = [sys.executable, "manage.py", "work", "--with-parent"]
    environment = {**os.environ, **PRODUCTION, "PYTEST_VERSION": ""}
    assert subprocess.run(command, cwd=ROOT, env=environment, input=b"", timeout=120, check=False).returncode == 0


def test_where_there_is_a_broker_it_is_not_for_this(settings):
    settings.CELERY_BROKER_URL = "memory://"
    with pytest.raises(CommandError, match="CELERY_BROKER_URL is set"):
        call_command("work")


def test_the_clock_begins_with_everything_and_keeps_the_schedule_of_the_settings(settings):
    often = {"web.tasks.watch", "directory.tasks.send_due_mails", "matching.tasks.match_marked"}
    often.add("feed.tasks.bring_up_to_date")
    every = {*often, "matching.tasks.watch_runs"}
    with time_machine.travel(dt.datetime(2026, 11, 25, 12, 20, tzinfo=dt.UTC), tick=False) as moment:
        clock = Clock()
        assert set(clock.due()) == {*every, "ssc_portal.tasks.daily"}
        assert clock.due() == []
        moment.shift(6)
        assert set(clock.due()) == often
        moment.shift(55)
        assert set(clock.due()) == every
        moment.shift(dt.timedelta(minutes=50))
        assert "ssc_portal.tasks.daily" in clock.due()


@pytest.mark.django_db
@pytest.mark.any_database
def test_a_task_that_fails_is_logged_and_ends_nothing(monkeypatch, caplog):
    def fails():
        raise OSError("No space left.")

    monkeypatch.setattr(tasks, "look_for_what_is_left", fails)
    assert attempt("web.tasks.watch")
    assert "A task failed: web.tasks.watch()" in caplog.text
    assert not Allocation.objects.exists()
