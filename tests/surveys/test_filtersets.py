"""Filters that pages and API share: exact values, each row once, nothing read as "all"."""

import datetime as dt
import unicodedata
from typing import Any

import pytest
from django.http import QueryDict

from surveys.filtersets import NeedFilter, OfferFilter
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    TargetFactory,
)
from web.filters import refusals

pytestmark = pytest.mark.django_db


def found(query: str, model: type[Any] = Offer) -> list[str]:
    filterset = (OfferFilter if model is Offer else NeedFilter)(QueryDict(query), model.objects.all())
    assert not filterset.errors, filterset.errors
    return [posting.title for posting in filterset.qs]


def wrong(query: str) -> dict[str, list[str]]:
    data = QueryDict(query)
    filterset = OfferFilter(data, Offer.objects.all())
    return refusals(data, filterset, also=frozenset({"page"}))


def test_a_country_is_found_by_its_code_alone() -> None:
    PublishedOfferFactory(title="South Sudan's", country=CountryFactory(iso3="SSD", name="South Sudan"))
    PublishedOfferFactory(title="Sudan's", country=CountryFactory(iso3="SDN", name="Sudan"))

    assert found("country=SDN") == ["Sudan's"]
    for name in ("Sudan", "sdn", "SD", "SDN ", "XX", "null", "None", "0"):
        data = QueryDict(mutable=True)
        data["country"] = name
        assert OfferFilter(data, Offer.objects.all()).errors, name


def test_an_agency_s_country_counts_where_the_posting_names_none() -> None:
    thailand, cambodia = CountryFactory(iso3="THA"), CountryFactory(iso3="KHM")
    agency = AgencyFactory(country=thailand)
    PublishedOfferFactory(title="By the agency", country=None, agency=agency)
    PublishedOfferFactory(title="For another country", country=cambodia, agency=agency)

    assert found("country=THA") == ["By the agency"]
    assert found("country=KHM") == ["For another country"]


def test_an_area_finds_each_posting_once_and_any_of_several_is_enough() -> None:
    PublishedOfferFactory(title="Both", areas=["energy", "health"])
    PublishedOfferFactory(title="Health", areas=["health"])
    PublishedOfferFactory(title="Trade", areas=["trade"])

    assert sorted(found("area=energy&area=health")) == ["Both", "Health"]
    assert found("area=trade") == ["Trade"]


@pytest.mark.any_database
def test_an_area_kept_as_printed_is_no_filter() -> None:
    AreaFactory(code="security", use="as_printed")

    assert "area" in wrong("area=security")


def test_a_group_finds_todays_members_of_derived_groups_too() -> None:
    lower, upper = CountryGroupFactory(code="PART", is_heading=True), CountryGroupFactory(code="WHOLE")
    upper.parts.add(lower)
    left, stayed = CountryFactory(iso3="BTN"), CountryFactory(iso3="BGD")
    GroupMembershipFactory(group=lower, country=left, valid_to=dt.date(2023, 12, 13))
    GroupMembershipFactory(group=lower, country=stayed)
    PublishedNeedFactory(title="Bhutan's", country=left)
    PublishedNeedFactory(title="Bangladesh's", country=stayed)

    assert found("group=PART", Need) == ["Bangladesh's"]
    assert found("group=WHOLE", Need) == ["Bangladesh's"]


@pytest.mark.any_database
def test_a_list_made_by_others_is_no_filter() -> None:
    CountryGroupFactory(code="FRAGILE", is_heading=False)

    assert "group" in wrong("group=FRAGILE")


def test_a_target_finds_offers_that_name_the_group() -> None:
    group = CountryGroupFactory(code="LDC", level="special_situation")
    TargetFactory(offer=PublishedOfferFactory(title="For LDCs"), group=group)
    PublishedOfferFactory(title="For all")

    assert found("target=LDC") == ["For LDCs"]


def test_an_offer_reaches_a_country_by_its_name() -> None:
    cambodia = CountryFactory(iso3="KHM")
    TargetFactory(offer=PublishedOfferFactory(title="For Cambodia"), country=cambodia)
    TargetFactory(offer=PublishedOfferFactory(title="For Laos"), country=CountryFactory(iso3="LAO"))

    assert found("reaches=KHM") == ["For Cambodia"]


def test_composed_letters_find_decomposed_ones() -> None:
    PublishedOfferFactory(title=unicodedata.normalize("NFD", "Énergie solaire"))

    for query in ("énergie", "ENERGIE", "solaire energie"):
        data = QueryDict(mutable=True)
        data["q"] = query
        assert OfferFilter(data, Offer.objects.all()).qs.count() == 1, query


def test_open_and_closed_are_told_apart() -> None:
    PublishedOfferFactory(title="Closed", closes_on=dt.date(2020, 1, 1))
    PublishedOfferFactory(title="Open")

    assert found("is_open=true") == ["Open"]
    assert found("is_open=false") == ["Closed"]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("country=", "country"),
        ("area=", "area"),
        ("area=energy&area=", "area"),
        ("is_open=true&is_open=false", "is_open"),
        ("country=THA,", "country"),
        ("area=nothing", "area"),
        ("is_open=yes", "is_open"),
        ("ordering=amount", "ordering"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
        ("updated_since=2026-02-30", "updated_since"),
        ("updated_since=20260101", "updated_since"),
        ("updated_since=2026-01-01T00:00:00", "updated_since"),
        ("q=%CC%81", "q"),
        ("q=" + "a" * 201, "q"),
        ("min_score=0.5", "min_score"),
    ],
)
def test_what_is_not_exactly_right_is_refused_by_name(query: str, parameter: str) -> None:
    CountryFactory(iso3="THA")
    CountryFactory(iso3="KHM")
    AreaFactory(code="energy")

    assert list(wrong(query)) == [parameter]


def test_a_query_in_error_finds_nothing() -> None:
    PublishedOfferFactory()

    assert not OfferFilter(QueryDict("area=nothing"), Offer.objects.all()).qs.exists()


def test_an_empty_query_is_the_whole_list_newest_first_unknown_days_last() -> None:
    PublishedOfferFactory(title="Undated", stated_on=None)
    PublishedOfferFactory(title="Old", stated_on=dt.date(2018, 6, 27))
    PublishedOfferFactory(title="New", stated_on=dt.date(2024, 1, 1))
    PublishedOfferFactory(title="Confirmed", confirmed_on=dt.date(2020, 1, 1))

    assert found("") == ["Confirmed", "New", "Old", "Undated"]
