"""Real workers on a real broker, killed with kill -9 in the middle: as if undisturbed."""

import os
import signal
import subprocess
import sys

import pytest
import redis
from django.db import connection
from django.utils import timezone

from matching.choices import RunState
from matching.models import Match, MatchRun, RunBlock
from matching.runs import in_blocks
from matching.runs.running import run_matching
from tests.matching.runs.blocks.conftest import stored
from tests.project.subprocesses import PRODUCTION, ROOT
from tests.project.test_celery import redis_url  # noqa: F401 - a fixture
from web.jobs.model import LEASE

WORKER = """
import os, signal, sys, threading
import django
django.setup()
from celery import signals
from celery.contrib.testing.worker import start_worker
from matching import tasks
from matching.runs import in_blocks
from ssc_portal.celery import app
from web.jobs.watch import watch

dies_at, slots = sys.argv[1], int(sys.argv[2])
app.conf.task_queues, app.conf.task_routes, app.conf.task_default_queue = None, {}, sys.argv[3]
ended = threading.Event()

def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

if dies_at == "block":
    in_blocks.engine.best_of = die
elif dies_at == "end":
    in_blocks.running.tell_at_once = die

@signals.task_postrun.connect(sender=tasks.finish_run, weak=False)
def has_ended(**given):
    ended.set()

@signals.task_failure.connect(weak=False)
def has_failed(**given):
    given["einfo"] and sys.stderr.write(str(given["einfo"]))
    ended.set()

pool = {"pool": "solo"} if slots == 1 else {"pool": "threads", "concurrency": slots}
watch()  # as the clock has it done
with start_worker(app, perform_ping_check=False, loglevel="ERROR", **pool):
    assert ended.wait(90), "nothing ended"
"""


@pytest.fixture
def queue(redis_url, settings):  # noqa: F811
    """The name of a queue on the broker, of this test alone; what the test asks for is left for the workers."""
    settings.JOBS_HERE = False
    if connection.vendor != "postgresql":
        pytest.skip("workers need a database that other processes see: `make test` runs this on PostgreSQL")
    name = f"test-{os.getpid()}-{timezone.now().timestamp()}"
    yield name
    client = redis.Redis.from_url(redis_url)
    client.delete(name, f"_kombu.binding.{name}")
    client.close()


def work(queue: str, redis_url: str, *, dies_at: str = "", slots: int = 1) -> subprocess.Popen[str]:  # noqa: F811
    """Start a worker on the test's database and queue; it ends when a run has ended, or where it is to die."""
    database = connection.settings_dict
    where = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
    environment = {
        **os.environ,
        **PRODUCTION,
        "PYTEST_VERSION": "",
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{where}/{database['NAME']}",
        "CELERY_BROKER_URL": redis_url,
        "JOBS_HERE": "off",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, dies_at, str(slots), queue],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("postings", "small_blocks")
@pytest.mark.parametrize("slots", [1, 4])
def test_workers_leave_the_matches_of_one_process(slots, queue, redis_url):  # noqa: F811
    run_matching()
    expected = stored()
    Match.objects.all().delete()
    run = in_blocks.start()
    no_sign_of_life(run)
    worker = work(queue, redis_url, slots=slots)
    _output, errors = worker.communicate(timeout=90)
    assert worker.returncode == 0, errors
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FINISHED, "")
    assert stored() == expected


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("postings", "small_blocks")
def test_workers_killed_in_the_middle_leave_the_matches_of_one_process(queue, redis_url):  # noqa: F811
    run_matching()
    expected = stored()
    Match.objects.all().delete()
    run = in_blocks.start()
    no_sign_of_life(run)
    # Reads, hands out, and dies in its first block, with a message that nobody has answered for.
    died = work(queue, redis_url, dies_at="block")
    assert died.wait(timeout=90) == -signal.SIGKILL
    assert run.blocks.exclude(heartbeat_at=None).count() == 1
    no_sign_of_life(run)
    # The next does every block, and dies while the matches are being written.
    died = work(queue, redis_url, dies_at="end")
    assert died.wait(timeout=90) == -signal.SIGKILL
    run.refresh_from_db()
    assert (run.state, run.blocks.filter(result=None).count()) == (RunState.RUNNING, 0)
    assert stored() == []
    no_sign_of_life(run)
    last = work(queue, redis_url, slots=2)
    _output, errors = last.communicate(timeout=90)
    assert last.returncode == 0, errors
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FINISHED, "")
    assert stored() == expected
    assert not RunBlock.objects.exists()


def no_sign_of_life(run: MatchRun) -> None:
    """Let the lease of whoever worked on it be over."""
    long_ago = timezone.now() - 2 * LEASE
    for jobs in (MatchRun.objects.filter(pk=run.pk), run.blocks.all()):
        jobs.exclude(heartbeat_at=None).update(heartbeat_at=long_ago, handed_out_at=long_ago - LEASE)
