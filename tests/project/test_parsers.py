"""Parsers meet what strangers send in a child alone (`web/child/`): nobody else loads one."""

import ast
from collections.abc import Iterator

import pytest

from tests.project.subprocesses import ROOT

pytestmark = pytest.mark.any_database

APPS = ("web", "directory", "surveys", "matching", "practices", "feed", "workspace", "desk", "ssc_portal")
PARSERS = {
    "PIL", "bz2", "cairosvg", "chardet", "charset_normalizer", "csv", "defusedxml", "docx", "email", "gzip", "html5lib",
    "lxml", "lzma", "markdown", "markdown_it", "marshal", "odf", "openpyxl", "pandas", "pickle", "pypdf", "pyxform",
    "python_calamine", "reportlab", "shelve", "svglib", "tarfile", "tinycss2", "tinyhtml5", "tomllib", "weasyprint",
    "xlrd", "xml", "yaml", "zipfile", "zlib",
}  # fmt: skip
IN_A_CHILD = (
    "web/child/delivery_reports.py", "web/child/html_to_pdf.py",
    "surveys/reading/child/", "surveys/questionnaires/xlsform/child.py",
)  # fmt: skip
WRITE = {
    # What makes files of our own rows, and reads none.
    "csv": {"writer", "DictWriter"},
    "openpyxl": {"Workbook", "cell", "styles", "worksheet", "utils"},
    "email": {"utils"},
    "docx": {"Document", "enum", "oxml", "shared"},
}
OWN_FILES = {
    # CSV that is part of the project, or that whoever runs the command names; no page, job or endpoint leads there.
    "directory/name_index.py",
    "directory/reference/files.py",
    "directory/management/commands/resolve_countries.py",
    "surveys/answering/edition.py",
    "surveys/questionnaires/shipped.py",
}

OWN_ARCHIVES = {"web/files/archives.py"}
"""Archives that are written of our own files: it reads none."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def loaded(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Every module that a file imports, wherever in it, with the name that is used of it; "" for the module itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], alias.name.partition(".")[2]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            root, _dot, below = node.module.partition(".")
            yield from ((root, below or alias.name) for alias in node.names)


def used_of(tree: ast.AST, module: str) -> set[str]:
    """The attributes that a file asks of a module that it imports as a whole."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    }


def strays(path: str, tree: ast.Module) -> Iterator[str]:
    for root, below in loaded(tree):
        if root not in PARSERS or (root == "csv" and path in OWN_FILES) or (root == "zipfile" and path in OWN_ARCHIVES):
            continue
        names = {below.partition(".")[0]} if below else used_of(tree, root)
        if other := names - WRITE.get(root, set()):
            yield f"{path}: {root} {sorted(other)}"
        if root not in WRITE:
            yield f"{path}: {root}"


def test_nobody_loads_a_parser_but_the_child() -> None:
    found = [stray for path, tree in modules() if not path.startswith(IN_A_CHILD) for stray in strays(path, tree)]
    assert found == []


def test_the_child_s_modules_are_loaded_by_no_one_else() -> None:
    names = {path.removesuffix(".py").rstrip("/").replace("/", ".") for path in IN_A_CHILD}
    found = [
        f"{path}: {node.module}"
        for path, tree in modules()
        if not path.startswith(IN_A_CHILD)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and any(node.module.startswith(name) for name in names)
    ]
    assert found == []


def test_documents_are_begun_from_nothing_that_was_sent() -> None:
    opened = [
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Document" and (node.args or node.keywords)
    ]
    assert opened == []


def test_the_lists_name_what_is_there_and_the_test_sees_a_stray() -> None:
    assert [path for path in (*IN_A_CHILD, *OWN_FILES) if not (ROOT / path).exists()] == []
    for source in (
        "import zipfile", "from openpyxl import load_workbook", "import csv\ncsv.reader(x)", "def f():\n import yaml",
        "import xml.dom.minidom", "from openpyxl.reader import excel", "from docx.opc import package",
    ):  # fmt: skip
        assert list(strays("web/x.py", ast.parse(source))), source
    for source in ("import csv\ncsv.writer(x)", "from openpyxl.cell import WriteOnlyCell", "from docx import Document"):
        assert not list(strays("web/x.py", ast.parse(source))), source
