"""Who sees which match, and which score of it."""

import pytest

from matching.choices import MatchStatus, ReadAs
from matching.life import review
from matching.models import Match
from surveys.choices import PostingStatus, Visibility
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    MatchFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ReleasedMatchFactory,
)

pytestmark = pytest.mark.django_db


def seen(user) -> set[Match]:
    return set(Match.objects.visible_to(user))


def test_the_public_sees_released_fits_only(visitor, focal_point):
    MatchFactory()
    released = ReleasedMatchFactory()
    assert seen(visitor) == {released}
    assert seen(focal_point) == {released}


@pytest.mark.parametrize("status", MatchStatus)
def test_the_status_changes_nothing_for_the_public(visitor, status):
    released = ReleasedMatchFactory(status=status)
    assert seen(visitor) == {released}


@pytest.mark.parametrize("change", [{"status": PostingStatus.DRAFT}, {"visibility": Visibility.FOCAL_POINTS}])
def test_a_fit_of_a_posting_that_is_not_public_is_hidden(visitor, change):
    ReleasedMatchFactory(offer=PublishedOfferFactory(**change))
    ReleasedMatchFactory(need=PublishedNeedFactory(**change))
    assert seen(visitor) == set()


def test_a_focal_point_sees_all_matches_of_the_own_agency_in_full(focal_point, other_focal_point, coordinator):
    agency = focal_point.current_affiliations[0].agency
    own = MatchFactory(offer=PublishedOfferFactory(country=None, agency=agency))
    MatchFactory()
    assert seen(focal_point) == {own}
    assert Match.objects.visible_to(focal_point).get().read_as == ReadAs.SHOWN
    assert seen(other_focal_point) == set()
    assert seen(coordinator) == {own}


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"visibility": Visibility.FOCAL_POINTS}, True),
        ({"visibility": Visibility.MATCHED}, False),
        ({"status": PostingStatus.DRAFT}, False),
    ],
)
def test_a_suggestion_does_not_open_the_posting_of_the_other_side(focal_point, coordinator, change, shown):
    agency = focal_point.current_affiliations[0].agency
    MatchFactory(offer=PublishedOfferFactory(country=None, agency=agency), need=PublishedNeedFactory(**change))
    assert Match.objects.visible_to(focal_point).exists() == shown
    assert Match.objects.visible_to(coordinator).exists() == shown


def test_both_sides_of_one_country_show_its_coordinator_their_match(coordinator):
    thailand, hidden = CountryFactory(iso3="THA"), {"visibility": Visibility.MATCHED}
    match = MatchFactory(
        need=PublishedNeedFactory(country=thailand, **hidden), offer=PublishedOfferFactory(country=thailand, **hidden)
    )
    assert seen(coordinator) == {match}


def test_a_coordinator_sees_all_matches_of_the_own_country(coordinator):
    thailand = CountryFactory(iso3="THA")
    by_country = MatchFactory(need=PublishedNeedFactory(country=thailand))
    by_agency = MatchFactory(offer=PublishedOfferFactory(country=None, agency=AgencyFactory(country=thailand)))
    MatchFactory()
    assert seen(coordinator) == {by_country, by_agency}


def test_a_partner_sees_computed_fits_between_public_postings(partner):
    fit = MatchFactory()
    MatchFactory(status=MatchStatus.LAPSED)
    MatchFactory(offer=PublishedOfferFactory(visibility=Visibility.FOCAL_POINTS))
    assert seen(partner) == {fit}


def test_the_secretariat_sees_everything(reviewer, manager):
    matches = {MatchFactory(), ReleasedMatchFactory(), MatchFactory(status=MatchStatus.LAPSED)}
    assert seen(reviewer) == seen(manager) == matches


def test_who_sees_the_release_only_sees_its_score(visitor, reviewer):
    match = ReleasedMatchFactory()
    Match.objects.update(score=450_000, part_areas=200_000, part_modalities=150_000, part_region=100_000)
    public, full = Match.objects.visible_to(visitor).as_seen().get(), Match.objects.visible_to(reviewer).as_seen().get()
    assert (public.seen_score, public.read_as, public.seen_since) == (820_000, ReadAs.RELEASED, match.released_at)
    assert (full.seen_score, full.read_as) == (450_000, ReadAs.DESK)


def test_an_account_that_is_switched_off_sees_what_a_visitor_sees(reviewer):
    MatchFactory()
    released = ReleasedMatchFactory()
    reviewer.is_active = False
    assert seen(reviewer) == {released}


def test_a_step_cannot_be_told_from_when_a_fit_last_changed(partner, reviewer):
    match = MatchFactory()
    since = Match.objects.visible_to(partner).as_seen().get().seen_since
    review.add_note(match=match, by=reviewer, note="Call the ministry.")
    review.set_aside(match=match, by=reviewer)
    assert Match.objects.visible_to(partner).as_seen().get().seen_since == since
    assert Match.objects.visible_to(reviewer).as_seen().get().seen_since > since
