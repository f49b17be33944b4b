"""Mails on what saved searches newly find: as often as each person hears of new matches, at most once a day."""

import datetime as dt
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Q

from directory.choices import Digest
from directory.mail import outbox
from directory.mail.kinds import Purpose, register
from directory.mail.weekly import weekly_readers
from directory.models import Affiliation, User
from surveys.choices import Side
from surveys.models import SavedSearch
from surveys.saved_searches.keeping import KINDS, found_ids
from web.calendar.days import today

MOST_LISTED = 20
"""Of one search in one mail; the list has all."""


def write_news(on: dt.date) -> int:
    """Write the mails that are due on the day `on`, one a person; return how many. Again on that day writes none."""
    serving = Affiliation.objects.in_force(today()).values("user")
    of_the_week = [reader.user.pk for reader in weekly_readers(on) if reader.user.digest == Digest.WEEKLY]
    due = Q(user__digest__in=[Digest.DAILY, Digest.AT_ONCE]) | Q(user__in=of_the_week)
    rows = SavedSearch.objects.filter(due, user__in=serving, user__is_active=True)
    searches = rows.select_related("user").order_by("user", "name", "id")
    return sum(_tell(user, list(own), on) for user, own in groupby(searches, key=lambda search: search.user))


@transaction.atomic
def _tell(user: User, searches: list[SavedSearch], on: dt.date) -> int:
    """Write to one person what its searches find that it was not told of, and note that it is told."""
    news: dict[str, list[int]] = {}
    for search in searches:
        found = found_ids(search)
        if new := sorted(set(found) - set(search.known)):
            news[str(search.pk)] = new
            # What a search found once stays known: what closes and opens again is no news.
            search.known = sorted({*search.known, *found})
            search.save(update_fields=["known"])
    if not news:
        return 0
    return outbox.write(kind="searches_found", key=f"searches_found:{user.pk}:{on}", about={"found": news}, to=[user])


@register("searches_found", purpose=Purpose.DIGEST)
def _searches_found(reader: User | None, about: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return by search the postings that the reader may still see; None where there is none left."""
    if reader is None:
        return None
    shown = []
    for search in SavedSearch.objects.filter(user=reader, pk__in=[int(pk) for pk in about["found"]]):
        model, _filterset = KINDS[Side(search.side)]
        new = model.objects.visible_to(reader).for_lists().filter(pk__in=about["found"][str(search.pk)])
        postings = list(new.order_by("pk")[: MOST_LISTED + 1])
        if postings:
            shown.append((search, postings[:MOST_LISTED], len(postings) > MOST_LISTED))
    return {"searches": shown} if shown else None
