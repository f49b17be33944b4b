"""Every line tells which request, task and job it belongs to, and of people no more than their id."""

import io
import json
import logging
import os
import socket
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

import pytest
from celery.signals import before_task_publish, task_prerun
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from directory.choices import Role
from ssc_portal.watching.logs import leave_addresses_out
from tests.factories import PASSWORD, UserFactory
from tests.project.subprocesses import PRODUCTION, ROOT
from web.jobs import companion

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def _nothing_bound():
    clear_contextvars()
    yield
    clear_contextvars()


@pytest.fixture
def written(monkeypatch):
    """The lines as the portal writes them, from level INFO on."""
    root = logging.getLogger()
    console = next(handler for handler in root.handlers if handler.name == "console")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(console.formatter)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.django_db
def test_a_request_has_an_id_that_its_answer_carries_and_tells_the_person_by_id(client, written):
    person = UserFactory(role=Role.REVIEWER, full_name="Adaeze Okonkwo")
    client.force_login(person)
    answer = client.get("/workspace/?q=Okonkwo")
    line = written()[-1]
    assert line["event"] == "request_finished"
    assert line["request_id"] == answer["X-Request-ID"]
    assert (line["request"], line["code"], line["user_id"]) == ("GET workspace:home", answer.status_code, person.pk)
    assert line["milliseconds"] >= 0
    text = json.dumps(written())
    assert "Okonkwo" not in text
    assert person.email not in text


@pytest.mark.django_db
def test_a_log_in_tells_who(client, written):
    person = UserFactory()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert (written()[-1]["request"], written()[-1]["user_id"]) == ("POST account_login", person.pk)
    assert person.email not in json.dumps(written())


@pytest.mark.django_db
def test_whoever_asks_chooses_no_id_and_is_not_asked_who_it_is(client, written):
    answers = [client.get("/privacy/", headers={"x-request-id": "forged"}) for _time in range(2)]
    assert len({answer["X-Request-ID"] for answer in answers} | {"forged"}) == 3
    assert "user_id" not in written()[-1]
    assert "forged" not in json.dumps(written())


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nothing-here/", "/offers/?q=%00", "/api/v1/offers/?nothing=1", "/healthz"])
def test_every_answer_has_one(client, path):
    assert client.get(path)["X-Request-ID"]


@pytest.mark.django_db
def test_what_django_says_of_a_refusal_belongs_to_its_request(client, written):
    answer = client.get("/nothing-here/")
    (line,) = [line for line in written() if line["logger"] == "django.request"]
    assert (line["event"], line["request_id"]) == ("Not Found: /nothing-here/", answer["X-Request-ID"])


@pytest.mark.django_db
def test_a_fault_is_told_once_at_error_with_its_request(client, written, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("ssc_portal.guide.about.Privacy.get", lambda *_: 1 / 0)
    answer = client.get("/privacy/")
    (fault,) = [line for line in written() if line["level"] == "error"]
    assert (answer.status_code, fault["request_id"]) == (500, answer["X-Request-ID"])
    assert "division by zero" in json.dumps(fault["exception"])


@pytest.mark.django_db
def test_probes_and_redirects_to_https_write_no_line(client, written, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    assert client.get("/offers/").status_code == 301
    assert written() == []


def test_a_task_tells_which_request_of_whom_has_handed_it_out(written):
    bind_contextvars(request_id="of-the-request", user_id=7)
    headers = {}
    before_task_publish.send(sender="a.task", headers=headers, body={}, properties={})
    clear_contextvars()
    bind_contextvars(request_id="of-the-task-before", job_id=1)
    task = mock.Mock(request=SimpleNamespace(**headers))
    task.name = "a.task"
    task_prerun.send(sender=task, task_id="of-the-task", task=task)
    logging.getLogger("portal").warning("at work")
    line = written()[-1]
    told = {name: line[name] for name in ("request_id", "user_id", "task_id", "task")}
    assert told == {"request_id": "of-the-request", "user_id": 7, "task_id": "of-the-task", "task": "a.task"}
    assert "job_id" not in line


def test_the_companion_tells_the_task(monkeypatch):
    seen = []
    monkeypatch.setattr(companion, "task_of", lambda name: lambda: seen.append(get_contextvars()))
    companion.attempt("a.task")
    companion.attempt("a.task")
    assert [context["task"] for context in seen] == ["a.task", "a.task"]
    assert seen[0]["task_id"] != seen[1]["task_id"]
    assert get_contextvars() == {}


def test_an_address_is_left_out_of_messages_and_exceptions(written):
    quoted = ValueError("Key (email)=(adaeze.okonkwo@mail.example.org) exists")
    logging.getLogger("portal").error("no mail to %s", "o'hara+x@example.org", exc_info=quoted)
    text = json.dumps(written()[-1])
    assert "example.org" not in text
    assert "Key (email)=((address)) exists" in text


@pytest.mark.parametrize("long", ["a" * 200_000, "a@" * 100_000, "a@b." * 50_000, "." * 200_000 + "@"])
def test_what_a_stranger_sends_is_read_in_linear_time(long):
    line = leave_addresses_out(None, "info", {"event": long})
    assert len(line["event"]) > 0


def test_gunicorn_writes_json_too():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **PRODUCTION, "ENV_FILE": os.devnull, "BIND": f"127.0.0.1:{port}"}
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "ssc_portal.wsgi"]
    lines = []
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as gunicorn:
        assert gunicorn.stderr is not None
        for line in gunicorn.stderr:
            lines.append(json.loads(line))
            if "Booting worker" in lines[-1]["event"]:
                gunicorn.terminate()
    # Static files were not collected here.
    assert {line["logger"] for line in lines} <= {"gunicorn.error", "py.warnings"}
    assert any("Listening at" in line["event"] for line in lines)
    assert "Shutting down: Master" in lines[-1]["event"]
