"""Every wait for what is outside ends: mail, database, cache, broker, jobs; and none holds up what does not need it."""

import socket
import threading
from fnmatch import fnmatch

import pytest
import yaml
from django.core.mail import get_connection

from directory.choices import MailState
from directory.mail import outbox, sending
from directory.mail.rendering import Rendered
from directory.models import Mail
from ssc_portal.celery import app
from tests.factories import UserFactory
from tests.project.subprocesses import PRODUCTION, ROOT, run_python, settings_under

pytestmark = pytest.mark.any_database


@pytest.fixture
def silent_port():
    """The port of a server that takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        has_ended, taken = threading.Event(), []
        server.settimeout(0.1)

        def take() -> None:
            while not has_ended.is_set():
                try:
                    taken.append(server.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        has_ended.set()
        thread.join()
        for connection in taken:
            connection.close()


@pytest.mark.django_db
def test_a_mail_server_that_says_nothing_holds_up_one_mail_and_loses_none(settings, silent_port, monkeypatch):
    for person in (UserFactory(), UserFactory()):
        outbox.write(kind="no_account", key=f"note:{person.pk}", about={}, to=[person])
    monkeypatch.setattr(sending, "render", lambda mail: Rendered("Subject", "Text", "<p>Text</p>", {}))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", silent_port, 0.2
    assert sending.send_due() == {MailState.WAITING: 1}
    assert sorted(Mail.objects.values_list("state", "attempts")) == [(MailState.WAITING, 0), (MailState.WAITING, 1)]


def test_the_settings_of_production_have_a_limit_for_each():
    given = {**PRODUCTION, "DATABASE_URL": "postgres://u:p@db:5432/portal", "CACHE_URL": "redis://redis:6379/1"}
    said = settings_under("DATABASES", "CACHES", "EMAIL_TIMEOUT", "CELERY_TASK_TIME_LIMIT", **given)
    assert said["DATABASES"]["default"]["OPTIONS"]["connect_timeout"] == 5
    assert "options" not in said["DATABASES"]["default"]["OPTIONS"]
    assert said["CACHES"]["default"]["OPTIONS"] == {"socket_connect_timeout": 2, "socket_timeout": 2}
    assert said["EMAIL_TIMEOUT"] == 20
    assert said["CELERY_TASK_TIME_LIMIT"] == 3_900


def test_whoever_sets_a_limit_in_the_address_keeps_it():
    address = "postgres://u:p@db:5432/portal?connect_timeout=3"
    said = settings_under("DATABASES", **{**PRODUCTION, "DATABASE_URL": address})
    assert said["DATABASES"]["default"]["OPTIONS"]["connect_timeout"] == 3


def test_pages_have_a_limit_for_a_statement_and_jobs_have_none():
    program = (
        "import os, runpy, sys; runpy.run_path('gunicorn.conf.py');"
        "from ssc_portal import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    )
    address = "postgres://u:p@db:5432/portal"
    for said, expected in (({}, "30s"), ({"STATEMENT_SECONDS": "7"}, "7s")):
        done = run_python("-c", program, **{**PRODUCTION, "DATABASE_URL": address, **said})
        assert done.stdout.strip() == f"-c statement_timeout={expected}", done.stderr


def test_a_server_gets_no_more_than_its_time_from_the_backend_in_use(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert get_connection().timeout == settings.EMAIL_TIMEOUT == 20


def test_every_task_goes_to_a_queue_that_a_service_takes_from():
    app.loader.import_default_modules()
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    commands = [services[name]["command"] for name in ("worker", "mailer")]
    taken = [set(command[command.index("--queues") + 1].split(",")) for command in commands]
    assert taken[1] == {"mails"}
    for name in app.tasks:
        routes = [route["queue"] for pattern, route in app.conf.task_routes.items() if fnmatch(name, pattern)]
        assert len(routes) <= 1
        assert (routes or ["celery"])[0] in taken[0] | taken[1], name
    assert set(app.conf.task_queues) == taken[0] | taken[1]


def test_every_entry_of_the_clock_expires():
    for name, entry in app.conf.beat_schedule.items():
        assert entry["options"]["expires"] > 0, name
