"""Finds the rows and columns of a sheet that its reader does not see; which of them hold text, the reader of rows says.

They are read like the others, since a filter hides what was answered too; but whoever sends the file is told. Only the
sheet's XML tells of them, so its tags are looked through once, in pieces.
"""

import re
from collections.abc import Callable, Collection
from typing import IO

from surveys.reading.cells import MAX_COLUMNS, column_letter

PIECE = 1 << 20
LONGEST_TAG = 4_000
MOST_NAMED = 12
_TAG = re.compile(rb"<(?:\w+:)?(row|col|sheetFormatPr)\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"""(?<![\w:])(r|min|max|hidden|ht|width|zeroHeight)\s*=\s*["']([^"']*)["']""")


def hidden_in(sheet: IO[bytes]) -> tuple[set[int], set[int]]:
    """Return the numbers of hidden rows, from 1, and the indexes of hidden columns, from 0, of a sheet's XML."""
    rows: set[int] = set()
    columns: set[int] = set()
    number, hides_all, left = 0, False, b""
    while piece := sheet.read(PIECE):
        text = left + piece
        end = 0
        for tag in _TAG.finditer(text):
            end = tag.end()
            attributes = dict(_ATTRIBUTE.findall(tag[2]))
            if tag[1] == b"sheetFormatPr":
                hides_all = _is_true(attributes.get(b"zeroHeight", b""))
            elif tag[1] == b"col":
                if _is_hidden(attributes, b"width"):
                    first, last = _number(attributes, b"min", 1), _number(attributes, b"max", 0)
                    columns.update(range(first - 1, min(last, MAX_COLUMNS)))
            else:
                number = _number(attributes, b"r", number + 1)
                says_nothing = b"hidden" not in attributes and b"ht" not in attributes
                if (hides_all and says_nothing) or _is_hidden(attributes, b"ht"):
                    rows.add(number)
        left = text[max(end, len(text) - LONGEST_TAG) :]
    return rows, columns


def rows_in_words(numbers: Collection[int]) -> str:
    """Return row numbers in a few words: 3, 5-9."""
    return _ranges(sorted(numbers), str)


def columns_in_words(indexes: Collection[int]) -> str:
    """Return columns in a few words, by their letters: C, E-G."""
    return _ranges(sorted(indexes), column_letter)


def _is_hidden(attributes: dict[bytes, bytes], size: bytes) -> bool:
    return _is_true(attributes.get(b"hidden", b"")) or attributes.get(size, b"").strip() in (b"0", b"0.0")


def _is_true(value: bytes) -> bool:
    return value.strip() in (b"1", b"true")


def _number(attributes: dict[bytes, bytes], name: bytes, otherwise: int) -> int:
    value = attributes.get(name, b"").strip()
    return int(value) if value.isdigit() and len(value) < 8 else otherwise


def _ranges(numbers: list[int], in_words: Callable[[int], str]) -> str:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    said = [in_words(first) if first == last else f"{in_words(first)}-{in_words(last)}" for first, last in ranges]
    return ", ".join([*said[:MOST_NAMED], *(["…"] if len(said) > MOST_NAMED else [])])
