"""Some lists alone, brought to what a run would leave: a posting's own, and those that it or another enters or leaves.

A list holds the best pairs of one posting; a pair stays stored as long as it stands in one of the two lists of its
sides. So a list that is worked out anew leaves alone what the list of the other side holds.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from directory.days import today
from matching import engine
from matching.inputs import decided_pairs
from matching.lines import ROW, Rows, bring_into_line, pair_keys, scored_rows, stored_rows
from matching.models import Match, MatchRun, ScoringProfile
from matching.profiles import default_profile
from matching.tables import Tables


class Side(NamedTuple):
    """Which side a posting stands on, and the names of columns that follow."""

    name: str
    rank: str
    """The place in its own list."""
    other: str
    other_rank: str


NEED = Side("need", "rank_for_need", "offer", "rank_for_offer")
OFFER = Side("offer", "rank_for_offer", "need", "rank_for_need")


def profile_of_lists() -> ScoringProfile:
    """Return the profile of the last run, by which the lists stand; before the first, the one that it will use."""
    last = MatchRun.objects.public().select_related("profile").first()
    profile = last.profile if last else default_profile()
    if profile.pk is None:
        profile.save()
    return profile


def scored(tables: Tables, ids: Collection[int], side: Side) -> Rows:
    """Return the open pairs of these postings with their places in their own lists; those in the other's are 0.

    With the place 0 there are also pairs past the own list: each that would stand in the other's, were these postings
    the only ones of their kind. Nothing of a posting that is not open.
    """
    if not ids:
        return np.zeros(0, dtype=ROW)
    needs, offers = np.arange(len(tables.needs)), np.arange(len(tables.offers))
    wanted = np.array(sorted(ids), dtype=np.int64)
    if side == NEED:
        needs = np.flatnonzero(np.isin(tables.needs.ids, wanted))
    else:
        offers = np.flatnonzero(np.isin(tables.offers.ids, wanted))
    some = tables.take(needs, offers)
    rows = scored_rows(
        some,
        engine.suggest(some.needs, some.offers, some.reach, some.preference, some.profile, decided_pairs(some)),
    )
    rows[side.other_rank] = 0
    return rows


def bring_lists_into_line(
    *, needs: Collection[int], offers: Collection[int], scored: Rows, profile: ScoringProfile
) -> None:
    """Write what differs between the lists of these postings as they were scored, and as they are stored.

    `scored` holds them, a row for each place in either; those at no place are passed over. Call it in a transaction,
    with the table of matches locked.
    """
    wanted = _with_both_places(scored[(scored[NEED.rank] > 0) | (scored[OFFER.rank] > 0)])
    sides = [(NEED, list(needs)), (OFFER, list(offers))]
    # One side at a time: a database finds "this or that" only by reading all.
    found = [stored_rows(Match.objects.filter(**{f"{side.name}__in": ids}), on=today()) for side, ids in sides if ids]
    stored = np.concatenate(found)
    stored = stored[np.unique(pair_keys(stored), return_index=True)[1]]
    wanted = _with_places_elsewhere(wanted, stored, NEED, needs)
    wanted = _with_places_elsewhere(wanted, stored, OFFER, offers)
    bring_into_line(wanted=wanted, stored=stored, profile=profile, run=None)


def _with_both_places(wanted: Rows) -> Rows:
    """Return each pair once, with both of its places, where two lists name one each."""
    wanted = wanted[np.argsort(pair_keys(wanted), kind="stable")]
    first = np.flatnonzero(np.diff(pair_keys(wanted), prepend=-1))
    merged = wanted[first]
    if len(merged):
        for rank in (NEED.rank, OFFER.rank):
            merged[rank] = np.maximum.reduceat(wanted[rank], first)
    return merged


def _with_places_elsewhere(wanted: Rows, stored: Rows, side: Side, ids: Collection[int]) -> Rows:
    """Return the wanted pairs, and those stored ones that stand in a list of this side that is not at issue."""
    worked_out = np.isin(stored[side.name], np.array(sorted(ids), dtype=np.int64))
    elsewhere = stored[(stored["is_suggested"] == 1) & ~worked_out & (stored[side.rank] > 0)]
    _, in_wanted, in_elsewhere = np.intersect1d(
        pair_keys(wanted), pair_keys(elsewhere), assume_unique=True, return_indices=True
    )
    wanted[side.rank][in_wanted] = elsewhere[side.rank][in_elsewhere]
    alone = np.delete(elsewhere, in_elsewhere)
    kept = np.zeros(len(alone), dtype=wanted.dtype)
    for name in wanted.dtype.names or ():
        kept[name] = alone[name]
    kept[side.other_rank] = 0
    return np.concatenate((wanted, kept))
