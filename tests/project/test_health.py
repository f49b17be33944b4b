"""/healthz tells that the process lives, /readyz what it stands on; a code for each, and nothing else."""

import socket
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError
from django.test import override_settings
from django.utils import timezone

from ssc_portal.running.shared_cache import outage
from ssc_portal.watching import health
from tests.project.test_shared_cache import cache_at
from web.jobs.watch import LATE_AFTER, watch
from web.models import Watch

pytestmark = pytest.mark.django_db

READY = ("status", "database", "migrations", "cache", "worker", "static", "disk", "saving", "jobs", "feed")


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


@pytest.fixture
def _worker():
    watch()


@pytest.fixture
def free_port():
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def codes(answer):
    """What is told beside the status, without what holds."""
    return {name: code for name, code in answer.json().items() if name != "status" and code != "ok"}


@pytest.mark.usefixtures("_worker")
def test_a_portal_that_is_ready_answers_200(client):
    answer = client.get("/readyz")
    assert answer.json() == dict.fromkeys(READY, "ok")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


@pytest.mark.any_database
def test_a_process_lives_whatever_is_away(client, django_assert_num_queries):
    with mock.patch.object(health, "codes_of", side_effect=OperationalError), django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_a_worker_that_nobody_sees_is_503(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], codes(answer)) == (503, "failed", {"worker": "silent"})
    Watch.objects.create(pk=Watch.ONE, seen_at=timezone.now() - LATE_AFTER)
    assert codes(client.get("/readyz")) == {"worker": "silent"}


def test_jobs_that_wait_are_told_and_take_no_server_out(client):
    Watch.note(waiting=1)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], codes(answer)) == (200, "ok", {"jobs": "late"})


def test_a_database_that_does_not_answer_is_503_and_says_no_more(client, caplog):
    secret = "connection to db.example.org as portal failed: wrong password"
    failing = health.Check(mock.Mock(side_effect=OperationalError(secret)), "unreachable")
    with mock.patch.dict(health.CHECKS, database=failing):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "failed", "database": "unreachable", "cache": "ok", "static": "ok", "disk": "ok", "saving": "ok",
    }  # fmt: skip
    assert secret in caplog.text


@pytest.mark.usefixtures("_worker")
def test_a_migration_not_applied_is_503_and_no_reason_to_restart(client):
    newest = max(name for app, name in MigrationLoader(connection).disk_migrations if app == "matching")
    MigrationRecorder(connection).record_unapplied("matching", newest)
    answer = client.get("/readyz")
    assert (answer.status_code, codes(answer)) == (503, {"migrations": "missing"})
    assert client.get("/healthz").status_code == 200


@pytest.mark.any_database
@pytest.mark.usefixtures("_worker")
def test_a_cache_that_forgets_is_503(client):
    with (
        mock.patch.object(cache, "get", return_value=None),
        mock.patch.object(health, "asked_cache", return_value=cache),
    ):
        answer = client.get("/readyz")
    assert (answer.status_code, codes(answer)) == (503, {"cache": "unreachable"})


@pytest.mark.any_database
@pytest.mark.usefixtures("_worker")
def test_a_cache_that_is_away_is_503_though_the_process_stands_in_for_it(client, settings, free_port):
    settings.CACHES = cache_at(free_port)
    assert cache.get_or_set("name", "kept") == "kept"
    answer = client.get("/readyz")
    outage.end()
    assert (answer.status_code, codes(answer)) == (503, {"cache": "unreachable"})


@pytest.mark.any_database
@pytest.mark.usefixtures("_worker")
def test_a_broker_that_is_away_is_503(client, settings, free_port):
    settings.CELERY_BROKER_URL = f"redis://:hidden@127.0.0.1:{free_port}/0"
    answer = client.get("/readyz")
    assert (answer.status_code, codes(answer)) == (503, {"broker": "unreachable"})
    assert b"hidden" not in answer.content


@pytest.mark.any_database
@pytest.mark.usefixtures("_worker")
def test_static_files_that_were_not_collected_are_503(client, tmp_path):
    by_content = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    storages = {**django_settings.STORAGES, "staticfiles": by_content}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        answer = client.get("/readyz")
    assert (answer.status_code, codes(answer)) == (503, {"static": "missing"})


@pytest.mark.any_database
def test_static_files_that_were_collected_are_found_and_missed_when_gone(tmp_path, settings):
    by_content = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STATICFILES_DIRS, settings.STATICFILES_FINDERS = [], []
    (tmp_path / "staticfiles.json").write_text('{"version": "1.1", "paths": {"a.css": "a.123.css"}, "hash": "1"}')
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={**django_settings.STORAGES, "staticfiles": by_content}):
        assert health.codes_of(["static"]) == {"static": "ok"}
        (tmp_path / "staticfiles.json").unlink()
        assert health.codes_of(["static"]) == {"static": "missing"}


def test_a_disk_without_room_is_told_also_where_the_database_lies(settings, tmp_path):
    file = tmp_path / "db.sqlite3"
    file.touch()
    free = {str(tmp_path): 199}

    def usage(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=free.get(str(folder), 500) * health.MEGABYTE)

    place = {**connection.settings_dict, "NAME": str(file)}
    settings.DISK_FREE_MB = 200
    with mock.patch.object(health.shutil, "disk_usage", usage):
        assert health.codes_of(["disk"]) == {"disk": "ok"}
        with mock.patch.object(connection, "settings_dict", place), mock.patch.object(connection, "vendor", "sqlite"):
            assert health.codes_of(["disk"]) == {"disk": "full"}
        settings.DISK_FREE_MB = 501
        assert health.codes_of(["disk"]) == {"disk": "full"}


@pytest.mark.any_database
def test_a_load_balancer_leaves_out_what_no_web_server_can_mend(client):
    answer = client.get("/readyz?exclude=worker&exclude=jobs&exclude=feed")
    assert answer.status_code == 200
    assert set(answer.json()) == set(READY) - {"worker", "jobs", "feed"}


@pytest.mark.any_database
def test_what_is_left_out_has_to_be_known(client):
    answer = client.get("/readyz?exclude=workers")
    assert (answer.status_code, answer.json()["unknown"]) == (400, ["workers"])
    assert answer.json()["known"] == list(health.CHECKS)


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["/healthz", "/readyz?exclude=worker"])
def test_a_load_balancer_asks_by_address_and_without_tls(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/accounts/login/", headers={"host": "10.1.2.3:8000"}).status_code == 400


def test_it_is_cheap_once_the_migrations_were_seen(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(4):  # SELECT 1, the watch twice, the oldest mark of the feed
        client.get("/readyz")


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_changes_anything_here(client, method, path):
    assert getattr(client, method)(path).status_code == 405
