"""Each count beside a choice is the length of the list behind it, for whoever reads it."""

import datetime as dt
import random
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from directory.models import User
from surveys.choices import PostingStatus, Visibility
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    OfferFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    TargetFactory,
)
from tests.marked import of_any_database

pytestmark = pytest.mark.django_db

AREAS: list[Any]
AREAS, MODALITIES = ["energy", "water", "health"], ["training", "experts", "study-visits"]
COUNTED = re.compile(r" \((\d+)\)$")


def counts_on(client: Client, address: str) -> dict[tuple[str, str], int]:
    """The count beside each choice of the form, by filter and value."""
    response = client.get(address)
    assert response.status_code == 200, address
    found = {}
    for field in response.context["filter_fields"]:
        for value, label in getattr(field.field.widget, "choices", ()):
            if counted := COUNTED.search(str(label)):
                found[field.name, str(value)] = int(counted[1])
    return found


def some_world(chance: random.Random) -> None:
    groups = [CountryGroupFactory(code=code, is_heading=True) for code in ("ASEAN", "LDC")]
    derived = CountryGroupFactory(code="BOTH")
    derived.parts.set(groups)
    countries = [CountryFactory(iso3=code, iso2=code[:2]) for code in ("THA", "KHM", "LAO")]
    for member in countries:
        for group in chance.sample(groups, chance.randint(0, 2)):
            GroupMembershipFactory(group=group, country=member)
    agencies = [AgencyFactory(country=country) for country in countries]
    for number in range(30):
        make = PublishedOfferFactory if number % 2 else PublishedNeedFactory
        country: Any = chance.choice(countries)
        agency: Any = None
        if number % 2 and chance.random() < 0.5:
            country, agency = None, chance.choice(agencies)
        posting = make(
            country=country,
            agency=agency,
            title=chance.choice(["Solar pumps", "Dams"]),
            areas=chance.sample(AREAS, chance.randint(0, 3)),
            modalities=chance.sample(MODALITIES, chance.randint(0, 3)),
            visibility=chance.choice([Visibility.PUBLIC, Visibility.PUBLIC, Visibility.FOCAL_POINTS]),
            closes_on=chance.choice([None, None, dt.date(2020, 1, 1)]),
        )
        if number % 2:
            for target in chance.choices([*groups, None], k=chance.randint(0, 3)):
                TargetFactory(offer=posting, group=target)


def edit_at_random(chance: random.Random) -> None:
    for model in (Offer, Need):
        for posting in model.objects.order_by("pk"):
            posting.areas.set(chance.sample(AREAS, chance.randint(0, 3)))
            status = chance.choice([PostingStatus.PUBLISHED, PostingStatus.PUBLISHED, PostingStatus.WITHDRAWN])
            day = chance.choice([None, dt.date(2026, 1, 15)])
            model.objects.filter(pk=posting.pk).update(status=status, confirmed_on=day)


@pytest.mark.parametrize("seed", [1, *of_any_database(2)])
@pytest.mark.parametrize("path", ["/offers/", "/needs/"])
def test_each_count_is_the_length_of_the_list_behind_it(
    client: Client, focal_point: User, path: str, seed: int
) -> None:
    chance = random.Random(seed)
    some_world(chance)
    edit_at_random(chance)
    on: list[dict[str, Any]] = [
        {}, {"area": "energy"}, {"country": "THA", "modality": "training"}, {"group": "BOTH", "closed": "1"},
        {"q": "solar", "is_confirmed": "false"},
    ]  # fmt: skip
    checked = set()
    lengths: dict[str, int] = {}
    for query in on:
        for (name, value), number in counts_on(client, f"{path}?{urlencode(query)}").items():
            # A choice of the same filter leads from one list to what it leads to from another.
            behind = f"{path}?{urlencode(sorted((query | {name: value}).items()))}"
            if behind not in lengths:
                lengths[behind] = client.get(behind).context["page_obj"].paginator.count
            assert lengths[behind] == number, (query, name, value)
            checked.add(name)
    assert len(lengths) > 10
    expected = {"country", "group", "area", "modality", "is_confirmed"} | ({"target"} & {"target" * ("offers" in path)})
    assert checked == expected


def test_a_choice_that_finds_nothing_is_left_out_unless_it_is_chosen(client: Client) -> None:
    PublishedOfferFactory(areas=["energy"])
    PublishedNeedFactory(areas=["water"])
    assert ("area", "energy") in counts_on(client, "/offers/")
    assert ("area", "water") not in counts_on(client, "/offers/")
    assert counts_on(client, "/offers/?area=water")["area", "water"] == 0


def test_a_count_tells_no_more_than_the_list(client: Client, focal_point: User) -> None:
    PublishedOfferFactory(areas=["energy"])
    PublishedOfferFactory(areas=["energy"], visibility=Visibility.FOCAL_POINTS)
    OfferFactory(areas=["energy"])
    assert counts_on(client, "/offers/")["area", "energy"] == 1
    client.force_login(focal_point)
    assert counts_on(client, "/offers/")["area", "energy"] == 2


def test_the_order_shown_is_the_order_that_is_done(client: Client) -> None:
    def orders(address: str) -> list[tuple[str, str]]:
        fields = {field.name: field for field in client.get(address).context["filter_fields"]}
        return [(value, str(label)) for value, label in fields["ordering"].field.widget.choices]

    assert orders("/offers/")[:2] == [("", "Confirmed first, then newest"), ("title", "Title")]
    found = orders("/offers/?q=solar")
    assert found[:2] == [("", "Best found first"), ("newest", "Confirmed first, then newest")]
