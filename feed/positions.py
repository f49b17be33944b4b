"""Positions as they are given to others: how far a copy is, of which feed, and of which kinds."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from feed.kinds import KINDS
from feed.models import Feed

_WRITTEN = re.compile(r"([0-9a-f]{12})-([0-9]{1,18})-([0-9]{1,18})((?:-[a-z]{1,20}){0,20})", re.ASCII)


@dataclass(frozen=True)
class Position:
    """How far somebody has read."""

    feed_id: str
    number: int
    """The last position that was read."""
    begun_at: int
    """Where the feed stood when the copy was begun: of what had gone by then it knows nothing, and needs to know none.
    """
    kinds: frozenset[str] = frozenset()
    """What it was read for; none: everything."""

    def __str__(self) -> str:
        return "-".join((self.feed_id, str(self.number), str(self.begun_at), *sorted(self.kinds)))

    def serves(self, kinds: Collection[str]) -> bool:
        """Return whether these kinds (none: all) have been read up to it."""
        return not self.kinds or (bool(kinds) and self.kinds.issuperset(kinds))

    def is_of(self, feed: Feed) -> bool:
        """Return whether the feed can be read on from here: it has given the position, and forgotten nothing since."""
        furthest = max(self.number, self.begun_at)
        return self.feed_id == feed.feed_id and feed.forgotten_up_to <= furthest <= feed.position


def beginning_of(feed: Feed, kinds: Collection[str]) -> Position:
    """Return the position before everything, for a copy that begins now."""
    return Position(feed.feed_id, 0, feed.position, frozenset(kinds))


def end_of(feed: Feed, kinds: Collection[str]) -> Position:
    """Return the position after everything, for a copy that is made of the lists from now on."""
    return Position(feed.feed_id, feed.position, feed.position, frozenset(kinds))


def read_position(written: str) -> Position | None:
    """Return the position that is written so; None where it is none."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return None
    kinds = frozenset(filter(None, found[4].split("-")))
    return Position(found[1], int(found[2]), int(found[3]), kinds) if kinds <= set(KINDS) else None
