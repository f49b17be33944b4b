"""Which options a run finds and stores: the fund pattern, who may take which part, what is written again."""

import datetime as dt

import pytest
import time_machine

from directory.choices import AgencyKind
from matching.models import MatchRun, TriangularEvent, TriangularOption
from matching.runs.running import run_matching
from ssc_portal.running.daily import run_daily
from surveys.postings import states
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    ConfirmedOfferFactory,
    CountryFactory,
    ModalityFactory,
    TargetFactory,
)
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


@pytest.mark.any_database
def test_what_it_brings_is_worth_more_than_a_closer_reach(scene):
    # The training alone scores more: it names the country, which the fund does not. It covers less all the same.
    option = scene.option()
    assert option.need.matches.get().score == 875_000 > option.score


@pytest.mark.any_database
def test_a_fund_that_names_the_country_scores_above_the_training_alone(scene):
    TargetFactory(offer=scene.finance, country=scene.cambodia)
    assert scene.option().score == 1_000_000


@pytest.mark.any_database
def test_a_need_that_one_offer_covers_gets_none(scene):
    scene.training.modalities.add("finance")
    assert scene.run() == []


@pytest.mark.any_database
def test_a_need_covered_by_a_weak_fit_still_gets_options(scene, known_profile):
    full = ConfirmedOfferFactory(
        country=CountryFactory(iso3="TUR"), areas=["agriculture", "energy", "health"], facilitating_allowed=True,
        modalities=["training", "finance"],
    )  # fmt: skip
    assert scene.run() == []  # 0.45 × 10/12 + 0.25 + 0.12 is good
    type(known_profile).objects.update(good_from=800_000, strong_from=900_000)
    assert {option.pivotal_offer for option in scene.run()} == {scene.training}
    assert full.matches.get().score < 800_000


@pytest.mark.any_database
@pytest.mark.parametrize("posting", ["need", "training", "finance"])
def test_all_three_must_allow_a_third(scene, posting):
    row = getattr(scene, posting)
    row.facilitating_allowed = False
    row.save()
    assert scene.run() == []


@pytest.mark.any_database
@pytest.mark.parametrize("who", ["need", "training"])
def test_two_developing_countries_take_part(scene, who):
    country = scene.cambodia if who == "need" else scene.thailand
    country.memberships.all().delete()
    assert scene.run() == []


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("kind", "country", "facilitates", "triple_south"),
    [
        (AgencyKind.FUND, None, True, False),
        (AgencyKind.DEVELOPMENT_BANK, None, True, False),
        (AgencyKind.UN_ENTITY, None, True, False),
        (AgencyKind.REGIONAL_INSTITUTION, None, True, False),
        (AgencyKind.OTHER, None, False, False),
        (AgencyKind.SECRETARIAT, None, False, False),
        (AgencyKind.NATIONAL_AGENCY, "DEU", True, False),
        (AgencyKind.NATIONAL_AGENCY, "TUR", True, True),
        (AgencyKind.FUND, "TUR", True, True),
        (AgencyKind.NATIONAL_AGENCY, "THA", False, False),  # the pivotal partner's own country
        (AgencyKind.FUND, "KHM", False, False),  # the need's own country
    ],
)
def test_who_facilitates(scene, kind, country, facilitates, triple_south):
    of_the_south(CountryFactory(iso3="TUR"))
    scene.fund.kind, scene.fund.country = kind, CountryFactory(iso3=country) if country else None
    scene.fund.save()
    found = scene.run()
    assert [option.is_triple_south for option in found] == ([triple_south] if facilitates else [])


@pytest.mark.any_database
def test_a_third_of_the_same_agency_is_none(scene):
    scene.training.agency = scene.fund
    scene.training.save()
    assert scene.run() == []


@pytest.mark.any_database
def test_a_developed_country_facilitates_without_an_agency(scene):
    scene.finance.agency, scene.finance.country = None, CountryFactory(iso3="DEU")
    scene.finance.save()
    assert not scene.option().is_triple_south


@pytest.mark.any_database
def test_a_third_that_does_not_reach_the_country_is_none(scene):
    TargetFactory(offer=scene.finance, country=CountryFactory(iso3="TUR"))
    assert scene.run() == []


@pytest.mark.any_database
def test_a_third_with_areas_must_have_to_do_with_the_others(scene):
    scene.finance.areas.set(["agriculture"])
    assert scene.run() != []
    scene.finance.areas.set([AreaFactory(code="health")])
    assert scene.run() == []


@pytest.mark.any_database
def test_a_third_that_brings_nothing_missing_is_none(scene):
    scene.finance.modalities.set([ModalityFactory(code="training")])
    assert scene.run() == []


@pytest.mark.any_database
def test_an_area_in_a_form_that_is_not_asked_for_is_not_brought(scene):
    scene.need.areas.add(AreaFactory(code="health"))
    scene.finance.areas.set(["agriculture", "health"])
    scene.finance.modalities.set([ModalityFactory(code="experts")])
    assert scene.run() == []
    scene.finance.modalities.clear()
    assert scene.run() != []


def test_a_need_has_its_five_best(scene):
    for number in range(7):
        fund = AgencyFactory(kind=AgencyKind.FUND, country=None)
        offer = ConfirmedOfferFactory(
            country=None, agency=fund, areas=[], modalities=["finance"], facilitating_allowed=True
        )
        if number > 3:
            TargetFactory(offer=offer, country=scene.cambodia)
    found = scene.run()
    assert [option.rank for option in found] == [1, 2, 3, 4, 5]
    assert [option.score for option in found] == [1_000_000] * 3 + [820_000] * 2
    assert found[3].facilitating_offer == scene.finance  # of equal scores, the lower id


def test_the_same_run_twice_writes_nothing(scene):
    before = scene.option()
    after = scene.option()
    assert (after.pk, after.updated_at, after.run_id) == (before.pk, before.updated_at, before.run_id)
    assert counts() == {"new": 0, "moved": 0, "gone": 0, "lapsed_proposals": 0, "suggested": 1}


def test_an_option_that_is_gone_lapses_and_returns_as_the_same_row(scene):
    first = scene.option()
    scene.finance.modalities.clear()
    assert scene.run() == []
    first.refresh_from_db()
    assert (first.status, first.rank, counts()["gone"]) == ("lapsed", None, 1)
    scene.finance.modalities.set(["finance"])
    assert scene.option().pk == first.pk
    assert counts()["new"] == 1
    assert not TriangularEvent.objects.exists()


def test_a_score_that_moves_is_written_once(scene):
    first = scene.option()
    TargetFactory(offer=scene.finance, country=scene.cambodia)
    moved = scene.option()
    assert (moved.pk, moved.score, counts()["moved"]) == (first.pk, 1_000_000, 1)
    assert moved.scored_at > first.scored_at


def test_a_what_if_touches_no_option(scene):
    run = run_matching(on=dt.date(2030, 1, 1))
    assert run.counts["triangular"] == {}
    assert not TriangularOption.objects.exists()


@pytest.mark.parametrize("posting", ["need", "training", "finance"])
def test_a_posting_withdrawn_lapses_the_option_at_once(scene, manager, posting):
    option = scene.option()
    states.withdraw(posting=getattr(scene, posting), by=manager)
    option.refresh_from_db()
    assert (option.status, option.rank) == ("lapsed", None)
    assert not option.events.exists()


def test_an_option_lapses_on_the_day_after_its_posting_closed(scene):
    option = scene.option()
    scene.finance.closes_on = dt.date(2026, 12, 31)
    scene.finance.save()
    with time_machine.travel(dt.datetime(2027, 1, 3, tzinfo=dt.UTC)):
        done, failed = run_daily(dt.date(2027, 1, 3))
    option.refresh_from_db()
    assert (done["triangular options lapsed"], failed, option.status) == (1, [], "lapsed")


def test_a_run_reads_and_writes_options_in_a_fixed_number_of_queries(scene, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(200) as counted:
            run_matching()
        return len(counted)

    run_matching()
    with_one = queries()
    for _number in range(6):
        fund = AgencyFactory(kind=AgencyKind.FUND, country=None)
        ConfirmedOfferFactory(country=None, agency=fund, areas=[], modalities=["finance"], facilitating_allowed=True)
    run_matching()
    assert TriangularOption.objects.filter(status="suggested").count() == 5
    assert queries() == with_one
