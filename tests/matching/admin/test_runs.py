"""Matching runs in the admin: what they say, and the button that starts one."""

import pytest

from matching.admin import run as run_admin
from matching.choices import RunState
from matching.models import Match, MatchChange, MatchRun
from matching.runs import run_matching
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    MatchRunFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


RUNS = "/admin/matching/matchrun/"
START = "/admin/matching/matchrun/start/"


def page_of(run) -> str:
    return f"{RUNS}{run.pk}/change/"


@pytest.fixture
def pair():
    ConfirmedNeedFactory(country=CountryFactory(iso3="KHM"))
    ConfirmedOfferFactory(country=CountryFactory(iso3="KHM"))


def test_a_run_says_what_it_did(desk, match):
    run = MatchRun.objects.get()
    page = desk.get(page_of(run)).content.decode()
    for words in ("1 needs against 1 offers", "1 suggestion", "1 new", "Seed potatoes", "0.775000", "by gate"):
        assert words in page
    assert "1 suggestion" in desk.get(RUNS).content.decode()


def test_gates_are_counted_by_name_and_in_words(desk, pair):
    run = run_matching()
    page = desk.get(page_of(run))
    assert {gate: number for gate, _words, number in page.context["closed"]}["same_side"] == 1
    assert "Both are of the same country or the same agency." in page.content.decode()


def test_a_reviewer_starts_one(desk, reviewer, pair):
    response = desk.post(START)
    run = MatchRun.objects.get()
    assert response.url == page_of(run)
    assert (run.by, run.state) == (reviewer, RunState.FINISHED)
    assert "The matching has run." in desk.get(response.url).content.decode()


def test_a_second_is_refused_while_one_runs(desk):
    MatchRunFactory(state=RunState.RUNNING)
    response = desk.post(START, follow=True)
    assert "Another matching run is at work" in response.content.decode()
    assert MatchRun.objects.count() == 1


def test_a_run_that_fails_says_so_and_keeps_its_error(desk, monkeypatch):
    def fail(*_tables, **_how):
        message = "<script>alert(1)</script>"
        raise OSError(message)

    monkeypatch.setattr("matching.runs.engine.suggest", fail)
    response = desk.post(START, follow=True)
    assert "The run failed" in response.content.decode()
    run = MatchRun.objects.get()
    assert run.state == RunState.FAILED
    page = desk.get(page_of(run)).content.decode()
    assert "OSError" in page
    assert "<script>alert" not in page


def test_starting_is_no_get_and_nothing_else_is_changed(desk):
    run = MatchRunFactory()
    before = list(MatchRun.objects.values())
    assert desk.get(START).status_code == 405
    assert desk.post(page_of(run), {"state": "failed"}).status_code == 403
    assert desk.get(f"{RUNS}add/").status_code == 403
    assert desk.post(f"{RUNS}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    assert list(MatchRun.objects.values()) == before


def test_a_run_without_counts_or_changes_is_shown(desk):
    run = MatchRunFactory(counts={}, state=RunState.RUNNING, finished_at=None, progress=40)
    assert "40 %" in desk.get(page_of(run)).content.decode()
    assert desk.get(RUNS).status_code == 200


def test_changes_come_in_pages_and_by_kind(desk, monkeypatch):
    monkeypatch.setattr(run_admin, "CHANGES_A_PAGE", 2)
    run = MatchRunFactory()
    for kind in ("new", "new", "new", "gone"):
        MatchChange.objects.create(run=run, match=MatchFactory(), kind=kind, score_after=500_000)
    assert len(desk.get(page_of(run)).context["page"]) == 2
    assert len(desk.get(page_of(run), {"p": 2}).context["page"]) == 2
    assert [change.kind for change in desk.get(page_of(run), {"kind": "gone"}).context["page"]] == ["gone"]
    assert not list(desk.get(page_of(run), {"kind": "<b>"}).context["page"])
    assert "?p=2&amp;kind=new" in desk.get(page_of(run), {"kind": "new"}).content.decode()


@pytest.mark.parametrize("number", [2, 60])
def test_the_queries_do_not_grow(desk, number, django_assert_num_queries):
    run = MatchRunFactory()
    for _number in range(number):
        MatchChange.objects.create(run=run, match=MatchFactory(), kind="new", score_after=500_000)
    with django_assert_num_queries(6):  # session, user, affiliations, run, count of changes, changes
        desk.get(page_of(run))
    with django_assert_num_queries(5):  # session, user, affiliations, count, runs
        desk.get(RUNS)
    assert Match.objects.count() == number
