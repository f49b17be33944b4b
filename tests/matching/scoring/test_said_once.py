"""Criteria and gates are listed once, in the engine: whatever else names them follows, or is held against the list."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.utils.translation import gettext_lazy
from rest_framework.serializers import ChoiceField, ListField

from directory.models import User
from matching import engine
from matching.api.explanation import ExplanationSerializer
from matching.api.serializers import ContributionsSerializer
from matching.engine import compiled
from matching.engine.search import counts
from matching.models import Match, MatchChange, ScoringProfile, TriangularOption
from matching.models.by_criterion import CONTRIBUTIONS, WEIGHTS, Moves
from matching.scoring import reasons, words
from matching.scoring.near_misses import near_misses
from matching.scoring.profiles import gates_only
from matching.triangular.gates import TRIPLE_GATES
from matching.triangular.reasons import CLOSED_BY
from tests.factories import CountryFactory, PublishedNeedFactory, PublishedOfferFactory, TargetFactory
from tests.matching.engine import reference
from tests.matching.engine.arrays_of import tables
from tests.matching.engine.reference import Need, Offer, Rules
from tests.pages import Page

ROOT = Path(__file__).parents[3]
CRITERIA = [criterion.name for criterion in engine.CRITERIA]
GATES = list(engine.GATES)
FULL_MOON = words.GateWords(gettext_lazy("Is it full moon?"), gettext_lazy("It is full moon."))
MOON = words.CriterionWords(gettext_lazy("Moon"), gettext_lazy("How full is the moon?"))
SIDE: dict[str, Any] = {"agency": None, "areas": {0}, "modalities": {0}, "recency": 0, "is_open": True}


def method_in_docs() -> str:
    return (ROOT / "docs" / "matching.md").read_text()


@pytest.mark.any_database
def test_the_columns_are_those_of_the_criteria() -> None:
    assert list(CONTRIBUTIONS) == [f"part_{name}" for name in CRITERIA]
    assert list(WEIGHTS) == [f"weight_{name}" for name in CRITERIA]
    assert [field.name for field in Moves._meta.local_fields] == [f"{name}_by" for name in CRITERIA]
    for model in (Match, TriangularOption):
        assert set(CONTRIBUTIONS) == {f.name for f in model._meta.fields if f.name.startswith("part_")}
    assert set(WEIGHTS) == {f.name for f in ScoringProfile._meta.fields if f.name.startswith("weight_")}
    assert {f.name for f in MatchChange._meta.fields if f.name.endswith("_by")} == {f"{name}_by" for name in CRITERIA}


@pytest.mark.any_database
def test_the_engine_and_the_slow_scorer_know_the_same_criteria() -> None:
    assert list(engine.Weights().by_criterion()) == list(reference.CRITERIA) == CRITERIA


@pytest.mark.any_database
def test_the_compiled_loops_say_them_all() -> None:
    assert compiled.lacking() == []


@pytest.mark.any_database
def test_a_gate_that_the_loops_lack_is_asked_in_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.GATES, "full_moon", lambda case, need, offer: (need == 0) & (offer >= 0))
    monkeypatch.setattr(compiled, "PAIRS_WORTH_COMPILING", 1)
    needs = [Need(id=number, country="KHM", **SIDE) for number in (1, 2)]
    offers = [Offer(id=number, country="THA", reaches={"KHM": 100}, **SIDE) for number in (1, 2, 3)]
    found = engine.suggest(*tables(needs, offers, Rules()), engine.Excluded.none())

    assert compiled.lacking() == ["full_moon"]
    assert (found.counts.closed["full_moon"], found.counts.open, set(found.need_index.tolist())) == (3, 3, {1})
    with pytest.raises(ValueError, match="the compiled loops lack: full_moon"):
        engine.suggest(*tables(needs, offers, Rules()), engine.Excluded.none(), way="compiled")


@pytest.mark.any_database
def test_what_is_counted_quickly_is_what_asking_each_pair_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = [Need(id=number, country=country, **SIDE) for number, country in enumerate(("KHM", "THA", None))]
    others = SIDE | {"areas": {0, 1, 2}, "is_open": False}
    offers = [
        Offer(id=1, country="THA", reaches={"KHM": 100}, **SIDE | {"modalities": {1}}),
        Offer(id=2, country="KHM", reaches={"THA": 50}, **SIDE | {"areas": {1}}),
        Offer(id=3, country=None, reaches={}, **others),
    ]
    tabled = tables(needs, offers, Rules())
    quick = engine.suggest(*tabled, engine.Excluded.none(), way="numpy").counts.closed
    assert all(quick[name] for name in counts.QUICKLY)
    monkeypatch.setattr(counts, "QUICKLY", {})
    monkeypatch.setattr(counts, "TABLE_ENTRIES", 4)

    assert engine.suggest(*tabled, engine.Excluded.none(), way="numpy").counts.closed == quick


@pytest.mark.any_database
def test_words_that_are_missing_or_too_many_are_named() -> None:
    assert list(words.CRITERIA) == CRITERIA
    assert list(words.GATES) == GATES
    with pytest.raises(ImproperlyConfigured, match=r"gates and their words .* differ in: full_moon, not_open"):
        words.check_complete("gates", ["full_moon", "same_side"], {"same_side": "", "not_open": ""})


@pytest.mark.any_database
def test_every_gate_of_three_has_words() -> None:
    assert set(TRIPLE_GATES) <= set(CLOSED_BY)


@pytest.mark.any_database
def test_the_docs_list_every_gate_and_every_criterion_with_its_weight() -> None:
    docs = method_in_docs()
    by_default = ScoringProfile()

    assert re.findall(r"^\| .+\? \| `(\w+)` \|$", docs, flags=re.MULTILINE) == GATES
    assert re.findall(r"^\| (\w+) \| .+\? \| (\d+) % \|$", docs, flags=re.MULTILINE) == [
        (name, str(getattr(by_default, f"weight_{name}"))) for name in CRITERIA
    ]
    gates = docs.split("### Gates")[1].split("###")[0]
    assert [name for name in GATES if f"`{name}`" not in gates] == []


@pytest.mark.django_db
def test_the_page_of_the_method_lists_them_all(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(words.GATES, "full_moon", FULL_MOON)
    profile = ScoringProfile()
    text = Page(client.get("/method/")).text

    assert [gate.question for gate in words.GATES.values() if str(gate.question) not in text] == []
    for code, criterion in words.CRITERIA.items():
        assert f"{criterion.label} {criterion.question} {getattr(profile, f'weight_{code}')} %" in text


@pytest.mark.django_db
def test_the_schema_of_the_api_lists_them_all(tmp_path: Path) -> None:
    target = tmp_path / "schema.json"
    call_command("spectacular", format="openapi-json", file=str(target))
    schemas = json.loads(target.read_text())["components"]["schemas"]

    assert list(ContributionsSerializer().fields) == list(schemas["Contributions"]["properties"]) == CRITERIA
    assert schemas["Contributions"]["required"] == sorted(CRITERIA)
    gates = schemas["Explanation"]["properties"]["gates"]["items"]
    assert (schemas[gates["$ref"].split("/")[-1]] if "$ref" in gates else gates)["enum"] == GATES
    assert list(schemas["MatchRun"]["properties"]["counts"]["properties"]["closed_by"]["properties"]) == GATES
    of_gates = ExplanationSerializer().fields["gates"]
    assert isinstance(of_gates, ListField)
    assert isinstance(of_gates.child, ChoiceField)
    assert list(of_gates.child.choices) == GATES


@pytest.mark.django_db
@pytest.mark.usefixtures("known_profile")
def test_a_near_miss_by_a_new_gate_is_said_by_its_words_and_one_without_words_fails_by_name(
    reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cambodia = CountryFactory(iso3="KHM")
    need = PublishedNeedFactory(country=cambodia, areas=["agriculture"])
    offer = PublishedOfferFactory(country=CountryFactory(iso3="THA"), areas=["agriculture"])
    TargetFactory(offer=offer, country=cambodia)
    monkeypatch.setitem(
        engine.GATES, "full_moon", lambda case, need, offer: np.ones(np.broadcast_shapes(need.shape, offer.shape), bool)
    )
    with pytest.raises(KeyError, match="full_moon"):
        near_misses(posting=need, reader=reviewer)

    monkeypatch.setitem(words.GATES, "full_moon", FULL_MOON)
    [near] = near_misses(posting=need, reader=reviewer)
    assert (near.offer, near.gate, near.why) == (offer, "full_moon", "It is full moon.")


@pytest.mark.django_db
def test_a_criterion_without_sentences_of_its_own_is_said_by_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(words.CRITERIA, "moon", MOON)
    part = {"code": "moon", "weight": 10, "total_weight": 100, "numerator": 2, "denominator": 3, "contribution": 66_667}
    told: dict[str, Any] = {
        "criteria": [part, part | {"weight": 0}],
        "areas": {"missing": []},
        "modalities": {"missing": []},
        "not_stated": [],
    }

    assert reasons.reasons(told) == ["Moon: fulfilled to 66 %."]
    with pytest.raises(KeyError, match="sun"):
        reasons.reasons(told | {"criteria": [part | {"code": "sun"}]})


@pytest.mark.any_database
def test_gates_only_weighs_nothing_but_the_areas_and_leaves_the_profile_alone() -> None:
    profile = ScoringProfile()
    alone = gates_only(profile)

    assert {name: getattr(alone, name) for name in WEIGHTS if getattr(alone, name)} == {"weight_areas": 100}
    assert [getattr(profile, name) for name in WEIGHTS[:4]] == [25, 15, 20, 40]
    assert (alone.level_named, alone.min_score) == (profile.level_named, profile.min_score)
