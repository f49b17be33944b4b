"""Lists of offers and needs: what they show, filters that keep their state, each row once."""

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from directory.models import User
from surveys.choices import PostingStatus, ResponseKind, Visibility
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ResponseFactory,
    SurveyFactory,
    TargetFactory,
)
from tests.pages import Page, publish_many

pytestmark = pytest.mark.django_db

CLOSED = dt.date(2020, 1, 1)


def titles(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, address
    return [posting.title for posting in response.context["object_list"]]


def test_the_public_sees_published_public_postings_alone(client: Client) -> None:
    PublishedOfferFactory(title="Public")
    PublishedOfferFactory(title="For focal points", visibility=Visibility.FOCAL_POINTS)
    PublishedOfferFactory(title="For matched parties", visibility=Visibility.MATCHED)
    OfferFactory(title="Draft")
    OfferFactory(title="Submitted", status=PostingStatus.SUBMITTED)
    OfferFactory(title="Withdrawn", status=PostingStatus.WITHDRAWN)
    OfferFactory(title="Archived", status=PostingStatus.ARCHIVED)

    assert titles(client, "/offers/") == ["Public"]
    for offer in Offer.objects.exclude(title="Public"):
        assert client.get(offer.get_absolute_url()).status_code == 404


def test_a_focal_point_sees_its_agency_s_drafts_too(client: Client, focal_point: User) -> None:
    agency = focal_point.affiliations.get().agency
    OfferFactory(title="Own draft", agency=agency, country=agency.country)
    OfferFactory(title="Another's draft")
    PublishedOfferFactory(title="For focal points", visibility=Visibility.FOCAL_POINTS)
    client.force_login(focal_point)

    assert sorted(titles(client, "/offers/")) == ["For focal points", "Own draft"]
    text = Page(client.get("/offers/")).text
    assert "Draft" in text
    assert "Visible to: Focal points" in text


def test_closed_ones_are_shown_only_where_asked_for(client: Client) -> None:
    PublishedOfferFactory(title="Open")
    PublishedOfferFactory(title="Closed", closes_on=CLOSED)

    assert titles(client, "/offers/") == ["Open"]
    page = Page(client.get("/offers/"))
    assert "?closed=1" in page.links
    assert sorted(titles(client, "/offers/?closed=1")) == ["Closed", "Open"]
    assert "Closed since 1 January 2020" in Page(client.get("/offers/?closed=1")).text
    assert titles(client, "/offers/?is_open=false") == ["Closed"]


def test_a_posting_that_fits_several_values_stands_once(client: Client) -> None:
    offer = PublishedOfferFactory(title="Both", areas=["energy", "water"], modalities=["training", "experts"])
    group = CountryGroupFactory(code="ASEAN", is_heading=True)
    for _twice in range(2):
        TargetFactory(offer=offer, group=group)
    other = CountryGroupFactory(code="LDC", is_heading=True)
    for one in (group, other):
        GroupMembershipFactory(group=one, country=offer.country)

    assert titles(client, "/offers/?area=energy&area=water&modality=training&modality=experts&target=ASEAN") == ["Both"]
    assert titles(client, "/offers/?group=ASEAN") == ["Both"]


def test_sudan_is_not_south_sudan(client: Client) -> None:
    PublishedNeedFactory(title="South Sudan's", country=CountryFactory(iso3="SSD", name="South Sudan"))
    PublishedNeedFactory(title="Sudan's", country=CountryFactory(iso3="SDN", name="Sudan"))

    assert titles(client, "/needs/?country=SDN") == ["Sudan's"]
    assert client.get("/needs/?country=Sudan").status_code == 400


def test_offers_are_found_by_whom_they_reach(client: Client) -> None:
    cambodia, thailand = CountryFactory(iso3="KHM"), CountryFactory(iso3="THA")
    named = PublishedOfferFactory(title="Names Cambodia", country=thailand)
    TargetFactory(offer=named, country=cambodia)
    unresolved = PublishedOfferFactory(title="Names nobody known", country=thailand)
    TargetFactory(offer=unresolved)

    assert titles(client, "/offers/?reaches=KHM") == ["Names Cambodia"]
    assert client.get("/needs/?reaches=KHM").status_code == 400


@pytest.mark.parametrize("address", ["/offers/", "/needs/"])
@pytest.mark.parametrize(
    "query",
    [
        "country=XXX", "country=0", "country=khm", "group=LDCs", "area=Energy", "area=belt-and-road", "modality=%27",
        "ordering=amount", "ordering=-score", "closed=true", "closed=0", "closed=1&closed=1", "q=a&q=b", "colour=red",
        "q=" + "x" * 100_000, "q=%E2%80%AE", "updated_since=yesterday", "country=THA&country=XXX",
        "country=%00", "page=1&page=0&area=%F0%9F%92%A5",
    ],
)  # fmt: skip
def test_what_a_list_does_not_know_is_refused_never_all(client: Client, address: str, query: str) -> None:
    PublishedOfferFactory(title="Everything", country=CountryFactory(iso3="THA"))
    PublishedNeedFactory(title="Everything", country=CountryFactory(iso3="KHM"))

    response = client.get(f"{address}?{query}")
    assert response.status_code == 400
    assert "Everything" not in response.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "3", "x", "1.5", "9" * 5_000, "%ED%A0%80", "١"])
def test_a_page_that_is_not_there_is_not_found(client: Client, page: str) -> None:
    publish_many(Offer, 26, country=CountryFactory(iso3="THA"))
    assert client.get(f"/offers/?page={page}").status_code == (200 if page == "١" else 404)


@pytest.mark.any_database
def test_pages_are_numbered_and_keep_the_filters(client: Client) -> None:
    publish_many(Offer, 60, country=CountryFactory(iso3="THA"))
    page = Page(client.get("/offers/?country=THA&area=energy&page=2"))

    assert "?country=THA&area=energy&page=3" in page.links
    assert "?country=THA&area=energy&page=1" in page.links
    assert "?country=THA&area=energy&page=2&closed=1" not in page.links
    assert "60 open offers" in page.text
    assert [one for one in page.attributes_of("span") if one.get("aria-current") == "page"]
    ids = [row.pk for number in (1, 2, 3) for row in client.get(f"/offers/?page={number}").context["object_list"]]
    assert len(ids) == len(set(ids)) == 60


@pytest.mark.any_database
def test_a_filter_that_is_on_can_be_taken_off(client: Client) -> None:
    publish_many(Offer, 2, country=CountryFactory(iso3="THA"))
    page = Page(client.get("/offers/?q=energy&country=THA&ordering=title"))

    assert "?country=THA&ordering=title" in page.links
    assert "?q=energy&ordering=title" in page.links
    chosen = [one["value"] for one in page.attributes_of("option") if "selected" in one]
    assert {"THA", "title"} <= set(chosen)
    assert next(one for one in page.attributes_of("input") if one.get("name") == "q")["value"] == "energy"


@pytest.mark.any_database
def test_filters_without_a_field_of_their_own_stay_in_the_form(client: Client) -> None:
    agency = AgencyFactory(code="some")
    PublishedOfferFactory(title="Of some", agency=agency)
    PublishedOfferFactory(title="Of another")

    assert titles(client, "/offers/?agency=some") == ["Of some"]
    hidden = [one for one in Page(client.get("/offers/?agency=some")).attributes_of("input") if one["type"] == "hidden"]
    # The other is of the form that chooses a language.
    assert [(one["name"], one["value"]) for one in hidden if one["name"] != "next"] == [("agency", "some")]


def test_only_countries_that_post_are_offered_in_the_form(client: Client) -> None:
    CountryFactory(iso3="KHM")
    PublishedOfferFactory(country=CountryFactory(iso3="THA"))
    PublishedOfferFactory(country=None, agency=AgencyFactory(country=CountryFactory(iso3="IND")))
    OfferFactory(country=CountryFactory(iso3="CHN"))

    page = client.get("/offers/").content.decode()
    select = page.split('name="country"', 1)[1].split("</select>", 1)[0]
    assert {code for code in ("THA", "IND", "KHM", "CHN") if f'value="{code}"' in select} == {"THA", "IND"}
    assert titles(client, "/offers/?country=KHM") == []


@pytest.mark.any_database
def test_a_posting_from_a_survey_says_that_nobody_confirmed_it(client: Client) -> None:
    survey = SurveyFactory(stated_on=dt.date(2018, 6, 27))
    PublishedOfferFactory(survey=survey, response=ResponseFactory(survey=survey))
    assert "Read from the 2018 survey, not yet put to the Government" in Page(client.get("/offers/")).text
    PublishedNeedFactory(survey=survey, response=ResponseFactory(survey=survey, kind=ResponseKind.COMPILED))
    assert "Compiled from public sources" in Page(client.get("/needs/")).text


@pytest.mark.any_database
def test_a_confirmed_posting_says_since_when(client: Client) -> None:
    ConfirmedOfferFactory()
    text = Page(client.get("/offers/")).text
    assert "Confirmed on 15 January 2026" in text
    assert "not confirmed" not in text


@pytest.mark.any_database
def test_htmx_gets_the_results_alone_and_going_back_the_whole_page(client: Client) -> None:
    PublishedOfferFactory(title="Solar pumps")

    part = client.get("/offers/?q=solar", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<section")
    assert "Solar pumps" in part.content.decode()
    # With the form, whose counts are those of the filters that are on now.
    assert '<details class="filters" id="filters" hx-swap-oob="true"' in part.content.decode()
    assert "hx-swap-oob" not in client.get("/offers/?q=solar").content.decode()
    assert "HX-Request" in part["Vary"]
    back = client.get("/offers/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<!doctype html>" in back.content.decode()
    refused = client.get("/offers/?country=zzz", headers={"HX-Request": "true"})
    assert refused.status_code == 400
    assert "<html" not in refused.content.decode()


@pytest.mark.any_database
def test_lists_run_as_many_queries_with_1000_postings(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    thailand = CountryFactory(iso3="THA")
    for number in (10, 990):
        for offer in publish_many(Offer, number, country=thailand, agency=AgencyFactory(country=thailand))[:10]:
            TargetFactory(offer=offer, country=thailand)
        publish_many(Need, number, country=thailand)
        # offers, what they state; of the form: two times countries and groups, areas, modalities; all counts, of the
        # list and of the two pictures too, and who is a member of which group
        with django_assert_num_queries(10):
            client.get("/offers/")
        # needs, what they state; countries, groups, areas, modalities of the form; counts as before
        with django_assert_num_queries(8):
            client.get("/needs/")
        # as before, and the country asked for; what could be chosen in its place is counted apart
        with django_assert_num_queries(12):
            client.get("/offers/?country=THA")


@pytest.mark.any_database
def test_a_card_says_who_posts_once(client: Client) -> None:
    nepal = CountryFactory(iso3="NPL", name="Nepal")
    PublishedOfferFactory(title="Nepal: training in 9 areas", country=nepal)
    agency = AgencyFactory(name="Nepal Institute", country=nepal)
    PublishedOfferFactory(title="Nepal: training in 8 areas", country=nepal, agency=agency)
    text = Page(client.get("/offers/")).text.split("Show closed ones too")[-1]
    assert text.count("Nepal: training in 9 areas") == 1
    assert text.count("Nepal") == 4  # two titles; of the second card also the agency, with its country
