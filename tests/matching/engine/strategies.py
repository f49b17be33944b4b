"""Random cases, small and dense, so that gates close, scores tie and lists overflow often."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from matching.engine import Weights
from tests.matching.engine.arrays_of import COUNTRIES, N_AREAS, N_LANGUAGES
from tests.matching.engine.reference import Need, Offer, Rules

N_MODALITIES = 4
LEVELS = (0, 40, 50, 60, 70, 75, 80, 90, 100)

countries = st.none() | st.sampled_from(COUNTRIES)
area_sets = st.sets(st.integers(0, N_AREAS - 1), max_size=5)
modality_sets = st.sets(st.integers(0, N_MODALITIES - 1), max_size=4)
levels = st.fixed_dictionaries({country: st.sampled_from(LEVELS) for country in COUNTRIES})
some_words = st.dictionaries(st.sampled_from((0, 7, 1_048_575)), st.integers(1, 10_000), max_size=3)
some_meaning = st.tuples(*[st.integers(-128, 127)] * 3) | st.just((0, 0, 0))
common = {
    "country": countries,
    "agency": st.none() | st.integers(0, 4),
    "areas": area_sets,
    "modalities": modality_sets,
    "recency": st.integers(0, 2),
    "is_open": st.sampled_from((True, True, True, False)),
    "words": some_words,
    "meaning": some_meaning,
    "language": st.none() | st.integers(0, N_LANGUAGES - 1),
    "english_words": st.none() | some_words,
    "english_meaning": some_meaning,
}
one_need = st.builds(Need, id=st.just(1), preferred=st.none() | levels, **common)
one_offer = st.builds(Offer, id=st.just(2), reaches=levels, **common)
# Two families, {0: 1, 2} and {3: 4}, and two areas without relatives; or none at all.
parents = st.sampled_from(({}, {1: 0, 2: 0, 4: 3}))


def add_up(weights: dict[str, int]) -> bool:
    """The engine refuses the few sets that round to more than one in all."""
    try:
        Weights(**weights)
    except ValueError:
        return False
    return True


weights = st.sampled_from(
    (
        {"areas": 45, "modalities": 25, "region": 30, "topic": 0},
        {"areas": 10, "modalities": 10, "region": 10, "topic": 70},
    )
) | st.fixed_dictionaries({name: st.integers(0, 100) for name in ("areas", "modalities", "region", "topic")}).filter(
    add_up
)
rules = st.builds(
    Rules,
    parents=parents,
    weights=weights,
    preferred_share=st.sampled_from((30, 0, 100, 33)),
    unstated_modalities=st.sampled_from((0, 20, 50, 91, 100)),
    unstated_topic=st.sampled_from((0, 20, 33, 100)),
    known_languages=st.frozensets(st.integers(0, N_LANGUAGES - 1)),
    across=st.sampled_from(({}, {frozenset({0, 1}): 3_000}, {frozenset({0, 2}): 0, frozenset({1, 2}): 9_000})),
    min_score=st.sampled_from((350_000, 0, 600_000, 1_000_000)),
    top_k=st.sampled_from((1, 2, 3, 20)),
    good_from=st.sampled_from((400_000, 0)),
    strong_from=st.sampled_from((600_000, 400_000, 1_000_000)),
)


class Scene(NamedTuple):
    needs: list[Need]
    offers: list[Offer]
    rules: Rules
    decided: set[tuple[int, int]]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Needs and offers with ids in any order, some of them alike but for the id, and decided pairs."""

    def side(one: st.SearchStrategy[Any]) -> list[Any]:
        kinds = draw(st.lists(one, min_size=1, max_size=3))
        ids = draw(st.lists(st.integers(0, 99), unique=True, max_size=6))
        return [type(kind)(**(vars(kind) | {"id": i})) for i in ids for kind in [draw(st.sampled_from(kinds))]]

    needs, offers = side(one_need), side(one_offer)
    pairs = [(need.id, offer.id) for need in needs for offer in offers]
    decided = draw(st.sets(st.sampled_from(pairs), max_size=3)) if pairs else set()
    return Scene(needs, offers, draw(rules), decided)
