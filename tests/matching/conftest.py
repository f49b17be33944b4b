"""What tests of the matching share."""

import pytest

from matching.models import ScoringProfile
from tests.factories import ScoringProfileFactory


@pytest.fixture
def known_profile(db: None) -> ScoringProfile:
    """Scores that are easy to work out by hand, without the topic; that has tests of its own (test_topic.py)."""
    return ScoringProfileFactory()
