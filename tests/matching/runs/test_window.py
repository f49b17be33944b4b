"""What changes while a run works is not undone by it: the run leaves what one that began afterwards would leave."""

import random
from collections.abc import Callable, Iterator

import pytest
import time_machine

from matching.choices import ChangeKind, MatchStatus, OptionStatus, RunState
from matching.life import marks, outcomes, review
from matching.models import Match, MatchRun, PostingMark, ScoringProfile, TriangularOption
from matching.runs import catching_up, due, running
from matching.runs import in_blocks as run_blocks
from matching.runs.rematch import match_marked, rematch
from matching.runs.running import run_matching
from matching.scoring.explanation import explain
from surveys.models import Offer
from surveys.postings import posting
from tests.factories import MatchFactory, PublishedOfferFactory, ScoringProfileFactory
from tests.jobs import work_off
from tests.matching.runs.changing import (
    AREAS,
    OF_ALL,
    WRITES,
    Change,
    World,
    decide,
    edit_areas,
    expire,
    forbid_a_third,
    lapse,
    publish,
    shown,
    suggestions,
    take_back,
    what_a_run_leaves,
    withdraw,
)
from web.calendar.days import today
from web.jobs.doing import do

pytestmark = pytest.mark.django_db

NOON = "2026-11-30T12:30:00Z"
Around = Callable[[Callable[[], object]], MatchRun]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture
def world(clock: time_machine.Traveller) -> World:
    world = World.made(random.Random(7), clock)
    run_matching()
    assert TriangularOption.objects.filter(status=OptionStatus.SUGGESTED).exists()
    # One that was decided, to be taken back, and something that the next run has to write.
    aside = world.listed()
    review.set_aside(match=aside, by=world.manager)
    other = next(need for need in world.needs if need.pk != aside.need_id)
    posting.update(posting=other, values={}, areas=["energy", "health"], modalities=["training"], by=None)
    return world


def in_one_process(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> MatchRun:
    read = running.read_inputs

    def read_then_change(run, **given):
        inputs = read(run, **given)
        change()
        return inputs

    monkeypatch.setattr(running, "read_inputs", read_then_change)
    try:
        return run_matching()
    finally:
        monkeypatch.setattr(running, "read_inputs", read)


def in_blocks(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> MatchRun:
    monkeypatch.setattr(run_blocks, "PAIRS_A_BLOCK", 20)
    run = run_blocks.start()
    assert do(run_blocks.PREPARE, run.pk)
    change()
    for block in run.blocks.all():
        assert do(run_blocks.SCORE, block.pk)
    assert do(run_blocks.FINISH, run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture(params=[in_one_process, in_blocks], ids=lambda way: way.__name__)
def around(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Around:
    """Run the matching, with a change between its reading and its end."""
    return lambda change: request.param(monkeypatch, change)


@pytest.mark.parametrize(
    "change", [*WRITES, forbid_a_third, expire, decide, take_back], ids=lambda change: change.__name__
)
def test_what_changes_in_between_stands(change: Change, world: World, around: Around):
    run = around(lambda: change(world))
    assert run.state == RunState.FINISHED
    assert not PostingMark.objects.exists()
    left = shown()
    assert left == what_a_run_leaves(shown)


@pytest.mark.any_database
@pytest.mark.parametrize("change", [*WRITES, expire, take_back], ids=lambda change: change.__name__)
def test_without_it_the_run_would_undo_it(change: Change, world: World, around: Around, monkeypatch):
    """The test above can fail: these are changes that a run which stores what it had read gets wrong."""

    def as_read(*, run, inputs, found, now):
        return catching_up.CaughtUp(found=found, inputs=inputs, changed=marks.NONE)

    with monkeypatch.context() as patch:
        patch.setattr("matching.runs.storing.catch_up", as_read)
        around(lambda: change(world))
    left = shown()
    assert left != what_a_run_leaves(shown)


@pytest.mark.parametrize("change", OF_ALL, ids=lambda change: change.__name__)
def test_what_concerns_all_makes_another_run_due(change: Change, world: World, around: Around):
    around(lambda: change(world))
    left = shown()
    assert left != what_a_run_leaves(shown)
    assert due.start_where_due() == 1
    work_off()
    left = shown()
    assert left == what_a_run_leaves(shown)
    assert due.start_where_due() == 0


def test_an_edited_offer_does_not_get_its_old_match_back(world: World, around: Around):
    match = world.listed()

    def edit() -> None:
        wanted = set(match.need.areas.values_list("pk", flat=True))
        other = next(area for area in AREAS if area not in wanted)
        posting.update(posting=match.offer, values={}, areas=[other], modalities=["training"], by=None)
        rematch(posting=Offer.objects.get(pk=match.offer_id))

    run = around(edit)
    match.refresh_from_db()
    assert match.status == MatchStatus.LAPSED
    assert "no_shared_area" in explain(need=match.need, offer=match.offer)["gates"]
    # What the run says of it is what it did: it found the match gone already.
    assert not run.changes.filter(match=match).exists()


def test_what_a_run_says_that_it_changed_is_how_the_matches_stand(world: World, around: Around):
    def change() -> None:
        for one in (edit_areas, withdraw, publish):
            one(world)

    run = around(change)
    assert run.changes.exists()
    for said in run.changes.select_related("match"):
        if said.kind == ChangeKind.GONE:
            assert said.match.status == MatchStatus.LAPSED
        else:
            assert (said.match.status, said.match.score) == (MatchStatus.SUGGESTED, said.score_after)


def test_matched_while_the_run_works_and_again_at_its_end(world: World, around: Around):
    """Somebody who looks sees it at once, by the profile of the lists; the run brings it to its own."""
    offer = world.listed().offer

    def edit() -> None:
        posting.update(posting=offer, values={}, areas=["gender", "health"], modalities=["training"], by=None)
        shown.extend(rematch(posting=Offer.objects.get(pk=offer.pk)))
        waiting.extend(PostingMark.objects.filter(offer=offer).values_list("is_matched", flat=True))
        # Nobody does it again each minute, but the run.
        worked_off.append(match_marked())

    shown: list[Match] = []
    waiting: list[bool] = []
    worked_off: list[int] = []
    match_marked()
    ScoringProfile.objects.update(is_default=False)
    profile = ScoringProfileFactory(version=2, weight_areas=60, weight_modalities=20, weight_region=20, top_k=3)
    ScoringProfile.objects.filter(pk=profile.pk).update(is_default=True)
    run = around(edit)
    assert shown
    assert waiting == [True]
    assert worked_off == [0]
    assert run.profile == profile
    assert set(Match.objects.filter(offer=offer, status=MatchStatus.SUGGESTED).values_list("profile", flat=True)) == {
        profile.pk
    }
    left = suggestions()
    assert left == what_a_run_leaves()


def test_a_run_that_fails_leaves_the_marks(world: World, around: Around, monkeypatch):
    # The place of what was set aside is filled by a run alone.
    run_matching()

    def too_much(**given):
        raise MemoryError("no memory left")

    def change() -> None:
        withdraw(world)
        publish(world)
        match_marked()

    with monkeypatch.context() as patch:
        patch.setattr("matching.runs.running.store_options", too_much)
        with pytest.raises(MemoryError):
            around(change)
    assert MatchRun.objects.filter(state=RunState.FAILED).count() == 1
    assert PostingMark.objects.filter(is_matched=True).exists()
    assert match_marked() > 0
    assert not PostingMark.objects.exists()
    left = suggestions()
    assert left == what_a_run_leaves()


def test_a_mark_made_after_the_run_has_read_them_is_kept(world: World, around: Around, monkeypatch):
    late = []

    def read_then_mark():
        now = read()
        late.append(world.draw.choice(world.offers))
        posting.update(posting=late[-1], values={}, areas=["gender"], modalities=["training"], by=None)
        return now

    read = catching_up.Now.read
    monkeypatch.setattr("matching.runs.storing.Now.read", read_then_mark)
    around(lambda: None)
    monkeypatch.setattr("matching.runs.storing.Now.read", read)
    assert set(PostingMark.objects.values_list("offer", flat=True)) == {late[-1].pk}
    assert match_marked() == 1
    left = suggestions()
    assert left == what_a_run_leaves()


def test_a_place_that_expiry_frees_while_the_run_works_is_filled(world: World, around: Around):
    def change() -> None:
        expire(world)
        lapse(world)

    around(change)
    left = shown()
    assert left == what_a_run_leaves(shown)


def test_an_offer_used_up_while_the_run_works_gets_no_new_match(world: World, around: Around):
    """Nothing of it was suggested before, so that nothing lapses and no mark tells the run."""
    used_up, with_another = (
        PublishedOfferFactory(country=world.countries[0], areas=list(AREAS), places=places) for places in (1, 2)
    )
    taking = [
        MatchFactory(need=need, offer=offer, status=MatchStatus.INTRODUCED)
        for need, offer in zip(world.needs, (used_up, with_another), strict=False)
    ]

    def agree() -> None:
        for match in taking:
            outcomes.agree(match=match, by=world.manager, values={"agreed_on": today(), "places": 1})

    around(agree)
    suggested = Match.objects.filter(status=MatchStatus.SUGGESTED)
    assert not suggested.filter(offer=used_up).exists()
    assert suggested.filter(offer=with_another).exists()
    left = shown()
    assert left == what_a_run_leaves(shown)
