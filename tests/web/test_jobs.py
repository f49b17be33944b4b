"""Long work goes to a worker, a thread, or is done at once; nothing is begun before the transaction has committed."""

import threading
from types import SimpleNamespace

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from web import jobs
from web.jobs import handing_out

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


class Work:
    """A task that notes what it was called with, and a broker that notes what it was given."""

    def __init__(self) -> None:
        self.done: list[tuple[int, ...]] = []
        self.handed_out: list[tuple[object, ...]] = []
        self.error: Exception | None = None

    def __call__(self, *arguments: int) -> None:
        self.done.append(arguments)
        if self.error:
            raise self.error

    def send_task(self, *given: object) -> None:
        if self.error:
            raise self.error
        self.handed_out.append(given)


@pytest.fixture
def work(monkeypatch):
    work = Work()
    app = SimpleNamespace(
        tasks={"work": work}, send_task=work.send_task, loader=SimpleNamespace(import_default_modules=lambda: None)
    )
    monkeypatch.setattr(handing_out, "current_app", app)
    return work


def test_nothing_begins_before_the_transaction_has_committed(work, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.later("work", 1)
        assert work.done == []
    assert work.done == [(1,)]


def test_nor_after_it_was_rolled_back(work, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.later("work", 1)
        transaction.set_rollback(True)
    assert work.done == []


def test_where_there_is_a_broker_a_worker_does_it(work, settings, django_capture_on_commit_callbacks):
    settings.CELERY_BROKER_URL = "memory://"
    with django_capture_on_commit_callbacks(execute=True):
        jobs.later("work", 1, 2)
    assert (work.done, work.handed_out) == ([], [("work", (1, 2))])


def test_a_broker_that_does_not_answer_breaks_no_page_and_is_told(work, settings, caplog):
    settings.CELERY_BROKER_URL = "memory://"
    work.error = OperationalError("Connection refused")
    assert not jobs.hand_out("work", 7)
    assert "The broker does not answer: work(7,) waits for it" in caplog.text


def test_what_a_thread_raises_is_logged(work, in_threads, caplog, django_capture_on_commit_callbacks):
    work.error = OSError("No space left.")
    with django_capture_on_commit_callbacks(execute=True):
        jobs.later("work", 1)
    assert work.done == [(1,)]
    assert "A job in a thread failed: job(1,)" in caplog.text
    assert "No space left." in caplog.text


def test_a_command_waits_for_what_it_has_begun(monkeypatch):
    monkeypatch.setattr(handing_out, "close_old_connections", lambda: None)
    release, done = threading.Event(), []

    def slow() -> None:
        release.wait(10)
        done.append(1)

    handing_out.begin_beside(slow)
    threading.Timer(0.05, release.set).start()
    assert done == []
    handing_out.wait()
    assert done == [1]


def test_with_threads_off_it_is_raised(work, django_capture_on_commit_callbacks):
    work.error = OSError("No space left.")
    with pytest.raises(OSError, match="No space"), django_capture_on_commit_callbacks(execute=True):
        jobs.later("work", 1)
