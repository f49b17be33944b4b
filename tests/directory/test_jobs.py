"""Long work goes to a worker, a thread, or is done at once; nothing is begun before the transaction has committed."""

import threading

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from directory import jobs

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


class Work:
    """A task that notes what it was called with."""

    name = __name__ = "work"

    def __init__(self, error: Exception | None = None) -> None:
        self.done: list[tuple[int, ...]] = []
        self.handed_out: list[tuple[int, ...]] = []
        self.error = error

    def __call__(self, *arguments: int) -> None:
        self.done.append(arguments)
        if self.error:
            raise self.error

    def delay(self, *arguments: int) -> None:
        if self.error:
            raise self.error
        self.handed_out.append(arguments)


def test_nothing_begins_before_the_transaction_has_committed(django_capture_on_commit_callbacks):
    work = Work()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.later(work, 1)
        assert work.done == []
    assert work.done == [(1,)]


def test_nor_after_it_was_rolled_back(django_capture_on_commit_callbacks):
    work = Work()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.later(work, 1)
        transaction.set_rollback(True)
    assert work.done == []


def test_where_there_is_a_broker_a_worker_does_it(settings, django_capture_on_commit_callbacks):
    settings.CELERY_BROKER_URL = "memory://"
    work = Work()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.later(work, 1, 2)
    assert (work.done, work.handed_out) == ([], [(1, 2)])


def test_a_broker_that_does_not_answer_breaks_no_page_and_is_told(settings, caplog):
    settings.CELERY_BROKER_URL = "memory://"
    assert not jobs.hand_out(Work(OperationalError("Connection refused")), 7)
    assert "The broker does not answer: work(7,) waits for it" in caplog.text


def test_what_a_thread_raises_is_logged(in_threads, caplog, django_capture_on_commit_callbacks):
    work = Work(OSError("No space left."))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.later(work, 1)
    assert work.done == [(1,)]
    assert "A job in a thread failed: work(1,)" in caplog.text
    assert "No space left." in caplog.text


def test_a_command_waits_for_what_it_has_begun(monkeypatch):
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    release, done = threading.Event(), []

    def slow() -> None:
        release.wait(10)
        done.append(1)

    jobs.begin_beside(slow)
    threading.Timer(0.05, release.set).start()
    assert done == []
    jobs.wait()
    assert done == [1]


def test_with_threads_off_it_is_raised(django_capture_on_commit_callbacks):
    with pytest.raises(OSError, match="No space"), django_capture_on_commit_callbacks(execute=True):
        jobs.later(Work(OSError("No space left.")), 1)
