"""What must hold of the score, whatever the case."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.engine import Explanation, explain, suggest
from tests.matching.engine.arrays_of import COUNTRIES, N_AREAS, excluded, tables
from tests.matching.engine.reference import Need, Offer, Rules
from tests.matching.engine.strategies import N_MODALITIES, Scene, one_need, one_offer, parents, rules, scenes

pytestmark = pytest.mark.any_database

many = settings(max_examples=300, deadline=None)


def explained(need: Need, offer: Offer, rules: Rules) -> Explanation:
    return explain(*tables([need], [offer], rules), need_index=0, offer_index=0)


@many
@given(need=one_need, offer=one_offer, rules=rules, area=st.integers(0, N_AREAS - 1))
def test_sharing_one_more_area_never_lowers_the_pair(need: Need, offer: Offer, rules: Rules, area: int):
    before = explained(need, offer, rules)
    after = explained(replace(need, areas=need.areas | {area}), replace(offer, areas=offer.areas | {area}), rules)
    assert after.score >= before.score
    assert set(after.gates) <= set(before.gates)


@many
@given(need=one_need, offer=one_offer, rules=rules, modality=st.integers(0, N_MODALITIES - 1))
def test_sharing_one_more_modality_never_lowers_the_pair(need: Need, offer: Offer, rules: Rules, modality: int):
    # Where one side states none, a modality is shared once it states one that the other has.
    assume((need.modalities and offer.modalities) or modality in need.modalities | offer.modalities)
    before = explained(need, offer, rules)
    after = explained(
        replace(need, modalities=need.modalities | {modality}),
        replace(offer, modalities=offer.modalities | {modality}),
        rules,
    )
    assert after.score >= before.score
    assert set(after.gates) <= set(before.gates)


@many
@given(need=one_need, offer=one_offer, parents=parents, data=st.data())
def test_an_offer_that_covers_more_of_the_need_ranks_higher(need: Need, offer: Offer, parents: dict[int, int], data):
    assume(need.areas - offer.areas)
    area = data.draw(st.sampled_from(sorted(need.areas - offer.areas)))
    better = replace(offer, id=offer.id + 1, areas=offer.areas | {area})
    rules = Rules(parents=parents, min_score=0)
    found = suggest(*tables([need], [offer, better], rules), excluded([need], [], set()))
    ranks = dict(zip(found.offer_index.tolist(), found.rank_for_need.tolist(), strict=True))
    assert list(ranks) in ([], [1], [1, 0])
    assert ranks.get(1, 1) == 1


@many
@given(scene=scenes())
def test_contributions_add_up_and_scores_lie_between_0_and_1(scene: Scene):
    found = suggest(*tables(scene.needs, scene.offers, scene.rules), excluded(scene.needs, scene.offers, scene.decided))
    assert (found.parts.sum(axis=1) == found.score).all()
    assert ((found.score >= scene.rules.min_score) & (found.score <= 1_000_000)).all()
    assert found.parts.dtype == found.score.dtype == np.int32


@many
@given(scene=scenes(), data=st.data())
def test_the_order_of_the_input_changes_nothing(scene: Scene, data):
    def rows(scene: Scene) -> tuple[list[tuple[object, ...]], object]:
        found = suggest(
            *tables(scene.needs, scene.offers, scene.rules), excluded(scene.needs, scene.offers, scene.decided)
        )
        return [
            (
                scene.needs[found.need_index[row]].id,
                scene.offers[found.offer_index[row]].id,
                found.parts[row].tolist(),
                int(found.rank_for_need[row]),
                int(found.rank_for_offer[row]),
            )
            for row in range(len(found))
        ], found.counts

    shuffled = scene._replace(
        needs=data.draw(st.permutations(scene.needs)), offers=data.draw(st.permutations(scene.offers))
    )
    assert rows(shuffled) == rows(scene)


@many
@given(need=one_need, offer=one_offer, rules=rules, country=st.sampled_from(COUNTRIES), agency=st.integers(0, 4))
def test_own_country_and_own_agency_never_match(need: Need, offer: Offer, rules: Rules, country: str, agency: int):
    for own in ({"country": country}, {"agency": agency}):
        pair = replace(need, **own), replace(offer, **own)
        assert "same_side" in explained(*pair, rules).gates
        assert len(suggest(*tables([pair[0]], [pair[1]], rules), excluded([], [], set()))) == 0


def test_two_unknown_countries_or_agencies_are_not_the_same_side():
    need = Need(1, None, None, {0}, set(), 0, True)
    offer = Offer(2, None, None, {0}, set(), 0, True)
    assert explained(need, offer, Rules()).gates == ("outside_target",)


@many
@given(need=one_need, offer=one_offer, rules=rules, area=st.integers(0, N_AREAS - 1))
def test_one_shared_area_opens_the_gate(need: Need, offer: Offer, rules: Rules, area: int):
    need, offer = replace(need, areas=need.areas | {area}), replace(offer, areas=offer.areas | {area})
    assert "no_shared_area" not in explained(need, offer, rules).gates


@many
@given(need=one_need, offer=one_offer, rules=rules)
def test_a_side_that_states_no_area_scores_0_there(need: Need, offer: Offer, rules: Rules):
    silent_need = explained(replace(need, areas=set()), offer, rules)
    silent_offer = explained(need, replace(offer, areas=set()), rules)
    for found in (silent_need, silent_offer):
        assert found.parts[0].numerator == 0
        assert "no_shared_area" in found.gates


@many
@given(need=one_need, offer=one_offer, rules=rules, data=st.data())
def test_silence_on_modalities_closes_nothing_and_never_pays(need: Need, offer: Offer, rules: Rules, data):
    silent_need, silent_offer = replace(need, modalities=set()), replace(offer, modalities=set())
    for one, other in ((silent_need, offer), (need, silent_offer)):
        silent = explained(one, other, rules)
        assert "no_shared_modality" not in silent.gates
        assert not silent.parts[1].is_comparable
        if stated := one.modalities | other.modalities:
            shared = data.draw(st.sampled_from(sorted(stated)))
            asks, offers = (
                replace(one, modalities=one.modalities or {shared}),
                replace(other, modalities=other.modalities or {shared}),
            )
            assert explained(asks, offers, rules).parts[1].contribution >= silent.parts[1].contribution


@many
@given(need=one_need, offer=one_offer, rules=rules)
def test_a_text_that_cannot_be_compared_counts_as_none(need: Need, offer: Offer, rules: Rules):
    rules = replace(rules, across={}, known_languages=frozenset({0, 1}))
    foreign = replace(need, language=1, english_words=None), replace(offer, language=2, english_words=None)
    silent = replace(need, words={}, meaning=(0, 0, 0), english_words=None), offer
    for pair in (foreign, silent):
        topic = explained(*pair, rules).parts[-1]
        assert not topic.is_comparable
        assert (topic.numerator, topic.denominator) == (100 * rules.unstated_topic, 10_000)


@many
@given(need=one_need, offer=one_offer, rules=rules)
def test_a_second_text_in_english_never_lowers_the_pair(need: Need, offer: Offer, rules: Rules):
    alone = explained(replace(need, english_words=None), replace(offer, english_words=None), rules)
    assert explained(need, offer, rules).score >= alone.score


@many
@given(need=one_need, offer=one_offer, rules=rules)
def test_the_word_says_nothing_of_the_texts(need: Need, offer: Offer, rules: Rules):
    mute_need = replace(need, words={}, meaning=(0, 0, 0), english_words=None)
    mute_offer = replace(offer, words={}, meaning=(0, 0, 0), english_words=None)
    assert explained(need, offer, rules).word == explained(mute_need, mute_offer, rules).word


def test_children_of_one_parent_are_not_related():
    need = Need(1, "KHM", None, {1}, set(), 0, True)
    offer = Offer(2, "THA", None, {2}, set(), 0, True, {"KHM": 100})
    found = explained(need, offer, Rules(parents={1: 0, 2: 0}))
    assert found.gates == ("no_shared_area",)
    assert found.extra_areas == 0b100
