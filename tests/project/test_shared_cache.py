"""A Redis that does not answer keeps nobody out: each process counts for itself, and says so."""

import logging
import socket
import time

import pytest
from django.core.cache import cache, caches
from django.test import Client
from redis.exceptions import ConnectionError as LostConnection

from ssc_portal.running import shared_cache, waits
from ssc_portal.running.shared_cache import ASKED_AGAIN_AFTER, TOLD_EVERY, Outage, SharedCache, outage
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.any_database


def cache_at(port: int) -> dict[str, dict[str, object]]:
    made: dict[str, object] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"redis://127.0.0.1:{port}/1",
    }
    waits.bound_cache(made)
    return {"default": made}


@pytest.fixture(autouse=True)
def _no_outage():
    outage.end()
    yield
    outage.end()


@pytest.fixture
def nobody_listens(settings):
    """A cache at an address where nothing listens, as in production."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.CACHES = cache_at(port)
    cache.clear()


@pytest.fixture
def nobody_answers(settings):
    """A cache that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CACHES = cache_at(server.getsockname()[1])
        settings.CACHES["default"]["OPTIONS"]["socket_timeout"] = 0.2
        yield


@pytest.mark.django_db
def test_who_logs_in_is_let_in(nobody_listens):
    person = UserFactory()
    client = Client()
    assert client.get("/accounts/login/").status_code == 200
    answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/workspace/")


@pytest.mark.django_db
def test_who_guesses_is_stopped_by_the_process(nobody_listens):
    person = UserFactory()
    for number in range(5):
        Client().post("/accounts/login/", {"login": person.email, "password": f"wrong-{number}"})
    answer = Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.content.decode()


@pytest.mark.django_db
def test_the_api_answers_and_counts(nobody_listens):
    left = [Client().get("/api/v1/offers/") for _time in range(2)]
    assert [answer.status_code for answer in left] == [200, 200]
    assert [answer["RateLimit"].split(";")[1] for answer in left] == ["r=299", "r=298"]


def test_only_the_first_question_waits_for_a_server_that_says_nothing(nobody_answers):
    began = time.monotonic()
    for number in range(20):
        cache.set(f"name-{number}", number)
    assert time.monotonic() - began < 2
    assert cache.get_many([f"name-{number}" for number in range(20)]) == {f"name-{n}": n for n in range(20)}


def test_it_is_told_once_a_minute(caplog, monkeypatch):
    now = 1_000.0
    monkeypatch.setattr(shared_cache.time, "monotonic", lambda: now)
    seen = Outage()
    with caplog.at_level(logging.ERROR):
        assert seen.note(LostConnection("redis.example.org refused"))
        for _time in range(9):
            now += ASKED_AGAIN_AFTER
            assert seen.lets_ask()
            assert not seen.note(LostConnection())
            assert not seen.lets_ask()
        assert len(caplog.messages) == 1
        now += TOLD_EVERY
        seen.note(LostConnection())
    assert len(caplog.messages) == 2
    assert "redis.example.org" not in caplog.text


def test_the_shared_one_serves_again_when_it_is_back(settings, monkeypatch):
    settings.CACHES = cache_at(1)
    backend = caches["default"]
    assert isinstance(backend, SharedCache)
    cache.set("name", "by the process")
    assert outage.is_on
    monkeypatch.setattr(backend, "shared", backend.own.__class__("tests-shared", {}))
    monkeypatch.setattr(outage, "_ask_again_at", 0.0)
    assert cache.get("name") is None
    assert not outage.is_on


def test_a_fault_of_the_caller_is_raised(nobody_listens):
    with pytest.raises(ValueError, match="nobody-counted"):
        cache.incr("nobody-counted")
