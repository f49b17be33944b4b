"""Score one posting at once, against all open ones of the other kind: what its agency sees on publishing it."""

import numpy as np
from django.db import transaction
from django.db.models import Case, IntegerField, When
from django.utils import timezone
from numpy.typing import NDArray

from directory.days import today
from directory.models import User
from matching import bulk, engine
from matching.choices import MatchStatus
from matching.digests import tell_at_once
from matching.lines import Rows
from matching.lists import NEED, OFFER, Side, bring_lists_into_line, profile_of_lists, scored
from matching.models import Match
from matching.tables import Tables, meet_text_of
from surveys.models import Need
from surveys.models.posting import Posting

MOST_NAMED = 5_000
"""So many ids a query may name; beyond, reading all is quicker."""
LAST_PLACE = np.dtype([("other", np.int64), ("score", np.int64), ("holder", np.int64), ("is_suggested", np.int64)])


@transaction.atomic
def rematch(*, posting: Posting, by: User | None = None) -> list[Match]:
    """Bring a posting's matches, and the lists that it enters or leaves, to what a run would leave; return its own.

    Those who want to hear of new matches at once are written to, but for `by`, who is looking at them. Scores are by
    the profile of the last run. What people have decided stays as it is. Best first; empty where it is not open.
    """
    begin, profile = timezone.now(), profile_of_lists()
    side, others_side = (NEED, OFFER) if isinstance(posting, Need) else (OFFER, NEED)
    # Comparing a text that nobody has met may mean to load the model: not while others wait for the table.
    meet_text_of(posting, profile)
    bulk.lock_table(Match)
    tables = Tables.read(on=today(), profile=profile)
    own = scored(tables, [posting.pk], side)
    others = _lists_touched(own, tables, posting.pk, side)
    lists = {f"{side.name}s": [posting.pk], f"{side.other}s": others.tolist()}
    both = np.concatenate((own, scored(tables, others.tolist(), others_side)))
    bring_lists_into_line(**lists, scored=both, profile=profile)
    tell_at_once(since=begin, by=by)
    suggested = Match.objects.for_lists().filter(**{side.name: posting.pk}, status=MatchStatus.SUGGESTED)
    return list(suggested.order_by("-score", "pk"))


def _lists_touched(own: Rows, tables: Tables, posting_id: int, side: Side) -> NDArray[np.int64]:
    """Return the ids of the postings of the other kind whose list the posting stood in, or would now."""
    stored = (
        Match.objects.filter(**{side.name: posting_id}).order_by().values_list("status", side.other_rank, side.other)
    )
    stood_in = [other for status, rank, other in stored if status == MatchStatus.SUGGESTED and rank]
    before = np.array(stood_in, dtype=np.int64)
    if not len(own):
        return np.unique(before)
    full = Match.objects.filter(**{side.other_rank: tables.profile.top_k}).order_by()
    if len(own) <= MOST_NAMED:
        full = full.filter(**{f"{side.other}__in": own[side.other].tolist()})
    is_suggested = Case(When(status=MatchStatus.SUGGESTED, then=1), default=0, output_field=IntegerField())
    query = full.values_list(side.other, "score", side.name, is_suggested).query
    last = bulk.read_numbers(*query.sql_with_params(), dtype=LAST_PLACE)
    last = np.sort(last[last["is_suggested"] == 1], order="other")
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


def _places(postings: engine.Postings, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each id stands in the order that decides between equal scores; one not open, after all others."""
    place = np.full(len(postings) + 1, len(postings), dtype=np.int64)
    place[postings.best_order()] = np.arange(len(postings))
    return place[postings.rows_of(ids)]
