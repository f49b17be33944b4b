"""Who sees an option: the secretariat; each side that sees all three postings; nobody else."""

import pytest

from directory.choices import AgencyKind, AgencyRole, Role
from matching.choices import OptionStatus
from matching.models import TriangularOption
from matching.triangular import review
from surveys.choices import Visibility
from tests.factories import AgencyFactory, CountryFactory, UserFactory, put_in

pytestmark = pytest.mark.django_db

POSTINGS = ["need", "training", "finance"]


@pytest.fixture
def option(scene) -> TriangularOption:
    return scene.option()


@pytest.fixture
def speakers(scene) -> dict[str, object]:
    """A focal point for each of the three postings."""
    agencies = {
        "need": AgencyFactory(kind=AgencyKind.MINISTRY, country=scene.cambodia),
        "training": AgencyFactory(kind=AgencyKind.MINISTRY, country=scene.thailand),
        "finance": scene.fund,
    }
    return {part: UserFactory(role=Role.FOCAL_POINT, role__agency=agency) for part, agency in agencies.items()}


def sees(user, option) -> bool:
    return option in TriangularOption.objects.visible_to(user)


@pytest.mark.parametrize("who", ["reviewer", "manager"])
@pytest.mark.parametrize("status", ["suggested", "proposed", "set_aside", "lapsed"])
def test_the_secretariat_sees_all(option, request, who, status):
    put_in(status, option)
    assert sees(request.getfixturevalue(who), option)


@pytest.mark.parametrize("who", ["visitor", "partner", "nobody"])
@pytest.mark.parametrize("status", ["suggested", "proposed"])
def test_the_public_and_others_never(option, request, who, status):
    put_in(status, option)
    assert not sees(UserFactory() if who == "nobody" else request.getfixturevalue(who), option)
    assert not sees(None, option)


@pytest.mark.parametrize("part", POSTINGS)
def test_each_side_sees_what_nobody_had_decided_and_what_was_proposed_to_it(option, speakers, part):
    for status in OptionStatus:
        for is_shown in (True, False):
            put_in(status, option, is_shown=is_shown, shown_rank=None)
            assert sees(speakers[part], option) == (is_shown or status == OptionStatus.PROPOSED), (status, is_shown)


def test_a_coordinator_sees_those_of_the_country(option, coordinator, scene):
    assert sees(coordinator, option)  # of Thailand, whose training it is
    other = AgencyFactory(kind=AgencyKind.MINISTRY, country=CountryFactory(iso3="TUR"))
    assert not sees(UserFactory(role=Role.COORDINATOR, role__agency=other), option)


def test_a_focal_point_of_none_of_the_three_does_not(option):
    other = AgencyFactory(kind=AgencyKind.MINISTRY, country=CountryFactory(iso3="TUR"))
    assert not sees(UserFactory(role=Role.FOCAL_POINT, role__agency=other), option)


def test_a_focal_point_of_another_agency_of_the_country_does_not(option, focal_point, scene):
    scene.training.agency, scene.training.country = AgencyFactory(country=scene.thailand), None
    scene.training.save()
    assert not sees(focal_point, option)


@pytest.mark.parametrize("hidden", POSTINGS)
@pytest.mark.parametrize("part", POSTINGS)
def test_a_side_that_may_not_see_one_of_the_three_does_not_see_the_option(option, scene, speakers, part, hidden):
    row = getattr(scene, hidden)
    type(row).objects.filter(pk=row.pk).update(visibility=Visibility.MATCHED)
    assert sees(speakers[part], option) == (part == hidden)


@pytest.mark.parametrize("part", POSTINGS)
def test_what_focal_points_see_is_enough(option, scene, speakers, part):
    for posting in POSTINGS:
        row = getattr(scene, posting)
        type(row).objects.filter(pk=row.pk).update(visibility=Visibility.FOCAL_POINTS)
    assert sees(speakers[part], option)


@pytest.mark.parametrize("refuses", POSTINGS)
def test_a_third_party_sees_it_only_where_all_three_allow_that(option, scene, speakers, refuses):
    scene.fund.role = AgencyRole.FACILITATING
    scene.fund.save()
    assert sees(type(speakers["finance"]).objects.get(pk=speakers["finance"].pk), option)
    row = getattr(scene, refuses)
    type(row).objects.filter(pk=row.pk).update(facilitating_allowed=False)
    assert not sees(type(speakers["finance"]).objects.get(pk=speakers["finance"].pk), option)
    assert sees(speakers["training"], option)


def test_an_account_that_is_switched_off_sees_nothing(option, reviewer):
    reviewer.is_active = False
    assert not sees(reviewer, option)


@pytest.mark.any_database
def test_a_note_of_the_review_is_on_no_page_but_the_admins(option, client, speakers, reviewer):
    review.propose(option=option, by=reviewer, note="Secret deliberation.")
    client.force_login(speakers["need"])
    page = client.get(f"/needs/{option.need_id}/").content.decode()
    assert "Triangular options" in page
    assert "Proposed to the three sides" in page
    assert "Secret" not in page
