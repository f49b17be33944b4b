"""What may have been meant by a code or a name that is not known: never one that the reader may not use."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

CLOSE_ENOUGH = 0.6
"""Of the letters, so many stand where they do in the other, two that changed places counting once."""
LONGEST_COMPARED = 60
MOST_NAMED = 5


def closest(typed: str, known: Iterable[str]) -> str | None:
    """Return the known word that a typed one resembles most, whatever its case; None where none is close enough."""
    if not typed or len(typed) > LONGEST_COMPARED:
        return None
    by_key = {word.casefold(): word for word in known}
    best = process.extractOne(
        typed.casefold(), by_key.keys(), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=CLOSE_ENOUGH
    )
    return None if best is None else by_key[best[0]]


def readable(typed: str) -> str:
    """Return what somebody typed, fit to be repeated: short, and without what cannot be seen."""
    seen = "".join(character for character in typed[: 2 * LONGEST_COMPARED] if character.isprintable())
    return seen if len(seen) <= LONGEST_COMPARED else f"{seen[:LONGEST_COMPARED]}…"


def unknown_values(typed: Sequence[str], known: Sequence[tuple[str, str]], *, refusal: str) -> str:
    """Return the refusal of values that are not known, with what may have been meant by each, by code or by name.

    known: codes and their names, of what the reader may use alone: nothing else is ever suggested.
    """
    codes, by_name = [code for code, _name in known], {name: code for code, name in known}
    said = []
    for value in typed[:MOST_NAMED]:
        meant = closest(value, codes)
        if meant is None and (name := closest(value, by_name)):
            meant = by_name[name]
        if meant is not None:
            said.append(_("%(typed)s: did you mean %(meant)s?") % {"typed": readable(value), "meant": meant})
        elif len(typed) > 1:
            said.append(_("%(typed)s: not known.") % {"typed": readable(value)})
    return " ".join([*said, refusal])


def unknown_name(typed: str, allowed: Sequence[str]) -> str:
    """Return the refusal of a parameter that is not known, with what may have been meant and what is allowed."""
    meant = closest(typed, allowed)
    said = [_("Unknown parameter.")]
    if meant is not None:
        said.append(_("Did you mean %(meant)s?") % {"meant": meant})
    said.append(_("Allowed here: %(names)s.") % {"names": ", ".join(allowed) or _("none")})
    return " ".join(said)
