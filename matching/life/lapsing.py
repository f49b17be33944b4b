"""Matches that lapse: their posting expired, was withdrawn, or has no place left."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from matching.choices import LAPSE_ON_EXPIRY, LAPSE_ON_WITHDRAWAL, EventKind, MatchStatus
from matching.life.marks import have_closed, lists_are_short
from matching.life.steps import take_steps
from matching.models import Match
from matching.scoring.places import offers_used_up
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from web.calendar.days import first_day_not_ended


def lapse_expired() -> int:
    """Let the suggestions and proposals lapse one of whose postings has closed everywhere on earth; return how many.

    Others see no more of these, decided or not, from the hour on which it has closed: their lists are filled here.
    """
    closed = first_day_not_ended()
    have_closed(closed)
    expired = Q(need__closes_on__lt=closed) | Q(offer__closes_on__lt=closed)
    return _lapse(Match.objects.filter(expired), statuses=LAPSE_ON_EXPIRY)


def lapse_used_up(offer: Offer) -> int:
    """Let the open matches of an offer lapse whose places are all agreed; return how many."""
    return _lapse(Match.objects.filter(offer=offer, offer__in=offers_used_up()), statuses=LAPSE_ON_EXPIRY)


def on_postings_changed(sender: type[Need] | type[Offer], ids: Collection[int], **kwargs: Any) -> None:
    """Lapse what hangs on postings that are not open any more; in the same transaction.

    Of one that was taken back, what withdrawal ends; of one that its dates or its places have closed, what expiry ends.
    What a pause of its country closes may come back tomorrow: its proposals stand until a run finds it closed.
    """
    side = "offer" if sender is Offer else "need"
    written = sender.objects.filter(pk__in=ids).order_by()
    is_open = written.open_now()
    if sender is Offer:
        is_open = is_open.exclude(pk__in=offers_used_up())
    closed, still_open = dict(written.values_list("pk", "status")), set(is_open.values_list("pk", flat=True))
    over = [pk for pk, status in closed.items() if status == PostingStatus.PUBLISHED and pk not in still_open]
    taken_back = [pk for pk, status in closed.items() if status != PostingStatus.PUBLISHED]
    for postings, statuses in ((taken_back, LAPSE_ON_WITHDRAWAL), (over, LAPSE_ON_EXPIRY)):
        if postings:
            _lapse(Match.objects.filter(**{f"{side}__in": postings}), statuses=statuses)


@transaction.atomic
def _lapse(matches: QuerySet[Match], *, statuses: Collection[MatchStatus]) -> int:
    lapsed = take_steps(matches, EventKind.LAPSED, by=None, only_from=statuses)
    lists_are_short(lapsed)
    return len(lapsed)
