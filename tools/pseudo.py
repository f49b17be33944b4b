"""Texts of the pseudo-language, by which layouts are tried before anybody translates: marked, longer, right to left.

Letters stay English and can be read; an override of Unicode turns each word, as in the pseudo-locale ar-XB of CLDR.
What a program fills in or reads (placeholders, tags, addresses, breaks of lines) stays as it is.
"""

import re

OVERRIDE, END = "\u202e", "\u202c"
OPENING, CLOSING = "⟦", "⟧"
_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|\{\w*\}|\$\{\w+\}|<[^>]*>|https?://\S+|\s+)")


def pseudo_text(text: str) -> str:
    """Return a text in the pseudo-language; a text of one letter stays a letter."""
    if not text.strip() or len(text) == 1:
        return text
    parts = (part if not part or _KEPT.fullmatch(part) else f"{OVERRIDE}{part}{END}" for part in _KEPT.split(text))
    return f"{OPENING}{''.join(parts)}{CLOSING}"
