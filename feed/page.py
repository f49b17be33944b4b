"""One page of a feed: what an audience is to be told after a position."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from feed.audiences import FeedAudience
from feed.kinds import KINDS
from feed.listed import ListedRow, rows_of
from feed.models import Feed, FeedState
from feed.positions import Position

UPSERT, GONE = "upsert", "gone"


@dataclass(frozen=True)
class RowChange:
    """One row that is another than it was: as it is now, or gone."""

    position: Position
    kind: str
    id: str
    change: str
    on: dt.date
    row: dict[str, Any] | None


@dataclass(frozen=True)
class Page:
    """Changes, and how far whoever has taken them over has come."""

    feed: str
    position: Position
    has_more: bool
    results: list[RowChange]


def read_page(feed: Feed, after: Position, *, kinds: Collection[str], size: int, asked_by: HttpRequest) -> Page:
    """Return up to `size` changes after a position, each row once, where it last changed.

    feed: as it was read before; what gets a position while this reads comes with the next page.

    Rows are given as the audience sees them at this moment. Where one is not any more what the feed last said of it,
    hidden or changed within the last seconds, the page ends before it: the feed will say so, or, should it be as it was
    by then, say nothing. Whoever has been given another, or none, would not hear of that.
    """
    states = FeedState.objects.filter(audience=feed.audience, position__gt=after.number, position__lte=feed.position)
    # A copy holds nothing of what was gone before it was begun.
    states = states.filter(Q(is_present=True) | Q(position__gt=after.begun_at))
    if kinds:
        states = states.filter(kind__in=kinds)
    found = list(states.order_by("position")[: size + 1])
    has_more, found = len(found) > size, found[:size]
    rows = _rows(found, FeedAudience(feed.audience), asked_by)
    results: list[RowChange] = []
    end = after.number
    for state in found:
        listed = rows.get((state.kind, state.public_id))
        if state.is_present and (listed is None or listed.digest != state.digest):
            break
        end = state.position or end
        results.append(_change(state, listed, replace(after, number=end, kinds=frozenset(kinds))))
    is_whole = len(results) == len(found)
    if is_whole and not has_more:
        end = feed.position
    return Page(
        feed=feed.feed_id,
        position=replace(after, number=end, kinds=frozenset(kinds)),
        has_more=is_whole and has_more,
        results=results,
    )


def _rows(
    states: Collection[FeedState], audience: FeedAudience, asked_by: HttpRequest
) -> dict[tuple[str, str], ListedRow]:
    """Return by kind and id what the audience sees of these rows now."""
    keys: dict[str, list[str]] = defaultdict(list)
    for state in states:
        if state.is_present:
            keys[state.kind].append(state.row_key)
    return {
        (name, public_id): listed
        for name, of_it in keys.items()
        for public_id, listed in rows_of(KINDS[name], audience, of_it, asked_by=asked_by).items()
    }


def _change(state: FeedState, listed: ListedRow | None, position: Position) -> RowChange:
    return RowChange(
        position=position,
        kind=state.kind,
        id=state.public_id,
        change=UPSERT if state.is_present else GONE,
        on=state.changed_on,
        row=listed.row if listed is not None and state.is_present else None,
    )
