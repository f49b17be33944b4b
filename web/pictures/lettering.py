"""How text is set in a picture: an SVG breaks no lines by itself, and knows no left and right of the reader's own."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import get_language_bidi

from web.files.exports import without_controls


@dataclass(frozen=True)
class TextLine:
    """One line of text at a place of the picture."""

    x: str
    y: int
    text: str


def text_width(text: str) -> int:
    """Return how many columns a text takes: letters of Chinese, Japanese and Korean take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def text_lines(text: str, *, width: int, most: int) -> list[str]:
    """Return a text in at most `most` lines of `width` columns; what is longer ends in "…".

    Characters that no XML may hold are left out. A word that is longer than a line is cut.
    """
    lines = [""]
    for word in _pieces(without_controls(text), width):
        together = f"{lines[-1]} {word}".strip()
        if text_width(together) <= width:
            lines[-1] = together
        else:
            lines.append(word)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _prefix(lines[most - 1], width - 1) + "…"]


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield the words of a text, none wider than a line: a longer one breaks behind a stroke or hyphen, or is cut."""
    for word in text.split():
        while text_width(word) > max(width, 2):
            kept = _prefix(word, width)
            broken = max(kept.rfind("/"), kept.rfind("-")) + 1 or len(kept)
            yield word[:broken]
            word = word[broken:]
        if word:
            yield word


def _prefix(word: str, width: int) -> str:
    """Return as many letters as a line holds, and one at least."""
    end = len(word)
    while end > 1 and text_width(word[:end]) > width:
        end -= 1
    return word[:end]


@dataclass(frozen=True)
class Across:
    """Places across a picture: in percent where it fills what room it finds, else in units of a fixed width.

    Where the reader's language runs from right to left, the picture does too.
    """

    width: int | None = None
    mirrored: bool = False

    @classmethod
    def for_reader(cls, width: int | None = None) -> "Across":
        """Return the places for the language that is active."""
        return cls(width, mirrored=bool(get_language_bidi()))

    @property
    def start(self) -> str:
        """Where lines begin."""
        return self.length(1) if self.mirrored else "0"

    @property
    def end(self) -> str:
        """Where lines end."""
        return "0" if self.mirrored else self.length(1)

    @property
    def whole(self) -> str:
        """The whole width."""
        return self.length(1)

    def length(self, share: float) -> str:
        """Return the length of a share of the width, from 0 to 1."""
        if self.width is None:
            return f"{_number(100 * share)}%"
        return _number(self.width * share)

    def left_of(self, begins: float, share: float) -> str:
        """Return where a stretch stands, counted from the left: it begins at a share of the width, and is as long."""
        return self.length(max(0.0, 1 - begins - share) if self.mirrored else begins)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
