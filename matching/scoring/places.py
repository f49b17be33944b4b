"""Places of an offer: those agreed, and those that are left. One whose places are all agreed is open to nobody else."""

from collections.abc import Collection

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from matching.choices import COOPERATION, ON_THE_WAY
from matching.models import Match, Outcome
from surveys.models import Offer


def offers_used_up() -> QuerySet[Outcome, int]:
    """Return the ids of the offers whose agreed places, in cooperation agreed or completed, are as many as they have.

    An offer that states no places is never used up.
    """
    return (
        Outcome.objects.filter(match__status__in=COOPERATION, match__offer__places__isnull=False)
        .order_by()
        .values("match__offer")
        .annotate(agreed=Sum("places"))
        .filter(agreed__gte=F("match__offer__places"))
        .values_list("match__offer", flat=True)
    )


def places_left(offer_ids: Collection[int]) -> dict[int, int | None]:
    """Return how many places of each offer neither an agreement nor a match on the way takes; None: no limit stated.

    An agreement takes the places that it states. Where it states none, and for a match that is proposed or introduced,
    nobody knows yet how many: it takes one. Never below 0; two queries.
    """
    stated = dict(Offer.objects.filter(pk__in=offer_ids).order_by().values_list("pk", "places"))
    taking = Match.objects.filter(offer__in=offer_ids, status__in=COOPERATION | ON_THE_WAY).order_by()
    takes = Case(When(Q(status__in=COOPERATION), then=Coalesce(F("outcome__places"), Value(1))), default=Value(1))
    taken: dict[int, int] = dict(taking.values_list("offer").annotate(taken=Sum(takes)))
    return {pk: None if places is None else max(0, places - taken.get(pk, 0)) for pk, places in stated.items()}
