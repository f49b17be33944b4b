"""Whom the secretariat sounds out first about a need: agencies and countries whose open offers together fit it best."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import PermissionDenied

from directory.access import Action, can
from directory.models import Agency, Country, User
from matching.asking.overlapping import OverlappingPair, Overlaps, overlaps_of, word_of
from matching.asking.ranking import ScoredOffer, ranked
from matching.choices import Fit, MatchStatus
from matching.models import Match
from matching.scoring.explanation import Explanation
from surveys.models import Need, Offer

MOST = 20
"""So many agencies and countries are named in each of the two groups."""
MILLIONTH_OF_ONE = 10**30
"""A millionth of the weight of one perfect pair, 1,000,000 to the sixth power."""


@dataclass(frozen=True)
class SpeakingOffer:
    """An offer that speaks for asking its agency or country."""

    offer: Offer
    explanation: Explanation
    match: Match | None
    """What the two are to each other already. None: nothing, or a suggestion that has lapsed."""

    @property
    def fit(self) -> Fit:
        """How far it overlaps with the need, as a word."""
        return word_of(self.explanation)


@dataclass(frozen=True)
class PartyToAsk:
    """An agency, or a country where its offers name no agency, with the offers that speak for it, the best first."""

    weight: int
    """The sum of the sixth powers of the scores of these offers, in millionths to the sixth power: by it they stand."""
    offers: list[SpeakingOffer]

    @property
    def agency(self) -> Agency | None:
        """The agency."""
        return self.offers[0].offer.agency

    @property
    def country(self) -> Country | None:
        """The country: the agency's, or the one under which the offers stand."""
        agency = self.agency
        return agency.country if agency else self.offers[0].offer.country

    @property
    def fit(self) -> Fit:
        """The word of its best pair."""
        return self.offers[0].fit

    @property
    def weight_in_millionths(self) -> int:
        """The weight for people, rounded half up: 1,000,000 is that of one perfect pair."""
        return (self.weight + MILLIONTH_OF_ONE // 2) // MILLIONTH_OF_ONE

    def __str__(self) -> str:
        names = (self.agency, self.country)
        return ", ".join(str(name) for name in names if name is not None)


@dataclass(frozen=True)
class PartiesToAsk:
    """The first of one group, in their order."""

    parties: list[PartyToAsk]
    others: int
    """How many more there are."""


@dataclass(frozen=True)
class WhomToAsk:
    """Whom to ask about a need: by offers that their own side vouched for, and, apart, by those to be verified first.

    An agency with offers of both kinds stands in both groups, in each with the offers of that kind.
    """

    confirmed: PartiesToAsk
    to_be_verified: PartiesToAsk


class _Content(NamedTuple):
    """What the ranking reads of an offer beside the engine's tables."""

    party: Hashable
    is_confirmed: bool
    said: str
    any_modality: bool


def whom_to_ask(*, need: Need, reader: User, most: int = MOST) -> WhomToAsk:
    """Return whom to ask about a need, worked out now; a fixed number of queries, and nothing is stored.

    For the secretariat alone: raises PermissionDenied for anyone else. By the rule of `ranking`, over the open offers
    that `reader` may see; pairs that people have decided count as all others.
    """
    if not can(reader, Action.REVIEW_MATCHES):
        raise PermissionDenied
    overlaps = overlaps_of(need=need, reader=reader)
    content = _contents({pair.offer_id for pair in overlaps.pairs})
    groups = {
        is_confirmed: ranked(
            _scored(overlaps, pair, content[pair.offer_id])
            for pair in overlaps.pairs
            # One that was withdrawn since the tables were read is not there any more.
            if pair.offer_id in content and content[pair.offer_id].is_confirmed == is_confirmed
        )
        for is_confirmed in (True, False)
    }
    named = {one.offer_id for group in groups.values() for _weight, best in group[:most] for one in best}
    speaking = _speaking(overlaps, named)
    of_group = {
        is_confirmed: PartiesToAsk(
            [PartyToAsk(weight, [speaking[one.offer_id] for one in best]) for weight, best in group[:most]],
            others=max(len(group) - most, 0),
        )
        for is_confirmed, group in groups.items()
    }
    return WhomToAsk(confirmed=of_group[True], to_be_verified=of_group[False])


def _contents(offer_ids: Collection[int]) -> dict[int, _Content]:
    rows = Offer.objects.filter(pk__in=offer_ids).order_by("pk")
    columns = ("pk", "agency", "country", "confirmed_on", "text", "english_text", "title", "any_modality")
    return {
        pk: _Content(
            party=("country", country) if agency is None else ("agency", agency),
            is_confirmed=confirmed_on is not None,
            # The title is what an offer says where it says nothing else; else a course of each year would count anew.
            said=" ".join((f"{text} {english}".strip() or title).split()),
            any_modality=any_modality,
        )
        for pk, agency, country, confirmed_on, text, english, title, any_modality in rows.values_list(*columns)
    }


def _scored(overlaps: Overlaps, pair: OverlappingPair, content: _Content) -> ScoredOffer:
    offers, row = overlaps.tables.offers, pair.row
    targets = frozenset(overlaps.tables.offer_places.get(pair.offer_id, ()))
    modalities = (int(offers.modalities[row]), content.any_modality)
    return ScoredOffer(
        party=content.party,
        alike=(int(offers.areas[row]), modalities, targets, content.said),
        score=pair.score,
        recency=int(offers.recency[row]),
        offer_id=pair.offer_id,
    )


def _speaking(overlaps: Overlaps, offer_ids: Iterable[int]) -> dict[int, SpeakingOffer]:
    """Return the offers that are named, with all that is shown of them."""
    offers = list(Offer.objects.for_lists().filter(pk__in=list(offer_ids)).order_by("pk"))
    matches = Match.objects.filter(need=overlaps.need, offer__in=offers).exclude(status=MatchStatus.LAPSED)
    match_of = {match.offer_id: match for match in matches.order_by("pk")}
    return {
        offer.pk: SpeakingOffer(offer, explanation, match_of.get(offer.pk))
        for offer, explanation in zip(offers, overlaps.explain(offers), strict=True)
    }
