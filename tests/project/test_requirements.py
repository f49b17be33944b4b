"""The portal runs on its locks: nothing that it imports stands only among the development tools."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest
from django.conf import settings

from tests.our_apps import OUR_APPS

pytestmark = pytest.mark.any_database

EXTRAS = {"numba": "requirements-fast.txt"}
"""What is imported only where it is found, and the lock that has it."""


def imported_names() -> set[str]:
    names: set[str] = set()
    for path in [
        settings.BASE_DIR / "manage.py",
        *(p for app in OUR_APPS for p in (settings.BASE_DIR / app).rglob("*.py")),
    ]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names - set(OUR_APPS) - set(sys.stdlib_module_names)


def locked_in(lock: str) -> set[str]:
    text = (settings.BASE_DIR / lock).read_text()
    return {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def test_an_extra_is_in_a_lock_of_its_own_and_not_needed_for_running():
    for name, lock in EXTRAS.items():
        assert name in locked_in(lock) - locked_in("requirements.txt")


def test_what_the_portal_imports_is_in_the_lock_for_running():
    locked = locked_in("requirements.txt")
    distributions = packages_distributions()
    missing = {
        name
        for name in imported_names() - set(EXTRAS)
        if not {re.sub(r"[-_.]+", "-", dist).lower() for dist in distributions.get(name, [])} & locked
    }
    assert missing == set()
