"""Matching runs in the API."""

import datetime as dt
from typing import Any

import pytest

from directory.models import User
from matching.choices import RunState
from tests.api import ROOT, client_of, read, rows
from tests.factories import MatchRunFactory

pytestmark = pytest.mark.django_db


def test_everyone_sees_runs_whose_results_stand_and_staff_all(reviewer: User, focal_point: User) -> None:
    stands = MatchRunFactory(on=dt.date(2026, 11, 25))
    hidden = [
        MatchRunFactory(state=RunState.FAILED, error="disk full", finished_at=None),
        MatchRunFactory(is_what_if=True, on=dt.date(2030, 1, 1)),
        MatchRunFactory(state=RunState.RUNNING, finished_at=None),
    ]

    for user in (None, focal_point):
        assert [row["id"] for row in rows("/runs/", user)] == [stands.pk]
        assert {client_of(user).get(f"{ROOT}/runs/{run.pk}/").status_code for run in hidden} == {404}
    assert {row["id"] for row in rows("/runs/", reviewer)} == {stands.pk, *(run.pk for run in hidden)}


@pytest.mark.any_database
def test_a_run_exactly(manager: User) -> None:
    run = MatchRunFactory(on=dt.date(2026, 11, 25), finished_at=dt.datetime(2026, 11, 25, 3, tzinfo=dt.UTC))
    public = {
        "id": run.pk,
        "on": "2026-11-25",
        "engine_version": "test",
        "profile": {"code": "default", "version": 1},
        "finished_at": "2026-11-25T03:00:00Z",
        "url": f"http://testserver/api/v1/runs/{run.pk}/",
    }

    staff = read(f"/runs/{run.pk}/", manager)

    assert read(f"/runs/{run.pk}/") == public
    assert staff.pop("started_at")
    assert staff == {
        **public,
        "state": "finished",
        "state_label": "Finished",
        "is_what_if": False,
        "progress": 100,
        "counts": {"needs": 1, "offers": 1, "stored": 1},
        "error": "",
    }


@pytest.mark.any_database
def test_the_list_is_one_query(django_assert_num_queries: Any) -> None:
    for number in (10, 190):
        MatchRunFactory.create_batch(number)
        with django_assert_num_queries(1):  # runs with their profiles
            assert rows("/runs/?page_size=100")
