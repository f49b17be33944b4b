"""A class's name says which one is meant, wherever in the project it is read."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest
from django.conf import settings

from tests.project.test_named_paths import APPS

pytestmark = pytest.mark.any_database

ROOT = Path(settings.BASE_DIR)
# Django finds the class of a management command by this name.
GIVEN = {"Command"}


def public_classes() -> dict[str, list[str]]:
    """Return, by name, the modules of the apps that define a public class of that name."""
    found = defaultdict(list)
    for path in (path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))):
        if "migrations" in path.parts:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(ROOT).as_posix())
    return found


def test_no_two_public_classes_have_one_name():
    classes = public_classes()
    assert "Match" in classes
    assert {name: where for name, where in classes.items() if len(where) > 1 and name not in GIVEN} == {}
