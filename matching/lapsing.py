"""Matches that lapse: their posting expired, was withdrawn, or has no place left; DESIGN section 6."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from directory.days import first_day_not_ended
from matching.choices import LAPSE_ON_EXPIRY, LAPSE_ON_WITHDRAWAL, EventKind, MatchStatus
from matching.life.marks import lists_are_short
from matching.models import Match, MatchEvent
from matching.places import offers_used_up
from surveys.models import Need, Offer
from surveys.models.posting import Posting


def lapse_matches_of(posting: Posting) -> int:
    """Let the open matches of a posting that was withdrawn or unpublished lapse; return how many."""
    side = Q(offer=posting) if isinstance(posting, Offer) else Q(need=posting)
    return _lapse(Match.objects.filter(side), statuses=LAPSE_ON_WITHDRAWAL)


def lapse_expired() -> int:
    """Let the suggestions and proposals lapse one of whose postings has closed everywhere on earth; return how many."""
    closed = first_day_not_ended()
    expired = Q(need__closes_on__lt=closed) | Q(offer__closes_on__lt=closed)
    return _lapse(Match.objects.filter(expired), statuses=LAPSE_ON_EXPIRY)


def lapse_used_up(offer: Offer) -> int:
    """Let the open matches of an offer lapse whose places are all agreed; return how many."""
    return _lapse(Match.objects.filter(offer=offer, offer__in=offers_used_up()), statuses=LAPSE_ON_EXPIRY)


def on_posting_closed(sender: type[Posting], posting: Need | Offer, **kwargs: Any) -> None:
    """Lapse what hangs on a posting that is no longer published; in the same transaction."""
    lapse_matches_of(posting)


@transaction.atomic
def _lapse(matches: QuerySet[Match], *, statuses: Collection[MatchStatus]) -> int:
    columns = ("pk", "status", "need", "offer", "rank_for_need", "rank_for_offer")
    rows = matches.filter(status__in=statuses).order_by("pk").only(*columns).select_for_update(of=("self",))
    held = list(rows)
    if not held:
        return 0
    lists_are_short(held)
    # An untouched suggestion leaves no event behind: nobody took a step on it.
    MatchEvent.objects.bulk_create(
        MatchEvent(match=one, kind=EventKind.LAPSED, from_status=one.status, to_status=MatchStatus.LAPSED)
        for one in held
        if one.status != MatchStatus.SUGGESTED
    )
    Match.objects.filter(pk__in=[one.pk for one in held]).update(
        status=MatchStatus.LAPSED, rank_for_need=None, rank_for_offer=None, updated_at=timezone.now()
    )
    return len(held)
