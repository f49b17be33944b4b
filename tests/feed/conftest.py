"""What the tests of the change feed have in common."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _one_host(settings: Any) -> None:
    """Rows hold their own addresses: those that are read without a request are of the host that the client asks."""
    settings.PORTAL_URL = "http://testserver"
