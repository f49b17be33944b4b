"""Many pairs explained at once are what each would be alone."""

import pytest

from matching.scoring.explanation import explain, explain_pairs
from tests.factories import (
    CountryFactory,
    PreferredPartnerFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    TargetFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_each_pair_is_what_it_is_alone(django_assert_num_queries):
    cambodia, laos = CountryFactory(iso3="KHM"), CountryFactory(iso3="LAO")
    silent = PublishedNeedFactory(country=cambodia, modalities=[])
    choosy = PreferredPartnerFactory(need=PublishedNeedFactory(country=laos), country=CountryFactory(iso3="THA")).need
    named = TargetFactory(offer=PublishedOfferFactory(country=CountryFactory(iso3="THA")), country=laos).offer
    silent_too = PublishedOfferFactory(country=cambodia, modalities=[], places=12)
    pairs = [(choosy, named), (silent, silent_too), (silent, named), (choosy, silent_too)]
    assert explain_pairs(pairs=pairs) == [explain(need=need, offer=offer) for need, offer in pairs]
    assert explain_pairs(pairs=[]) == []
