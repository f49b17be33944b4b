"""What pages of the workspace weigh on a slow line, once styles and scripts are in the browser's cache.

The bodies as they travel to a browser that takes gzip; what comes besides is named by its content, and is not even
asked for again (tests/browser/test_weight.py).
"""

import pytest

from directory.models import User
from matching.models import Match
from tests.factories import (
    ConfirmedNeedFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    MatchFactory,
    NeedFactory,
    TargetFactory,
)
from tests.project.addresses import address, names, rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HEAVIEST = 60_000
"""Bytes."""
MANY = 60
LONG = "Sustainable agriculture and food security for smallholders in river deltas. " * 60

FILES = frozenset({"workspace:own-data", "workspace:match_letter_docx", "workspace:match_letter_pdf"})
"""Downloads: asked for, and as heavy as what is in them."""


@pytest.fixture
def much_at_hand(focal_point: User) -> User:
    """A focal point with many postings, drafts and matches, their texts long and all different."""
    agency = focal_point.current_affiliations[0].agency
    needs = [
        ConfirmedNeedFactory(agency=agency, country=agency.country, title=f"Need {number}", text=f"{number} {LONG}")
        for number in range(MANY)
    ]
    for number, need in enumerate(needs):
        offer = ConfirmedOfferFactory(country=CountryFactory(iso3="KHM"), title=f"Offer {number}", text=LONG)
        TargetFactory(offer=offer, country=agency.country)
        MatchFactory(need=need, offer=offer)
        NeedFactory(agency=agency, country=agency.country, title=f"Draft {number}", text=LONG)
    return focal_point


def test_every_page_is_light_once_the_rest_is_in_the_cache(client, much_at_hand):
    client.force_login(much_at_hand)
    found, weights = rows(), {}
    own = {Match: Match.objects.get(need__title="Need 1")}
    for name in sorted(name for name in names() if name.startswith("workspace:") and name not in FILES):
        path = address(name, found | own)
        response = client.get(path, headers={"accept-encoding": "gzip"})
        if response.status_code == 200:
            weights[path] = len(response.getvalue())
    assert len(weights) > 15
    assert "/workspace/matches/" in weights
    assert {path: weight for path, weight in weights.items() if weight > HEAVIEST} == {}
    assert f"/workspace/needs/{own[Match].need_id}/" in weights
