"""Why a pair fits and why not: the data, the words, and the command."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from directory.choices import GroupLevel
from directory.models import CountryGroup, PriorityArea
from matching.models import Match, MatchRun, ScoringProfile
from matching.runs.running import run_matching
from matching.scoring.explanation import explain, explain_each_offer
from matching.scoring.reasons import Labels, gate_reasons, in_short, reasons
from surveys.choices import PostingStatus
from tests.factories import (
    AgencyFactory,
    AreaFactory,
    CountryFactory,
    CountryGroupFactory,
    GroupMembershipFactory,
    PreferredPartnerFactory,
    PublishedNeedFactory,
    PublishedOfferFactory,
    ScoringProfileFactory,
    TargetFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_profile"), pytest.mark.any_database]


@pytest.fixture
def cambodia():
    g77 = CountryGroupFactory(code="G77", level=GroupLevel.WIDE)
    CountryGroupFactory(code="OPEN_REACH", level="").parts.set([g77])
    country = CountryFactory(iso3="KHM")
    GroupMembershipFactory(group=g77, country=country)
    return country


def part(explanation, code):
    return next(part for part in explanation["criteria"] if part["code"] == code)


def test_an_explanation_writes_nothing_and_takes_a_fixed_number_of_queries(cambodia, django_assert_num_queries):
    need, offers = PublishedNeedFactory(country=cambodia), PublishedOfferFactory.create_batch(3)
    # profile; vocabulary (3); reach (3); needs (4: with which are open), offers (4); places (2)
    with django_assert_num_queries(17):
        explain(need=need, offer=offers[0])
    with django_assert_num_queries(17):
        assert len(explain_each_offer(need=need, offers=offers)) == 3
    ScoringProfile.objects.all().delete()
    # also: own words of both sides (2), vectors of their texts
    explain(need=need, offer=offers[0])
    with django_assert_num_queries(20):
        explain(need=need, offer=offers[0])
    assert not ScoringProfile.objects.exists()


def test_it_agrees_with_what_the_run_stored(cambodia):
    AreaFactory(code="connectivity")
    AreaFactory(code="trade", parent=PriorityArea.objects.get(code="connectivity"))
    need = PublishedNeedFactory(country=cambodia, areas=["energy", "connectivity", "gender"], modalities=["training"])
    PublishedOfferFactory(areas=["energy", "trade", "ict"], modalities=["training", "study-visits"])
    TargetFactory(offer=PublishedOfferFactory(areas=["energy"]), country=cambodia)
    run_matching()
    assert Match.objects.count() == 2
    for match in Match.objects.all():
        explanation = explain(need=need, offer=match.offer)
        assert explanation["gates"] == []
        assert explanation["score"] == match.score
        for code in ("areas", "modalities", "region"):
            assert part(explanation, code)["contribution"] == getattr(match, f"part_{code}")


def test_what_is_shared_related_missing_and_extra(cambodia):
    AreaFactory(code="connectivity")
    AreaFactory(code="trade", parent=PriorityArea.objects.get(code="connectivity"))
    need = PublishedNeedFactory(country=cambodia, areas=["energy", "connectivity", "gender"], modalities=[])
    offer = PublishedOfferFactory(areas=["energy", "trade", "statistics"])
    explanation = explain(need=need, offer=offer)
    assert explanation["areas"] == {
        "shared": ["energy"],
        "related": [{"asked": "connectivity", "offered": ["trade"]}],
        "missing": ["gender"],
        "extra": ["statistics"],
    }
    # credit 1.5 of 3 asked + 0.1 × 1 extra
    assert (part(explanation, "areas")["numerator"], part(explanation, "areas")["denominator"]) == (15, 31)
    assert explanation["modalities"]["need_states_none"]
    assert "offer.targets" in explanation["not_stated"]


def test_tags_and_entries_as_printed_neither_gate_nor_score(cambodia):
    AreaFactory(code="sdgs", use="tag")
    AreaFactory(code="security", use="as_printed")
    need = PublishedNeedFactory(country=cambodia, areas=["sdgs", "security"])
    offer = PublishedOfferFactory(areas=["sdgs", "security"])
    assert explain(need=need, offer=offer)["gates"] == ["no_shared_area"]


def test_every_gate_that_closes_is_named(cambodia):
    need = PublishedNeedFactory(country=cambodia, areas=["energy"], modalities=["training"])
    offer = PublishedOfferFactory(
        country=None,
        agency=AgencyFactory(country=cambodia),
        areas=["gender"],
        modalities=["study-visits"],
        closes_on=dt.date(2020, 1, 1),
    )
    TargetFactory(offer=offer)
    explanation = explain(need=need, offer=offer)
    assert explanation["gates"] == [
        "not_open", "same_side", "no_shared_area", "no_shared_modality", "outside_target",
    ]  # fmt: skip
    assert len(gate_reasons(explanation)) == 5


@pytest.mark.parametrize(
    ("level", "percent"),
    [
        (GroupLevel.NEIGHBOURHOOD, 90),
        (GroupLevel.SPECIAL_SITUATION, 80),
        (GroupLevel.ORGANISATION, 75),
        (GroupLevel.SUB_REGION, 70),
        (GroupLevel.REGION, 60),
        (GroupLevel.WIDE, 50),
    ],
)
def test_the_closest_route_counts(cambodia, level, percent):
    group = CountryGroupFactory(code="CLOSE", level=level)
    GroupMembershipFactory(group=group, country=cambodia)
    offer = PublishedOfferFactory()
    TargetFactory(offer=offer, group=group)
    TargetFactory(offer=offer, group=CountryGroup.objects.get(code="OPEN_REACH"))
    region = explain(need=PublishedNeedFactory(country=cambodia), offer=offer)["region"]
    assert region["level"] == percent
    assert [route["percent"] for route in region["routes"]] == [percent, 40]


def test_a_region_counts_more_where_both_share_a_sub_region(cambodia):
    thailand, india = CountryFactory(iso3="THA"), CountryFactory(iso3="IND")
    south_east_asia = CountryGroupFactory(code="ESCAP_SEA", level=GroupLevel.SUB_REGION)
    region = CountryGroupFactory(code="ASIA_PACIFIC", level=GroupLevel.REGION)
    GroupMembershipFactory(group=region, country=cambodia)
    for country in (cambodia, thailand):
        GroupMembershipFactory(group=south_east_asia, country=country)
    need = PublishedNeedFactory(country=cambodia)
    near, far = PublishedOfferFactory(country=thailand), PublishedOfferFactory(country=india)
    for offer in (near, far):
        TargetFactory(offer=offer, group=region)
    assert explain(need=need, offer=near)["region"]["level"] == 70
    assert explain(need=need, offer=far)["region"]["level"] == 60
    assert "Both countries lie in the same sub-region." in reasons(explain(need=need, offer=near))


@pytest.mark.parametrize(("prefers", "preference", "numerator"), [("THA", 100, 5800), ("IND", 0, 2800)])
def test_preferred_partners_are_a_share_of_the_region(cambodia, prefers, preference, numerator):
    need = PublishedNeedFactory(country=cambodia)
    PreferredPartnerFactory(need=need, country=CountryFactory(iso3=prefers))
    explanation = explain(need=need, offer=PublishedOfferFactory(country=CountryFactory(iso3="THA")))
    assert explanation["region"]["preference"] == preference
    assert part(explanation, "region")["numerator"] == numerator


def test_a_list_made_anew_each_year_explains_a_reach_and_is_not_named(cambodia):
    fragile = CountryGroupFactory(code="FRAGILE", label="Fragile situations", level=GroupLevel.WIDE, is_made_anew=True)
    GroupMembershipFactory(
        group=fragile, country=cambodia, valid_from=dt.date(2017, 7, 1), valid_to=dt.date(2018, 7, 1)
    )
    of_its_year = PublishedOfferFactory(stated_on=dt.date(2018, 6, 27))
    of_another = PublishedOfferFactory(stated_on=dt.date(2019, 6, 27))
    for offer in (of_its_year, of_another):
        TargetFactory(offer=offer, group=fragile)
    need = PublishedNeedFactory(country=cambodia)
    explanation = explain(need=need, offer=of_its_year)
    assert [(route["kind"], route["group"], route["percent"]) for route in explanation["region"]["routes"]] == [
        ("group", None, 50)
    ]
    said = [*reasons(explanation), *in_short(explanation, Labels.read())]
    assert "The offer reaches the country of the need through a wider grouping that the offer names." in said
    assert "Region: through a wider grouping that the offer names" in said
    assert not [sentence for sentence in said if "ragile" in sentence]
    assert explain(need=need, offer=of_another)["gates"] == ["outside_target"]


def test_an_explanation_from_before_names_no_such_list_either(cambodia):
    CountryGroupFactory(code="FRAGILE", label="Fragile situations", level=GroupLevel.WIDE, is_made_anew=True)
    explanation = explain(need=PublishedNeedFactory(country=cambodia), offer=PublishedOfferFactory())
    explanation["region"]["routes"] = [
        {"kind": "group", "group": "FRAGILE", "level_code": "wide", "percent": 50, "shares_sub_region": False,
         "left_on": None}
    ]  # fmt: skip
    assert "The offer reaches the country of the need through a wider grouping that the offer names." in reasons(
        explanation
    )


def test_a_transition_is_said(cambodia):
    ldc = CountryGroupFactory(code="LDC", level=GroupLevel.SPECIAL_SITUATION)
    GroupMembershipFactory(group=ldc, country=cambodia, valid_to=dt.date(2025, 12, 13))
    offer = PublishedOfferFactory()
    TargetFactory(offer=offer, group=ldc)
    explanation = explain(need=PublishedNeedFactory(country=cambodia), offer=offer, on=dt.date(2026, 11, 25))
    assert explanation["region"]["routes"][0]["left_on"] == "2025-12-13"
    assert any("13 December 2025" in sentence and "transition" in sentence for sentence in reasons(explanation))


def test_the_words_name_what_is_shared_and_missing(cambodia):
    need = PublishedNeedFactory(country=cambodia, areas=["energy", "gender"], modalities=["training", "study-visits"])
    offer = PublishedOfferFactory(areas=["energy"], modalities=["training"])
    sentences = reasons(explain(need=need, offer=offer), Labels.read())
    assert sentences[:3] == [
        "1 of 2 priority areas asked for is offered: Energy.",
        "Modalities in common: Training.",
        "The offer is open to all countries and territories taking part (a working rule for finding offers).",
    ]
    assert "Asked for, and not offered: Gender." in sentences
    assert "Modalities asked for, and not offered: Study visits." in sentences


def test_the_word_comes_of_what_is_stated_and_has_the_bounds_of_the_profile(cambodia):
    need, offer = PublishedNeedFactory(country=cambodia), PublishedOfferFactory()
    bounds = [(820_000, 800_000), (820_001, 820_000), (900_000, 820_001)]
    profiles = [
        ScoringProfileFactory(version=2 + n, strong_from=strong, good_from=good)
        for n, (strong, good) in enumerate(bounds)
    ]
    explained = [explain(need=need, offer=offer, profile=profile) for profile in profiles]
    assert [(one["overlap"], one["fit"]) for one in explained] == [
        (820_000, "strong"), (820_000, "good"), (820_000, "partial"),
    ]  # fmt: skip


def test_the_command_explains_a_pair(cambodia):
    need, offer = PublishedNeedFactory(country=cambodia), PublishedOfferFactory()
    out = StringIO()
    call_command("explain_match", str(need.pk), str(offer.pk), stdout=out)
    assert "Strong fit: 0.820000" in out.getvalue()
    assert "Modalities in common: Training." in out.getvalue()


def test_the_command_names_the_gates(cambodia):
    need, offer = PublishedNeedFactory(country=cambodia), PublishedOfferFactory(country=cambodia)
    out = StringIO()
    call_command("explain_match", str(need.pk), str(offer.pk), stdout=out)
    assert "Not a match:" in out.getvalue()
    assert "same_side: Both are of the same country" in out.getvalue()


def test_the_command_says_which_posting_is_not_there(cambodia):
    with pytest.raises(CommandError, match="no need with the id 999"):
        call_command("explain_match", "999", "1")


def test_the_run_command_prints_a_summary(cambodia):
    PublishedNeedFactory(country=cambodia)
    PublishedOfferFactory(country=cambodia)
    PublishedOfferFactory()
    out = StringIO()
    call_command("run_matching", stdout=out)
    assert "1 needs × 2 offers = 2 pairs, 1 open" in out.getvalue()
    assert "closed by gate: same_side 1" in out.getvalue()
    assert "suggestions: 1 (1 new, 0 moved, 0 gone)" in out.getvalue()
    call_command("run_matching", "--on", "2018-06-27", stdout=out)
    assert MatchRun.objects.first().is_what_if


@pytest.mark.parametrize("bad", [{"transition_years": 21}, {"top_k": 0}, {"top_k": 201}, {"strong_from": 1}])
def test_a_profile_that_no_run_could_use_is_not_stored(bad):
    with pytest.raises(IntegrityError):
        ScoringProfile.objects.create(code="odd", **bad)


def test_labels_with_commas_are_told_apart(cambodia):
    PriorityArea.objects.filter(code="energy").update(label="Energy, renewables")
    need = PublishedNeedFactory(country=cambodia, areas=["energy", "gender"])
    PriorityArea.objects.filter(code="energy").update(label="Energy, renewables")
    offer = PublishedOfferFactory(areas=["energy", "gender"])
    names = next(one for one in reasons(explain(need=need, offer=offer)) if "priority areas asked for" in one)
    assert "Energy, renewables; " in names or "; Energy, renewables" in names


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"closes_on": dt.date(2020, 1, 31)}, "The offer closed on 31 January 2020."),
        ({"opens_on": dt.date(2100, 1, 31)}, "The offer opens on 31 January 2100."),
        ({"status": PostingStatus.WITHDRAWN}, "The offer is not published."),
    ],
)
def test_it_says_which_side_is_not_open_and_why(cambodia, values, why):
    need, offer = PublishedNeedFactory(country=cambodia), PublishedOfferFactory()
    TargetFactory(offer=offer, country=cambodia)
    type(offer).objects.filter(pk=offer.pk).update(**values)
    offer.refresh_from_db()
    explanation = explain(need=need, offer=offer)
    assert [(closed["side"], gate_reasons(explanation)) for closed in explanation["not_open"]] == [("offer", [why])]


def test_what_was_explained_before_there_were_levels_reads_as_it_did():
    old = {
        "gates": [],
        "criteria": [{"code": "topic", "weight": 50, "numerator": 0, "denominator": 10_000, "contribution": 0}],
        "areas": {"shared": [], "related": [], "missing": [], "extra": []},
        "modalities": {"shared": [], "missing": [], "extra": [], "need_states_none": True, "offer_states_none": True},
        "region": {"level": 40, "routes": [], "preference": None},
        "topic": {"closeness": 0, "need_has_no_text": True, "offer_has_no_text": False, "other_language": False},
        "not_stated": [],
    }
    assert reasons(old, Labels.read()) == ["There is no text of both sides to compare, so that the topic adds nothing."]
