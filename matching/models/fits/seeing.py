"""Who sees a match, and as what: the rule itself, whatever way the two postings are asked.

`MatchQuerySet.visible_to` asks the postings (`AskedOfPostings`). Lists ask what the match keeps of them
(`matching.listing.branches`), which says the same.
"""

from typing import TYPE_CHECKING, Any, Protocol

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q

from directory.access import Action, can, facilitates_only, scope_of
from matching.choices import (
    BETWEEN_THE_SIDES,
    CLEARANCE_SHOWN,
    CONTACTS_SHOWN,
    TOLD_NOBODY,
    MatchStatus,
)
from surveys.choices import PostingStatus, Side, Visibility
from surveys.models.postings.posting import open_now_q, published_q

if TYPE_CHECKING:
    from directory.models import User

NOBODY = Q(pk__in=[])
BOTH_WAYS = ((Side.NEED, Side.OFFER), (Side.OFFER, Side.NEED))
NOT_WITHHELD = Q(released_at__isnull=False, on_hold_at__isnull=True)
"""Released, whatever has become of its postings."""


def between_public_postings() -> Q:
    """Return the condition that everyone sees both postings, as they themselves say it."""
    return published_q(Visibility.PUBLIC, prefix="need__") & published_q(Visibility.PUBLIC, prefix="offer__")


class SeeingAsked(Protocol):
    """What the rule asks of the postings of a match, for one reader."""

    @property
    def between_public(self) -> Q:
        """Everyone sees both postings."""

    @property
    def both_open(self) -> Q:
        """Both postings are open at this moment somewhere on earth."""

    def is_own(self, side: Side) -> Q:
        """The reader answers for that posting."""

    def clears_for(self, side: Side) -> Q:
        """The reader clears for the country of that posting."""

    def is_published(self, side: Side, *, though_paused: bool = False) -> Q:
        """That posting is published; its own side does not mind that it is paused."""

    def is_shown(self, side: Side) -> Q:
        """The reader may see that posting anyway: a suggestion does not open the others."""


class AskedOfPostings:
    """As the postings themselves say it."""

    def __init__(self, user: "User | AnonymousUser | None") -> None:
        self._facilitates_only = facilitates_only(user)
        self._own = scope_of(user, Action.READ_OWN)
        self._clears = scope_of(user, Action.APPROVE_POSTINGS)

    @property
    def between_public(self) -> Q:
        """Everyone sees both postings."""
        return between_public_postings()

    @property
    def both_open(self) -> Q:
        """Asked here and now: the daily work closes what is undecided, and leaves what was decided as it is."""
        return open_now_q("need__") & open_now_q("offer__")

    def is_own(self, side: Side) -> Q:
        """The reader answers for that posting."""
        return self._own.q(f"{side}__") if self._own else NOBODY

    def clears_for(self, side: Side) -> Q:
        """The reader clears for the country of that posting."""
        return self._clears.q(f"{side}__") if self._clears else NOBODY

    def is_published(self, side: Side, *, though_paused: bool = False) -> Q:
        """That posting is published; its own side does not mind that it is paused."""
        if though_paused:
            return Q(**{f"{side}__status": PostingStatus.PUBLISHED})
        return published_q(prefix=f"{side}__")

    def is_shown(self, side: Side) -> Q:
        """The reader may see that posting anyway: a suggestion does not open the others."""
        shown = published_q(Visibility.PUBLIC, Visibility.FOCAL_POINTS, prefix=f"{side}__")
        if self._facilitates_only:
            shown &= Q(**{f"{side}__visibility": Visibility.PUBLIC}) | Q(**{f"{side}__facilitating_allowed": True})
        return shown


def side_has(side: Side, **row: Any) -> Q:
    """Return the condition that what that side was asked and said has these values."""
    sides = apps.get_model("matching", "MatchSide").objects
    return Q(Exists(sides.filter(match=OuterRef("pk"), side=side, **row)))


def has_heard(asked: SeeingAsked, side: Side, *, is_on_hold: bool = False) -> Q:
    """Return the condition that who answers for that side was told that the secretariat has put the match to it.

    Whoever answers for the side hears of it when the side is asked; whoever clears for its country, before. One that
    is on hold, or that was taken back, tells nobody anything. In Python: `matching.life.seen.sides.is_told_of`.
    """
    heard = side_has(side, asked_at__isnull=False)
    if (clears := asked.clears_for(side)) != NOBODY:
        heard |= clears & side_has(side, clearance__in=CLEARANCE_SHOWN)
    tells_nobody = Q(status__in=TOLD_NOBODY) | Q(status=MatchStatus.LAPSED, decided_on__isnull=True)
    return asked.is_own(side) & heard & Q(on_hold_at__isnull=not is_on_hold) & ~tells_nobody


def is_told(user: "User | AnonymousUser | None", side: Side) -> Q:
    """Return the condition that the person was told of the match on that side, see `has_heard`."""
    if not scope_of(user, Action.READ_OWN):
        return NOBODY
    return has_heard(AskedOfPostings(user), side)


def told_to(user: "User | AnonymousUser | None", asked: SeeingAsked) -> Q:
    """Return the condition that the person has heard of its steps on a side, and may see its other posting."""
    told = NOBODY
    if not scope_of(user, Action.READ_OWN):
        return told
    for side, other in BOTH_WAYS:
        others = asked.is_shown(other) | asked.is_own(other) | _opened_to(asked, side, other=other)
        told |= has_heard(asked, side) & others
    return told


def shown_to(user: "User | AnonymousUser | None", asked: SeeingAsked) -> Q:
    """Return the condition that the person sees the match as if nobody had decided anything."""
    seen = NOBODY
    if can(user, Action.READ_COMPUTED_FITS):
        seen |= asked.between_public
    return Q(is_shown=True) & asked.both_open & (seen | shown_to_its_sides(user, asked))


def shown_to_its_sides(user: "User | AnonymousUser | None", asked: SeeingAsked) -> Q:
    """Return the condition that a posting of the match is the person's, and the other one is for it to see."""
    seen = NOBODY
    if not scope_of(user, Action.READ_OWN):
        return seen
    for side, other in BOTH_WAYS:
        # What a side was told of, and is on hold now, it sees no more of.
        own = asked.is_own(side) & asked.is_published(side, though_paused=True)
        own &= ~has_heard(asked, side, is_on_hold=True)
        others = asked.is_own(other) & asked.is_published(other, though_paused=True)
        seen |= own & (asked.is_shown(other) | others)
    return seen


def _opened_to(asked: SeeingAsked, side: Side, *, other: Side) -> Q:
    """Matches put to that side: it sees the other's posting whatever its visibility, and still does once introduced."""
    was_asked = side_has(side, asked_at__isnull=False)
    is_open = Q(status__in=CONTACTS_SHOWN) | Q(status__in=BETWEEN_THE_SIDES) & asked.is_published(other)
    return was_asked & is_open
