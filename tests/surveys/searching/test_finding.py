"""Offers and needs are found by what they state and by their words, in the same order on both databases."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.models import Agency, Country, CountryAlias, CountryGroup, PriorityArea
from directory.searching.lexicon import forget_lexicon
from directory.searching.reading import read_query
from surveys.choices import PlaceKind, Side
from surveys.models import Offer, Target
from surveys.searching.documents import on_postings_changed
from surveys.searching.finding import PostingSearch
from surveys.searching.reasons import why_found
from tests.factories import ConfirmedOfferFactory, OfferFactory, PublishedNeedFactory, PublishedOfferFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def country(iso3: str) -> Country:
    return Country.objects.get(pk=iso3)


def found(text: str, *, side: Side = Side.OFFER, any_term: bool = False) -> list[str]:
    rows: Any = Offer.objects.public()
    return [str(row) for row in PostingSearch(read_query(text)).best_first(rows, side=side, any_term=any_term)]


def offer(title: str, **values: Any) -> Offer:
    given = {"country": country("CHN"), "text": "", "areas": ["finance"], "modalities": ["financial"]} | values
    made: Offer = PublishedOfferFactory(title=title, **given)
    return made


def name(made: Offer, *, iso3: str = "", group: str = "") -> Offer:
    kind = PlaceKind.COUNTRY if iso3 else PlaceKind.GROUP
    Target.objects.create(offer=made, kind=kind, country_id=iso3 or None, group_id=group or None)
    on_postings_changed(Offer, [made.pk])
    return made


def test_by_area_modality_country_agency_place_and_group() -> None:
    offer("A", areas=["disaster-risk-reduction"])
    offer("B", modalities=["study-visits"])
    offer("C", country=country("TUR"))
    offer("D", country=None, agency=Agency.objects.get(code="tha-tica"))
    name(offer("E"), iso3="PNG")
    name(offer("F"), group="LLDC")

    assert found("DRR") == ["A"]
    assert found("disaster reduction") == ["A"]
    assert found("study tours") == ["B"]
    assert found("Turkey")[0] == "C"
    assert found("TICA") == found("Thailand International Cooperation Agency") == ["D"]
    assert found("png")[0] == "E"
    assert found("LLDCs") == found("landlocked developing countries") == ["F"]


def test_an_offer_open_to_the_country_is_found_behind_one_that_names_it() -> None:
    name(offer("For members", areas=["energy"]), group="LDC")
    name(offer("Named", areas=["energy"]), iso3="KHM")
    name(offer("For others", areas=["energy"]), iso3="FJI")
    offer("Of another area", areas=["trade"])

    assert found("energy Cambodia") == ["Named", "For members"]


def test_whole_words_before_parts_titles_before_texts_and_confirmed_before_others() -> None:
    offer("Statisticians")
    offer("Numbers", text="We count fish: statistics of the sea.")
    offer("Fish statistic")
    ConfirmedOfferFactory(title="Statistics, confirmed", country=country("CHN"), areas=["finance"])

    assert found("statistics") == ["Statistics, confirmed", "Fish statistic", "Numbers"]
    assert found("statist") == ["Statistics, confirmed", "Fish statistic", "Numbers", "Statisticians"]
    assert found("istics") == []


def test_what_nobody_confirmed_stands_behind_what_somebody_did() -> None:
    offer("Rice")
    ConfirmedOfferFactory(title="Seeds", text="Of rice.", country=country("CHN"), areas=["finance"])

    assert found("rice") == ["Seeds", "Rice"]


def test_all_terms_have_to_be_found_unless_any_is_asked_for() -> None:
    offer("Solar pumps")
    offer("Pumps")

    assert found("solar pumps") == ["Solar pumps"]
    assert found("solar pumps zebra") == []
    assert found("solar pumps zebra", any_term=True) == ["Solar pumps", "Pumps"]


def test_words_of_a_question_do_not_count_unless_nothing_else_was_typed() -> None:
    offer("Rice", areas=["energy"])

    assert found("who can help us with rice?") == ["Rice"]
    assert found("who") == []


@pytest.mark.parametrize(("typed", "title"), [
    ("合作", "中国合作培训"), ("培", "中国合作培训"), ("กรุงเทพ", "ฝึกอบรมที่กรุงเทพ"),
    ("électricité", "E\u0301lectricite\u0301 rurale"),
    ("ELEKTRİK", "elektrik"), ("women", "Women’s cooperatives"), ("south south", "South-South exchange"),
])  # fmt: skip
def test_every_script(typed: str, title: str) -> None:
    offer(title)
    assert found(typed) == [title]


def test_renamed_and_respelled_reference_data_count_at_once() -> None:
    offer("A", areas=["energy"])
    assert found("power stations") == []

    area = PriorityArea.objects.get(pk="energy")
    area.aliases += "\nPower stations"
    area.save()
    assert found("power stations") == ["A"]
    CountryAlias.objects.create(country=country("CHN"), text="Wonderland")
    assert found("wonderland") == ["A"]


def test_a_group_finds_postings_of_its_members() -> None:
    PublishedNeedFactory(title="Of Nepal", country=country("NPL"))
    needs: Any = PublishedNeedFactory._meta.model.objects.public()

    def of(text: str) -> list[str]:
        return [str(need) for need in PostingSearch(read_query(text)).best_first(needs, side=Side.NEED)]

    assert of("landlocked") == of("LDC") == ["Of Nepal"]
    assert of("SIDS") == []
    fragile = CountryGroup.objects.exclude(pk__in=read_query("x").lexicon.groups_to_filter_by).first()
    assert fragile is not None
    assert of(fragile.label) == []


def test_why_is_said_for_each_term() -> None:
    made = name(offer("Course", areas=["energy"], text="On biogas."), group="LDC")
    search = PostingSearch(read_query("energy Cambodia biogas course"))

    assert why_found(made, search) == ["area: Energy, renewables", "open to Cambodia", "in its text", "in its title"]


@pytest.mark.parametrize("typed", [
    "'", '"', "') OR 1=1", "a\0b", "a:*", "& | !", "NEAR(", "title:x", "\\'", "𝔘𝔫𝔦", "x" * 200,
    "\u202etrain", "1e999", "%",
    " ".join(["rice"] * 40), "-" * 200, "<script>", "'a' & 'b'", "*",
])  # fmt: skip
def test_hostile_searches_find_what_they_say_or_nothing(client: Client, typed: str) -> None:
    offer("Rice")
    response = client.get("/search/", {"q": typed})
    assert response.status_code in (200, 400)
    assert client.get("/api/v1/offers/", {"q": typed}).status_code in (200, 400)


def test_drafts_closed_and_hidden_offers_are_not_found(client: Client) -> None:
    OfferFactory(title="Zebra draft", country=country("CHN"))
    offer("Zebra closed", closes_on=dt.date(2020, 1, 1))
    offer("Zebra for members", visibility="focal_points")

    page = client.get("/search/?q=zebra")
    assert page.context["found"].counts["offers"] == 0
    assert "Did you mean" not in page.content.decode()


def test_the_lists_and_the_api_find_the_same(client: Client) -> None:
    name(offer("For members", areas=["energy"]), group="LDC")
    offer("Of another area", areas=["trade"])

    listed = [str(row) for row in client.get("/offers/?q=energy+Cambodia").context["object_list"]]
    served = [row["title"] for row in client.get("/api/v1/offers/?q=energy+Cambodia").json()["results"]]
    assert listed == served == ["For members"]


def test_the_names_are_read_once_a_process(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    forget_lexicon()
    read_query("rice")
    with django_assert_num_queries(1):  # whether a list changed
        read_query("Laos")
