"""Reads the digits of a number, in any script and with any marks between them, and says what they can mean.

Two ways are in use: a point before decimals (1,234.50) and a comma (1.234,50). Most numbers can be read in one of them
only; `2.000` and `1,375` in both, and then something beside them must tell: other cells of the column, the file, a
person. Nothing here guesses: what nothing tells is asked.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol
from django.utils.translation import gettext as _

POINT, COMMA = ".", ","
MARKS = (POINT, COMMA)
"""What can stand before decimals."""
DECIMAL_MARK = "decimal_mark"
"""Under this, among the decisions on a question, stands how a person says that its numbers are written."""
CELLS, CHOSEN, SEMICOLONS, LANGUAGE = "cells", "chosen", "semicolons", "language"
"""By what it was decided."""

SPACES = " \u00a0\u2007\u2008\u2009\u200a\u202f"
APOSTROPHES = "'’‘ʼ´`′＇"
SEPARATORS = f".,،٫٬．，{SPACES}{APOSTROPHES}"
MINUS = "-−–﹣－"
_LOOKS_LIKE_ONE = re.compile(rf"\d[\d{re.escape(SEPARATORS)}]{{0,59}}")
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)
_ONE_OF_EACH = str.maketrans(
    dict.fromkeys(SPACES, " ") | dict.fromkeys(APOSTROPHES, "'") | {"،": ",", "，": ",", "．": "."}
)
_ARABIC = str.maketrans("٫٬", ".,")
# Between thousands stands one and the same mark; no number begins with a zero there: 0,500 is a half.
_GROUPS = r"[1-9][0-9]{0,2}([%s '])[0-9]{3}(?:\1[0-9]{3})*(?:[%s][0-9]+)?"
_PLAIN = r"[0-9]+|(?:0|[1-9][0-9]*)[%s][0-9]+"
# As in South Asia: 12,34,567.50.
_LAKHS = r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"
_PATTERNS = {
    POINT: re.compile(f"{_PLAIN % POINT}|{_GROUPS % (COMMA, POINT)}|{_LAKHS}"),
    COMMA: re.compile(f"{_PLAIN % COMMA}|{_GROUPS % (POINT, COMMA)}"),
}


class NumberUndecided(ValueError):
    """The number can be read in two ways, and nothing tells which; the message asks. `values`: by the mark."""

    def __init__(self, text: str, values: Mapping[str, Decimal]) -> None:
        self.text, self.values = text, dict(values)
        said = _("“%(text)s” can be %(one)s or %(other)s, and nothing tells which: write it as one of them.")
        one, other = sorted(values.values(), reverse=True)
        super().__init__(said % {"text": text[:60], "one": _beyond_doubt(one), "other": _beyond_doubt(other)})


def without_zeros(value: Decimal) -> str:
    """Return a number as plain decimal text, without zeros that say nothing: 2 for 2.000."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _beyond_doubt(value: Decimal) -> str:
    """Return a number so that it can be read in one way: 1.2340 for what could be taken for 1234."""
    text = without_zeros(value)
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def visible(text: str) -> str:
    """Return the text without marks of writing direction and of no width, which come along with numbers."""
    return text.translate(_INVISIBLE).strip()


def readings(text: str) -> dict[str, Decimal]:
    """Return what digits with marks between them can mean, by the mark before decimals; empty for what is no number.

    Both marks give one value where it makes no difference: 1234, 1 234, ١٬٢٣٤. Signs and currencies are no part of it.
    """
    text = text.translate(_INVISIBLE)
    digits = _in_ascii(text) if _LOOKS_LIKE_ONE.fullmatch(text) else None
    if digits is None:
        return {}
    if digits != (arabic := digits.translate(_ARABIC)):
        # The Arabic marks mean one thing each; with others beside them nobody knows.
        certain = not any(mark in digits for mark in MARKS) and _PATTERNS[POINT].fullmatch(arabic)
        return dict.fromkeys(MARKS, _value(arabic, POINT)) if certain else {}
    return {mark: _value(digits, mark) for mark in MARKS if _PATTERNS[mark].fullmatch(digits)}


def read_digits(text: str, *, decimal: str | None) -> Decimal | None:
    """Return the number, or None for what is none.

    decimal: the mark before decimals where a number could be read in two ways; None where nothing tells, and then
    NumberUndecided is raised.
    """
    found = readings(text)
    values = set(found.values())
    if len(values) < 2:
        return next(iter(values), None)
    if decimal is None:
        raise NumberUndecided(text, found)
    return found[decimal]


def mark_of_language(language: str) -> str:
    """Return what stands before decimals in a language, as CLDR has it; empty where neither point nor comma does."""
    try:
        mark = get_decimal_symbol(Locale.parse(language.replace("-", "_")), numbering_system="latn")
    except (UnknownLocaleError, ValueError):
        return ""
    return mark if mark in MARKS else ""


def _in_ascii(text: str) -> str | None:
    """Return digits of one script as 0 to 9 and marks as one of each kind; None where scripts are mixed."""
    if text.isascii():
        return text.replace("`", "'")
    letters, zeros = [], set()
    for letter in text.translate(_ONE_OF_EACH):
        digit = unicodedata.decimal(letter, None)
        if digit is not None:
            zeros.add(ord(letter) - digit)
        letters.append(letter if digit is None else str(digit))
    return "".join(letters) if len(zeros) == 1 else None


def _value(digits: str, mark: str) -> Decimal:
    return Decimal(
        "".join("." if letter == mark else letter for letter in digits if letter.isdigit() or letter == mark)
    )


def _mark_in(text: str) -> str:
    """Return the mark in a number that could be two: it has one."""
    return next((letter for letter in text.translate(_ONE_OF_EACH) if letter in MARKS), "")


@dataclass(frozen=True, slots=True)
class NumberWay:
    """How the numbers of a question are written in one file. `mark`: before decimals; empty where nothing tells.

    by: CHOSEN by a person, shown by CELLS, or by the file's SEMICOLONS or LANGUAGE. against: where cells show both
    ways, the first of each, as "row 3: “1.234,50”".
    """

    mark: str = ""
    by: str = ""
    against: tuple[str, ...] = ()

    def decimal(self, text: str) -> str | None:
        """Return the mark by which a number is read; None where it is to be asked.

        A file's habit tells that a mark stands between thousands (2.000 beside semicolons), not that a number has just
        three decimals: 1,375 beside them may come from somebody who writes otherwise.
        """
        return None if not self.mark or (self.is_habit and _mark_in(text) == self.mark) else self.mark

    @property
    def is_habit(self) -> bool:
        """Whether only the file tells, no cell of the question and no person."""
        return self.by in (SEMICOLONS, LANGUAGE)


@dataclass
class CellsOfNumbers:
    """What the cells of a question show of how its numbers are written."""

    shown: dict[str, str] = field(default_factory=dict)
    """By the mark, the first cell that can be read by it alone."""
    doubts: set[str] = field(default_factory=set)
    """The marks that stand in cells that can be read in two ways."""

    def note(self, text: str, where: Callable[[], str]) -> None:
        """Look at the digits of one cell; `where` says which it is."""
        found = readings(text)
        if len(found) == 1:
            if (mark := next(iter(found))) not in self.shown:
                self.shown[mark] = where()
        elif len(set(found.values())) == 2:
            self.doubts.add(_mark_in(text))

    def way(self, *, chosen: str = "", has_semicolons: bool = False, language: str = "") -> NumberWay:
        """Return how they are to be read. language: the file's, as a code; empty where it is not known."""
        if chosen in MARKS:
            return NumberWay(chosen, CHOSEN)
        if len(self.shown) == 2:
            return NumberWay(against=tuple(self.shown[mark] for mark in MARKS))
        if self.shown:
            return NumberWay(next(iter(self.shown)), CELLS)
        if has_semicolons:
            # A spreadsheet puts semicolons between columns where commas stand before decimals.
            return NumberWay(COMMA, SEMICOLONS)
        mark = mark_of_language(language) if language else ""
        return NumberWay(mark, LANGUAGE if mark else "")


def without_decimal_marks(decisions: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return decisions without those on how numbers are written: each file has its own habits."""
    kept = {
        question: {spelling: code for spelling, code in spellings.items() if spelling != DECIMAL_MARK}
        for question, spellings in decisions.items()
    }
    return {question: spellings for question, spellings in kept.items() if spellings}
