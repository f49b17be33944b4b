"""How many jobs come before one that waits, whatever their kind: the same processes do them all."""

from django.db.models import Q

from web.jobs.kinds import KINDS
from web.jobs.model import Job


def jobs_before(job: Job) -> int:
    """Return how many are being done, or have waited for longer; one query for each kind of job."""
    since = job.handed_out_at or job.started_at
    before = Q(heartbeat_at__isnull=False) | Q(handed_out_at__lt=since) | Q(handed_out_at=None, started_at__lt=since)
    count = 0
    for kind in KINDS.values():
        rows = kind.rows()
        if rows.model is type(job):
            rows = rows.exclude(pk=job.pk)
        count += rows.filter(before).count()
    return count
