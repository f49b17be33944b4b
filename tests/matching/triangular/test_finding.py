"""Which options a run finds and stores: the fund pattern, who may take which part, what is written again."""

import datetime as dt

import pytest
import time_machine

from directory.choices import AgencyKind
from matching.models import MatchRun, TriangularEvent, TriangularOption
from matching.runs import run_matching
from surveys import posting as postings
from tests.factories import AgencyFactory, ConfirmedOfferFactory, CountryFactory, TargetFactory
from tests.matching.triangular.conftest import of_the_south

pytestmark = pytest.mark.django_db


def counts():
    return MatchRun.objects.first().counts["triangular"]


def test_a_fund_brings_the_finance_that_training_lacks(scene):
    option = scene.option()
    assert (option.need, option.pivotal_offer, option.facilitating_offer) == (scene.need, scene.training, scene.finance)
    # Areas 45 in full; modalities 25 in full instead of half; region 30 × 40 %: the fund's is open to all.
    assert (option.part_areas, option.part_modalities, option.part_region) == (450_000, 250_000, 120_000)
    assert (option.score, option.rank, option.is_triple_south) == (820_000, 1, False)
    assert counts() == {"new": 1, "moved": 0, "gone": 0, "lapsed_proposals": 0, "suggested": 1}
