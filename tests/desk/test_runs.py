"""Matching runs in the admin: what they say, and the button that starts one."""

import datetime as dt

import pytest

from desk.runs import run as run_admin
from matching.choices import RunState
from matching.models import Match, MatchChange, MatchRun, PostingMark, RunBlock, ScoringProfile
from matching.runs.preview import PreviewRefused, preview_run
from matching.runs.running import run_matching
from surveys.models import Need, Offer
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    MatchRunFactory,
    PublishedNeedFactory,
    ScoringProfileFactory,
)
from tests.jobs import work_off

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
    for words in ("1 needs against 1 offers", "1 suggestion", "1 new", "Seed potatoes", "0.775", "by gate"):
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
    assert (run.by, run.state) == (reviewer, RunState.RUNNING)
    assert "The matching has begun." in desk.get(response.url).content.decode()
    work_off()
    assert "1 needs against 1 offers" in desk.get(response.url).content.decode()
    run.refresh_from_db()
    assert (run.state, run.is_in_blocks) == (RunState.FINISHED, True)


@pytest.mark.any_database
def test_a_second_is_refused_while_one_runs(desk):
    MatchRunFactory(state=RunState.RUNNING)
    response = desk.post(START, follow=True)
    assert "Another matching run is at work" in response.content.decode()
    assert MatchRun.objects.count() == 1


def test_a_run_that_fails_says_so_and_keeps_its_error(desk, monkeypatch):
    def fail(*_tables, **_how):
        message = "<script>alert(1)</script>"
        raise OSError(message)

    monkeypatch.setattr("matching.runs.running.engine.best_of", fail)
    desk.post(START)
    work_off()
    run = MatchRun.objects.get()
    assert run.state == RunState.FAILED
    page = desk.get(page_of(run)).content.decode()
    assert "OSError" in page
    assert "<script>alert" not in page


@pytest.mark.any_database
def test_starting_is_no_get_and_nothing_else_is_changed(desk):
    run = MatchRunFactory()
    before = list(MatchRun.objects.values())
    assert desk.get(START).status_code == 405
    assert desk.post(page_of(run), {"state": "failed"}).status_code == 403
    assert desk.get(f"{RUNS}add/").status_code == 403
    assert desk.post(f"{RUNS}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    assert list(MatchRun.objects.values()) == before


@pytest.mark.any_database
def test_a_run_without_counts_or_changes_is_shown(desk):
    run = MatchRunFactory(counts={}, state=RunState.RUNNING, finished_at=None, done=2, of=5)
    assert "40 %" in desk.get(page_of(run)).content.decode()
    assert desk.get(RUNS).status_code == 200


@pytest.mark.any_database
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


@pytest.mark.any_database
@pytest.mark.parametrize("number", [2, 60])
def test_the_queries_do_not_grow(desk, number, django_assert_num_queries):
    run = MatchRunFactory()
    for _number in range(number):
        MatchChange.objects.create(run=run, match=MatchFactory(), kind="new", score_after=500_000)
    with django_assert_num_queries(7):  # session, user, affiliations, run, count of changes, changes, the run before
        desk.get(page_of(run))
    with django_assert_num_queries(5):  # session, user, affiliations, count, runs
        desk.get(RUNS)
    assert Match.objects.count() == number


def test_a_run_on_the_same_inputs_says_that_nothing_changed(desk, match):
    run = run_matching()
    assert "so is the result, byte for byte" in desk.get(page_of(run)).content.decode()
    assert run.digest == MatchRun.objects.earliest("started_at").digest


@pytest.mark.any_database
def test_the_same_inputs_with_another_result_are_a_fault_and_shown_as_one(desk, match):
    run = run_matching()
    MatchRun.objects.filter(pk=run.pk).update(result_digest="0" * 64)
    page = desk.get(page_of(run))
    assert page.context["contradicts"]
    assert "Please report this" in page.content.decode()


@pytest.mark.any_database
def test_a_run_says_what_changed_in_its_inputs_and_why_a_match_moved(desk, match):
    match.need.areas.set([*match.need.areas.all(), *PublishedNeedFactory(areas=["trade"]).areas.all()])
    match.need.save()
    run = run_matching()
    change = run.changes.get(kind="moved")
    assert change.areas_by == change.score_after - change.score_before
    assert change.areas_by < 0
    assert (change.modalities_by, change.region_by, change.topic_by) == (0, 0, 0)
    page = desk.get(page_of(run)).content.decode()
    assert "this has changed: the open needs" in page
    assert "Written to in between: 2 needs, 0 offers." in page
    assert "Priority areas −0.075; the need was changed since." in page


@pytest.mark.any_database
def test_a_run_says_why_a_match_is_gone(desk, match):
    Offer.objects.filter(pk=match.offer_id).update(status="withdrawn")
    run = run_matching()
    assert "The offer is not open any more." in desk.get(page_of(run)).content.decode()


@pytest.mark.any_database
def test_another_profile_is_named_as_the_cause(desk, match):
    ScoringProfile.objects.update(is_default=False)
    ScoringProfileFactory(version=2, weight_areas=50, weight_modalities=20, is_default=True)
    page = desk.get(page_of(run_matching())).content.decode()
    assert "the weights, the least score" in page
    assert "scored by another profile" in page


@pytest.mark.any_database
def test_progress_in_blocks_is_shown_and_a_failed_run_resumed(desk, pair):
    run = MatchRunFactory(state=RunState.RUNNING, is_in_blocks=True, done=1, of=2, finished_at=None)
    RunBlock.objects.create(run=run, start=0, stop=1, result=b"x")
    RunBlock.objects.create(run=run, start=1, stop=2)
    page = desk.get(page_of(run)).content.decode()
    for words in ('<meta http-equiv="refresh" content="5">', "1 of 2", 'value="50"'):
        assert words in page
    assert "Resume this run" not in page
    MatchRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)
    assert "Resume this run" in desk.get(page_of(run)).content.decode()
    assert desk.get(f"{RUNS}{run.pk}/resume/").status_code == 405
    run.blocks.all().delete()
    response = desk.post(f"{RUNS}{run.pk}/resume/", follow=True)
    assert "This run cannot be resumed" in response.content.decode()


def test_what_a_run_would_change_now_is_shown_before_it_is_run(desk, match):
    assert "A run would change nothing" in desk.get(f"{RUNS}now/").content.decode()
    Need.objects.update(closes_on=dt.date(2020, 1, 1))
    page = desk.get(f"{RUNS}now/")
    assert (page.context["found"].gone, page.context["found"].came) == (1, 0)
    assert "Run the matching now" in page.content.decode()
    assert MatchRun.objects.count() == 1


@pytest.mark.any_database
def test_the_first_page_says_how_the_matching_stands_and_runs_it(desk, match):
    page = desk.get("/admin/").content.decode()
    assert "Last matching run" in page
    assert "1 suggestion" in page
    assert "What a run would change now" in page
    assert "waits to be matched" not in page
    PostingMark.objects.create(need=match.need, is_changed=True)
    PostingMark.objects.create(need=match.need, is_changed=True)
    page = " ".join(desk.get("/admin/").content.decode().split())
    assert "1 posting has changed since and waits to be matched." in page


@pytest.mark.any_database
def test_what_a_run_would_change_is_for_those_who_run_it(as_, focal_point, match):
    with pytest.raises(PreviewRefused, match="Only the secretariat"):
        preview_run(by=focal_point)
    assert as_(focal_point).get(f"{RUNS}now/").status_code == 302
