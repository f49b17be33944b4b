"""Who sees which posting: each kind of reader against each visibility, state and leave for a third."""

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from directory.choices import AgencyKind, AgencyRole, Role
from directory.models import Agency, User
from matching.models import Match
from surveys.choices import PostingStatus, Visibility
from surveys.models import CountryWindow, Need, Offer
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PUBLISHED = PostingStatus.PUBLISHED
PUBLIC, FOCAL_POINTS, MATCHED = Visibility.PUBLIC, Visibility.FOCAL_POINTS, Visibility.MATCHED


def fund(code: str = "fund") -> Agency:
    return AgencyFactory(code=code, kind=AgencyKind.FUND, role=AgencyRole.FACILITATING, country=None)


@pytest.fixture
def at_a_fund(db: None) -> User:
    """Speaks for a development fund, a third party in cooperation."""
    return UserFactory(role=Role.FOCAL_POINT, role__agency=fund())


@pytest.fixture
def readers(at_a_fund, focal_point, other_focal_point, coordinator, partner, reviewer, manager) -> dict[str, object]:
    """By what they are to a posting of the Test Agency of Thailand."""
    return {
        "visitor": AnonymousUser(),
        "no role": UserFactory(),
        "fund": at_a_fund,
        "owner": focal_point,
        "coordinator": coordinator,
        "elsewhere": other_focal_point,
        "partner": partner,
        "reviewer": reviewer,
        "manager": manager,
    }


MEMBERS = {"elsewhere"}
OWN = {"owner", "coordinator", "reviewer", "manager"}
EVERYONE = {"visitor", "no role", "fund", "partner", *MEMBERS, *OWN}


def who_should(status: str, visibility: str, *, allows_third: bool) -> set[str]:
    if status != PUBLISHED or visibility == MATCHED:
        return OWN
    if visibility == PUBLIC:
        return EVERYONE
    return OWN | MEMBERS | ({"fund"} if allows_third else set())


@pytest.mark.parametrize("make", [OfferFactory, NeedFactory])
def test_each_reader_sees_what_is_meant_for_it(readers, focal_point, make):
    agency = focal_point.affiliations.get().agency
    for status, visibility, allows in itertools.product(PostingStatus, Visibility, (True, False)):
        posting = make(
            agency=agency, country=agency.country, status=status, visibility=visibility, facilitating_allowed=allows
        )
        rows = type(posting).objects.filter(pk=posting.pk)
        seen = {name for name, reader in readers.items() if rows.visible_to(reader).exists()}
        assert seen == who_should(status, visibility, allows_third=allows), (status, visibility, allows)


@pytest.mark.parametrize("model", [Offer, Need])
def test_while_a_country_is_paused_its_own_and_the_secretariat_alone_see(readers, focal_point, model):
    agency = focal_point.affiliations.get().agency
    if model is Offer:
        PublishedOfferFactory(agency=agency, country=None)
    else:
        PublishedNeedFactory(agency=agency, country=agency.country)
    CountryWindow.objects.create(country=agency.country, paused_at=timezone.now())
    seen = {name for name, reader in readers.items() if model.objects.visible_to(reader).exists()}
    assert seen == OWN


def test_a_fund_s_focal_point_reads_public_postings_on_their_pages(at_a_fund):
    public, closed_to_thirds, for_thirds = (
        PublishedOfferFactory(title=title, visibility=visibility, facilitating_allowed=allows)
        for title, visibility, allows in (
            ("Public one", PUBLIC, False),
            ("Members only", FOCAL_POINTS, False),
            ("Members and funds", FOCAL_POINTS, True),
        )
    )
    client = Client()
    client.force_login(at_a_fund)
    shown = client.get("/offers/").content.decode()
    assert [title in shown for title in ("Public one", "Members only", "Members and funds")] == [True, False, True]
    codes = [client.get(f"/offers/{one.pk}/").status_code for one in (public, closed_to_thirds, for_thirds)]
    assert codes == [200, 404, 200]


def test_who_also_speaks_for_a_government_is_no_third_party(at_a_fund, focal_point):
    PublishedOfferFactory(visibility=FOCAL_POINTS, country=CountryFactory(iso3="KHM"))
    assert not Offer.objects.visible_to(at_a_fund).exists()
    at_a_fund.affiliations.create(agency=focal_point.affiliations.get().agency, role=Role.FOCAL_POINT)
    assert Offer.objects.visible_to(User.objects.get(pk=at_a_fund.pk)).exists()


@pytest.mark.parametrize(
    ("visibility", "allows", "is_shown"),
    [(PUBLIC, False, True), (PUBLIC, True, True), (FOCAL_POINTS, False, False), (FOCAL_POINTS, True, True),
     (MATCHED, True, False)],
)  # fmt: skip
def test_a_fund_sees_a_match_of_its_own_with_what_it_may_see(at_a_fund, visibility, allows, is_shown):
    own = PublishedOfferFactory(agency=at_a_fund.affiliations.get().agency, country=None)
    need = PublishedNeedFactory(visibility=visibility, facilitating_allowed=allows)
    MatchFactory(need=need, offer=own)
    assert Match.objects.visible_to(at_a_fund).exists() is is_shown
