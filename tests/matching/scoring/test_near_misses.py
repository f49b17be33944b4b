"""What would have matched but for one gate, and which."""

import datetime as dt

import pytest

from directory.models import Country, Modality
from matching.life import review
from matching.models import Match, ScoringProfile
from matching.runs.running import run_matching
from matching.scoring.near_misses import near_misses
from surveys.choices import PostingStatus, Visibility
from tests.factories import CountryFactory, PublishedNeedFactory, PublishedOfferFactory, TargetFactory
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


@pytest.fixture
def cambodia() -> Country:
    return CountryFactory(iso3="KHM")


@pytest.fixture
def need(cambodia):
    return PublishedNeedFactory(country=cambodia, title="Seed potatoes", areas=["agriculture"])


def offer_to(country, **fields):
    fields.setdefault("areas", ["agriculture"])
    offer = PublishedOfferFactory(country=CountryFactory(iso3="THA"), **fields)
    TargetFactory(offer=offer, country=country)
    return offer


def only(posting, reader):
    found = near_misses(posting=posting, reader=reader)
    assert len(found) == 1
    return found[0]


@pytest.mark.any_database
def test_one_that_has_closed_says_when(need, cambodia, reviewer):
    closed = today() - dt.timedelta(days=30)
    offer = offer_to(cambodia, closes_on=closed)
    near = only(need, reviewer)
    assert (near.offer, near.gate) == (offer, "not_open")
    assert near.why == f"The offer closed on {closed:%-d %B %Y}."
    assert near.at_least > 600_000


@pytest.mark.any_database
def test_one_that_opens_soon_says_when_and_one_long_closed_is_none(need, cambodia, reviewer):
    opens = today() + dt.timedelta(days=30)
    offer_to(cambodia, opens_on=opens)
    offer_to(cambodia, closes_on=today() - dt.timedelta(days=400))
    offer_to(cambodia, opens_on=today() + dt.timedelta(days=400))
    assert only(need, reviewer).why == f"The offer opens on {opens:%-d %B %Y}."


@pytest.mark.any_database
def test_one_that_targets_others_names_them(need, reviewer):
    offer_to(CountryFactory(iso3="KEN", name="Kenya"))
    near = only(need, reviewer)
    assert (near.gate, near.why) == ("outside_target", "The offer targets Kenya only.")


@pytest.mark.any_database
def test_one_with_other_modalities_names_both(need, cambodia, reviewer):
    offer = offer_to(cambodia)
    for posting, code in ((offer, "finance"), (need, "advice")):
        posting.modalities.set([Modality.objects.get_or_create(code=code, defaults={"label": code.title()})[0]])
    near = only(need, reviewer)
    assert near.gate == "no_shared_modality"
    assert near.why == "The need asks for Advice; the offer has Finance."


@pytest.mark.any_database
def test_what_two_gates_close_or_the_own_country_is_none(need, cambodia, reviewer):
    offer_to(CountryFactory(iso3="KEN"), closes_on=today() - dt.timedelta(days=30))
    own = PublishedOfferFactory(country=cambodia, areas=["agriculture"])
    TargetFactory(offer=own, country=cambodia)
    assert near_misses(posting=need, reader=reviewer) == []


@pytest.mark.any_database
def test_an_offer_sees_the_needs_that_it_nearly_fits(cambodia, need, reviewer):
    # So that no id of an offer is one of a need.
    PublishedOfferFactory.create_batch(3, country=cambodia, areas=["trade"])
    offer = offer_to(CountryFactory(iso3="KEN", name="Kenya"))
    near = only(offer, reviewer)
    assert (near.need, near.gate) == (need, "outside_target")


@pytest.mark.any_database
def test_what_fits_is_no_near_miss_and_what_people_decided_neither(need, cambodia, reviewer):
    offer = offer_to(cambodia)
    assert near_misses(posting=need, reader=reviewer) == []
    run_matching()
    review.set_aside(match=Match.objects.get(), by=reviewer)
    type(offer).objects.update(closes_on=today() - dt.timedelta(days=30))
    assert near_misses(posting=need, reader=reviewer) == []


@pytest.mark.parametrize("hidden", [{"visibility": Visibility.MATCHED}, {"status": PostingStatus.WITHDRAWN}])
def test_nobody_learns_of_a_posting_that_is_not_for_them(need, focal_point, hidden):
    offer = PublishedOfferFactory(country=CountryFactory(iso3="LAO"), areas=["agriculture"], **hidden)
    TargetFactory(offer=offer, country=CountryFactory(iso3="KEN"))
    assert near_misses(posting=need, reader=focal_point) == []


@pytest.mark.any_database
def test_one_below_the_least_score_is_none(need, reviewer, cambodia):
    offer_to(CountryFactory(iso3="KEN"))
    ScoringProfile.objects.update(min_score=950_000)
    assert near_misses(posting=need, reader=reviewer) == []


@pytest.mark.any_database
@pytest.mark.parametrize("number", [1, 20])
def test_the_queries_do_not_grow(need, reviewer, number, django_assert_num_queries):
    for _number in range(number):
        offer_to(CountryFactory(iso3="KEN"))
    # profile, affiliations, ids of offers; 3 of words, 3 of groups; 4 of the need, 4 of the offers; 2 of their places;
    # 3 of the offers listed; 3 of labels and the countries: nothing that was read is read again
    with django_assert_num_queries(26):
        assert near_misses(posting=need, reader=reviewer)


def test_the_page_of_staff(client, reviewer, need, cambodia):
    offer_to(CountryFactory(iso3="KEN", name="Kenya"))
    client.force_login(reviewer)
    page = client.get(f"/admin/matching/match/near/need/{need.pk}/")
    assert "The offer targets Kenya only." in page.content.decode()
    assert f"near/need/{need.pk}/" in client.get(f"/admin/matching/match/need/{need.pk}/").content.decode()
    for address in ("near/need/999999", "near/nothing/1", f"near/need/{2**70}"):
        assert client.get(f"/admin/matching/match/{address}/").status_code == 404


@pytest.mark.any_database
def test_the_page_of_the_own_agency(client, other_focal_point, cambodia):
    agency = other_focal_point.affiliations.get().agency
    own = PublishedNeedFactory(agency=agency, country=cambodia, areas=["agriculture"])
    offer_to(CountryFactory(iso3="KEN", name="Kenya"))
    client.force_login(other_focal_point)
    address = f"/workspace/needs/{own.pk}/near/"
    assert address in client.get(f"/workspace/needs/{own.pk}/").content.decode()
    assert "The offer targets Kenya only." in client.get(address).content.decode()
    own.status = PostingStatus.WITHDRAWN
    own.save()
    assert "compared with the others once it is published" in client.get(address).content.decode()
