"""Score one posting at once, against all open ones of the other kind: what its agency sees on publishing it."""

from typing import NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from numpy.typing import NDArray

from directory.days import today
from directory.models import User
from matching import bulk, engine
from matching.choices import MatchStatus
from matching.digests import tell_at_once
from matching.inputs import decided_pairs
from matching.lines import Rows, bring_into_line, pair_keys, scored_rows, stored_rows
from matching.models import Match, MatchRun, ScoringProfile
from matching.profiles import default_profile
from matching.tables import Tables
from surveys.models import Need
from surveys.models.posting import Posting


@transaction.atomic
def rematch(*, posting: Posting, by: User | None = None) -> list[Match]:
    """Bring a posting's matches, and the lists that it enters or leaves, to what a run would leave; return its own.

    Those who want to hear of new matches at once are written to, but for `by`, who is looking at them. Scores are by
    the profile of the last run. What people have decided stays as it is. Best first; empty where it is not open.
    """
    begin, profile = timezone.now(), _profile()
    side = NEED if isinstance(posting, Need) else OFFER
    # Comparing a text that nobody has met may mean to load the model: not while others wait for the table.
    own_ids = {posting.pk}
    Tables.read(
        on=today(),
        profile=profile,
        need_ids=own_ids if side == NEED else (),
        offer_ids=own_ids if side == OFFER else (),
    )
    bulk.lock_table(Match)
    tables = Tables.read(on=today(), profile=profile)
    own = _own_list(tables, posting.pk, side)
    others = _lists_touched(own, tables, posting.pk, side)
    wanted = np.concatenate((own[own[side.rank] > 0], _their_lists(tables, others, side)))
    wanted = _with_both_places(wanted)
    at_issue = Match.objects.open_to_runs(today()).filter(
        Q(**{side.name: posting.pk}) | Q(**{f"{side.other}__in": others.tolist()})
    )
    stored = stored_rows(at_issue)
    wanted = _with_their_own_places(wanted, stored, posting.pk, side)
    bring_into_line(wanted=wanted, stored=stored, profile=profile, run=None)
    tell_at_once(since=begin, by=by)
    suggested = Match.objects.for_lists().filter(**{side.name: posting.pk}, status=MatchStatus.SUGGESTED)
    return list(suggested.order_by("-score", "pk"))


class Side(NamedTuple):
    """Which side the posting stands on, and the names of columns that follow."""

    name: str
    rank: str
    """The place in its own list."""
    other: str
    other_rank: str


MOST_NAMED = 5_000
"""So many ids a query may name; beyond, reading all is quicker."""
LAST_PLACE = np.dtype([("other", np.int64), ("score", np.int64), ("holder", np.int64)])
NEED = Side("need", "rank_for_need", "offer", "rank_for_offer")
OFFER = Side("offer", "rank_for_offer", "need", "rank_for_need")


def _profile() -> ScoringProfile:
    """Return the profile of the last run, whose lists are touched here; before the first, the one that it will use."""
    last = MatchRun.objects.public().select_related("profile").first()
    profile = last.profile if last else default_profile()
    if profile.pk is None:
        profile.save()
    return profile


def _own_list(tables: Tables, posting_id: int, side: Side) -> Rows:
    """Return every open pair of the posting at or above the least score, with its place in the posting's own list.

    The place in the other's list is left at 0. Empty where the posting is not open.
    """
    rows = _scored(tables, np.array([posting_id]), side.name)
    rows[side.other_rank] = 0
    return rows


def _lists_touched(own: Rows, tables: Tables, posting_id: int, side: Side) -> NDArray[np.int64]:
    """Return the ids of the postings of the other kind whose list the posting stood in, or would now."""
    suggested = Match.objects.filter(status=MatchStatus.SUGGESTED).order_by()
    stood_in = suggested.filter(**{side.name: posting_id, f"{side.other_rank}__isnull": False})
    before = np.array(list(stood_in.values_list(side.other, flat=True)), dtype=np.int64)
    if not len(own):
        return np.unique(before)
    full = suggested.filter(**{side.other_rank: tables.profile.top_k})
    if len(own) <= MOST_NAMED:
        full = full.filter(**{f"{side.other}__in": own[side.other].tolist()})
    query = full.values_list(side.other, "score", side.name).query
    last = np.sort(bulk.read_numbers(*query.sql_with_params(), dtype=LAST_PLACE), order="other")
    enters = np.ones(len(own), dtype=np.bool_)
    if len(last):
        place = np.minimum(np.searchsorted(last["other"], own[side.other]), len(last) - 1)
        is_full = last["other"][place] == own[side.other]
        own_kind = getattr(tables, f"{side.name}s")
        holder, mine = _places(own_kind, last["holder"][place]), _places(own_kind, np.array([posting_id]))
        beats = own["score"] > last["score"][place]
        equals = (own["score"] == last["score"][place]) & (mine <= holder)
        enters = ~is_full | beats | equals
    return np.union1d(before, own[side.other][enters])


def _their_lists(tables: Tables, others: NDArray[np.int64], side: Side) -> Rows:
    """Return the lists of these postings, the places in the other's list left at 0."""
    rows = _scored(tables, others, side.other)
    rows[side.rank] = 0
    return rows[rows[side.other_rank] > 0]


def _with_both_places(wanted: Rows) -> Rows:
    """Return each pair once, with both of its places, where two lists name one each."""
    wanted = wanted[np.argsort(pair_keys(wanted), kind="stable")]
    first = np.flatnonzero(np.diff(pair_keys(wanted), prepend=-1))
    merged = wanted[first]
    if len(merged):
        for rank in (NEED.rank, OFFER.rank):
            merged[rank] = np.maximum.reduceat(wanted[rank], first)
    return merged


def _with_their_own_places(wanted: Rows, stored: Rows, posting_id: int, side: Side) -> Rows:
    """Return the wanted pairs, and those stored ones that stand in a list which the posting has no part in.

    Whose list that is: of another posting of the same kind, which the posting leaves as it is.
    """
    bystander = stored[(stored["is_suggested"] == 1) & (stored[side.name] != posting_id) & (stored[side.rank] > 0)]
    bystander = bystander[np.argsort(pair_keys(bystander))]
    wanted = wanted[np.argsort(pair_keys(wanted))]
    _, in_wanted, in_bystander = np.intersect1d(
        pair_keys(wanted), pair_keys(bystander), assume_unique=True, return_indices=True
    )
    wanted[side.rank][in_wanted] = bystander[side.rank][in_bystander]
    alone = np.delete(bystander, in_bystander)
    kept = np.zeros(len(alone), dtype=wanted.dtype)
    for name in wanted.dtype.names or ():
        kept[name] = alone[name]
    kept[side.other_rank] = 0
    return np.concatenate((wanted, kept))


def _scored(tables: Tables, ids: NDArray[np.int64], side: str) -> Rows:
    """Score these postings of one side against all open ones of the other."""
    needs, offers = np.arange(len(tables.needs)), np.arange(len(tables.offers))
    if side == NEED.name:
        needs = np.flatnonzero(np.isin(tables.needs.ids, ids))
    else:
        offers = np.flatnonzero(np.isin(tables.offers.ids, ids))
    some = tables.take(needs, offers)
    return scored_rows(
        some,
        engine.suggest(some.needs, some.offers, some.reach, some.preference, some.profile, decided_pairs(some)),
    )


def _places(postings: engine.Postings, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each id stands in the order that decides between equal scores; one not open, after all others."""
    place = np.full(len(postings) + 1, len(postings), dtype=np.int64)
    place[postings.best_order()] = np.arange(len(postings))
    return place[postings.rows_of(ids)]
