"""The match queue: what it shows, finds and never does a row at a time."""

from urllib.parse import urlencode

import pytest

from directory.choices import GroupLevel
from directory.models import CountryGroup
from matching.choices import MatchStatus, Word
from matching.life import review
from matching.models import Match, MatchEvent
from surveys.models import Need
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    CountryFactory,
    GroupMembershipFactory,
    MatchFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
)
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile")]


QUEUE = "/admin/matching/match/"


def found(desk, **query) -> list[Match]:
    response = desk.get(QUEUE, query)
    assert response.status_code == 200
    return [row.match for row in response.context["rows"]]


def refused(desk, **query) -> str:
    """What the page says of a query that it does not answer: it shows nothing, never everything."""
    response = desk.get(QUEUE, query)
    assert response.status_code == 400
    assert not response.context["rows"]
    assert response.context["refusals"]
    return response.content.decode()


@pytest.fixture
def three():
    """A strong, a good and a partial fit."""
    return [
        MatchFactory(part_areas=part, part_modalities=250_000, part_region=120_000)
        for part in (450_000, 200_000, 100_000)
    ]


def test_it_shows_what_waits_best_fit_first(desk, three):
    MatchFactory(status=MatchStatus.SET_ASIDE, decided_on={"gates": ["same_side"]})
    MatchFactory(status=MatchStatus.LAPSED)
    assert found(desk) == three


@pytest.mark.any_database
def test_a_row_says_fit_reasons_standing_and_where_to_go(desk, match):
    page = desk.get(QUEUE).content.decode()
    for words in (
        "Strong fit", ">0.78<", "Cambodia", "Seed potatoes", "Thailand", "Solar pumps", "Areas: 1 of 2 (Energy)",
        "Modalities: Training", "Region: names the country", "Suggested", "Both confirmed",
        f'href="/admin/matching/match/{match.pk}/change/',
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.any_database
def test_a_decided_row_keeps_the_reasons_that_it_was_decided_on(desk, match, reviewer):
    review.set_aside(match=match, by=reviewer)
    Need.objects.get().areas.set(PublishedNeedFactory(areas=["trade"]).areas.all())
    response = desk.get(QUEUE, {"status": "set_aside"})
    assert response.context["rows"][0].reasons[0] == "Areas: 1 of 2 (Energy)"


@pytest.mark.any_database
def test_a_row_that_no_longer_fits_says_so(desk, match):
    match.offer.targets.all().delete()
    assert "The offer does not reach the country of the need." in desk.get(QUEUE).content.decode()


@pytest.mark.parametrize(("fit", "which"), [("strong", 0), ("good", 1), ("partial", 2)])
def test_matches_are_found_by_their_word(desk, three, fit, which):
    assert found(desk, fit=fit) == [three[which]]


def test_fit_goes_by_the_word_that_is_stored_whatever_the_score(desk, three):
    Match.objects.filter(pk=three[0].pk).update(word=Word.GOOD)
    assert found(desk, fit="good") == three[:2]
    assert not found(desk, fit="strong")


def test_score_has_bounds_inclusive(desk, three):
    assert found(desk, min_score="0.57") == three[:2]
    assert found(desk, max_score="0.57") == three[1:]
    assert found(desk, min_score="0.5", max_score="0.6") == [three[1]]


@pytest.mark.any_database
@pytest.mark.parametrize("value", ["1e-400", "NaN", "0,5", "-1", "1.5", "1e400", "½", "x" * 5000])
def test_a_score_that_is_none_is_refused(desk, three, value):
    assert "Score from: Give a number from 0 to 1" in refused(desk, min_score=value)


@pytest.mark.any_database
@pytest.mark.parametrize(
    "name",
    [
        "status", "todo", "plan", "fit", "confirmed", "released", "need_country", "offer_country", "need_group",
        "shared_area", "need", "offer", "ordering",
    ],
)  # fmt: skip
def test_an_unknown_value_finds_nothing_and_is_said(desk, three, name):
    assert "<b>0</b>" not in refused(desk, **{name: "<b>0</b>"})


def test_status_all_shows_every_match(desk, three):
    aside = MatchFactory(status=MatchStatus.SET_ASIDE, decided_on={"gates": ["same_side"]})
    assert set(found(desk, status="all")) == {*three, aside}
    assert found(desk, status="set_aside") == [aside]


def test_released_and_confirmed(desk, match, reviewer):
    other = MatchFactory()
    review.release(match=match, by=reviewer)
    assert found(desk, released="yes") == [match]
    assert found(desk, released="no") == [other]
    assert found(desk, confirmed="both") == [match]
    assert found(desk, confirmed="none") == [other]
    half = MatchFactory(need=ConfirmedNeedFactory())
    assert found(desk, confirmed="need") == [half]
    assert not found(desk, confirmed="offer")


def test_countries_are_exact_and_an_agency_stands_for_its_own(desk):
    sudan, south_sudan = CountryFactory(iso3="SDN", name="Sudan"), CountryFactory(iso3="SSD", name="South Sudan")
    by_need = MatchFactory(need=PublishedNeedFactory(country=sudan))
    MatchFactory(need=PublishedNeedFactory(country=south_sudan))
    by_agency = MatchFactory(offer=PublishedOfferFactory(country=None, agency=AgencyFactory(country=sudan)))
    assert found(desk, need_country="SDN") == [by_need]
    assert found(desk, offer_country="SDN") == [by_agency]


def test_group_is_of_the_needs_country_today_each_match_once(desk):
    ldc = CountryGroup.objects.create(code="LDC", label="LDCs", level=GroupLevel.SPECIAL_SITUATION, is_heading=True)
    all_three = CountryGroup.objects.create(code="SPECIAL", label="In special situation", is_heading=True)
    lldc = CountryGroup.objects.create(code="LLDC", label="LLDCs", level=GroupLevel.SPECIAL_SITUATION)
    all_three.parts.set([ldc, lldc])
    laos = CountryFactory(iso3="LAO")
    for group in (ldc, lldc):
        GroupMembershipFactory(group=group, country=laos)
    inside = MatchFactory(need=PublishedNeedFactory(country=laos))
    MatchFactory(offer=PublishedOfferFactory(country=laos))
    assert found(desk, need_group="LDC") == [inside]
    assert found(desk, need_group="SPECIAL") == [inside]
    refused(desk, need_group="LLDC")  # no heading: no filter


def test_area_is_stated_by_both(desk):
    both = MatchFactory(need=PublishedNeedFactory(areas=["trade", "energy"]))
    MatchFactory(need=PublishedNeedFactory(areas=["trade"]))
    assert found(desk, shared_area="energy") == [both]
    assert not found(desk, shared_area="trade")


def test_one_need_or_one_offer(desk, three):
    assert found(desk, need=three[1].need_id) == [three[1]]
    assert found(desk, offer=three[2].offer_id) == [three[2]]
    assert not found(desk, need=10**17)
    refused(desk, need=10**30)


@pytest.mark.parametrize("words", ["POTATOES", "cambodia solar", "Thailand", "sólar  pumps"])
def test_search_reads_titles_and_countries_of_both_sides(desk, match, words):
    MatchFactory()
    assert found(desk, q=words) == [match]


def test_search_for_what_is_not_there_finds_nothing(desk, match):
    assert not found(desk, q="potatoes mars")


@pytest.mark.parametrize("words", ["???", "\u202e", "x" * 201, "%", "_"])
def test_what_cannot_be_searched_for_is_refused(desk, match, words):
    refused(desk, q=words)


@pytest.mark.any_database
@pytest.mark.parametrize("name", ["nonsense", "need__contact__contains", "action"])
def test_an_unknown_parameter_is_not_read_as_all(desk, three, name):
    assert "Unknown parameter" in refused(desk, **{name: "1"})


def test_orders(desk, three):
    assert found(desk, ordering="score") == found(desk, ordering="-created_at") == three[::-1]
    assert found(desk, ordering="-score") == found(desk, ordering="created_at") == three


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"group": "LDC", "area": "energy"}, {"need_group": "LDC", "shared_area": "energy"}),
        ({"status": "all", "o": "-5"}, {"status": "all", "ordering": "-created_at"}),
        ({"o": "1", "confirmed": "", "p": "2"}, {"ordering": "score", "confirmed": "", "page": "2"}),
        ({"o": "5"}, {"ordering": "created_at"}),
    ],
)
def test_an_address_of_before_leads_to_the_same_list(desk, old, new):
    led = desk.get(QUEUE, old)
    assert (led.status_code, led.url) == (302, f"{QUEUE}?{urlencode(new)}")
    exported = desk.get(f"{QUEUE}export.csv", old)
    assert exported.url == f"{QUEUE}export.csv?{urlencode(new)}"


def test_the_filters_of_pages_and_api_work_here_too(desk, match):
    other = MatchFactory()
    assert found(desk, country="THA") == found(desk, country="KHM", side="need") == [match]
    assert found(desk, country="KHM", side="offer") == []
    assert found(desk, is_confirmed="true") == found(desk, id=match.public_id) == [match]
    assert found(desk, is_confirmed="false") == found(desk, not_need=match.need_id) == [other]


def test_each_choice_says_how_many_it_finds_and_states_are_counted_all_of_them(desk, three):
    MatchFactory(status=MatchStatus.SET_ASIDE, decided_on={"gates": ["same_side"]})
    page = Page(desk.get(QUEUE, {"min_score": "0.5"})).text
    for words in ("Suggested (2)", "Set aside (1)", "All (3)", "Strong fit (1)", "Good fit (1)"):
        assert words in page, words
    assert "Partial fit (" not in page


def test_the_first_page_shows_the_states_as_a_picture_whose_bars_lead_to_as_many_matches(desk, three):
    MatchFactory(status=MatchStatus.SET_ASIDE, decided_on={"gates": ["same_side"]})
    picture = desk.get(QUEUE, {"min_score": "0.5"}).context["picture"]
    assert [(bar.label, bar.parts) for bar in picture.bars] == [("Suggested", (2,)), ("Set aside", (1,))]
    for bar in picture.bars:
        assert desk.get(QUEUE + bar.address).context["page_obj"].paginator.count == bar.total, bar.address
    assert desk.get(QUEUE, {"status": "lapsed"}).context["picture"].description == "Suggested: 3; Set aside: 1"
    MatchFactory.create_batch(50)
    assert desk.get(QUEUE, {"page": 2}).context["picture"] is None


def test_equal_scores_stand_in_one_order_over_the_pages(desk):
    matches = [MatchFactory() for _number in range(120)]
    shown = [row.match for page in (1, 2, 3) for row in desk.get(QUEUE, {"page": page}).context["rows"]]
    assert shown == sorted(matches, key=lambda match: (match.need_id, match.offer_id))


@pytest.mark.any_database
def test_a_title_is_inert(desk):
    MatchFactory(
        need=PublishedNeedFactory(title='<script>alert("x")</script>'),
        offer=PublishedOfferFactory(title='"><img src=x onerror=alert(1)>'),
    )
    page = desk.get(QUEUE).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.any_database
def test_a_get_changes_nothing(desk, match):
    before = list(Match.objects.values())
    for query in ({}, {"action": "release_selected", "_selected_action": match.pk, "note": "x"}):
        desk.get(QUEUE, query)
    assert list(Match.objects.values()) == before
    assert not MatchEvent.objects.exists()


@pytest.mark.any_database
@pytest.mark.parametrize("number", [10, 1000])
def test_the_queries_do_not_grow(desk, number, django_assert_num_queries):
    ScoringProfileFactory()
    needs = [PublishedNeedFactory() for _number in range(10)]
    offers = [PublishedOfferFactory() for _number in range(max(number // 10, 1))]
    profile = MatchFactory(need=needs[0], offer=offers[0]).profile
    Match.objects.bulk_create(
        Match(
            need=need,
            offer=offer,
            score=400_000,
            word=Word.PARTIAL,
            part_areas=400_000,
            part_modalities=0,
            part_region=0,
            profile=profile,
        )
        for need in needs
        for offer in offers
        if (need, offer) != (needs[0], offers[0])
    )
    # session, user, affiliations; filters: countries of needs and of offers, groups, areas; how many matches each state
    # and each word has; count, rows, profile in use; the tables of the explanation (vocabulary 3, reach 3, needs 4,
    # offers 4, places 2); labels 3; saved views
    with django_assert_num_queries(32):
        response = desk.get(QUEUE)
    assert len(response.context["rows"]) == min(number, 50)


@pytest.mark.any_database
def test_the_queue_offers_the_filters_that_it_was_left_with(desk, match):
    assert "As you last filtered it" not in desk.get(QUEUE).content.decode()
    shown = desk.get(f"{QUEUE}?status=all&q=seed%22%3E&page=1")
    cookie = shown.cookies["queue-as-left"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (QUEUE, True, "Strict")
    assert "As you last filtered it" not in shown.content.decode()
    page = desk.get(QUEUE)
    assert page.context["as_left"] == "status=all&q=seed%22%3E"
    assert 'href="?status=all&amp;q=seed%22%3E"' in page.content.decode()
    assert "queue-as-left" not in page.cookies
