"""Forgets rows that have been gone for long."""

import datetime as dt

from django.db import transaction
from django.db.models import Max

from feed.models import Feed, FeedState
from feed.sequencing.holding import held

KEPT_FOR = dt.timedelta(days=90)


@transaction.atomic
def forget_gone(on: dt.date) -> int:
    """Remove what has been gone for 90 days on the day `on`; return how many rows.

    Whoever has not asked since then is told to begin anew: what is removed could not be told any more.
    """
    if held() is None:
        return 0
    removed = 0
    for feed in Feed.objects.all():
        old = FeedState.objects.filter(
            audience=feed.audience, is_present=False, position__isnull=False, changed_on__lt=on - KEPT_FOR
        )
        last = old.aggregate(last=Max("position"))["last"]
        if last is not None:
            feed.forgotten_up_to = last
            feed.save(update_fields=["forgotten_up_to"])
            removed += old.filter(position__lte=last).delete()[0]
    return removed
