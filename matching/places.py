"""Places of an offer that are agreed: one whose places are all agreed is open to nobody else."""

from django.db.models import F, QuerySet, Sum

from matching.choices import COOPERATION
from matching.models import Outcome


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
