"""What tests of practices share."""

import pytest

from directory.models import Agency, User
from practices.shown.editing import ShownPractice
from tests.factories import agreed_cooperation
from web.since_shown import AS_OF


@pytest.fixture
def agency(focal_point: User) -> Agency:
    """The agency that the focal point speaks for."""
    return focal_point.affiliations.get().agency


@pytest.fixture
def cooperation(reviewer: User):
    """A completed match of Thailand's offer and Cambodia's need, published with its outcome."""
    return agreed_cooperation(reviewer, links="https://example.org/maps")


def as_read(practice, **typed):
    """What a form of the practice's page sends, had the page been read just now."""
    return {AS_OF: ShownPractice(type(practice).objects.get(pk=practice.pk)).mark(), **typed}
