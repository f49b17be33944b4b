"""Long work goes to a worker, or is left where it stands; nothing is begun before the transaction has committed."""

from types import SimpleNamespace

import pytest
from celery import Celery
from django.db import transaction
from django.urls import reverse

from directory.choices import MailState
from directory.mail.sending import send_due
from directory.models import Mail
from matching.models import Allocation
from web import jobs
from web.jobs import handing_out

PLAN = "matching.tasks.make_plan"


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
        self.handed_out.append(given)


@pytest.fixture
def work(monkeypatch):
    work = Work()
    app = SimpleNamespace(
        tasks={"work": work}, send_task=work.send_task, loader=SimpleNamespace(import_default_modules=lambda: None)
    )
    monkeypatch.setattr(handing_out, "current_app", app)
    return work


@pytest.fixture
def broker(settings):
    settings.JOBS_HERE = False
    settings.CELERY_BROKER_URL = "memory://"


@pytest.fixture
def dead_broker(settings, monkeypatch):
    """A Redis at a port where nobody listens."""
    settings.JOBS_HERE = False
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    app = Celery("unheard", broker=settings.CELERY_BROKER_URL, set_as_current=False)
    monkeypatch.setattr(handing_out, "current_app", app)


@pytest.mark.django_db
@pytest.mark.any_database
def test_nothing_begins_before_the_transaction_has_committed(work, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.later("work", 1)
        assert work.done == []
    assert work.done == [(1,)]


@pytest.mark.django_db
@pytest.mark.any_database
def test_nor_after_it_was_rolled_back(work, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.later("work", 1)
        transaction.set_rollback(True)
    assert work.done == []


def test_where_there_is_a_broker_a_worker_does_it(work, broker):
    assert jobs.hand_out("work", 1, 2)
    assert (work.done, work.handed_out) == ([], [("work", (1, 2))])


def test_without_one_it_is_left_where_it_stands(work, settings):
    settings.JOBS_HERE = False
    assert not jobs.hand_out("work", 1)
    assert (work.done, work.handed_out) == ([], [])


def test_done_here_it_raises_what_it_raises(work):
    work.error = OSError("No space left.")
    with pytest.raises(OSError, match="No space"):
        jobs.hand_out("work", 1)


@pytest.mark.django_db
@pytest.mark.any_database
def test_a_job_says_when_it_was_handed_out(work, broker, reviewer):
    plan = Allocation.objects.create(by=reviewer)
    assert jobs.hand_out(PLAN, plan.pk)
    plan.refresh_from_db()
    assert plan.handed_out_at
    assert not Allocation.objects.left().exists()


@pytest.mark.django_db
@pytest.mark.any_database
def test_a_broker_that_does_not_answer_is_told_and_the_job_is_left(dead_broker, reviewer, caplog):
    plan = Allocation.objects.create(by=reviewer)
    assert not jobs.hand_out(PLAN, plan.pk)
    assert f"The broker does not answer: {PLAN}({plan.pk},) waits for it" in caplog.text
    assert Allocation.objects.left().get() == plan


@pytest.mark.django_db(transaction=True)
def test_with_a_dead_broker_a_new_password_is_asked_for_as_usual_and_mailed_once(
    dead_broker, focal_point, client, mailoutbox
):
    answer = client.post(reverse("account_reset_password"), {"email": focal_point.email})
    assert (answer.status_code, answer.url) == (302, reverse("account_reset_password_done"))
    mail = Mail.objects.get()
    assert (mail.state, mailoutbox) == (MailState.WAITING, [])
    assert send_due() == {MailState.SENT: 1}
    assert send_due() == {}
    assert [one.to for one in mailoutbox] == [[focal_point.email]]
