"""The portal runs on requirements.txt alone: nothing that it imports stands only among the development tools."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest
from django.conf import settings

pytestmark = pytest.mark.any_database

OURS = ("directory", "surveys", "matching", "ssc_portal")


def imported_names() -> set[str]:
    names: set[str] = set()
    for path in [
        settings.BASE_DIR / "manage.py",
        *(p for app in OURS for p in (settings.BASE_DIR / app).rglob("*.py")),
    ]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names - set(OURS) - set(sys.stdlib_module_names)


def test_what_the_portal_imports_is_in_the_lock_for_running():
    lock = (settings.BASE_DIR / "requirements.txt").read_text()
    locked = {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    distributions = packages_distributions()
    missing = {
        name
        for name in imported_names()
        if not {re.sub(r"[-_.]+", "-", dist).lower() for dist in distributions.get(name, [])} & locked
    }
    assert missing == set()
