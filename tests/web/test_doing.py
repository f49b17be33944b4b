"""A job is done by one process at a time, taken up where that has died, and given up where all die of it."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone

from matching.choices import AllocationState
from matching.models import Allocation
from tests.jobs import work_off
from web.jobs import doing
from web.jobs.doing import MOST_ATTEMPTS, do, take
from web.jobs.kinds import KINDS, JobKind
from web.jobs.watch import is_anybody_seen, is_nothing_late, watch

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PLAN = "matching.tasks.make_plan"
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


class Killed(BaseException):
    """Stands in for kill -9: nothing more is done, not even to the row."""


@pytest.fixture
def job(reviewer):
    with time_machine.travel(NOON, tick=False):
        return Allocation.objects.create(by=reviewer)


@pytest.fixture
def works(monkeypatch):
    """Have plans worked out by another function."""

    def works(work):
        monkeypatch.setitem(KINDS, PLAN, JobKind(PLAN, Allocation.objects.to_do, work))

    return works


@pytest.fixture
def handed_out(settings, monkeypatch):
    """What a broker was given."""
    handed_out = []
    settings.JOBS_HERE, settings.CELERY_BROKER_URL = False, "memory://"
    monkeypatch.setattr("celery.current_app.send_task", lambda name, given: handed_out.append((name, *given)))
    return handed_out


def ended(job):
    Allocation.objects.filter(pk=job.pk).update(state=AllocationState.PROPOSED)


def killed(job, monkeypatch):
    """Let a process take the job and die at once."""
    monkeypatch.setattr(Allocation, "release", lambda self: None)

    def dies(job):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setitem(KINDS, PLAN, JobKind(PLAN, Allocation.objects.to_do, dies))
        with pytest.raises(Killed):
            do(PLAN, job.pk)


def test_one_that_is_done_is_not_done_again(job, works):
    works(ended)
    assert do(PLAN, job.pk)
    assert not do(PLAN, job.pk)


def test_while_one_is_at_work_another_leaves_it(job, works):
    second = []

    def work(job):
        second.append(do(PLAN, job.pk))
        ended(job)

    works(work)
    assert do(PLAN, job.pk)
    assert second == [False]
    job.refresh_from_db()
    assert job.attempts == 1


def test_a_dead_one_is_taken_up_within_a_minute(job, works, monkeypatch):
    with time_machine.travel(NOON, tick=False) as clock:
        killed(job, monkeypatch)
        works(ended)
        clock.shift(29)
        assert work_off() == 0
        clock.shift(2)
        assert work_off() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (AllocationState.PROPOSED, 2)


def test_the_watch_hands_out_what_is_dead_or_was_never_taken_and_nothing_twice(job, works, handed_out, monkeypatch):
    with time_machine.travel(NOON, tick=False) as clock:
        assert watch() == 1  # the broker was down as it was asked for
        assert watch() == 0
        clock.shift(dt.timedelta(minutes=9))
        assert watch() == 0  # it waits its turn
        killed(job, monkeypatch)
        clock.shift(31)
        assert watch() == 1
        assert watch() == 0
        clock.shift(dt.timedelta(minutes=11))
        assert watch() == 1  # the broker has lost it
    assert handed_out == [(PLAN, job.pk)] * 3


def test_one_that_every_process_dies_of_is_given_up_and_says_so(job, works, monkeypatch):
    with time_machine.travel(NOON, tick=False) as clock:
        for _time in range(MOST_ATTEMPTS):
            killed(job, monkeypatch)
            clock.shift(31)
        works(ended)
        assert not do(PLAN, job.pk)
    job.refresh_from_db()
    assert job.state == AllocationState.FAILED
    assert job.error == "Given up: 5 times its process stopped half-way. The log of the server may say why."


def test_what_is_raised_ends_it(job, works):
    def work(job):
        raise OSError("No space left.")

    works(work)
    with pytest.raises(OSError, match="No space"):
        do(PLAN, job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (AllocationState.FAILED, "OSError: No space left.")


def test_a_lost_database_does_not(job, works):
    def work(job):
        raise OperationalError("server closed the connection unexpectedly")

    works(work)
    with pytest.raises(OperationalError):
        do(PLAN, job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (AllocationState.MAKING, "")


def test_broken_off_in_good_order_it_is_free_at_once_and_has_lost_nothing(job, works):
    def work(job):
        raise SystemExit

    works(work)
    with pytest.raises(SystemExit):
        do(PLAN, job.pk)
    job.refresh_from_db()
    assert (job.heartbeat_at, job.attempts) == (None, 0)
    works(ended)
    assert do(PLAN, job.pk)


def test_who_was_thought_dead_and_is_not_writes_nothing_more(job, works, caplog):
    def work(job):
        Allocation.objects.update(attempts=2, heartbeat_at=NOON)
        job.beat(done=1, of=2)
        ended(job)

    works(work)
    assert do(PLAN, job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.heartbeat_at) == (AllocationState.MAKING, 0, NOON)
    assert "Taken over by another process" in caplog.text


def test_signs_of_life_come_from_beside_the_work(job, settings, monkeypatch):
    settings.JOBS_HERE = False
    seen = threading.Event()
    monkeypatch.setattr(doing, "BEAT_EVERY", 0.01)
    monkeypatch.setattr(Allocation, "beat", lambda self: seen.set())
    monkeypatch.setattr(doing.Watch, "note", lambda: None)
    with doing.beating(job):
        assert seen.wait(10)


def test_whether_jobs_are_looked_after(job, handed_out):
    with time_machine.travel(NOON, tick=False) as clock:
        assert not is_anybody_seen()
        watch()
        assert is_anybody_seen()
        clock.shift(dt.timedelta(minutes=4))
        assert is_anybody_seen()
        assert is_nothing_late()
        clock.shift(dt.timedelta(minutes=2))
        assert not is_anybody_seen()
        watch()
        assert is_anybody_seen()
        assert not is_nothing_late()  # the job has waited
        ended(job)
        watch()
        assert is_nothing_late()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time, and tests use one file")
@pytest.mark.parametrize("_time", range(3))
def test_of_two_at_once_one_takes_it(_time, job):
    start = threading.Barrier(2)

    def act():
        try:
            start.wait(10)
            return take(KINDS[PLAN], job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        taken = [one.result() for one in [pool.submit(act), pool.submit(act)]]
    assert sorted(one is None for one in taken) == [False, True]
    job.refresh_from_db()
    assert job.attempts == 1
    assert job.heartbeat_at > timezone.now() - dt.timedelta(minutes=1)
