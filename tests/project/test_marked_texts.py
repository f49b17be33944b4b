"""Every text that a person reads is marked for translation: in templates by its words, in code by where it stands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

from tests.our_apps import OUR_APPS
from tools.messages import KEYWORDS, found_texts

pytestmark = pytest.mark.any_database

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))
CODE = sorted(path for app in OUR_APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)

BEGINS, ENDS = re.compile(r"(blocktrans(late)?|comment)\b"), re.compile(r"end(blocktrans(late)?|comment)$")
CLASSES = re.compile(r"block (bodyclass|coltype|frame|body_class)$")
"""Blocks of templates that hold names of styles."""
NO_TEXT = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]*>|&\w+;", re.DOTALL)
ADDRESS = re.compile(r"\S*/\S*")
READ_ATTRIBUTE = re.compile(r"\b(?:title|alt|placeholder|aria-label|aria-description|label|summary)=\"([^\"]*)\"")
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = frozenset(
    {"API", "Authorization", "Bearer", "CSV", "DOCX", "ESCAP", "ISO", "JSON", "PDF", "UN", "XLSX", "XLSForm"}
)
"""Names of things, the same in every language."""

WORDS_OF_FIELDS = frozenset(
    {
        "label",
        "help_text",
        "verbose_name",
        "verbose_name_plural",
        "empty_label",
        "short_description",
        "description",
        "title",
    }
)
REFUSALS = frozenset({"ValidationError", "PermissionDenied", "success", "message_user"})
IN_ENGLISH = frozenset({"api", "commands", "demo", "engine"})
"""Rooms whose words stay English: the schema of the API, the server's command line, the demonstration, the engine."""


def unmarked(source: str) -> list[str]:
    """Return the words of a template that no tag marks; what a tag writes may stand within an HTML tag."""
    kept, skipped = [], False
    for token in Lexer(source).tokenize():
        contents = token.contents
        if token.token_type == TokenType.BLOCK:
            if BEGINS.match(contents) or CLASSES.match(contents):
                skipped = True
            elif ENDS.match(contents) or (contents.startswith("endblock") and not contents.startswith("endblocktr")):
                skipped = False
        elif token.token_type == TokenType.TEXT and not skipped:
            kept.append(contents)
            continue
        kept.append("·" if token.token_type != TokenType.COMMENT else "")
    whole = "".join(kept)
    texts = [*READ_ATTRIBUTE.findall(whole), ADDRESS.sub(" ", NO_TEXT.sub(" ", whole))]
    return [word for text in texts for word in WORD.findall(text) if word not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_no_word_of_a_template_is_unmarked(path: Path) -> None:
    assert unmarked(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    ["<p>Open today</p>", '<a title="Open today">{{ x }}</a>', "{% if x %}Open{% endif %}", "{# no #}<b>Open</b>"],
)
def test_an_unmarked_word_is_found(source: str) -> None:
    assert unmarked(source)[0] == "Open"


def unmarked_in_code(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call):
            said = [keyword.value for keyword in call.keywords if keyword.arg in WORDS_OF_FIELDS]
            said += call.args if _name(call) in REFUSALS else []
            for part in said:
                if WORD.search(_literal(part)) and _literal(part) not in NAMES:
                    yield f"{path.relative_to(ROOT)}:{part.lineno} {_literal(part)}"


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literal(node: ast.expr) -> str:
    """Return the words of a literal, in an f-string those beside its fields."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_literal, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_no_words_of_code_are_unmarked() -> None:
    read = [path for path in CODE if not IN_ENGLISH & set(path.relative_to(ROOT).parts)]
    assert [said for path in read for said in unmarked_in_code(path)] == []


def test_every_marked_text_is_found_by_the_tool() -> None:
    """Within an f-string a call is Python to nobody who extracts texts."""
    known = {
        text
        for found in found_texts()
        for text in ([found.identity] if isinstance(found.identity, str) else found.identity)
    }
    lost = []
    for path in CODE:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and _name(call) in KEYWORDS:
                places = 2 if "ngettext" in _name(call) else 1
                texts = (
                    call.args[1 : 1 + places]
                    if _name(call).startswith(("pgettext", "npgettext"))
                    else call.args[:places]
                )
                lost += [
                    f"{path.name}:{call.lineno} {_literal(text)}"
                    for text in texts
                    if _literal(text) and _literal(text) not in known
                ]
    assert lost == []
