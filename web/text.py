"""Text as it is compared: one folding for every search, so that NFC typed finds NFD stored; and names in a row."""

import unicodedata
from collections.abc import Iterable

from django.utils.formats import number_format

FIRST_THAT_IS_GROUPED = 1_000


def fold(text: str) -> str:
    """Return `text` for comparison: NFKC, casefold, marks and format characters stripped, white space single.

    The result is for searching and comparing only, never for showing. Any string is accepted, lone surrogates
    included; they are dropped, since no database stores them.
    """
    if text.isascii():
        # Most of what is folded: nothing to compose or to strip, and ten times as fast.
        return " ".join(text.lower().replace("\0", "").split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = (
        " " if character.isspace() else character
        for character in decomposed
        if unicodedata.category(character) not in {"Mn", "Me", "Cf", "Cs"} and character != "\0"
    )
    # The dotless i folds like i: TÜRKİYE, Türkıye and turkiye are one word to a reader.
    return " ".join("".join(kept).replace("ı", "i").split())


def in_figures(number: float) -> str:
    """Return a number in the reader's own format, which of small whole numbers is that of everybody."""
    is_plain = isinstance(number, int) and 0 <= number < FIRST_THAT_IS_GROUPED
    return str(number) if is_plain else number_format(number)


def listed(names: Iterable[str]) -> str:
    """Return names one after the other, told apart also where one of them has a comma in it."""
    names = list(names)
    return ("; " if any("," in name for name in names) else ", ").join(names)
