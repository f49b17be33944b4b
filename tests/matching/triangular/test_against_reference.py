"""The finder agrees with the slow one to the last millionth: triples, parts, ties, places, decided ones."""

import random
from typing import Any

import numpy as np
import pytest

from matching.engine import suggest
from matching.engine.inputs.case import Case
from matching.triangular.options import BEST_KEPT, Listed, Options, Roles, find
from tests.matching.engine.arrays_of import COUNTRIES, N_AREAS, excluded, tables
from tests.matching.engine.reference import Need, Offer, Rules
from tests.matching.engine.strategies import LEVELS, N_MODALITIES
from tests.matching.triangular import reference

pytestmark = pytest.mark.any_database

WEIGHTS = (
    {"areas": 45, "modalities": 25, "region": 30, "topic": 0},
    {"areas": 10, "modalities": 15, "region": 25, "topic": 50},
)


class Scene:
    """Random postings, their lists, who may take which part, and some triples that people have decided."""

    def __init__(self, seed: int, *, n_needs: int = 12, n_offers: int = 25) -> None:
        self.draw = draw = random.Random(seed)
        self.rules = Rules(
            parents=draw.choice(({}, {1: 0, 2: 0, 4: 3})),
            weights=draw.choice(WEIGHTS),
            min_score=draw.choice((0, 200_000, 400_000)),
            top_k=draw.choice((3, 20)),
            unstated_modalities=draw.choice((0, 50)),
            unstated_topic=draw.choice((0, 20)),
            good_from=draw.choice((0, 400_000, 600_000)),
        )
        self.needs = [Need(**self.common(pk), preferred=self.levels(or_none=True)) for pk in self.ids(n_needs)]
        # Few distinct ones, so that many bring the same and scores tie.
        kinds = [self.common(0) | {"reaches": self.levels()} for _ in range(n_offers // 2)]
        own = ("country", "agency", "is_open")
        self.offers = [
            Offer(**draw.choice(kinds) | {name: self.common(pk)[name] for name in own} | {"id": pk})
            for pk in self.ids(n_offers)
        ]
        self.beneficiaries = {need.id for need in self.needs if draw.random() < 0.9}
        self.pivotals = {offer.id for offer in self.offers if draw.random() < 0.8}
        self.confirmed = {offer.id for offer in self.offers if draw.random() < 0.6}
        self.thirds = {offer.id for offer in self.offers if draw.random() < 0.6}

    def ids(self, number: int) -> list[int]:
        return self.draw.sample(range(10**6), number)

    def some(self, count: int, most: int) -> set[int]:
        return set(self.draw.sample(range(count), self.draw.randint(0, most)))

    def levels(self, *, or_none: bool = False) -> Any:
        levels = {country: self.draw.choice(LEVELS) for country in COUNTRIES}
        return self.draw.choice((None, levels)) if or_none else levels

    def common(self, pk: int) -> dict[str, Any]:
        draw = self.draw
        return {
            "id": pk,
            "country": draw.choice((None, *COUNTRIES)),
            "agency": draw.choice((None, *range(8))),
            "areas": self.some(N_AREAS, 3),
            "modalities": self.some(N_MODALITIES, 3),
            "recency": draw.choice((0, 1)),
            "is_open": draw.random() < 0.9,
            "words": {draw.choice((0, 7)): draw.randint(1, 10_000)},
            "language": draw.choice((None, 0, 1)),
        }

    def check(self) -> int:
        """Compare the two finders; return how many options there are."""
        postings = tables(self.needs, self.offers, self.rules)
        found = suggest(*postings, excluded(self.needs, self.offers, set()))
        own = found.rank_for_need > 0
        listed = Listed(
            need_index=found.need_index[own],
            offer_index=found.offer_index[own],
            topic=found.parts[own][:, 3],
        )
        lists: dict[int, list[int]] = {}
        for need, offer in zip(listed.need_index.tolist(), listed.offer_index.tolist(), strict=True):
            lists.setdefault(self.needs[need].id, []).append(self.offers[offer].id)
        asked: dict[str, Any] = {
            "lists": lists, "beneficiaries": self.beneficiaries, "pivotals": self.pivotals, "thirds": self.thirds,
            "confirmed": self.confirmed,
        }  # fmt: skip
        first = reference.find(self.needs, self.offers, self.rules, **asked, decided=set())
        decided = {(one.need, one.pivotal, one.facilitating) for one in first if self.draw.random() < 0.2}
        expected = reference.find(self.needs, self.offers, self.rules, **asked, decided=decided)
        options = self.find(Case.of(*postings), listed, decided)
        assert self.by_ids(options) == expected
        assert options.score.tolist() == [sum(one.parts) for one in expected]
        return len(expected)

    def find(self, case: Case, listed: Listed, decided: set[tuple[int, int, int]]) -> Options:
        row = {need.id: index for index, need in enumerate(self.needs)}
        offer_row = {offer.id: index for index, offer in enumerate(self.offers)}
        roles = Roles(
            beneficiary=np.array([need.id in self.beneficiaries for need in self.needs], dtype=np.bool_),
            pivotal=np.array([offer.id in self.pivotals for offer in self.offers], dtype=np.bool_),
            facilitating=np.array([offer.id in self.thirds for offer in self.offers], dtype=np.bool_),
            confirmed=np.array([offer.id in self.confirmed for offer in self.offers], dtype=np.bool_),
        )
        return find(
            case,
            listed,
            roles,
            decided={(row[need], offer_row[one], offer_row[third]) for need, one, third in decided},
        )

    def by_ids(self, options: Options) -> list[reference.Option]:
        return [
            reference.Option(
                need=self.needs[options.need_index[row]].id,
                pivotal=self.offers[options.pivotal_index[row]].id,
                facilitating=self.offers[options.facilitating_index[row]].id,
                parts=options.parts[row].tolist(),
                word=int(options.word[row]),
                rank=int(options.rank[row]),
            )
            for row in range(len(options))
        ]


@pytest.mark.parametrize("seed", range(60))
def test_the_options_equal_the_reference(seed):
    Scene(seed).check()


def test_the_cases_are_worth_comparing():
    numbers = [Scene(seed).check() for seed in range(20)]
    assert sum(numbers) > 100
    assert Scene(2018, n_needs=40, n_offers=60).check() > 5 * BEST_KEPT


def test_nothing_comes_of_nothing():
    scene = Scene(1)
    scene.needs, scene.offers = scene.needs[:1], []
    assert scene.check() == 0
    scene = Scene(2)
    scene.thirds = set()
    assert scene.check() == 0
