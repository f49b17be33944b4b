"""Which needs were met: by what everyone may read of agreed cooperation, and by nothing else."""

from matching.choices import NeedMet
from matching.life.telling.cooperation import is_confirmed
from matching.models import Match


def needs_met() -> frozenset[int]:
    """Return the ids of the needs that published cooperation met, with an outcome that both sides confirmed."""
    published = Match.objects.cooperation().filter(outcome__need_met=NeedMet.YES).order_by("pk")
    return frozenset(match.need_id for match in published.prefetch_related("sides") if is_confirmed(match))
