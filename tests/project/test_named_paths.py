"""What docs, docstrings and comments name in backticks is there: modules, files and folders of the project."""

import ast
import fnmatch
import importlib
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

pytestmark = pytest.mark.any_database

ROOT = Path(settings.BASE_DIR)
APPS = ("web", "directory", "surveys", "matching", "practices", "feed", "workspace", "desk", "ssc_portal")
PACKAGES = (*APPS, "tests", "benchmarks", "tools")
FOLDERS = (*PACKAGES, "docs", "templates")
PATHS = [path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).rglob("*")]

DOTTED = re.compile(rf"({'|'.join(PACKAGES)})(\.\w+)+")
# A file below any folder, or a folder from the root: `docs/api.md` names addresses too, such as `countries/KHM/`.
FILE = re.compile(r"[\w<>*-]+(/[\w.<>*-]+)*\.(py|md|html|txt|csv)")
FOLDER = re.compile(rf"({'|'.join(FOLDERS)})(/[\w<>*-]+)*/")


def said_in(path: Path) -> Iterator[str]:
    """Yield the texts of a file for people: all of it, or the docstrings and comments of Python."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def is_there(name: str) -> bool:
    """Whether a module, something in it, a file or a folder of that name exists; `<noun>` and `*` stand for any."""
    if FILE.fullmatch(name) or FOLDER.fullmatch(name):
        pattern = re.sub(r"<\w+>", "*", name).rstrip("/")
        return (ROOT / pattern).exists() or any(
            fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(path, f"*/{pattern}") for path in PATHS
        )
    dotted = name.partition("(")[0]
    if DOTTED.fullmatch(dotted):
        parts = dotted.split(".")
        for length in range(len(parts), 0, -1):
            module = ROOT.joinpath(*parts[:length])
            if module.is_dir() or module.with_suffix(".py").is_file():
                found: Any = importlib.import_module(".".join(parts[:length]))
                for attribute in parts[length:]:
                    found = getattr(found, attribute, None)
                return found is not None
    return True


def documents() -> list[Path]:
    """Return the Markdown and the Python of the project that say how it is now: no migrations, no log of changes."""
    markdown = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    python = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [*markdown, *(path for path in python if "migrations" not in path.parts)]


def test_what_is_named_in_backticks_is_there():
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in documents()
        for text in said_in(path)
        for name in re.findall(r"`([^`\n]+)`", text)
        if not is_there(name)
    }
    assert not missing


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("matching.life.steps", True),
        ("surveys.models.Answer", True),
        ("matching.nowhere", False),
        ("directory.access.nobody", False),
        ("directory.people.membership.members(group, day)", True),
        ("directory.people.membership.nobody(group, day)", False),
        ("directory/names/", True),
        ("names/normalise.py", True),
        ("models/<noun>.py", True),
        ("matching/nowhere.py", False),
        ("matching/nowhere/", False),
        ("countries/KHM/", True),
    ],
)
def test_a_name_is_looked_up_as_what_it_looks_like(name, there):
    assert is_there(name) is there
