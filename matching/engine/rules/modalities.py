"""Criterion `modalities`: how many of the asked forms of cooperation the offer has. As `areas`, but flat."""

import numpy as np

from matching.engine.inputs.case import Case
from matching.engine.inputs.indexing import Index, Masks
from matching.engine.rules.parts import Ratio


def fraction(case: Case, need: Index, offer: Index) -> Ratio:
    """Return the fractions of these pairs: 10 × shared over 10 × asked + extra; 0/1 if neither states any.

    `need` and `offer` are row numbers of any shapes that broadcast. The numerator is at most 640, the
    denominator at most 640.
    """
    asked, offered = case.needs.modalities[need], case.offers.modalities[offer]
    shared = np.bitwise_count(asked & offered)
    extra = np.bitwise_count(offered & ~asked)
    asked_tenfold = np.int64(10) * np.bitwise_count(asked)
    return Ratio(np.int64(10) * shared, np.maximum(asked_tenfold + extra, 1))


def need_key(case: Case) -> Masks:
    """Return what this criterion reads of each need: equal keys, equal fractions."""
    return case.needs.modalities


def offer_key(case: Case) -> Masks:
    """Return what this criterion reads of each offer."""
    return case.offers.modalities
