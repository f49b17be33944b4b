"""What a reader asks of the feed, read strictly."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from feed.api.refusing import PositionGone
from feed.kinds import KINDS
from feed.models import Feed
from feed.positions import Position, beginning_of, end_of, read_position
from web.api.pagination import PAGE_SIZE, page_size_of
from web.api.problems import BadQuery

AFTER, KIND, NOW = "after", "kind", "now"
PARAMETERS = frozenset({AFTER, KIND, PAGE_SIZE})


@dataclass(frozen=True)
class ChangesAsked:
    """What is asked for."""

    after: Position
    kinds: frozenset[str]
    """None: all."""
    size: int


def read_asked(query: QueryDict, feed: Feed) -> ChangesAsked:
    """Return what the query asks of the feed; BadQuery where it cannot be read, PositionGone where it is too late."""
    size, kinds = page_size_of(query), _kinds(query.get(KIND))
    written = query.get(AFTER)
    if written is None:
        return ChangesAsked(beginning_of(feed, kinds), kinds, size)
    if written == NOW:
        return ChangesAsked(end_of(feed, kinds), kinds, size)
    position = read_position(written)
    if position is None:
        raise BadQuery({AFTER: [_("Not a position of this feed: give one as you got it, “now”, or none.")]})
    if not position.is_of(feed):
        raise PositionGone
    if not position.serves(kinds):
        names = ", ".join(sorted(position.kinds))
        raise BadQuery(
            {AFTER: [_("A position of %(names)s alone: for other kinds begin without “after”.") % {"names": names}]}
        )
    return ChangesAsked(position, kinds, size)


def _kinds(written: str | None) -> frozenset[str]:
    kinds = frozenset(written.split(",")) if written else frozenset()
    if kinds - set(KINDS):
        raise BadQuery(
            {KIND: [_("Give one or more of these, parted by commas: %(names)s.") % {"names": ", ".join(KINDS)}]}
        )
    return kinds
