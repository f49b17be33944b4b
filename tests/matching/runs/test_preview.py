"""What a profile would change: as two runs would say it, and nothing is written."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.choices import GroupLevel, MembershipStatus
from matching.choices import ChangeKind, MatchStatus
from matching.life import review
from matching.models import Match, MatchRun, ScoringProfile, TextVectors
from matching.runs.comparing import ChangeCounts
from matching.runs.preview import LARGEST, PreviewRefused, preview
from matching.runs.running import run_matching
from matching.scoring.explanation import explain
from matching.scoring.profiles import activate, default_profile
from surveys.models import Need, Offer
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    ScoringProfileFactory,
    TargetFactory,
    frozen,
    speaker_for,
)
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.usefixtures("known_profile")]

AREAS = ["energy", "health", "trade", "water", "transport"]
MODALITIES = ["training", "experts", "finance"]
PLACES = {
    "KHM": ("LDC", "ESCAP_SEA"),
    "THA": ("ESCAP_SEA",),
    "NPL": ("LDC", "LLDC", "ESCAP_SSWA"),
    "IND": ("ESCAP_SSWA",),
    "FJI": ("SIDS", "ESCAP_PACIFIC"),
    "TUR": (),
}


@pytest.fixture
def world():
    """Needs and offers of six countries that fit each other more or less."""
    g77 = CountryGroupFactory(code="G77", level=GroupLevel.WIDE)
    CountryGroupFactory(code="OPEN_REACH", level="").parts.set([g77])
    for iso3, codes in PLACES.items():
        country = CountryFactory(iso3=iso3)
        for code in ("G77", *codes):
            level = GroupLevel.SUB_REGION if code.startswith("ESCAP") else GroupLevel.SPECIAL_SITUATION
            group = g77 if code == "G77" else CountryGroupFactory(code=code, label=f"The {code}", level=level)
            GroupMembershipFactory(group=group, country=country)
    grow(3)


def grow(number):
    """A need and an offer more of each country, so many times."""
    for turn in range(number):
        for place, iso3 in enumerate(PLACES):
            country = CountryFactory(iso3=iso3)
            some = [AREAS[(place + turn + step) % len(AREAS)] for step in range(1 + (place + turn) % 3)]
            ConfirmedNeedFactory(
                country=country, areas=some, modalities=MODALITIES[: 1 + turn % 3], title=f"Wells and pumps {turn}"
            )
            offer = ConfirmedOfferFactory(
                country=country, areas=some[::-1] + AREAS[:1], modalities=MODALITIES[turn % 3 :], title="Pumps"
            )
            if place % 2:
                TargetFactory(offer=offer, country=CountryFactory(iso3="NPL"))


def other(**figures):
    """A candidate that is not saved."""
    return ScoringProfile(code="default", version=1, **{**default_profile().figures, **figures})


OTHERS = {
    "other weights": {"weight_areas": 20, "weight_modalities": 25, "weight_region": 55},
    "a criterion off": {"weight_areas": 75, "weight_modalities": 25, "weight_region": 0},
    "other levels": {"level_named": 30, "level_open": 100},
    "nobody reached unless named": {"level_open": 0},
    "a higher threshold": {"min_score": 700_000},
    "a lower threshold": {"min_score": 0},
    "shorter lists": {"top_k": 1},
    "all at once": {"weight_areas": 10, "weight_modalities": 10, "weight_region": 80, "top_k": 2, "min_score": 500_000},
    "the topic": {"weight_areas": 30, "weight_modalities": 10, "weight_region": 30, "weight_topic": 30},
    "nothing": {},
}


@pytest.mark.parametrize("figures", OTHERS.values(), ids=OTHERS)
def test_the_counts_are_those_of_two_runs(world, manager, figures):
    run_matching(by=manager)
    candidate = other(**figures)
    said = preview(profile=candidate, by=manager)
    candidate.version, candidate.is_default = 2, False
    candidate.save()
    run = run_matching(by=manager, profile=candidate)
    kinds = [kind for kind, _ in run.changes.values_list("kind", "pk")]
    assert (said.counts.came, said.counts.gone, said.counts.moved) == tuple(
        kinds.count(kind) for kind in (ChangeKind.NEW, ChangeKind.GONE, ChangeKind.MOVED)
    )
    assert (run.counts["new"], run.counts["gone"], run.counts["moved"]) == (
        said.counts.came,
        said.counts.gone,
        said.counts.moved,
    )
    assert said.counts.after == run.counts["suggested"] == Match.objects.filter(status=MatchStatus.SUGGESTED).count()
    assert said.rerun.changed == 0
    assert (said.counts.changed > 0) == bool(figures)


@pytest.mark.parametrize(
    ("lists", "kinds"), [({"top_k": 2, "level_open": 5}, {(True, False)}), ({"top_k": 8}, {(True, True)})]
)
def test_the_largest_moves_say_what_each_run_stored(world, manager, lists, kinds):
    run_matching(by=manager)
    figures = ("score", "part_areas", "part_modalities", "part_region", "part_topic", "rank_for_need", "rank_for_offer")

    def stored():
        suggested = Match.objects.filter(status=MatchStatus.SUGGESTED)
        return {(need, offer): rest for need, offer, *rest in suggested.values_list("need", "offer", *figures)}

    candidate = other(weight_areas=10, weight_modalities=10, weight_region=80, **lists)
    said, before = preview(profile=candidate, by=manager), stored()
    activate(profile=candidate, by=manager)
    run_matching(by=manager)
    after = stored()
    assert len(said.moves) == LARGEST
    sizes = [(-abs(move.change), move.need, move.offer) for move in said.moves]
    assert sizes == sorted(sizes)
    assert {(move.before.is_in, move.after.is_in) for move in said.moves} >= kinds
    for move in said.moves:
        for standing, found in ((move.before, before), (move.after, after)):
            assert standing.is_in == ((move.need, move.offer) in found)
            if standing.is_in:
                assert found[move.need, move.offer] == [
                    standing.score, *standing.parts.values(), standing.place_for_need or None,
                    standing.place_for_offer or None,
                ]  # fmt: skip
            else:
                assert (standing.place_for_need, standing.place_for_offer) == (0, 0)


def test_a_pair_that_stands_in_no_list_has_the_score_that_its_page_explains(world, manager):
    candidate = other(weight_areas=10, weight_modalities=10, weight_region=80, top_k=1)
    moves = [move for move in preview(profile=candidate, by=manager).moves if not move.after.is_in]
    assert moves
    for move in moves:
        need, offer = Need.objects.get(pk=move.need), Offer.objects.get(pk=move.offer)
        explained = explain(need=need, offer=offer, profile=candidate)
        assert move.after.score == explained["score"]
        assert list(move.after.parts.values()) == [part["contribution"] for part in explained["criteria"]]


def test_a_threshold_alone_moves_no_score(world, manager):
    said = preview(profile=other(min_score=0), by=manager)
    assert said.counts.came > 0
    assert said.counts.moved == 0
    assert {move.change for move in said.moves} == {0}


def test_what_is_decided_is_in_neither_and_stays(world, manager, reviewer):
    run_matching(by=manager)
    decided, proposed = Match.objects.filter(status=MatchStatus.SUGGESTED)[:2]
    review.set_aside(match=decided, by=reviewer)
    speaker_for(proposed.need)
    speaker_for(proposed.offer)
    review.propose(match=proposed, by=reviewer)
    run_matching(by=manager)
    kept = frozen(Match.objects.filter(pk__in=[decided.pk, proposed.pk]))
    candidate = other(weight_areas=10, weight_modalities=10, weight_region=80)
    said = preview(profile=candidate, by=manager)
    assert said.counts.before == Match.objects.filter(status=MatchStatus.SUGGESTED).count()
    pairs = {(one["need_id"], one["offer_id"]) for one in kept}
    assert not pairs & {(move.need, move.offer) for move in said.moves}
    activate(profile=candidate, by=manager)
    run = run_matching(by=manager)
    assert frozen(Match.objects.filter(pk__in=[decided.pk, proposed.pk])) == kept
    assert (run.counts["new"], run.counts["gone"], run.counts["moved"]) == (
        said.counts.came,
        said.counts.gone,
        said.counts.moved,
    )


def test_it_says_what_a_rerun_alone_would_change(world, manager):
    said = preview(profile=other(top_k=1), by=manager)
    assert (said.last_run, said.rerun.came) == (None, said.counts.before)
    run_matching(by=manager)
    need = Match.objects.all()[0].need
    need.areas.set([])
    late = preview(profile=other(top_k=1), by=manager)
    run = run_matching(by=manager)
    assert late.last_run == MatchRun.objects.last()
    assert late.rerun.gone > 0
    assert (late.rerun.came, late.rerun.gone, late.rerun.moved) == tuple(
        run.counts[name] for name in ("new", "gone", "moved")
    )
    # the effect of the profile is the same as after that rerun
    assert late.counts == preview(profile=other(top_k=1), by=manager).counts


@pytest.mark.parametrize("figures", [OTHERS["all at once"], OTHERS["the topic"]], ids=["all at once", "the topic"])
def test_nothing_is_written(world, manager, figures):
    run_matching(by=manager)
    tables = (Match, MatchRun, ScoringProfile, TextVectors)
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    with CaptureQueriesContext(connection) as queries:
        preview(profile=other(**figures), by=manager)
    assert [query["sql"] for query in queries if not re.match(r"(DECLARE .* FOR |COPY \()?SELECT", query["sql"])] == []
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before


def test_the_queries_do_not_grow(world, manager, django_assert_num_queries):
    candidate = other(weight_areas=30, weight_modalities=10, weight_region=30, weight_topic=30)
    run_matching(by=manager)
    # affiliations; profile; vocabulary (3); reach (3), once more for the candidate (3); needs (3), offers (3);
    # places (2); words (2, 2 of areas), vectors; decided; stored matches; labels of groups; last run
    with CaptureQueriesContext(connection) as few:
        preview(profile=candidate, by=manager)
    assert 10 < Match.objects.count() < 100
    grow(4)
    run_matching(by=manager)
    assert Match.objects.count() > 100
    with django_assert_num_queries(len(few)):
        preview(profile=candidate, by=manager)


def test_only_a_manager_tries(world, reviewer, focal_point, visitor):
    for who in (reviewer, focal_point, visitor):
        with pytest.raises(PreviewRefused, match="Only a manager"):
            preview(profile=other(), by=who)
        with pytest.raises(ValidationError, match="Only a manager"):
            activate(profile=other(top_k=3), by=who)
    assert ScoringProfile.objects.count() == 1


def test_a_profile_that_cannot_score_here_is_refused(world, manager, monkeypatch):
    monkeypatch.setattr("matching.scoring.reading_arrays.topic_is_available", lambda: False)
    only_topic = other(weight_areas=0, weight_modalities=0, weight_region=0, weight_topic=100)
    with pytest.raises(PreviewRefused, match="cannot score"):
        preview(profile=only_topic, by=manager)


def rows_of(said):
    return {row.code or row.label: row for row in said.equity}


def test_shares_are_those_of_the_suggestions(world, manager):
    run_matching(by=manager)
    said = preview(profile=other(min_score=700_000), by=manager)
    rows = rows_of(said)
    suggested = Match.objects.filter(status=MatchStatus.SUGGESTED)
    for code, row in rows.items():
        countries = [iso3 for iso3, codes in PLACES.items() if code in codes]
        if code == "All countries":
            countries = list(PLACES)
        elif code == "Other countries":
            countries = ["TUR"]
        own = suggested.filter(need__country__in=countries)
        assert (row.matches.before.part, row.matches.before.whole) == (own.count(), suggested.count()), code
        assert row.needs.before.part == own.values("need").distinct().count(), code
        assert row.needs.before.whole == row.needs.after.whole == Need.objects.filter(country__in=countries).count()
    assert (rows["LDC"].label, rows["ESCAP_ENEA"].label) == ("The LDC", "ESCAP_ENEA")
    assert rows["ESCAP_ENEA"].needs.before.tenths is None
    assert rows["ESCAP_ENEA"].needs.points is None
    activate(profile=other(min_score=700_000), by=manager)
    run_matching(by=manager)
    for code, row in rows_of(preview(profile=other(), by=manager)).items():
        assert row.matches.before == rows[code].matches.after
        assert row.needs.before == rows[code].needs.after


def test_sub_regions_and_the_others_add_up(world, manager):
    said = preview(profile=other(top_k=2, min_score=500_000), by=manager)
    rows = rows_of(said)
    parts = [row for code, row in rows.items() if code.startswith("ESCAP") or code == "Other countries"]
    everywhere = rows["All countries"]
    for when, total in (("before", said.counts.before), ("after", said.counts.after)):
        for share in ("matches", "needs"):
            whole = getattr(getattr(everywhere, share), when)
            assert sum(getattr(getattr(row, share), when).part for row in parts) == whole.part
        assert getattr(everywhere.matches, when).part == total
        assert getattr(everywhere.matches, when).tenths == 1000
    assert everywhere.matches.points == 0
    assert rows["LDC"].matches.points == rows["LDC"].matches.after.tenths - rows["LDC"].matches.before.tenths


def test_who_has_graduated_is_no_member_though_still_reached(world, manager):
    ldc = CountryGroupFactory(code="LDC")
    nepal = ldc.memberships.get(country="NPL")
    nepal.valid_to, nepal.status = today() - dt.timedelta(days=30), MembershipStatus.CONFIRMED
    nepal.save()
    rows = rows_of(preview(profile=other(), by=manager))
    assert rows["LDC"].needs.before.whole == Need.objects.filter(country="KHM").count()
    nepal.status = MembershipStatus.SCHEDULED
    nepal.save()
    rows = rows_of(preview(profile=other(), by=manager))
    assert rows["LDC"].needs.before.whole == Need.objects.filter(country__in=["KHM", "NPL"]).count()


def test_transition_years_change_what_an_offer_to_ldcs_reaches(world, manager):
    ldc = CountryGroupFactory(code="LDC")
    ldc.memberships.filter(country="NPL").update(
        valid_to=today() - dt.timedelta(days=30), status=MembershipStatus.CONFIRMED
    )
    offer = ConfirmedOfferFactory(country=CountryFactory(iso3="THA"), areas=AREAS, modalities=MODALITIES)
    TargetFactory(offer=offer, country=None, group=ldc, kind="group")
    run_matching(by=manager)
    said = preview(profile=other(transition_years=0), by=manager)
    gone = {(move.need, move.offer) for move in said.moves if not move.after.is_in}
    suggested = Match.objects.filter(offer=offer, need__country="NPL", status=MatchStatus.SUGGESTED)
    assert gone == set(suggested.values_list("need", "offer"))
    assert gone


def test_without_postings_there_is_nothing_to_say(manager):
    said = preview(profile=other(top_k=1), by=manager)
    assert said.counts == ChangeCounts(0, 0, 0, 0)
    assert said.moves == []
    assert {row.matches.before.tenths for row in said.equity} == {None}


def test_activating_makes_a_version_and_the_next_runs_use_it(world, manager):
    run_matching(by=manager)
    first = default_profile()
    second = activate(profile=other(top_k=3), by=manager)
    assert (second.code, second.version, second.is_default, second.top_k) == ("default", 2, True, 3)
    first.refresh_from_db()
    assert (first.is_default, first.top_k) == (False, 20)
    assert run_matching().profile == second


def test_the_figures_in_use_make_no_version(manager):
    assert activate(profile=other(), by=manager) is None
    assert activate(profile=other(top_k=3), by=manager).version == 2
    assert activate(profile=other(top_k=3), by=manager) is None
    assert ScoringProfile.objects.count() == 2


def test_a_version_that_stands_is_used_as_it_stands(manager):
    first = default_profile()
    draft = ScoringProfileFactory(version=2, top_k=7, is_default=False)
    assert activate(profile=draft, by=manager) == draft
    assert activate(profile=first, by=manager) == first
    assert default_profile() == first
    # changed since it was shown: what was shown counts
    ScoringProfile.objects.filter(pk=draft.pk).update(top_k=8)
    made = activate(profile=draft, by=manager)
    assert (made.version, made.top_k) == (3, 7)


def test_weights_that_do_not_sum_to_100_are_not_activated(manager):
    with pytest.raises(ValidationError, match="sum to 90"):
        activate(profile=other(weight_areas=35), by=manager)
    assert ScoringProfile.objects.count() == 1
