"""The worker starts with the portal's settings and answers over Redis."""

import os
import subprocess
import sys

import pytest

from tests.project.subprocesses import PRODUCTION, ROOT

pytestmark = pytest.mark.any_database

PROGRAM = """
from ssc_portal.celery import app
from celery.contrib.testing.worker import start_worker
import celery.contrib.testing.tasks
with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR") as worker:
    worker.ensure_started()
    print(app.control.inspect(timeout=5).ping())
"""


@pytest.fixture
def redis_url():
    url = os.environ.get("TEST_REDIS_URL")
    if not url:
        pytest.skip("TEST_REDIS_URL is not set: `make test` finds or starts a Redis and sets it")
    return url


@pytest.mark.redis
def test_a_worker_starts_and_answers(redis_url):
    environment = {**os.environ, **PRODUCTION, "CELERY_BROKER_URL": redis_url, "PYTEST_VERSION": ""}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "{'ok': 'pong'}" in done.stdout


@pytest.mark.redis
def test_workers_share_one_cache(redis_url, settings):
    from django.core.cache import caches
    from environ import Env

    settings.CACHES = {"default": Env.cache_url_config(redis_url)}
    caches["default"].set("ssc-portal-test", "shared", timeout=5)
    assert caches.create_connection("default").get("ssc-portal-test") == "shared"
    caches["default"].delete("ssc-portal-test")


def test_a_lost_worker_loses_no_job():
    from ssc_portal.celery import app

    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
