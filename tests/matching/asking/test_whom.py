"""Whom the secretariat sounds out first about a need: over which offers, in which groups, and for nobody else."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from directory.models import Country
from matching.asking.whom import whom_to_ask
from matching.choices import Fit, MatchStatus
from matching.life import review
from matching.models import Match, MatchRun
from matching.runs.running import run_matching
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    PublishedOfferFactory,
    SurveyFactory,
    TargetFactory,
    speaker_for,
)
from web.calendar.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile"), pytest.mark.any_database]


@pytest.fixture
def cambodia() -> Country:
    return CountryFactory(iso3="KHM")


@pytest.fixture
def need(cambodia) -> Need:
    return ConfirmedNeedFactory(country=cambodia, title="Seed potatoes", areas=["energy", "health"])


def offer_by(party, **fields):
    """A confirmed offer of an agency or of a country, open to Cambodia."""
    whose = {"agency": party, "country": None} if hasattr(party, "acronym") else {"country": party}
    maker = fields.pop("maker", ConfirmedOfferFactory)
    # Each says something of its own, unless a test has them say the same.
    offer = maker(**whose, **{"areas": ["energy"], "text": f"Text {Offer.objects.count()}"} | fields)
    TargetFactory(offer=offer, country=CountryFactory(iso3="KHM"))
    return offer


@pytest.fixture
def thailand() -> Country:
    return CountryFactory(iso3="THA")


@pytest.fixture
def agency(thailand):
    return AgencyFactory(code="tica", name="Thai agency", country=thailand)


def names(group) -> list[str]:
    return [str(party) for party in group.parties]


def test_several_offers_together_stand_before_one_that_fits_better(need, reviewer, agency):
    alone = offer_by(
        CountryFactory(iso3="VNM"),
        areas=["energy", "health", "trade", "gender", "statistics"],
        modalities=["training", "finance"],
    )
    together = [offer_by(agency) for _number in range(3)]
    found = whom_to_ask(need=need, reader=reviewer).confirmed
    assert names(found) == ["Thai agency, Thailand", "Viet Nam"]
    first, second = found.parties
    assert {one.offer for one in first.offers} == set(together)
    assert [one.offer for one in second.offers] == [alone]
    assert second.offers[0].explanation["score"] > first.offers[0].explanation["score"]
    for party in found.parties:
        assert party.weight == sum(one.explanation["score"] ** 6 for one in party.offers)
        assert party.weight_in_millionths == round(party.weight / 10**30)
        assert party.fit == party.offers[0].fit == Fit(party.offers[0].explanation["fit"])


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        ({}, 1),
        ({"title": "The same again, in another year"}, 1),
        ({"text": "  The  text\n"}, 1),
        ({"text": "Another text"}, 2),
        ({"english_text": "And in English"}, 2),
        ({"areas": ["energy", "health"]}, 2),
        ({"modalities": ["finance", "training"]}, 2),
        ({"any_modality": True}, 2),
        ({"target": "VNM"}, 2),
    ],
)
def test_offers_of_one_party_that_say_the_same_count_once(need, reviewer, thailand, other, counts):
    first = offer_by(thailand, title="Solar pumps", text="The text")
    target = other.pop("target", None)
    second = offer_by(thailand, **{"title": "Solar pumps", "text": "The text"} | other)
    if target:
        TargetFactory(offer=second, country=CountryFactory(iso3=target))
    (party,) = whom_to_ask(need=need, reader=reviewer).confirmed.parties
    assert len(party.offers) == counts
    if counts == 1:
        # Of equals the lower id, as in the lists of matches.
        assert party.offers[0].offer == first


def test_without_a_text_the_title_is_what_an_offer_says(need, reviewer, thailand):
    for title in ("Solar pumps", "Solar pumps", "Wind"):
        offer_by(thailand, title=title, text="")
    (party,) = whom_to_ask(need=need, reader=reviewer).confirmed.parties
    assert sorted(one.offer.title for one in party.offers) == ["Solar pumps", "Wind"]


def test_unconfirmed_offers_stand_apart_each_by_the_same_sum(need, reviewer, thailand):
    confirmed = offer_by(thailand)
    read = [offer_by(thailand, maker=PublishedOfferFactory, survey=SurveyFactory()) for _number in range(2)]
    found = whom_to_ask(need=need, reader=reviewer)
    assert [one.offer for one in found.confirmed.parties[0].offers] == [confirmed]
    assert {one.offer for one in found.to_be_verified.parties[0].offers} == set(read)
    assert found.to_be_verified.parties[0].weight == 2 * found.confirmed.parties[0].weight
    assert names(found.confirmed) == names(found.to_be_verified) == ["Thailand"]


def test_only_open_offers_that_no_gate_keeps_apart(need, reviewer, thailand, cambodia):
    yesterday = today() - dt.timedelta(days=7)
    offer_by(thailand, closes_on=yesterday)
    offer_by(thailand, maker=OfferFactory)
    offer_by(thailand, status=PostingStatus.WITHDRAWN)
    offer_by(thailand, areas=["trade"])
    offer_by(thailand, modalities=["finance"])
    offer_by(cambodia)
    elsewhere = ConfirmedOfferFactory(country=thailand, areas=["energy"])
    TargetFactory(offer=elsewhere, country=CountryFactory(iso3="VNM"))
    assert whom_to_ask(need=need, reader=reviewer).confirmed.parties == []
    hidden = offer_by(thailand, visibility=Visibility.MATCHED)
    assert whom_to_ask(need=need, reader=reviewer).confirmed.parties[0].offers[0].offer == hidden


def test_a_need_that_is_not_open_has_nobody_to_ask(reviewer, cambodia, thailand):
    offer_by(thailand)
    draft = NeedFactory(country=cambodia, areas=["energy"])
    found = whom_to_ask(need=draft, reader=reviewer)
    assert (found.confirmed.parties, found.to_be_verified.parties) == ([], [])


def test_decided_pairs_count_as_if_undecided_and_say_what_they_are(need, reviewer, thailand):
    put, aside, lapsed, fresh = (offer_by(thailand) for _number in range(4))
    for posting in (need, put):
        speaker_for(posting)
    before = whom_to_ask(need=need, reader=reviewer).confirmed.parties
    run_matching()
    review.propose(match=Match.objects.get(offer=put), by=reviewer)
    review.set_aside(match=Match.objects.get(offer=aside), by=reviewer)
    Match.objects.filter(offer=fresh).delete()
    Match.objects.filter(offer=lapsed).update(status=MatchStatus.LAPSED, rank_for_need=None, rank_for_offer=None)
    (after,) = whom_to_ask(need=need, reader=reviewer).confirmed.parties
    assert after.weight == before[0].weight
    assert {one.offer: one.match and one.match.status for one in after.offers} == {
        put: MatchStatus.PROPOSED, aside: MatchStatus.SET_ASIDE, lapsed: None, fresh: None,
    }  # fmt: skip


def test_equal_sums_stand_by_the_later_confirmed_offer(need, reviewer, thailand):
    newer = {"confirmed_on": dt.date(2026, 3, 1)}
    offer_by(CountryFactory(iso3="VNM"))
    offer_by(thailand, **newer)
    offer_by(CountryFactory(iso3="LAO"), **newer)
    assert names(whom_to_ask(need=need, reader=reviewer).confirmed) == [
        "Thailand", "Lao People's Democratic Republic", "Viet Nam",
    ]  # fmt: skip


def test_the_first_are_named_and_the_others_counted(need, reviewer):
    for _number in range(3):
        offer_by(CountryFactory())
    found = whom_to_ask(need=need, reader=reviewer, most=2).confirmed
    assert (len(found.parties), found.others) == (2, 1)


@pytest.mark.parametrize("who", ["visitor", "focal_point", "other_focal_point", "coordinator", "partner"])
def test_it_is_for_the_secretariat_alone(need, thailand, who, request):
    offer_by(thailand)
    with pytest.raises(PermissionDenied):
        whom_to_ask(need=need, reader=request.getfixturevalue(who))


@pytest.mark.parametrize("number", [1, 12])
def test_the_queries_do_not_grow_and_nothing_is_written(need, reviewer, number, django_assert_num_queries):
    for _number in range(number):
        offer_by(CountryFactory())
        offer_by(CountryFactory(), maker=PublishedOfferFactory)
    MatchFactory(need=need, offer=offer_by(CountryFactory()))
    runs = MatchRun.objects.count()
    reviewer.affiliations_that_count  # noqa: B018 - read before, as a request has by then
    # The profile, ids of offers, what the engine reads (16), what makes offers distinct, those named (3), matches.
    with django_assert_num_queries(23):
        assert whom_to_ask(need=need, reader=reviewer)
    assert (Match.objects.count(), MatchRun.objects.count()) == (1, runs)
