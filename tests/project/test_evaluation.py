"""`make eval` does not read the answer from the question, and counts twins, ties and differences as it says."""

import numpy as np
import pytest

from benchmarks.evaluation import interval, measures, ways, whom_to_ask
from benchmarks.evaluation_data import Task, projects_task
from benchmarks.texts import masked, near_twins
from matching.models import ScoringProfile

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("with the Government of Brazil", "with the Government of"),
        ("Viet Nam's experts and Thai trainers", "experts and trainers"),
        ("Angolans, Nepali and Nepalese farmers", ", and farmers"),
        ("funded by TICA in Lao PDR", "funded by in"),
        ("the Republic of Korea and KOREA", "the and"),
        ("du Burkina Faso et de la Côte d’Ivoire", "du et de la"),
        ("United Nations work in Asia, not in the USA", "United Nations work in Asia, not in the"),
        ("a turkey farm, a niger seed, the chad of a card", "a turkey farm, a niger seed, the chad of a card"),
    ],
)
def test_names_of_countries_people_and_agencies_are_masked(text, left):
    assert " ".join(masked(text).split()) == left


def test_near_twins_share_half_of_their_runs_of_words():
    told = "the project trained farmers in growing rice on salty soil near the coast"
    again = "the project trained farmers in growing rice on salty soil near the sea"
    other = "a loan for a bridge over the river that floods each year in autumn"
    assert near_twins([told], [told, again, other]).tolist() == [[True, True, False]]
    assert near_twins([""], ["", other]).tolist() == [[True, False]]


def project(**values: str) -> dict[str, str]:
    row = {
        "title": "Rice", "description": "Growing rice on salty soil", "host_iso3": "KHM", "provider_iso3": "THA",
        "regions": "Asia", "themes": "Environment", "primary_sdg": "SDG2", "secondary_sdgs": "",
    }  # fmt: skip
    return row | values


def test_a_provider_is_not_found_by_the_same_project_told_again(db):
    rows = [
        project(),
        project(title="Rice.", host_iso3="LAO"),
        project(title="Bridges", description="A bridge over a river that floods", host_iso3="MMR"),
    ]
    task = projects_task(rows, ScoringProfile())
    assert task.is_other_side.tolist() == [[False, False, True], [False, False, True], [True, True, False]]


def test_codes_are_split_on_every_separator(db):
    task = projects_task([project(provider_iso3="DZA;KOR,USA."), project(title="Bridges")], ScoringProfile())
    assert task.truth.shape == (2, 4)
    assert task.truth.sum(axis=1).tolist() == [3, 1]


def test_ties_count_as_in_a_draw_and_the_first_true_answer_alone():
    task = Task(
        title="", fractions={}, is_open=np.ones((1, 3)), is_other_side=np.ones((1, 3)), candidate=np.arange(3),
        truth=np.array([[True, False, True]]), left_out=np.zeros((1, 3), dtype=np.bool_), group=np.zeros(1),
        need_texts=[], offer_texts=[],
    )  # fmt: skip
    first = measures(np.array([[0.9, 0.5, 0.1]]), task)
    assert (first.mrr[0], first.dcg_of_first[0], first.hit_at_1[0]) == (1, 1, 1)
    drawn = measures(np.array([[0.5, 0.5, 0.1]]), task)
    assert drawn.mrr[0] == pytest.approx((1 + 1 / 2) / 2)


def test_a_difference_that_never_changes_has_no_width():
    assert interval(np.full(20, 0.25)) == (0.25, 0.25)


def task_of(
    scores: list[float], candidate: list[int], *, alike: list[int] | None, is_open: list[bool] | None = None
) -> Task:
    """One need, and an offer for each score."""
    size, candidates = len(scores), max(candidate) + 1
    return Task(
        title="", fractions={"topic": np.array([scores])}, is_open=np.array([is_open or [True] * size]),
        is_other_side=np.ones((1, size), dtype=np.bool_), candidate=np.array(candidate),
        truth=np.eye(1, candidates, dtype=np.bool_), left_out=np.zeros((1, candidates), dtype=np.bool_),
        group=np.zeros(1), need_texts=["a need"], offer_texts=["an offer"] * size,
        offer_alike=None if alike is None else np.array(alike),
    )  # fmt: skip


WEIGHTS = {"topic": 100}


def test_whom_to_ask_takes_the_distinct_open_offers_of_a_provider_together():
    scores, candidate = [0.7, 0.7, 0.7, 0.8, 0.1], [0, 0, 0, 1, 2]
    ask = [0, 1, 2, 3, 4]
    assert whom_to_ask(task_of(scores, candidate, alike=ask), WEIGHTS).tolist() == [[2, 1, 0]]
    # The same project told three times, and offers that a gate closes, are no further ones.
    assert whom_to_ask(task_of(scores, candidate, alike=[0, 0, 0, 3, 4]), WEIGHTS).tolist() == [[1, 2, 0]]
    is_open = [True, False, False, True, False]
    assert whom_to_ask(task_of(scores, candidate, alike=ask, is_open=is_open), WEIGHTS).tolist() == [[1, 2, 0]]


def test_whom_to_ask_tells_what_no_float_does_and_leaves_ties_tied():
    # 10³⁶ and one more: a float has sixteen digits.
    nearly = task_of([1.0, 1.0, 0.000001, 1.0], [0, 1, 1, 2], alike=[0, 1, 2, 3])
    assert whom_to_ask(nearly, WEIGHTS).tolist() == [[0, 1, 0]]


def test_whom_to_ask_is_measured_where_a_candidate_has_several_offers():
    several, one_each = (task_of([0.5, 0.6], [0, 1], alike=alike) for alike in ([0, 1], None))
    assert "whom to ask" in ways(several, WEIGHTS)
    assert "whom to ask" not in ways(one_each, WEIGHTS)


def test_equal_projects_of_a_provider_are_alike(db):
    rows = [
        project(host_iso3="LAO"), project(host_iso3="LAO"), project(host_iso3="LAO", themes="Trade"),
        project(host_iso3="LAO", regions="Africa"), project(host_iso3="LAO", description="Bridges"), project(),
    ]  # fmt: skip
    alike = projects_task(rows, ScoringProfile()).offer_alike.tolist()
    assert alike[0] == alike[1]
    assert len(set(alike)) == 5
