"""/metrics tells how the portal does, to whoever has its token; off where there is none."""

import datetime as dt
import runpy
from types import SimpleNamespace
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.db.utils import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from directory.choices import MailState
from directory.models import Mail
from feed.models import FeedMark
from matching.choices import RunState
from matching.models import Allocation, MatchRun
from ssc_portal.watching import health
from ssc_portal.watching.places import free_place
from tests.factories import MatchRunFactory
from web.models import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TOKEN = "only-for-tests-0123456789"


@pytest.fixture
def with_token(settings):
    settings.METRICS_TOKEN = TOKEN
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


def figures(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name.removeprefix("ssc_portal_"), *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_off_where_there_is_no_token(client):
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.usefixtures("with_token")
@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, "Bearer é"]
)
def test_strangers_are_refused(client, sent, manager):
    client.force_login(manager)
    answer = client.get("/metrics", headers={"authorization": sent} if sent else {})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert answer.content == b""


def test_what_waits_is_told_with_its_age(with_token, manager):
    now = timezone.now()
    ago = dt.timedelta(minutes=3)
    job = Allocation.objects.create(by=manager)
    Allocation.objects.filter(pk=job.pk).update(started_at=now - ago)
    for number, state in enumerate((MailState.WAITING, MailState.FAILED, MailState.SENT)):
        Mail.objects.create(kind="a", key=f"{number}", to_address="a@example.org", state=state, due_at=now - ago)
    Mail.objects.create(kind="a", key="later", to_address="a@example.org", due_at=now + ago)
    FeedMark.objects.all().delete()
    FeedMark.objects.create(what="offer", key="1", made_at=now - ago)
    Watch.objects.create(pk=Watch.ONE, seen_at=now - ago)
    MatchRunFactory(state=RunState.FAILED)
    told = figures(with_token)
    plan = "matching.tasks.make_plan"
    assert (told["jobs_waiting", plan], told["jobs_at_work", plan]) == (1, 0)
    assert (told["mails", "waiting"], told["mails", "failed"], told["mails", "uncertain"]) == (1, 1, 0)
    assert told["runs_failed",] == MatchRun.objects.filter(state=RunState.FAILED).count() == 1
    ages = ("jobs_oldest_seconds", plan), ("mails_oldest_seconds",), ("feed_lag_seconds",), ("worker_seen_seconds",)
    assert [180 <= told[age] < 240 for age in ages] == [True] * 4
    Allocation.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now())
    told = figures(with_token)
    assert (told["jobs_waiting", plan], told["jobs_at_work", plan]) == (0, 1)


def test_where_nothing_waits_ages_are_nothing_and_a_worker_never_seen_has_none(with_token):
    FeedMark.objects.all().delete()
    told = figures(with_token)
    assert told["mails_oldest_seconds",] == told["feed_lag_seconds",] == 0
    assert ("worker_seen_seconds",) not in told
    assert (told["check_ok", "database"], told["check_ok", "worker"]) == (1, 0)


def test_a_database_that_is_away_is_told_and_no_fault(with_token):
    failing = health.Check(mock.Mock(side_effect=OperationalError()), "unreachable")
    with mock.patch.dict(health.CHECKS, database=failing):
        told = figures(with_token)
    assert told["check_ok", "database"] == 0
    assert ("feed_lag_seconds",) not in told


def test_requests_are_counted_by_view_and_status_and_no_word_of_a_stranger_becomes_a_label(with_token, settings):
    settings.MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *django_settings.MIDDLEWARE,
        "ssc_portal.watching.request_figures.RequestFiguresMiddleware",
    ]
    name = ("django_http_responses_total_by_status_view_method_total", "GET", "privacy", "200")
    name = (name[0], *sorted(name[1:]))
    before = figures(with_token).get(name, 0)
    Client().get("/privacy/")
    Client().generic("OKONKWO", "/privacy/")
    Client().get("/nothing/okonkwo/")
    assert figures(with_token)[name] == before + 1
    assert "okonkwo" not in with_token.get("/metrics").content.decode().lower()


def test_a_process_takes_the_place_that_another_has_left():
    assert [free_place(taken) for taken in ([], [0], [1, 0], [1, 2])] == [0, 1, 2, 0]


def test_gunicorn_gives_each_process_a_place_and_a_folder_only_where_figures_are_asked_for(monkeypatch):
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    monkeypatch.setenv("METRICS_TOKEN", "")
    conf = runpy.run_path("gunicorn.conf.py")
    assert "PROMETHEUS_MULTIPROC_DIR" not in conf["os"].environ
    worker, other = SimpleNamespace(), SimpleNamespace(place=0)
    conf["pre_fork"](SimpleNamespace(WORKERS={1: other}), worker)
    assert worker.place == 1
