"""Texts that a spreadsheet would take for a formula, in files of text alone: the mark that says they are text.

The mark is an apostrophe, as people type it. A text that has one already before what looks like a formula gets another,
so that `without_mark` of what `as_text` wrote is what it was. Needs no Django: what reads strangers' files does too.
"""

import re
import unicodedata

MARK = "'"
_STARTS = frozenset("=+-@")
_BREAKS = frozenset("\t\r\n")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NOT_SEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are shown as nothing, or as a gap."""


def as_text(text: str) -> str:
    """Return the text with the mark where a spreadsheet could take it for a formula; a number stays as it is."""
    return f"{MARK}{text}" if _looks_like_formula(text.lstrip(MARK)) else text


def without_mark(text: str) -> str:
    """Return what `as_text` was given."""
    is_marked = text.startswith(MARK) and _looks_like_formula(text.lstrip(MARK))
    return text[1:] if is_marked else text


def _looks_like_formula(text: str) -> bool:
    """Whether it begins so, past what is not seen: byte-order marks, spaces of no width, breaks, full-width signs."""
    if not text or _NUMBER.fullmatch(text):
        return False
    if text[0] in _BREAKS:
        return True
    first = next((character for character in text if not _is_unseen(character)), "")
    return unicodedata.normalize("NFKC", first)[:1] in _STARTS


def _is_unseen(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "CZ" or category in ("Mn", "Me") or character in _NOT_SEEN
