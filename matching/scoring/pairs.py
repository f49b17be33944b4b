"""A pair of a need and an offer as a reader may see it: a match, a released fit, or why there is none."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from directory.access import Action, can, scope_of
from directory.models import User
from matching.choices import ReadAs
from matching.models import Match
from matching.scoring.explanation import Explanation, explain
from matching.scoring.reading_arrays import ListKind
from surveys.models import Need, Offer


@dataclass(frozen=True)
class ShownPair:
    """What one reader is shown of a pair; `match` is None where the two were never put together."""

    need: Need
    offer: Offer
    match: Match | None
    explanation: Explanation
    decided_as: Explanation | None

    @property
    def is_released(self) -> bool:
        """Whether everyone may see that the two fit."""
        return self.match is not None and self.match.released_at is not None

    @property
    def is_frozen(self) -> bool:
        """Whether the reader is shown the fit as it was released rather than as it stands today."""
        return self.match is not None and self.match.seen.is_released


def shown_pair(*, need_pk: int, offer_pk: int, reader: User | AnonymousUser) -> ShownPair | None:
    """Return the pair as `reader` may see it, or None where it is not for them to know whether there is one.

    The public sees a released fit as it was released. Who answers for a side, and the secretariat, see any pair of
    postings that they may see, scored today, also where nothing was suggested: then the gates say why not.
    """
    match = Match.objects.visible_to(reader).for_lists().filter(need=need_pk, offer=offer_pk).first()
    if match is None:
        return _never_matched(need_pk=need_pk, offer_pk=offer_pk, reader=reader)
    decided_as = match.decided_on if can(reader, Action.READ_EVERYTHING) else None
    return ShownPair(match.need, match.offer, match, explanation_of(match), decided_as)


def explanation_of(match: Match) -> Explanation:
    """Return why the two fit, as the reader may see it for whom `visible_to` fetched the match `for_lists()`.

    To whom it shows nothing that was decided it is worked out as if nobody had: also where all places of the offer are
    agreed. By the profile that made the score; of what was decided, by today's.
    """
    seen = match.seen
    if seen.read_as == ReadAs.RELEASED:
        return match.released_as or {}
    if seen.read_as == ReadAs.SHOWN:
        return explain(need=match.need, offer=match.offer, profile=seen.profile, lists=ListKind.SHOWN)
    return explain(need=match.need, offer=match.offer, profile=None if match.decided_on else seen.profile)


def lists_read_by(reader: User | AnonymousUser | None) -> ListKind:
    """Return how postings are read to explain a pair to this reader: agreed places are for the secretariat to know."""
    return ListKind.DESK if can(reader, Action.READ_EVERYTHING) else ListKind.SHOWN


def _never_matched(*, need_pk: int, offer_pk: int, reader: User | AnonymousUser) -> ShownPair | None:
    if not (can(reader, Action.READ_EVERYTHING) or can(reader, Action.READ_OWN)):
        return None
    need = Need.objects.visible_to(reader).for_lists().filter(pk=need_pk).first()
    offer = Offer.objects.visible_to(reader).for_lists().filter(pk=offer_pk).first()
    if need is None or offer is None or not _answers_for_a_side(reader, need, offer):
        return None
    return ShownPair(need, offer, None, explain(need=need, offer=offer, lists=lists_read_by(reader)), None)


def _answers_for_a_side(reader: User | AnonymousUser, need: Need, offer: Offer) -> bool:
    if can(reader, Action.READ_EVERYTHING):
        return True
    own = scope_of(reader, Action.READ_OWN)
    return need.is_within(own) or offer.is_within(own)
