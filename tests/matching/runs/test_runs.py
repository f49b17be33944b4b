"""What a run stores, keeps, lets lapse, and leaves alone."""

import datetime as dt

import pytest
from django.apps import apps
from django.utils import timezone

from directory.choices import GroupLevel
from directory.models import CountryGroup
from matching import engine
from matching.choices import ChangeKind, EventKind, MatchStatus, RunState
from matching.life import review
from matching.models import Match, MatchChange, MatchEvent, MatchRun
from matching.runs import running, storing
from matching.runs.rematch import rematch
from matching.runs.running import RunRefused, run_matching
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    MatchRunFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
    frozen,
    speaker_for,
)
from web import bulk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


@pytest.fixture(autouse=True)
def _the_south():
    g77 = CountryGroupFactory(code="G77", level=GroupLevel.WIDE)
    CountryGroupFactory(code="OPEN_REACH", level="").parts.set([g77])


def of_the_south(iso3: str):
    country = CountryFactory(iso3=iso3)
    GroupMembershipFactory(group=CountryGroup.objects.get(code="G77"), country=country)
    return country


@pytest.fixture
def need() -> Need:
    return ConfirmedNeedFactory(country=of_the_south("KHM"))


@pytest.fixture
def offer() -> Offer:
    return ConfirmedOfferFactory(country=of_the_south("THA"))


def test_a_run_stores_what_fits(need, offer):
    run = run_matching()
    match = Match.objects.get()
    # areas 45 of 45, modalities 25 of 25, open to all: 0.4 of 30
    assert (match.part_areas, match.part_modalities, match.part_region) == (450_000, 250_000, 120_000)
    assert match.score == 820_000
    assert (match.status, match.rank_for_need, match.rank_for_offer) == (MatchStatus.SUGGESTED, 1, 1)
    assert (match.run, match.profile) == (run, run.profile)
    assert run.state == RunState.FINISHED
    assert run.counts["new"] == run.counts["suggested"] == 1
    assert list(MatchChange.objects.values_list("kind", "score_before", "score_after")) == [("new", None, 820_000)]


def test_a_second_run_writes_its_own_row_and_nothing_else(need, offer):
    first = run_matching()
    before = list(Match.objects.values())
    second = run_matching()
    assert list(Match.objects.values()) == before
    assert second.changes.count() == 0
    assert (second.counts["new"], second.counts["moved"], second.counts["gone"]) == (0, 0, 0)
    assert Match.objects.get().run == first


def test_a_changed_posting_moves_its_match(need, offer):
    run_matching()
    need.areas.set([*need.areas.all(), *PublishedNeedFactory(areas=["trade"]).areas.all()])
    run = run_matching()
    assert Match.objects.get(need=need).part_areas == 225_000
    change = run.changes.get(kind=ChangeKind.MOVED)
    assert (change.score_before, change.score_after) == (820_000, 595_000)


@pytest.mark.parametrize("status", [PostingStatus.WITHDRAWN, PostingStatus.DRAFT, PostingStatus.ARCHIVED])
def test_a_suggestion_of_a_closed_posting_lapses_and_returns_as_the_same_row(need, offer, status):
    run_matching()
    match = Match.objects.get()
    Offer.objects.filter(pk=offer.pk).update(status=status)
    run = run_matching()
    match.refresh_from_db()
    assert (match.status, match.rank_for_need) == (MatchStatus.LAPSED, None)
    assert run.changes.get().kind == ChangeKind.GONE
    Offer.objects.filter(pk=offer.pk).update(status=PostingStatus.PUBLISHED)
    run_matching()
    match.refresh_from_db()
    assert (match.status, match.rank_for_need) == (MatchStatus.SUGGESTED, 1)
    assert Match.objects.count() == 1


def test_drafts_and_postings_that_are_not_open_are_not_scored(need):
    south = of_the_south("IND")
    tomorrow, long_ago = timezone.now().date() + dt.timedelta(days=2), dt.date(2020, 1, 1)
    ConfirmedOfferFactory(country=south, status=PostingStatus.DRAFT)
    ConfirmedOfferFactory(country=south, opens_on=tomorrow)
    ConfirmedOfferFactory(country=south, closes_on=long_ago)
    run = run_matching()
    assert (run.counts["needs"], run.counts["offers"], Match.objects.count()) == (1, 0, 0)


def test_a_decided_pair_is_never_rescored_and_takes_no_place(need, offer, reviewer):
    run_matching()
    match = Match.objects.get()
    review.set_aside(match=match, by=reviewer, note="Known already.")
    [before] = frozen(Match.objects.all())
    need.areas.set(PublishedNeedFactory(areas=["trade"]).areas.all())
    run = run_matching()
    assert frozen(Match.objects.filter(pk=match.pk)) == [before]
    assert run.counts["suggested"] == 0


def test_a_proposal_lapses_when_a_posting_closes(need, offer, reviewer):
    run_matching()
    match = Match.objects.get()
    speaker_for(need)
    speaker_for(offer)
    review.propose(match=match, by=reviewer)
    run_matching()
    match.refresh_from_db()
    assert match.status == MatchStatus.PROPOSED
    Need.objects.filter(pk=need.pk).update(closes_on=dt.date(2020, 1, 1))
    run = run_matching()
    match.refresh_from_db()
    assert match.status == MatchStatus.LAPSED
    assert run.counts["lapsed_proposals"] == 1
    kinds = list(match.events.values_list("kind", flat=True))
    assert kinds == [EventKind.PROPOSED, EventKind.ASKED, EventKind.ASKED, EventKind.LAPSED]


def test_a_posting_closed_while_the_run_scores_gets_no_open_match(need, offer, monkeypatch):
    def close_then_store(**given):
        Offer.objects.filter(pk=offer.pk).update(status=PostingStatus.WITHDRAWN)
        return stored(**given)

    stored = running.storing.store
    monkeypatch.setattr(running.storing, "store", close_then_store)
    run_matching()
    assert Match.objects.count() == 0


def test_a_pair_decided_while_the_run_scores_is_kept(need, offer, reviewer, monkeypatch):
    run_matching()
    need.areas.set(PublishedNeedFactory(areas=["energy", "trade"]).areas.all())

    def decide_then_store(**given):
        review.set_aside(match=Match.objects.get(need=need), by=reviewer)
        return stored(**given)

    stored = running.storing.store
    monkeypatch.setattr(running.storing, "store", decide_then_store)
    run_matching()
    match = Match.objects.get(need=need)
    assert (match.status, match.score) == (MatchStatus.SET_ASIDE, 820_000)


def test_a_second_run_writes_no_row_of_any_table_but_its_own(need, offer, reviewer):
    review.propose(match=_proposable(need, offer), by=reviewer)
    run_matching()
    before = _all_rows()
    run = run_matching()
    after = _all_rows()
    assert [row for row in after.pop("matching_matchrun") if row[0] != run.pk] == before.pop("matching_matchrun")
    assert after == before


def _proposable(need: Need, offer: Offer) -> Match:
    run_matching()
    speaker_for(need)
    speaker_for(offer)
    return Match.objects.get()


def _all_rows() -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables, many-to-many ones included."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model._meta.db_table: list(model._base_manager.order_by("pk").values_list()) for model in models}


def test_a_posting_published_while_the_run_scores_keeps_its_matches(need, offer, monkeypatch):
    published = []

    def publish_then_store(**given):
        late = PublishedNeedFactory(country=need.country)
        published.append((late, rematch(posting=late)))
        return stored(**given)

    stored = running.storing.store
    monkeypatch.setattr(running.storing, "store", publish_then_store)
    run_matching()
    [(late, matches)] = published
    assert matches
    assert list(Match.objects.filter(need=late, status=MatchStatus.SUGGESTED).order_by("-score", "pk")) == matches


def test_a_run_that_fails_leaves_the_results_of_the_one_before(need, offer, monkeypatch):
    run_matching()
    before = list(Match.objects.values())
    need.areas.set(PublishedNeedFactory(areas=["energy", "trade"]).areas.all())

    def store_then_fail(**given):
        stored(**given)
        raise MemoryError("no memory left")

    stored = running.storing.store
    monkeypatch.setattr(running.storing, "store", store_then_fail)
    with pytest.raises(MemoryError):
        run_matching()
    assert list(Match.objects.values()) == before
    failed = MatchRun.objects.first()
    assert (failed.state, failed.error) == (RunState.FAILED, "MemoryError: no memory left")


def test_a_what_if_touches_no_match(need, offer):
    run = run_matching(on=dt.date(2018, 6, 27))
    assert (run.is_what_if, run.counts["in_a_list"]) == (True, 1)
    assert not Match.objects.exists()
    assert not MatchChange.objects.exists()


def test_two_runs_cannot_be_at_work_at_once(need, offer):
    MatchRunFactory(state=RunState.RUNNING, profile=ScoringProfileFactory())
    with pytest.raises(RunRefused, match="Another matching run"):
        run_matching()
    run_matching(on=dt.date(2018, 6, 27))  # a what-if mixes with nothing


def test_a_run_that_went_silent_is_failed_and_does_not_block(need, offer):
    dead = MatchRunFactory(state=RunState.RUNNING, profile=ScoringProfileFactory())
    MatchRun.objects.filter(pk=dead.pk).update(heartbeat_at=timezone.now() - dt.timedelta(hours=1))
    assert run_matching().state == RunState.FINISHED
    dead.refresh_from_db()
    assert dead.state == RunState.FAILED


@pytest.mark.any_database
def test_only_reviewers_and_managers_run_the_matching(focal_point, reviewer):
    with pytest.raises(RunRefused):
        run_matching(by=focal_point)
    assert not MatchRun.objects.exists()
    assert run_matching(by=reviewer).by == reviewer


def test_the_profile_of_the_run_is_saved_once_and_kept(need, offer):
    first, second = run_matching(), run_matching()
    assert first.profile == second.profile
    assert (first.profile.code, first.profile.version, first.profile.is_default) == ("default", 1, True)


@pytest.mark.any_database
def test_a_run_takes_the_same_number_of_queries_whatever_the_number_of_postings(need, offer, django_assert_num_queries):
    run_matching()
    # profile; run row (4: silent ones, savepoint); vocabulary (3); reach (3); needs (3), offers (3); places (2);
    # used up; decided; agencies; marks; then in a savepoint (2) the run held, marks, decided, postings open (3),
    # proposals, matches, the run's end, and what older runs in blocks had kept (2); on PostgreSQL the table of matches
    # is locked for them; options: savepoints (4), proposals, for the desk and for others lists and roles (3 each),
    # decided, all (and their table locked)
    with django_assert_num_queries(51 + 2 * bulk.is_postgresql()) as few:
        run_matching()
    south = [of_the_south(iso3) for iso3 in ("VNM", "LAO", "NPL")]
    for country in south * 4:
        PublishedNeedFactory(country=country)
        PublishedOfferFactory(country=country)
    run_matching()
    with django_assert_num_queries(len(few)):
        run_matching()


def test_progress_is_told(need, offer):
    told: list[tuple[int, int]] = []
    run_matching(progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (1, 1)
    assert MatchRun.objects.get().engine_version == engine.ENGINE_VERSION


def test_no_event_is_written_by_suggesting(need, offer):
    run_matching()
    assert not MatchEvent.objects.exists()


def test_what_runs_have_changed_goes_after_a_year_in_portions(need, offer, monkeypatch):
    match = Match.objects.get(run=run_matching())
    old, kept = (MatchRunFactory(on=dt.date(2025, 11, day)) for day in (29, 30))
    older = [MatchRunFactory(on=dt.date(2025, 11, 28)) for _ in range(4)]
    for run in (old, kept, *older):
        MatchChange.objects.create(run=run, match=match, kind=ChangeKind.NEW, score_after=1)
    monkeypatch.setattr(storing, "FORGOTTEN_AT_ONCE", 2)
    assert storing.forget_changes(dt.date(2026, 11, 30)) == 5
    assert set(MatchChange.objects.values_list("run", flat=True)) == {kept.pk, match.run_id}
    assert storing.forget_changes(dt.date(2026, 11, 30)) == 0
