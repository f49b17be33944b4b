"""What a title says that is composed of answers."""

import pytest

from surveys.answering.titles import COMPOSED_CHARACTERS, composed_title
from surveys.choices import Side
from surveys.postings.deciding.publishable import lacks

pytestmark = pytest.mark.any_database

ALL = ["Financial", "Experts/knowledge", "Training"]


@pytest.mark.parametrize(
    ("areas", "modalities", "title"),
    [
        (["A", "B", "C"], ["Training", "Experts"], "Nepal: training and experts in 3 areas"),
        (["A", "B", "C"], ALL, "Nepal: financial, experts/knowledge and more in 3 areas"),
        (["Energy"], ["Training"], "Nepal: training in Energy"),
        (["Energy", "Health"], [], "Nepal: cooperation in Energy and Health"),
        ([], ["Training"], "Nepal: training"),
        ([], [], "Nepal seeks cooperation"),
    ],
)
def test_a_composed_title_is_short(areas: list[str], modalities: list[str], title: str):
    found = composed_title(Side.NEED, country="Nepal", areas=areas, modalities=modalities, names_areas=True)
    assert found == title


def test_areas_of_a_printed_source_are_counted():
    title = composed_title(Side.OFFER, country="Nepal", areas=["Energy"], modalities=["Training"], names_areas=False)
    assert title == "Nepal: training in 1 area"


def test_a_long_name_leaves_out_areas_first_and_then_modalities():
    areas = ["Sustainable management of forests and of their soils", "Resilience of coasts"]
    given = {"areas": areas, "modalities": ["Training", "Experts/knowledge"], "names_areas": True}
    title = composed_title(Side.OFFER, country="Nepal", **given)
    assert title == "Nepal: training and experts/knowledge in 2 areas"
    long = composed_title(Side.OFFER, country="N" * 45, **given)
    assert long == f"{'N' * 45}: training and more in 2 areas"
    assert len(long) <= COMPOSED_CHARACTERS
    assert len(composed_title(Side.OFFER, country="N" * 300, **given)) == 200


@pytest.mark.parametrize(("areas", "expected"), [(["Energy"], False), ([], True)])
def test_only_a_title_that_says_nothing_else_is_no_title(areas: list[str], expected: bool):
    title = composed_title(Side.NEED, country="Nepal", areas=areas, modalities=[], names_areas=True)
    found = lacks(title=title, areas=[], states_modality=True, closes_on=None)
    assert ("title" in [lack.field for lack in found]) is expected
