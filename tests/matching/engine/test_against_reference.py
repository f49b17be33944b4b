"""The engine agrees with the slow scorer to the last millionth: parts, gates, ties, ranks, exclusions."""

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import GATES, Suggestions, explain, suggest
from tests.matching.engine import reference
from tests.matching.engine.arrays_of import COUNTRIES, N_AREAS, excluded, mask, tables
from tests.matching.engine.reference import Need, Offer, Rules
from tests.matching.engine.strategies import LEVELS, N_MODALITIES, Scene, one_need, one_offer, rules, scenes

pytestmark = pytest.mark.any_database


def run(scene: Scene, **how: Any) -> Suggestions:
    return suggest(
        *tables(scene.needs, scene.offers, scene.rules),
        excluded(scene.needs, scene.offers, scene.decided),
        **how,
    )


def by_ids(scene: Scene, found: Suggestions) -> dict[tuple[int, int], reference.Suggestion]:
    return {
        (scene.needs[found.need_index[row]].id, scene.offers[found.offer_index[row]].id): reference.Suggestion(
            parts=found.parts[row].tolist(),
            score=int(found.score[row]),
            word=int(found.word[row]),
            rank_for_need=int(found.rank_for_need[row]),
            rank_for_offer=int(found.rank_for_offer[row]),
        )
        for row in range(len(found))
    }


def check_run(scene: Scene, **how: Any) -> None:
    found = run(scene, **how)
    expected = reference.suggest(scene.needs, scene.offers, scene.rules, scene.decided)
    assert by_ids(scene, found) == expected
    assert len(found) == len(expected)

    need_by_id = {need.id: need for need in scene.needs}
    offer_by_id = {offer.id: offer for offer in scene.offers}
    assert list(by_ids(scene, found)) == sorted(
        expected, key=lambda pair: (pair[0], -expected[pair].score, -offer_by_id[pair[1]].recency, pair[1])
    )

    closed = dict.fromkeys(GATES, 0)
    n_open = 0
    for need in need_by_id.values():
        for offer in scene.offers:
            names = reference.gates(need, offer, scene.rules)
            for name in names:
                closed[name] += 1
            n_open += not names
    counts = found.counts
    assert counts.closed == closed
    assert (counts.pairs, counts.open, counts.decided) == (
        len(scene.needs) * len(scene.offers),
        n_open,
        len(scene.decided),
    )


@settings(max_examples=500, deadline=None)
@given(scene=scenes(), block_bytes=st.sampled_from((1, 500, 2**20)), workers=st.sampled_from((1, 2, 3)))
def test_a_run_equals_the_reference(scene: Scene, block_bytes: int, workers: int):
    check_run(scene, block_bytes=block_bytes, workers=workers)


@settings(max_examples=200, deadline=None)
@given(scene=scenes(), workers=st.sampled_from((1, 2, 3)))
def test_a_compiled_run_equals_the_reference(scene: Scene, workers: int):
    check_run(scene, way="compiled", workers=workers)


@settings(max_examples=800, deadline=None)
@given(need=one_need, offer=one_offer, rules=rules)
def test_an_explanation_equals_the_reference(need: Need, offer: Offer, rules: Rules):
    found = explain(*tables([need], [offer], rules), need_index=0, offer_index=0)

    fractions = [criterion(need, offer, rules) for criterion in reference.CRITERIA.values()]
    assert [part.criterion for part in found.parts] == list(reference.CRITERIA)
    assert [Fraction(part.numerator, part.denominator) for part in found.parts] == fractions
    assert [part.contribution for part in found.parts] == reference.parts(need, offer, rules)
    assert [part.weight for part in found.parts] == [rules.weights[name] for name in reference.CRITERIA]
    assert found.total_weight == sum(rules.weights.values())
    assert found.score == sum(reference.parts(need, offer, rules))
    assert list(found.gates) == reference.gates(need, offer, rules)
    assert found.word == reference.word(need, offer, rules)

    asked, offered = need.areas, offer.areas
    related = {a for a in asked - offered if any(rules.related(a, b) for b in offered)}
    assert found.shared_areas == mask(asked & offered)
    assert found.related_areas == mask(related)
    assert found.missing_areas == mask(asked - offered - related)
    assert found.extra_areas == mask(b for b in offered - asked if not any(rules.related(a, b) for a in asked))
    assert found.shared_modalities == mask(need.modalities & offer.modalities)
    assert found.missing_modalities == mask(need.modalities - offer.modalities)
    assert found.extra_modalities == mask(offer.modalities - need.modalities)
    assert found.reach_level == reference.reach_level(need, offer)
    if need.preferred is None:
        assert found.preference_level is None
    else:
        assert found.preference_level == (0 if offer.country is None else need.preferred[offer.country])


def big_scene(seed: int) -> Scene:
    """120 needs × 90 offers, many of them alike, so that lists are full and ties decide who is in them."""
    draw = random.Random(seed)

    def some(count: int, most: int) -> set[int]:
        return set(draw.sample(range(count), draw.randint(0, most)))

    def common(number: int) -> dict[str, Any]:
        return {
            "id": number,
            "country": draw.choice((None, *COUNTRIES)),
            "agency": draw.choice((None, 1, 2, 3, 4, 5, 6)),
            "areas": some(N_AREAS, 3),
            "modalities": some(N_MODALITIES, 2),
            "recency": draw.choice((0, 736_900, 736_901)),
            "is_open": draw.random() < 0.9,
        }

    def levels() -> dict[str, int]:
        return {country: draw.choice(LEVELS) for country in COUNTRIES}

    needs = [
        Need(**common(number), preferred=draw.choice((None, levels()))) for number in draw.sample(range(10**9), 120)
    ]
    offers = [Offer(**common(number), reaches=levels()) for number in draw.sample(range(10**9), 90)]
    decided = {(draw.choice(needs).id, draw.choice(offers).id) for _ in range(400)}
    return Scene(needs, offers, Rules(parents={1: 0, 2: 0, 4: 3}, top_k=4, min_score=300_000), decided)


@pytest.mark.parametrize(("block_bytes", "workers"), [(1, 1), (50_000, 3), (2**30, 2)])
def test_full_lists_with_ties_equal_the_reference(block_bytes: int, workers: int):
    scene = big_scene(2018)
    found = run(scene)
    assert found.rank_for_need.max() == found.rank_for_offer.max() == 4
    assert ((found.rank_for_need == 0) | (found.rank_for_offer == 0)).any()
    check_run(scene, block_bytes=block_bytes, workers=workers)
