"""The rule of "Whom to ask", in whole numbers alone: no database, no reader. `make eval` measures this very code."""

from collections.abc import Hashable, Iterable
from heapq import nlargest
from typing import NamedTuple

BEST = 5
"""So many offers speak for an agency or a country; of more, the best."""
POWER = 6
"""High enough that one close offer outweighs many loose ones, low enough that a second close one counts."""


class ScoredOffer(NamedTuple):
    """An open offer with what it scores for the need, and what its place among others depends on."""

    party: Hashable
    """Whose it is: all offers of one party are taken together."""
    alike: Hashable
    """Offers of a party that are equal in this are one offer, published more than once."""
    score: int
    """In millionths."""
    recency: int
    """The later the higher, as the lists of matches order equal scores."""
    offer_id: int


def best_of_each(offers: Iterable[ScoredOffer]) -> dict[Hashable, list[ScoredOffer]]:
    """Return the best five distinct offers of each party, and the parties by the best offer of each.

    In the order of the lists of matches: higher score, later confirmed or stated, lower id. Of offers that are alike
    the first in that order stands for all.
    """
    found: dict[Hashable, list[ScoredOffer]] = {}
    met: set[tuple[Hashable, Hashable]] = set()
    for offer in sorted(offers, key=lambda one: (-one.score, -one.recency, one.offer_id)):
        of_party = found.setdefault(offer.party, [])
        if (offer.party, offer.alike) not in met and len(of_party) < BEST:
            met.add((offer.party, offer.alike))
            of_party.append(offer)
    return found


def weight_of(scores: Iterable[int]) -> int:
    """Return the sum of the sixth powers of the five highest of these scores, in millionths to the sixth power.

    A whole number of Python, exact however large: it is compared, and never rooted.
    """
    return sum(int(score) ** POWER for score in nlargest(BEST, scores))


def ranked(offers: Iterable[ScoredOffer]) -> list[tuple[int, list[ScoredOffer]]]:
    """Return the parties with the weight of each, the greatest first, and the offers that speak for it.

    Parties of one weight stand as the best offer of each would in a list of matches; no two are equal in that.
    """
    weighed = [(weight_of(one.score for one in best), best) for best in best_of_each(offers).values()]
    # Sorting keeps the order of equals, and they come by their best offers.
    return sorted(weighed, key=lambda one: -one[0])
