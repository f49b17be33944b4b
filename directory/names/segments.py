"""The parts of a written name: what brackets, commas, slashes and spaced dashes set apart."""

import re
from dataclasses import dataclass

from directory.names.normalise import normalise

_BRACKETS = "()[]{}（）【】"
_SEPARATOR = re.compile(rf"[{re.escape(_BRACKETS)},;/|،؛，、；／=]|--+|[–—]|(?<=\s)-|-(?=\s)")

# A remark about the entry that says nothing of the country: "(5 pc)", "formerly Swaziland", "Remote (Philippines)".
_FOOTNOTE = re.compile(r"\d[\w ]{0,8}")
_REMARK_WORDS = frozenset({"remote", "formerly", "former", "previously", "ex", "now", "also", "aka", "or"})


@dataclass(frozen=True, slots=True)
class Segments:
    """The normalised parts of a text, in order, and how they were set apart."""

    parts: tuple[str, ...]
    bracketed: bool
    alternatives: bool


def split(text: str) -> Segments:
    """Split `text` into its normalised parts; footnotes and remarks that say nothing of the country are left out."""
    parts = []
    for piece in _SEPARATOR.split(text):
        words = normalise(piece).split()
        while words and words[0] in _REMARK_WORDS:
            words = words[1:]
        part = " ".join(words)
        if part and not _FOOTNOTE.fullmatch(part):
            parts.append(part)
    return Segments(
        parts=tuple(parts),
        bracketed=any(bracket in text for bracket in _BRACKETS),
        alternatives=any(sign in text for sign in "/|／"),
    )
