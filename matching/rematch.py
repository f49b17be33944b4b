"""Some postings scored at once, against all open ones of the other kind: what an agency sees on publishing one."""

from collections.abc import Collection
from typing import NamedTuple

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
from matching.tables import Tables, meet_texts
from surveys.models import Need
from surveys.models.posting import Posting

MOST_NAMED = 5_000
"""So many ids a query may name; beyond, reading all is quicker."""
LAST_PLACE = np.dtype([("other", np.int64), ("score", np.int64), ("holder", np.int64), ("is_suggested", np.int64)])


class Ids(NamedTuple):
    """Needs and offers, by their ids."""

    needs: Collection[int] = ()
    offers: Collection[int] = ()


NONE = Ids()


def rematch(*, posting: Posting, by: User | None = None) -> list[Match]:
    """Bring a posting's matches, and the lists that it enters or leaves, to what a run would leave; return its own.

    As `bring_up_to_date`. Best first; empty where it is not open.
    """
    is_need = isinstance(posting, Need)
    bring_up_to_date(changed=Ids(needs=[posting.pk]) if is_need else Ids(offers=[posting.pk]), by=by)
    own = {"need" if is_need else "offer": posting.pk}
    suggested = Match.objects.for_lists().filter(**own, status=MatchStatus.SUGGESTED)
    return list(suggested.order_by("-score", "pk"))


@transaction.atomic
def bring_up_to_date(*, changed: Ids = NONE, short: Ids = NONE, by: User | None = None) -> None:
    """Bring the lists of these postings, and those that the changed ones enter or leave, to what a run would leave.

    changed: postings that were published, closed, or written to. short: postings that have not changed, but whose list
    has lost a pair. Those who want to hear of new matches at once are written to, but for `by`, who is looking at
    them. Scores are by the profile of the last run. What people have decided stays as it is.
    """
    begin, profile = timezone.now(), profile_of_lists()
    # Comparing a text that nobody has met may mean to load the model: not while others wait for the table.
    meet_texts(need_ids=changed.needs, offer_ids=changed.offers, profile=profile)
    bulk.lock_table(Match)
    tables = Tables.read(on=today(), profile=profile)
    of_needs, of_offers = scored(tables, changed.needs, NEED), scored(tables, changed.offers, OFFER)
    touched_needs = set(_lists_touched(of_offers, tables, changed.offers, OFFER)) | set(short.needs)
    touched_offers = set(_lists_touched(of_needs, tables, changed.needs, NEED)) | set(short.offers)
    touched_needs.difference_update(changed.needs)
    touched_offers.difference_update(changed.offers)
    bring_lists_into_line(
        needs=touched_needs | set(changed.needs),
        offers=touched_offers | set(changed.offers),
        scored=np.concatenate(
            (of_needs, of_offers, scored(tables, touched_needs, NEED), scored(tables, touched_offers, OFFER))
        ),
        profile=profile,
    )
    tell_at_once(since=begin, by=by)


def _lists_touched(own: Rows, tables: Tables, changed: Collection[int], side: Side) -> list[int]:
    """Return the ids of the postings of the other kind in whose list a changed posting stood, or would stand now."""
    if not changed:
        return []
    of_changed = Match.objects.filter(**{f"{side.name}__in": changed}).order_by()
    stored = of_changed.values_list("status", side.other_rank, side.other)
    stood_in = [other for status, rank, other in stored if status == MatchStatus.SUGGESTED and rank]
    return [*stood_in, *_would_enter(own, tables, side).tolist()]


def _would_enter(own: Rows, tables: Tables, side: Side) -> NDArray[np.int64]:
    """Return the ids of the other kind for whose list one of these pairs is good enough, as it is stored."""
    full = Match.objects.filter(**{side.other_rank: tables.profile.top_k}).order_by()
    others = np.unique(own[side.other])
    if not len(others):
        return others
    if len(others) <= MOST_NAMED:
        full = full.filter(**{f"{side.other}__in": others.tolist()})
    is_suggested = Case(When(status=MatchStatus.SUGGESTED, then=1), default=0, output_field=IntegerField())
    query = full.values_list(side.other, "score", side.name, is_suggested).query
    last = bulk.read_numbers(*query.sql_with_params(), dtype=LAST_PLACE)
    last = np.sort(last[last["is_suggested"] == 1], order="other")
    if not len(last):
        return others
    place = np.minimum(np.searchsorted(last["other"], own[side.other]), len(last) - 1)
    is_full = last["other"][place] == own[side.other]
    own_kind = tables.needs if side == NEED else tables.offers
    holder, mine = _places(own_kind, last["holder"][place]), _places(own_kind, own[side.name])
    beats = own["score"] > last["score"][place]
    equals = (own["score"] == last["score"][place]) & (mine <= holder)
    entered: NDArray[np.int64] = own[side.other][~is_full | beats | equals]
    return entered


def _places(postings: engine.Postings, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each id stands in the order that decides between equal scores; one not open, after all others."""
    place = np.full(len(postings) + 1, len(postings), dtype=np.int64)
    place[postings.best_order()] = np.arange(len(postings))
    return place[postings.rows_of(ids)]
