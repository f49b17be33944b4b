"""When a session ends: after a time without use, and so long after the log-in, however busy."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from directory.models import User
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MORNING = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)
WORKSPACE = "/workspace/"


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def at_work(clock, focal_point: User) -> Client:
    """A browser in which a person has just logged in, by the door that people use."""
    client = Client()
    client.post("/accounts/login/", {"login": focal_point.email, "password": PASSWORD})
    assert is_logged_in(client)
    return client


def is_logged_in(client: Client) -> bool:
    return client.get(WORKSPACE).status_code == 200


def test_the_limits_are_the_documented_ones():
    assert (settings.SESSION_COOKIE_AGE, settings.SESSION_IDLE_SECONDS) == (12 * 3600, 2 * 3600)


def test_a_session_that_is_used_all_day_ends_with_its_hours(at_work, clock):
    for _hour in range(12):
        clock.shift(dt.timedelta(hours=1))
        assert is_logged_in(at_work)
    clock.shift(dt.timedelta(seconds=1))
    assert not is_logged_in(at_work)


def test_a_session_ends_by_its_log_in_even_if_it_was_stored_since(at_work, clock, settings):
    # What writes the session anew lengthens its row's life; the middleware counts from the log-in.
    settings.SESSION_IDLE_SECONDS = 10**9
    for _times in range(2):
        clock.shift(dt.timedelta(hours=6))
        session = at_work.session
        session["seen"] = str(clock)
        session.save()
    assert is_logged_in(at_work)
    clock.shift(dt.timedelta(seconds=1))
    assert not is_logged_in(at_work)


@pytest.mark.parametrize(("seconds", "goes_on"), [(0, True), (1, False)])
def test_a_session_without_use_ends_after_its_minutes(at_work, clock, seconds, goes_on):
    clock.shift(dt.timedelta(hours=2, seconds=seconds))
    assert is_logged_in(at_work) is goes_on


@pytest.mark.parametrize(("seconds", "is_written"), [(300, False), (301, True)])
def test_the_last_use_is_written_once_in_five_minutes(at_work, clock, seconds, is_written):
    before = at_work.session["used"]
    clock.shift(dt.timedelta(seconds=seconds))
    at_work.get(WORKSPACE)
    assert (at_work.session["used"] > before) is is_written


def test_who_was_logged_out_by_time_logs_in_to_a_whole_new_session(at_work, clock, focal_point):
    clock.shift(dt.timedelta(hours=13))
    assert not is_logged_in(at_work)
    at_work.post("/accounts/login/", {"login": focal_point.email, "password": PASSWORD})
    clock.shift(dt.timedelta(hours=1))
    assert is_logged_in(at_work)
