"""Tells in which encoding bytes are that are not UTF-8, by the letters that they would be; with no certainty.

Every byte is a letter of several encodings: `D6D0` is 中 in GB18030, ЦР in Windows-1251 and ÖÐ in Windows-1252. A table
holds few such bytes, a name or two, on which detectors made for running text guess: charset-normalizer has a quarter of
short tables right, and takes é for Central European. So each candidate is judged by its words first: whether letters of
one word are of one alphabet, small letters stand behind capitals, Thai vowels at a consonant, Chinese characters among
those in use. charset-normalizer tips the scales where there is text enough. What names the portal knows decides above
this, where they are known (`surveys.reading.letters`).
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize

from surveys.reading.cells import UTF_8, UTF_16
from surveys.reading.child.plausible import plausibility

WESTERN = "cp1252"
ENCODINGS = (
    WESTERN, "cp1251", "gb18030", "cp1256", "cp874", "cp1258", "cp1254", "cp1250", "cp950", "cp932", "cp949",
)  # fmt: skip
"""Those that are told apart, the likelier first: where two read the same, the first is named."""
MOST_WORDS, MOST_CELLS, MOST_CHARACTERS = 3_000, 60, 80
BYTES_LOOKED_AT = 200_000
LETTERS_OF_A_TEXT = 60
"""From so many on, what charset-normalizer says counts."""
VOTE = 0.1
MOST_LOST = 0.15
"""So much of the letters of a damaged UTF-8 file may be lost for it to be UTF-8 still."""
_CHUNK = re.compile(r"[A-Za-z\u0080-\U0010ffff]{1,40}")
"""A word, or a part of one: so that a line of nothing but letters takes no longer than others."""
_CELL = re.compile(r'[,;\t|\r\n"]+')
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class EncodingCandidate:
    """An encoding that fits the bytes: how plausible its letters are, up to 1, and cells with such letters."""

    encoding: str
    score: float
    cells: tuple[str, ...]


def decode(data: bytes, encoding: str, *, errors: str = "replace") -> tuple[str, int]:
    """Return the text of bytes in an encoding, and how many letters could not be read."""
    if encoding == UTF_16:
        encoding = _utf_16(data) or UTF_16
    if encoding == UTF_8:
        encoding = "utf-8-sig"
    text = data.decode(encoding, errors=errors)
    if encoding == "cp1258":
        # Vietnamese tones stand behind their letters there.
        text = normalize("NFC", text)
    return text, text.count("\ufffd")


def marked_encoding(data: bytes) -> str:
    """Return the encoding that the bytes show without doubt: UTF-8, or UTF-16 whose zeros tell; else empty."""
    if _utf_16(data):
        return UTF_16
    try:
        data.decode(UTF_8)
    except UnicodeDecodeError:
        return ""
    return UTF_8


def candidates_of(data: bytes) -> list[EncodingCandidate]:
    """Return the encodings that fit bytes that are not UTF-8, the most plausible first."""
    lines = _lines_beyond_ascii(data)
    found = []
    if damaged := _damaged_utf_8(lines):
        found.append(damaged)
    for encoding in ENCODINGS:
        try:
            text = lines.decode(encoding)
        except UnicodeDecodeError:
            continue
        found.append(
            EncodingCandidate(encoding, plausibility(_words(text), encoding), cells_of(normalize("NFC", text)))
        )
    # Stable: the likelier encoding stays before one that reads as well.
    ranked = sorted(_with_vote(found, lines), key=lambda one: -one.score)
    while ranked and ranked[0].encoding != UTF_8 and not _reads_all(data, ranked[0].encoding):
        ranked.pop(0)
    return ranked or [EncodingCandidate(WESTERN, 0, cells_of(decode(lines, WESTERN)[0]))]


def _lines_beyond_ascii(data: bytes) -> bytes:
    """Return the first lines with letters beyond ASCII, as many as are looked at."""
    lines: list[bytes] = []
    length = 0
    for line in io.BytesIO(data):
        if not line.isascii():
            lines.append(line)
            length += len(line)
            if length > BYTES_LOOKED_AT:
                break
    # No line of a table is so long; one that is may be cut within a letter.
    return b"".join(lines)[: 2 * BYTES_LOOKED_AT]


def _reads_all(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def cells_of(text: str) -> tuple[str, ...]:
    """Return some different cells of a text that have letters beyond ASCII."""
    cells: dict[str, None] = {}
    for cell in _CELL.split(text[:BYTES_LOOKED_AT]):
        if cell.isascii():
            continue
        cells[_SPACES.sub(" ", cell).strip()[:MOST_CHARACTERS]] = None
        if len(cells) == MOST_CELLS:
            break
    return tuple(cells)


def _words(text: str) -> Iterable[str]:
    words: dict[str, None] = {}
    for chunk in _CHUNK.findall(text):
        if not chunk.isascii():
            words[chunk] = None
            if len(words) == MOST_WORDS:
                break
    return words


def _damaged_utf_8(lines: bytes) -> EncodingCandidate | None:
    """Return UTF-8 for bytes of which nearly all are: a file that was cut, or in which something was pasted."""
    text, lost = decode(lines, UTF_8)
    others = sum(not character.isascii() for character in text)
    if others - lost < 2 or lost > MOST_LOST * others:
        return None
    return EncodingCandidate(UTF_8, 1, cells_of(text))


def _with_vote(found: list[EncodingCandidate], lines: bytes) -> list[EncodingCandidate]:
    if sum(byte > 127 for byte in lines) < LETTERS_OF_A_TEXT:
        return found
    # A quarter of a second, which files of UTF-8 need not wait for.
    from charset_normalizer import from_bytes

    best = from_bytes(lines, cp_isolation=list(ENCODINGS)).best()
    voted = best.encoding if best else ""
    return [
        EncodingCandidate(one.encoding, one.score + VOTE, one.cells) if one.encoding == voted else one for one in found
    ]


def _utf_16(data: bytes) -> str:
    """Return which UTF-16 bytes are, by the mark at their beginning, or by where their zeros stand; else empty."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return UTF_16
    head = data[:4_000]
    pairs = len(head) // 2
    zeros = [head[start::2].count(0) for start in (0, 1)]
    if pairs < 4 or max(zeros) < 0.4 * pairs or min(zeros) > 0.02 * pairs:
        return ""
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
