"""Looks for jobs that nobody works on, and says whether anybody looks."""

import datetime as dt

from django.utils import timezone

from web.jobs.handing_out import hand_out
from web.jobs.kinds import KINDS
from web.models import Watch

LATE_AFTER = dt.timedelta(minutes=5)
"""A job that waits for so long is told of in /readyz, and so is a worker that was not seen for as long."""


def watch() -> int:
    """Hand out again every job that is left; return how many were taken. Two at once do no harm."""
    taken = 0
    for kind in list(KINDS.values()):
        for pk in list(kind.rows().left().values_list("pk", flat=True)):
            taken += hand_out(kind.task, pk)
    Watch.note(waiting=sum(kind.rows().late(LATE_AFTER).count() for kind in KINDS.values()))
    return taken


def last_seen() -> dt.datetime | None:
    """Return when a worker, or the companion, gave its last sign of life; None where none ever did."""
    return Watch.objects.values_list("seen_at", flat=True).first()


def is_anybody_seen() -> bool:
    """Return whether that was of late."""
    seen = last_seen()
    return seen is not None and seen > timezone.now() - LATE_AFTER


def is_nothing_late() -> bool:
    """Return whether whoever looked last found no job that waits for long."""
    return not Watch.objects.filter(waiting__gt=0).exists()
