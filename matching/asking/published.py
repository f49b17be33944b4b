"""What the need's own side sees: published offers that overlap with it, by word, without a number or an order."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directory.access import Action, scope_of
from directory.models import User
from matching.asking.overlapping import overlaps_of, word_of
from matching.choices import Fit
from matching.scoring.explanation import Explanation
from matching.scoring.reasons import Labels
from surveys.choices import PostingStatus
from surveys.models import Need, Offer
from web.text import fold, listed

MOST = 60
"""So many offers are named, those that overlap most."""


@dataclass(frozen=True)
class OverlappingOffer:
    """A published offer, and what the need asks for that it has."""

    offer: Offer
    areas: list[str]
    """In words; an area that is only related says to which."""
    modalities: list[str]


@dataclass(frozen=True)
class PublishedOverlaps:
    """Published offers by how far they overlap with a need, each group in alphabetical order."""

    by_word: list[tuple[Fit, list[OverlappingOffer]]]
    """Strong, good, partial; a word that no offer has is left out."""
    not_confirmed: list[OverlappingOffer]
    """Those that no Government or institution has vouched for: apart, and without a word."""
    others: int
    """How many more overlap, less than these."""


def published_overlaps(*, need: Need, reader: User, most: int = MOST) -> PublishedOverlaps | None:
    """Return the published offers that overlap with a need, worked out now; a fixed number of queries.

    For those who answer for the need, as if nobody had decided anything. None: the reader does not answer for it, or
    it is not published. Offers that would not be suggested for their score are left out.
    """
    if need.status != PostingStatus.PUBLISHED or not need.is_within(scope_of(reader, Action.READ_OWN)):
        return None
    overlaps = overlaps_of(need=need, reader=reader)
    found = [pair for pair in overlaps.pairs if pair.score >= overlaps.profile.min_score]
    closest = sorted(found, key=lambda pair: (-pair.score, pair.offer_id))[:most]
    offers = list(Offer.objects.for_lists().filter(pk__in=[pair.offer_id for pair in closest]).order_by("pk"))
    labels = Labels.read()
    groups: dict[Fit, list[OverlappingOffer]] = {fit: [] for fit in (Fit.STRONG, Fit.GOOD, Fit.PARTIAL)}
    not_confirmed: list[OverlappingOffer] = []
    for offer, explanation in zip(offers, overlaps.explain(offers), strict=True):
        group = groups[word_of(explanation)] if offer.is_confirmed else not_confirmed
        group.append(_overlapping(offer, explanation, labels))
    return PublishedOverlaps(
        by_word=[(fit, _alphabetically(group)) for fit, group in groups.items() if group],
        not_confirmed=_alphabetically(not_confirmed),
        others=len(found) - len(closest),
    )


def _overlapping(offer: Offer, explanation: Explanation, labels: Labels) -> OverlappingOffer:
    areas, modalities = explanation["areas"], explanation["modalities"]
    related = [
        _("%(offered)s (related to %(asked)s)")
        % {
            "offered": listed(labels.areas.get(code, code) for code in one["offered"]),
            "asked": labels.areas.get(one["asked"], one["asked"]),
        }
        for one in areas["related"]
    ]
    return OverlappingOffer(
        offer,
        areas=[*(labels.areas.get(code, code) for code in areas["shared"]), *related],
        modalities=[labels.modalities.get(code, code) for code in modalities["shared"]],
    )


def _alphabetically(offers: Iterable[OverlappingOffer]) -> list[OverlappingOffer]:
    return sorted(offers, key=lambda one: (fold(one.offer.party), fold(one.offer.title), one.offer.pk))
