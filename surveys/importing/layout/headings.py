"""Headings as they are compared, and what of one may be the question that a column answers."""

import re
from collections.abc import Iterable

from surveys.importing.layout.table import Heading
from surveys.models import Question
from web.text import fold

_NOT_WORDS = re.compile(r"[^\w]+")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_NUMBERING = re.compile(r"^\s*(?:q|question\s*)?\d+(?:[.)]\d*)*[.):\s]\s*", re.IGNORECASE)
_CODE_AND_TEXT = re.compile(r"^(?P<code>[A-Za-z]\w*)\s*(?:\._\.|[.:])\s*(?P<text>.+)$", re.DOTALL)
MOST_PIECES = 6
"""Groups, question and option in one heading; what stands behind is one piece, whatever it holds."""


def simplify(text: str) -> str:
    """Return a heading for comparison: folded, without marks, numbering and what stands in brackets."""
    plain = _BRACKETS.sub(" ", _NUMBERING.sub("", fold(text))) or text
    return " ".join(_NOT_WORDS.sub(" ", fold(plain)).split())


def own_headings(question: Question) -> Iterable[str]:
    """Yield what stands over a column of the question: its code, its labels in every language, further headings."""
    yield question.code
    yield question.label
    if question.short_label:
        yield question.short_label
    yield from question.headings.splitlines()
    for words in question.translations.values():
        if words.get("label"):
            yield words["label"]


def readings(heading: Heading, separators: str) -> Iterable[str]:
    """Yield the heading, and what of it may be the question: without groups before it, without a code."""
    yield heading.own
    if heading.text != heading.own:
        yield heading.text
    if coded := _CODE_AND_TEXT.match(heading.own):
        yield coded["code"]
        yield coded["text"]
    for separator in dict.fromkeys(f"/-.{separators}"):
        pieces = heading.own.split(separator, MOST_PIECES)
        for start in range(1, len(pieces)):
            yield separator.join(pieces[start:])
