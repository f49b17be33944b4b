"""/healthz tells whether the portal can serve, and nothing else."""

from unittest import mock

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError
from django.test import override_settings

from ssc_portal.running import health
from web.jobs.watch import watch

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _all_recorded(django_db_setup, django_db_blocker):
    """The record of migrations, also where the tables were made from the models."""
    with django_db_blocker.unblock(), override_settings(MIGRATION_MODULES={}):
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for app, name in MigrationLoader(connection).disk_migrations.keys() - recorder.applied_migrations().keys():
            recorder.record_applied(app, name)


@pytest.fixture(autouse=True)
def _nothing_remembered(_all_recorded, db, settings):
    settings.MIGRATION_MODULES = {}
    health.forget_migrations()


def test_a_portal_that_can_serve_answers_200(client):
    watch()
    answer = client.get("/healthz")
    assert answer.status_code == 200
    checks = ("status", "database", "migrations", "cache", "jobs", "feed")
    assert answer.json() == dict.fromkeys(checks, "ok")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_jobs_that_nobody_looks_after_are_told_and_take_no_server_out(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"], answer.json()["jobs"]) == (200, "ok", "late")


def test_a_database_that_does_not_answer_is_503_and_says_no_more(client):
    secret = "connection to db.example.org as portal failed: wrong password"
    with mock.patch.object(health, "_database_answers", side_effect=OperationalError(secret)):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failed", "database": "failed", "cache": "ok"}


def test_a_migration_not_applied_is_503(client):
    newest = max(name for app, name in MigrationLoader(connection).disk_migrations if app == "matching")
    MigrationRecorder(connection).record_unapplied("matching", newest)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "failed"


def test_a_cache_that_forgets_is_503(client):
    with mock.patch.object(cache, "get", return_value=None):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["cache"] == "failed"


def test_a_load_balancer_asks_by_address_and_without_tls(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    assert client.get("/healthz", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/accounts/login/", headers={"host": "10.1.2.3:8000"}).status_code == 400


def test_it_is_cheap_once_the_migrations_were_seen(client, django_assert_num_queries):
    client.get("/healthz")
    with django_assert_num_queries(3):  # SELECT 1, the watch, the oldest mark of the feed
        client.get("/healthz")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_changes_anything_here(client, method):
    assert getattr(client, method)("/healthz").status_code == 405
