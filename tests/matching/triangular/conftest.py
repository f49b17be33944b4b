"""The fund pattern: what the tests of triangular options share."""

from dataclasses import dataclass

import pytest

from directory.choices import AgencyKind
from directory.models import Agency, Country
from matching.models import ScoringProfile, TriangularOption
from matching.runs.running import run_matching
from surveys.models import Need, Offer
from tests.factories import (
    AgencyFactory,
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    TargetFactory,
)


def of_the_south(*countries: Country) -> None:
    """Make the countries members of the South."""
    for country in countries:
        GroupMembershipFactory(group=CountryGroupFactory(code="OPEN_REACH", level=""), country=country)


@dataclass
class Scene:
    """Cambodia asks for training and finance in agriculture; Thailand offers the training, a fund the finance."""

    need: Need
    training: Offer
    finance: Offer
    cambodia: Country
    thailand: Country
    fund: Agency

    def run(self) -> list[TriangularOption]:
        """Run the matching; return the options that are suggested then, best first."""
        run_matching()
        return list(TriangularOption.objects.filter(status="suggested"))

    def option(self) -> TriangularOption:
        """Run the matching; return the one option."""
        (option,) = self.run()
        return option


@pytest.fixture
def scene(known_profile: ScoringProfile) -> Scene:
    """See `Scene`; each posting is confirmed, public, and allows a facilitating partner."""
    cambodia, thailand = CountryFactory(iso3="KHM"), CountryFactory(iso3="THA")
    of_the_south(cambodia, thailand)
    fund = AgencyFactory(code="test-fund-of-the-south", kind=AgencyKind.FUND, country=None)
    need = ConfirmedNeedFactory(
        title="Rice farmers", country=cambodia, areas=["agriculture"], modalities=["training", "finance"],
        facilitating_allowed=True,
    )  # fmt: skip
    training = ConfirmedOfferFactory(
        title="Courses", country=thailand, areas=["agriculture"], modalities=["training"], facilitating_allowed=True
    )
    TargetFactory(offer=training, country=cambodia)
    finance = ConfirmedOfferFactory(
        title="Grants", country=None, agency=fund, areas=[], modalities=["finance"], facilitating_allowed=True
    )
    return Scene(need, training, finance, cambodia, thailand, fund)
