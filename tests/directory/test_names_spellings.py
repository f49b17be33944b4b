import pytest

from directory.names import NameIndex
from tests.directory.spellings import OWN_SPELLINGS, SHARED_SPELLINGS, measure

pytestmark = pytest.mark.any_database


def test_our_own_list_of_spellings(name_index: NameIndex) -> None:
    measured = measure(name_index, OWN_SPELLINGS)
    assert measured.wrong == []
    assert measured.resolved >= 0.85
    assert measured.right_first >= 0.97


@pytest.mark.shared
@pytest.mark.skipif(not SHARED_SPELLINGS.exists(), reason="the folder ../shared of facts and samples is absent")
def test_the_shared_list_of_spellings(name_index: NameIndex) -> None:
    measured = measure(name_index, SHARED_SPELLINGS)
    assert measured.wrong == []
    assert measured.resolved >= 0.70
    assert measured.right_first >= 0.95
