"""What a need's own side reads of published offers: words and the alphabet, as if nobody had decided anything."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser

from directory.models import User
from matching.asking.published import published_overlaps
from matching.choices import Fit
from matching.life import review
from matching.models import Match, ScoringProfile, TextVectors
from matching.runs.running import run_matching
from matching.scoring.explanation import explain
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    PublishedOfferFactory,
    SurveyFactory,
    TargetFactory,
    UserFactory,
    agreed_cooperation,
    put_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile"), pytest.mark.any_database]
NOT_ASKED = "None of these Governments or institutions has been asked or has commented."


@pytest.fixture
def need(other_focal_point: User) -> Need:
    agency = other_focal_point.affiliations.get().agency
    return ConfirmedNeedFactory(agency=agency, country=agency.country, areas=["energy", "health"])


def offer_to(need: Need, maker=ConfirmedOfferFactory, **fields):
    fields.setdefault("country", CountryFactory(iso3="THA"))
    offer = maker(**fields)
    TargetFactory(offer=offer, country=need.country)
    return offer


def titles(offers) -> list[str]:
    return [one.offer.title for one in offers]


def test_by_word_and_within_it_alphabetically_by_party_and_title(need, other_focal_point):
    vietnam, asked = CountryFactory(iso3="VNM"), ["energy", "health", "gender", "trade", "statistics"]
    need.areas.set([AreaFactory(code=code) for code in asked])
    offer_to(need, title="Wind", country=vietnam, areas=asked[:4])
    offer_to(need, title="Solar", areas=asked[:4])
    # It scores more than those before it in the alphabet.
    offer_to(need, title="Zeal", areas=asked)
    offer_to(need, title="Art", areas=asked[:4])
    far = offer_to(need, title="Biogas", areas=["energy"], modalities=["training", "finance"])
    word = Fit(explain(need=need, offer=far)["fit"])
    found = published_overlaps(need=need, reader=other_focal_point)
    by_word = {fit: titles(offers) for fit, offers in found.by_word}
    assert by_word.pop(word) == ["Biogas"]
    assert list(by_word.values()) == [["Art", "Solar", "Zeal", "Wind"]]
    assert [fit for fit, _offers in found.by_word] == [*by_word, word]
    assert found.others == 0


def test_what_is_in_common_is_named(need, other_focal_point):
    transport = AreaFactory(code="transport", label="Transport", parent=AreaFactory(code="connectivity"))
    need.areas.add(transport)
    offer_to(need, areas=["energy", "connectivity", "gender"], modalities=["training", "finance"])
    ((_fit, (one,)),) = published_overlaps(need=need, reader=other_focal_point).by_word
    assert one.areas == ["Energy", "Connectivity (related to Transport)"]
    assert one.modalities == ["Training"]


def test_unconfirmed_offers_stand_apart_without_a_word(need, other_focal_point):
    read = offer_to(need, maker=PublishedOfferFactory, survey=SurveyFactory())
    found = published_overlaps(need=need, reader=other_focal_point)
    assert found.by_word == []
    assert [one.offer for one in found.not_confirmed] == [read]


def test_those_that_would_not_be_suggested_are_left_out_and_of_many_the_closest_shown(need, other_focal_point):
    offer_to(need, title="Less", areas=["energy", "gender"])
    offer_to(need, title="More")
    found = published_overlaps(need=need, reader=other_focal_point, most=1)
    assert [titles(offers) for _fit, offers in found.by_word] == [["More"]]
    assert found.others == 1
    ScoringProfile.objects.update(min_score=990_000)
    assert published_overlaps(need=need, reader=other_focal_point).by_word == []


@pytest.mark.parametrize("hidden", [{"visibility": Visibility.MATCHED}, {"status": PostingStatus.WITHDRAWN}])
def test_nobody_learns_of_a_posting_that_is_not_for_them(need, other_focal_point, hidden):
    offer_to(need, **hidden)
    assert published_overlaps(need=need, reader=other_focal_point).by_word == []


@pytest.mark.parametrize("who", ["visitor", "focal_point", "coordinator", "partner", "reviewer"])
def test_it_is_for_those_who_answer_for_the_need(need, who, request):
    offer_to(need)
    assert published_overlaps(need=need, reader=request.getfixturevalue(who)) is None


def test_it_is_for_the_own_coordinator_too_and_of_a_published_need_alone(need, other_focal_point):
    offer_to(need)
    ministry = AgencyFactory(code="khm-ministry", country=need.country)
    coordinator = UserFactory(role="coordinator", role__agency=ministry)
    assert published_overlaps(need=need, reader=coordinator).by_word
    need.status = PostingStatus.DRAFT
    assert published_overlaps(need=need, reader=other_focal_point) is None
    assert published_overlaps(need=need, reader=AnonymousUser()) is None


def test_decisions_and_agreed_places_change_nothing(need, other_focal_point, reviewer, manager):
    offers = [offer_to(need, title=f"Offer {letter}", places=1) for letter in "ABC"]
    before = published_overlaps(need=need, reader=other_focal_point)
    run_matching()
    review.set_aside(match=Match.objects.get(offer=offers[0], need=need), by=reviewer)
    cooperation = agreed_cooperation(manager)
    Match.objects.filter(pk=cooperation.pk).update(offer=offers[1])
    cooperation.outcome.places = 1
    cooperation.outcome.save()
    put_in("lapsed", Match.objects.filter(offer=offers[2]))
    # Nothing that was decided closes an offer to those who were not told; to the desk one is closed by now.
    assert published_overlaps(need=need, reader=other_focal_point) == before


@pytest.mark.parametrize("number", [1, 12])
def test_the_queries_do_not_grow_and_nothing_is_written(need, other_focal_point, number, django_assert_num_queries):
    ScoringProfile.objects.update(weight_areas=25, weight_modalities=15, weight_region=20, weight_topic=40)
    for count in range(number):
        offer_to(need, text=f"Text {count}")
        offer_to(need, maker=PublishedOfferFactory)
    other_focal_point.affiliations_that_count  # noqa: B018 - read before, as a request has by then
    # The profile, ids of offers, what the engine reads (20, texts among it), those shown (3), labels (3).
    with django_assert_num_queries(28):
        assert published_overlaps(need=need, reader=other_focal_point)
    assert TextVectors.objects.count() == 0


def test_the_page_says_that_nobody_was_asked_and_holds_no_number(client, need, other_focal_point):
    offer_to(need, title="Solar pumps")
    client.force_login(other_focal_point)
    page = client.get(f"/workspace/needs/{need.pk}/").content.decode()
    section = page[page.index('aria-labelledby="overlaps"') :]
    section = section[: section.index("</section>")]
    assert "Published offers that overlap with this need" in section
    assert NOT_ASKED in section
    assert "Solar pumps" in section
    assert not re.search(r"\d", re.sub(r"<[^>]*>", "", section))
    offer = offer_to(need, country=need.country, agency=need.agency)
    assert NOT_ASKED not in client.get(f"/workspace/offers/{offer.pk}/").content.decode()


@pytest.mark.parametrize("who", [None, "focal_point", "partner", "reviewer", "other_focal_point"])
def test_no_public_page_has_it(client, need, who, request):
    offer_to(need)
    if who:
        client.force_login(request.getfixturevalue(who))
    for address in (f"/needs/{need.pk}/", f"/api/v1/needs/{need.pk}/", f"/countries/{need.country_id}/"):
        page = client.get(address)
        assert page.status_code == 200
        assert NOT_ASKED not in page.content.decode()
