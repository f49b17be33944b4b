"""The factories make rows that the models accept."""

import pytest

from directory.choices import Role
from directory.models import User
from matching.models import Match
from surveys.models import Need, Offer
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize(
    "maker",
    [
        factories.CountryFactory,
        factories.CountryGroupFactory,
        factories.GroupMembershipFactory,
        factories.AreaFactory,
        factories.ModalityFactory,
        factories.AgencyFactory,
        factories.SecretariatFactory,
        factories.SurveyFactory,
        factories.ResponseFactory,
        factories.OfferFactory,
        factories.PublishedOfferFactory,
        factories.ConfirmedOfferFactory,
        factories.NeedFactory,
        factories.PublishedNeedFactory,
        factories.ConfirmedNeedFactory,
        factories.TargetFactory,
        factories.PreferredPartnerFactory,
        factories.ScoringProfileFactory,
        factories.MatchRunFactory,
        factories.MatchFactory,
        factories.ReleasedMatchFactory,
        factories.UserFactory,
    ],
)
def test_what_a_factory_makes_is_valid(maker):
    maker().full_clean()


def test_a_country_is_taken_where_it_is_there():
    assert factories.CountryFactory(iso3="TUR") == factories.CountryFactory(iso3="TUR")
    assert factories.CountryFactory(iso3="TUR").name == "Türkiye"


def test_a_hundred_countries_keep_apart():
    assert len({country.pk for country in factories.CountryFactory.create_batch(100)}) == 100


def test_published_postings_are_public_and_drafts_are_not():
    published = factories.PublishedOfferFactory()
    factories.OfferFactory()
    assert list(Offer.objects.public()) == [published]
    assert [area.code for area in published.areas.all()] == ["energy"]


def test_areas_are_given_by_code():
    need = factories.PublishedNeedFactory(areas=["trade", factories.AreaFactory(code="ict")], modalities=[])
    assert sorted(area.pk for area in Need.objects.get().areas.all()) == ["ict", "trade"]
    assert not need.modalities.exists()


def test_a_released_match_is_seen_by_everyone(visitor):
    factories.MatchFactory()
    released = factories.ReleasedMatchFactory()
    assert list(Match.objects.visible_to(visitor)) == [released]


def test_the_cast_has_its_roles(focal_point, other_focal_point, coordinator, reviewer, manager, partner):
    roles = {user: user.roles for user in User.objects.all()}
    assert roles == {
        focal_point: {Role.FOCAL_POINT},
        other_focal_point: {Role.FOCAL_POINT},
        coordinator: {Role.COORDINATOR},
        reviewer: {Role.REVIEWER},
        manager: {Role.MANAGER},
        partner: {Role.PARTNER},
    }
    assert [user.email for user in User.objects.all() if user.is_staff] == [manager.email, reviewer.email]
    assert all(user.check_password(factories.PASSWORD) for user in roles)
    for user in roles:
        user.affiliations.get().full_clean()
