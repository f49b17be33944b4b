"""What tests of the allocation share: needs of an LDC and of others, offers with places, and who speaks for them."""

from collections.abc import Callable
from typing import Any

import pytest

from matching.allocation import plans
from matching.allocation.weighing import Settings
from matching.models import Allocation, Match
from surveys.models import Need, Offer
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    MatchFactory,
    speaker_for,
)
from web.jobs.doing import do


def settings(**given: Any) -> Settings:
    """The defaults of the form, unless something else is given."""
    return Settings(**{"weight_ldc": 2, "weight_lldc": 1, "weight_sids": 1, "most_per_need": 3, **given})


def need_of(iso3: str, **given: Any) -> Need:
    """A confirmed need of the country, for which somebody speaks."""
    need = ConfirmedNeedFactory(country=CountryFactory(iso3=iso3), **given)
    speaker_for(need)
    return need


def offer_of(iso3: str = "THA", **given: Any) -> Offer:
    """A confirmed offer open to all of the South, for which somebody speaks."""
    offer = ConfirmedOfferFactory(country=CountryFactory(iso3=iso3), **given)
    speaker_for(offer)
    return offer


def suggest(need: Need, offer: Offer, score: int = 820_000, **given: Any) -> Match:
    """A suggestion with this score, in millionths."""
    return MatchFactory(need=need, offer=offer, part_areas=score, part_modalities=0, part_region=0, **given)


@pytest.fixture
def south(db: None) -> None:
    """The countries that the tests name, all of the South; Cambodia is an LDC, Lao PDR an LDC and an LLDC."""
    groups = {"OPEN_REACH": ("KHM", "LAO", "VNM", "IDN", "MYS", "PHL"), "LDC": ("KHM", "LAO"), "LLDC": ("LAO",)}
    for code, countries in groups.items():
        group = CountryGroupFactory(code=code, label=code)
        for iso3 in countries:
            GroupMembershipFactory(group=group, country=CountryFactory(iso3=iso3))


@pytest.fixture
def make(reviewer: Any) -> Callable[..., Allocation]:
    """Make a plan as the reviewer, with the defaults of the form unless something else is given."""
    return lambda **given: made(by=reviewer, settings=settings(**given))


def made(*, by: Any, settings: Settings) -> Allocation:
    """Ask for a plan and work it out."""
    asked = plans.begin(by=by, settings=settings)
    do("matching.tasks.make_plan", asked.pk)
    asked.refresh_from_db()
    return asked


def picked(allocation: Allocation) -> list[Match]:
    """The matches of a plan, in its order."""
    return [pick.match for pick in allocation.picks.select_related("match")]
