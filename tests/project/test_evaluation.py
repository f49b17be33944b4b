"""`make eval` does not read the answer from the question, and counts twins, ties and differences as it says."""

import numpy as np
import pytest

from benchmarks.evaluation import interval, measures
from benchmarks.evaluation_data import Task, projects_task
from benchmarks.texts import masked, near_twins
from matching.models import ScoringProfile


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
