"""What everyone may read of agreed cooperation, and what the two sides are shown before they consent to it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import number_format

from directory.models import Modality
from matching.choices import MatchStatus
from matching.models import Match, Outcome
from matching.models.fits.seeing import side_has
from surveys.choices import Side
from surveys.models import Need, Offer

OUTCOME_SIDES = 2
"""An outcome counts once both sides have confirmed it."""


@dataclass(frozen=True)
class Cooperation:
    """One agreed cooperation as it is, or would be, published; nothing in it tells of steps or their days."""

    need: Need
    offer: Offer
    outcome: Outcome | None
    """Only a confirmed one, unless it is shown to a side before its consent."""
    need_address: str = ""
    """Of the public page; empty where the posting has none any more."""
    offer_address: str = ""

    @property
    def links(self) -> list[str]:
        """Return the links of the outcome, one each."""
        lines = (self.outcome.links if self.outcome else "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def modalities(self) -> list[Modality]:
        """Return what either posting states, each once, in their order."""
        return list(dict.fromkeys([*self.need.modalities.all(), *self.offer.modalities.all()]))

    @property
    def value_in_full(self) -> str:
        """Return the value to the cent with its currency, as the parties gave it; empty where they did not."""
        if self.outcome is None or self.outcome.value is None:
            return ""
        value = number_format(self.outcome.value, 2, use_l10n=True, force_grouping=True)
        return f"{value} {self.outcome.value_currency}"

    @property
    def people_trained(self) -> int | None:
        """Return how many people were trained, women and men together; None where neither is stated."""
        if self.outcome is None:
            return None
        stated = [number for number in (self.outcome.women_trained, self.outcome.men_trained) if number is not None]
        return sum(stated) if stated else None


def published() -> QuerySet[Match]:
    """Return what is published, with what `as_published` reads, in a fixed number of queries."""
    return (
        Match.objects.cooperation()
        .select_related("need__country", "need__agency__country", "offer__country", "offer__agency__country", "outcome")
        .prefetch_related("need__areas", "need__modalities", "offer__areas", "offer__modalities", "sides")
        .annotate(
            need_is_public=Exists(Need.objects.public().filter(pk=OuterRef("need"))),
            offer_is_public=Exists(Offer.objects.public().filter(pk=OuterRef("offer"))),
        )
    )


def told_in_full() -> QuerySet[Match]:
    """Return published cooperation that is completed, with an outcome that both sides have confirmed as it stands."""
    confirmed = [side_has(side, outcome_confirmed_at__isnull=False) for side in (Side.NEED, Side.OFFER)]
    return Match.objects.cooperation().filter(*confirmed, status=MatchStatus.COMPLETED)


def as_published(match: Match) -> Cooperation:
    """Return what everyone reads; reads `match.sides`, and `need_is_public` and `offer_is_public` of the list."""
    return Cooperation(
        need=match.need,
        offer=match.offer,
        outcome=_outcome(match) if is_confirmed(match) else None,
        need_address=match.need.get_absolute_url() if getattr(match, "need_is_public", False) else "",
        offer_address=match.offer.get_absolute_url() if getattr(match, "offer_is_public", False) else "",
    )


def as_it_would_be_published(match: Match) -> Cooperation:
    """Return what everyone would read once both sides have consented to it and confirmed the outcome."""
    return Cooperation(need=match.need, offer=match.offer, outcome=_outcome(match))


def is_confirmed(match: Match) -> bool:
    """Return whether both sides have confirmed the outcome as it is recorded now; reads `match.sides`."""
    return sum(row.outcome_confirmed_at is not None for row in match.sides.all()) == OUTCOME_SIDES


def _outcome(match: Match) -> Outcome | None:
    return getattr(match, "outcome", None)
