"""Why, and why not: a need against the offers, and any pair."""

import datetime as dt

import pytest

from matching.runs.running import run_matching
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from tests.factories import (
    CountryFactory,
    NeedFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    TargetFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


NEEDS = "/admin/matching/match/needs/"
PAIR = "/admin/matching/match/pair/"


def of(need) -> str:
    return f"/admin/matching/match/need/{need.pk}/"


@pytest.fixture
def need():
    return PublishedNeedFactory(country=CountryFactory(iso3="KHM"), title="Seed potatoes")


def offer_to(need, **fields):
    offer = PublishedOfferFactory(**fields)
    TargetFactory(offer=offer, country=need.country)
    return offer


@pytest.mark.any_database
def test_each_offer_has_its_score_or_the_gates_that_close(desk, need):
    own = offer_to(need, country=need.country)
    elsewhere = PublishedOfferFactory(areas=["trade"])
    TargetFactory(offer=elsewhere, country=CountryFactory(iso3="LAO"))
    fits = offer_to(need, country=CountryFactory(iso3="THA"))
    run_matching()
    page = desk.get(of(need))
    rows = {row.offer: ([gate for gate, _words in row.told.gates], row.match) for row in page.context["rows"]}
    assert rows[own] == (["same_side"], None)
    assert rows[elsewhere] == (["no_shared_area", "outside_target"], None)
    assert rows[fits] == ([], need.matches.get())
    assert page.context["rows"][0].offer == fits
    text = page.content.decode()
    assert "<code>same_side</code> Both are of the same country or the same agency." in text
    assert "Strong fit" in text


def test_closed_offers_are_shown_when_asked_for(desk, need):
    draft = OfferFactory(title="A draft")
    assert not desk.get(of(need)).context["rows"]
    row = desk.get(of(need), {"all": "1"}).context["rows"][0]
    assert row.offer == draft
    assert "not_open" in [gate for gate, _words in row.told.gates]


@pytest.mark.parametrize("words", ["thailand", "Solar PUMPS", "number"])
def test_offers_are_searched_by_title_country_and_number(desk, need, words):
    offer = PublishedOfferFactory(country=CountryFactory(iso3="THA"), title="Solar pumps")
    PublishedOfferFactory()
    asked = str(offer.pk) if words == "number" else words
    assert offer in [row.offer for row in desk.get(of(need), {"q": asked}).context["rows"]]
    assert not desk.get(of(need), {"q": "nowhere"}).context["rows"]
    assert not desk.get(of(need), {"q": "???"}).context["rows"]


def test_needs_to_choose_from_are_open_ones(desk, need):
    NeedFactory(title="A draft")
    assert list(desk.get(NEEDS).context["page"]) == [need]
    assert of(need) in desk.get(NEEDS, {"q": "potatoes"}).content.decode()
    assert not list(desk.get(NEEDS, {"q": "nowhere"}).context["page"])


@pytest.mark.any_database
def test_any_pair_is_explained_open_or_not(desk, need):
    draft = OfferFactory(title="A draft", country=need.country)
    page = desk.get(PAIR, {"need": need.pk, "offer": draft.pk}).content.decode()
    for gate in ("not_open", "same_side", "no_shared_area"):
        assert f"<code>{gate}</code>" in page
    assert "The two have never been suggested together." in page


@pytest.mark.any_database
def test_of_two_that_are_not_open_each_says_why(desk, need):
    type(need).objects.filter(pk=need.pk).update(closes_on=dt.date(2020, 1, 31))
    draft = OfferFactory(title="A draft")
    page = desk.get(PAIR, {"need": need.pk, "offer": draft.pk}).content.decode()
    assert "The need closed on 31 January 2020. The offer is not published." in page


@pytest.mark.any_database
def test_a_pair_that_is_a_match_leads_to_its_page(desk, match):
    response = desk.get(PAIR, {"need": match.need_id, "offer": match.offer_id})
    assert response.url == f"/admin/matching/match/{match.pk}/change/"


@pytest.mark.parametrize(
    "query",
    [
        {}, {"need": "1"}, {"need": "x", "offer": "1"}, {"need": "0", "offer": "-1"},
        {"need": "9" * 30, "offer": "1"}, {"need": "424242", "offer": "424242"}, {"need": "<b>", "offer": "½"},
    ],
)  # fmt: skip
def test_a_pair_that_is_none_is_asked_for_again(desk, need, query):
    response = desk.get(PAIR, query)
    assert response.status_code == 200
    assert "sides" not in response.context
    assert response.context["form"].errors


def test_a_need_that_is_none_is_not_found(desk):
    assert desk.get("/admin/matching/match/need/424242/").status_code == 404
    assert desk.get(f"/admin/matching/match/need/{'9' * 30}/").status_code == 404


@pytest.mark.any_database
def test_hostile_titles_are_inert(desk):
    need = PublishedNeedFactory(title="<script>alert(1)</script>")
    offer = PublishedOfferFactory(title='"><script>alert(2)</script>')
    for address in (NEEDS, of(need), f"{PAIR}?need={need.pk}&offer={offer.pk}", f"{of(need)}?q=<script>alert(3)"):
        assert b"<script>alert" not in desk.get(address).content


@pytest.mark.any_database
def test_a_get_changes_nothing_and_a_post_is_not_answered(desk, need):
    before = (list(Need.objects.values()), list(Offer.objects.values()))
    for address in (NEEDS, of(need), PAIR):
        desk.get(address)
        assert desk.post(address).status_code == 405
    assert (list(Need.objects.values()), list(Offer.objects.values())) == before
    assert Need.objects.get().status == PostingStatus.PUBLISHED


@pytest.mark.any_database
@pytest.mark.parametrize("number", [2, 150])
def test_the_queries_do_not_grow(desk, need, number, django_assert_num_queries):
    for _number in range(number):
        PublishedOfferFactory()
    # session, user, affiliations; need with areas and modalities 3; count, offers with areas and modalities 3;
    # matches; labels 3; profile in use and tables of the explanation 17
    with django_assert_num_queries(31):
        page = desk.get(of(need))
    assert len(page.context["rows"]) == min(number, 100)
