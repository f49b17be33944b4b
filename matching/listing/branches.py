"""What a reader may see of the matches, in parts that each walk an index: a test holds it to `visible_to`.

The parts are: what the reader was told of; what it sees as if nobody had decided anything, by its own postings or
because both are public; and what was released. They have no match in common. A reader's own postings are looked up
first, so that matches are found by their ids.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, Value

from directory.access import Action, Scope, can, facilitates_only, scope_of
from directory.models import Agency
from matching.choices import ReadAs
from matching.listing.keeping import not_in_line
from matching.models import Match
from matching.models.fits.listed import PostingReach
from matching.models.fits.match import MatchQuerySet
from matching.models.fits.seeing import NOBODY, NOT_WITHHELD, shown_to_its_sides, told_to
from surveys.choices import Side
from surveys.models import Need, Offer
from web.calendar.days import first_day_not_ended, last_day_begun
from web.lists.branches import ListParts

if TYPE_CHECKING:
    from directory.models import User


class AskedOfColumns:
    """What the rule of readers asks of the two postings, as a match keeps it; see `matching.models.fits.seeing`."""

    between_public = Q(is_public=True)

    def __init__(self, user: "User | AnonymousUser | None") -> None:
        self._shown_from = PostingReach.FACILITATING if facilitates_only(user) else PostingReach.FOCAL_POINTS
        self._own = own_posting_ids(scope_of(user, Action.READ_OWN))
        clears = scope_of(user, Action.APPROVE_POSTINGS)
        self._clears = self._own if clears == scope_of(user, Action.READ_OWN) else own_posting_ids(clears)

    @property
    def both_open(self) -> Q:
        """Asked here and now, as of the postings themselves."""
        return Q(opens_on__lte=last_day_begun(), closes_on__gte=first_day_not_ended())

    @property
    def has_own(self) -> bool:
        """Whether the reader answers for any posting."""
        return any(self._own.values())

    @property
    def is_of_its_own(self) -> Q:
        """One of the two postings is the reader's."""
        return self.is_own(Side.NEED) | self.is_own(Side.OFFER)

    def is_own(self, side: Side) -> Q:
        """The reader answers for that posting."""
        return Q(**{f"{side}_id__in": self._own[side]})

    def clears_for(self, side: Side) -> Q:
        """The reader clears for the country of that posting."""
        return Q(**{f"{side}_id__in": self._clears[side]})

    def is_published(self, side: Side, *, though_paused: bool = False) -> Q:
        """That posting is published; its own side does not mind that it is paused."""
        return Q(**{f"{side}_reach__gte": PostingReach.OWN if though_paused else PostingReach.MATCHED})

    def is_shown(self, side: Side) -> Q:
        """The reader may see that posting anyway: a suggestion does not open the others."""
        return Q(**{f"{side}_reach__gte": self._shown_from})


def own_posting_ids(scope: Scope) -> dict[Side, list[int]]:
    """Return the ids of the postings that a scope reaches, by side, in three queries at most; none where it is all."""
    if not scope or scope.everything:
        return {Side.NEED: [], Side.OFFER: []}
    agencies = set(scope.agencies)
    if scope.countries:
        agencies |= set(Agency.objects.filter(country__in=scope.countries).values_list("pk", flat=True))
    within = Q(agency__in=agencies) | Q(country__in=scope.countries)
    within |= Q(agency__isnull=True, country__in=scope.alone)
    return {
        side: sorted(model.objects.filter(within).order_by().values_list("pk", flat=True))
        for side, model in ((Side.NEED, Need), (Side.OFFER, Offer))
    }


class MatchParts(ListParts[Match]):
    """Matches in parts, found by what they keep of their postings."""

    of_many: Collection[int] = ()
    """Places of the parts that may hold most of everybody's matches."""

    def outdated(self, ids: Collection[int]) -> Collection[int]:
        """Return which matches keep what their postings do not say any more: two transactions met; one query."""
        return not_in_line(ids)


def branches_for(user: "User | AnonymousUser | None") -> MatchParts:
    """Return the matches that `visible_to` shows the reader, in parts, each with `read_as` and what goes with it."""
    if can(user, Action.READ_EVERYTHING):
        everything = MatchParts([Match.objects.visible_to(user).as_seen()])
        everything.of_many = (0,)
        return everything
    asked, sees_public = AskedOfColumns(user), can(user, Action.READ_COMPUTED_FITS)
    told, own = (told_to(user, asked), shown_to_its_sides(user, asked)) if asked.has_own else (NOBODY, NOBODY)
    shown = Match.objects.filter(asked.both_open, is_shown=True)
    parts = MatchParts()
    if asked.has_own:
        parts.append(_read_as(Match.objects.filter(told), ReadAs.DESK))
        of_own = shown.filter(own & ~told)
        parts.append(_read_as(of_own.filter(is_public=False) if sees_public else of_own, ReadAs.SHOWN))
    if sees_public:
        of_public = shown.filter(is_public=True)
        parts.of_many = (len(parts),)
        parts.append(_read_as(_unless(of_public, asked, told), ReadAs.SHOWN))
    released = Match.objects.filter(NOT_WITHHELD, is_public=True)
    for one in _not_shown_to_all(released) if sees_public else [released]:
        seen_better = told | own & asked.both_open & Q(is_shown=True)
        parts.append(_read_as(_unless(one, asked, seen_better), ReadAs.RELEASED))
    return parts


def own_branches_for(user: "User") -> tuple[MatchQuerySet, MatchQuerySet]:
    """Return of the reader's own matches those that it was told of, and those that it sees as if nobody had decided."""
    asked = AskedOfColumns(user)
    told, own = told_to(user, asked), shown_to_its_sides(user, asked)
    shown = Match.objects.filter(asked.both_open & own & ~told & asked.is_of_its_own, is_shown=True)
    return _read_as(Match.objects.filter(told), ReadAs.DESK), _read_as(shown, ReadAs.SHOWN)


def _not_shown_to_all(released: MatchQuerySet) -> list[MatchQuerySet]:
    """Return released matches that are not shown as computed fits, in parts: few, and found without the rest."""
    hidden = released.filter(is_shown=False)
    closed = released.filter(is_shown=True, closes_on__lt=first_day_not_ended())
    opens_later = released.filter(is_shown=True, opens_on__gt=last_day_begun(), closes_on__gte=first_day_not_ended())
    return [hidden, closed, opens_later]


def _unless(matches: MatchQuerySet, asked: AskedOfColumns, condition: Q) -> MatchQuerySet:
    """Return the matches that do not fulfil a condition which only matches of the reader's own can fulfil."""
    return matches.filter(~asked.is_of_its_own | ~condition) if asked.has_own else matches


def _read_as(matches: MatchQuerySet, read_as: ReadAs) -> MatchQuerySet:
    score, word, since = {
        ReadAs.DESK: ("score", "word", "scored_at"),
        ReadAs.SHOWN: ("shown_score", "shown_word", "shown_changed_at"),
        ReadAs.RELEASED: ("released_score", "released_word", "released_at"),
    }[read_as]
    return matches.annotate(read_as=Value(read_as.value), seen_score=F(score), seen_word=F(word), seen_since=F(since))
