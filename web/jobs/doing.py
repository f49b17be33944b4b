"""Takes one job and does it, with a sign of life every few seconds: no two do one at once, and none is lost.

1. Take: the row is held for a moment, so that of two only one finds it free.
2. Work, while a thread beside leaves signs of life. They stop with the process, however it ends.
3. What is raised ends the job as failed. Not so where the database is away or a disk is full, for which the job can do
   nothing: it is taken up again after a while. Nor where somebody ends the process: the job is free again at once.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from structlog.contextvars import bound_contextvars

from web import full_disk
from web.jobs.kinds import KINDS, JobKind
from web.jobs.model import Job, TakenOver
from web.models import Watch

BEAT_EVERY = 10.0
"""Seconds."""
MOST_ATTEMPTS = 5
LOST_DATABASE = (OperationalError, InterfaceError)

logger = logging.getLogger(__name__)


def do(task: str, pk: int) -> bool:
    """Do the job of this kind with this id; return whether it was to be done, and free.

    One that every process dies of is given up. Raises whatever the work raises.
    """
    kind = KINDS[task]
    job = take(kind, pk)
    if job is None:
        return False
    try:
        # What a job writes is read by many: it is in one language, whoever asked for it.
        with (
            bound_contextvars(job_kind=task, job_id=pk),
            beating(job),
            translation.override(settings.LANGUAGE_CODE),
        ):
            kind.work(job)
    except TakenOver as taken:
        logger.warning("Taken over by another process, and left to it: %s", taken)
    except Exception as error:
        if full_disk.is_full(error):
            _put_off(job)
            raise
        if isinstance(error, LOST_DATABASE):
            raise
        job.fail(f"{type(error).__name__}: {error}")
        raise
    except BaseException:
        job.release()
        raise
    return True


def _put_off(job: Job) -> None:
    """Have a job that found no room taken up again; it may stay full for hours, and five attempts are soon over."""
    full_disk.note()
    logger.error("The disk is full: %s %s is tried again", type(job).__name__, job.pk)
    try:
        job.put_off()
    except LOST_DATABASE:
        logger.warning("It counts as an attempt: %s %s", type(job).__name__, job.pk, exc_info=True)


@transaction.atomic
def take(kind: JobKind, pk: int) -> Job | None:
    """Take a job; None where it is done, where another has it, or where it is given up now."""
    # One whose row is held is being ended just now.
    free = kind.rows().free().select_for_update(of=("self",), skip_locked=True)
    job: Job | None = free.filter(pk=pk).first()
    if job is None:
        return None
    if job.attempts >= MOST_ATTEMPTS:
        said = _("Given up: %(number)s times its process stopped half-way. The log of the server may say why.")
        job.fail(said % {"number": job.attempts})
        return None
    job.attempts += 1
    job.heartbeat_at = timezone.now()
    job.save(update_fields=["attempts", "heartbeat_at"])
    return job


@contextmanager
def beating(job: Job) -> Iterator[None]:
    """Leave signs of life of a job that was taken, until the block ends."""
    if settings.JOBS_HERE:
        yield
        return
    has_ended = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(has_ended, job), daemon=True, name="signs of life")
    thread.start()
    try:
        yield
    finally:
        has_ended.set()
        thread.join()


def _beat_until(has_ended: threading.Event, job: Job) -> None:
    while not has_ended.wait(BEAT_EVERY):
        try:
            job.beat()
            Watch.note()
        except TakenOver:
            return
        except LOST_DATABASE:
            logger.warning("No sign of life could be left: %s %s", type(job).__name__, job.pk, exc_info=True)
        finally:
            connection.close()
