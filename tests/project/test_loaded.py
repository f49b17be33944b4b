"""What a server has loaded is set aside before it serves, and it serves all the same."""

import pytest

from tests.project.subprocesses import PRODUCTION, run_python

pytestmark = pytest.mark.any_database

PROGRAM = """
import gc
from ssc_portal.wsgi import application
from django.urls import get_resolver
from ssc_portal.country_pages.views import CountryBrief
print(gc.get_freeze_count() > 100_000, any(one is CountryBrief for one in gc.get_objects()))
"""


def test_what_is_loaded_is_not_walked_through_at_each_request():
    done = run_python("-c", PROGRAM, **PRODUCTION)
    assert done.stdout.split() == ["True", "False"], done.stderr
