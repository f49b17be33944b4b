"""What every kind of long work keeps of itself, so that another process can take it up where one has died."""

import datetime as dt
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LEASE = dt.timedelta(seconds=30)
"""A job that gave no sign of life for so long is free to be taken by another."""
IN_A_QUEUE_FOR = dt.timedelta(minutes=10)
"""What a broker has taken is not handed out again for so long, as long as nobody has begun on it."""

J = TypeVar("J", bound="Job")


class TakenOver(RuntimeError):
    """Another process has this job by now: it was thought to be dead."""


class JobQuerySet(models.QuerySet[J]):
    """Jobs of one kind."""

    def to_do(self) -> Self:
        """Those whose state says that somebody has to do something."""
        return self.filter(state__in=self.model.AT_WORK)

    def free(self) -> Self:
        """Those that nobody has taken, or whose process has died."""
        return self.filter(Q(heartbeat_at=None) | Q(heartbeat_at__lt=timezone.now() - LEASE))

    def left(self) -> Self:
        """The free ones that wait in no queue of a broker: not handed out, lost there, or left by a dead worker."""
        is_in_a_queue = Q(handed_out_at__gte=timezone.now() - IN_A_QUEUE_FOR)
        has_been_taken_since = Q(heartbeat_at__gt=F("handed_out_at"))
        return self.free().filter(Q(handed_out_at=None) | ~is_in_a_queue | has_been_taken_since)

    def late(self, by: dt.timedelta) -> Self:
        """The free ones that have waited for so long."""
        long_ago = timezone.now() - by
        return self.free().filter(Q(handed_out_at=None) | Q(handed_out_at__lt=long_ago), started_at__lt=long_ago)


class Job(models.Model):
    """Work that no page waits for, as a row: a kind of it is a model that extends this.

    Its `state` is the kind's own; AT_WORK names those in which somebody has to do something. Who takes it counts up
    `attempts`, which tells him from whoever had it before.
    """

    AT_WORK: ClassVar[frozenset[str]]
    FAILED: ClassVar[str]

    done = models.PositiveIntegerField(_("done"), default=0, editable=False)
    of = models.PositiveIntegerField(_("of"), default=0, editable=False, help_text=_("0: not known."))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    error = models.TextField(_("why it did not go on"), blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    handed_out_at = models.DateTimeField(_("handed to a worker"), null=True, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(
        _("last sign of life"), null=True, blank=True, editable=False, help_text=_("Empty: nobody has taken it.")
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def progress(self) -> int:
        """Percent; 0 where it is not known."""
        return min(100, 100 * self.done // self.of) if self.of else 0

    def begin_anew(self) -> None:
        """Make it wait to be taken, as if it had never been; not saved."""
        self.done = self.of = self.attempts = 0
        self.error, self.handed_out_at, self.heartbeat_at = "", None, None

    def beat(self, **values: int | str) -> None:
        """Give a sign of life, and say how far it is. Raises TakenOver where another has this job by now."""
        if not self._mine().update(heartbeat_at=timezone.now(), **values):
            raise TakenOver(f"{self._meta.label} {self.pk}, attempt {self.attempts}")

    def release(self) -> None:
        """Let another take it: it was broken off in good order, which counts as no attempt."""
        self._mine().update(heartbeat_at=None, handed_out_at=None, attempts=self.attempts - 1)

    def put_off(self) -> None:
        """Let it be taken again after a while: it met what it can do nothing for, which counts as no attempt."""
        self._mine().update(attempts=self.attempts - 1)

    def fail(self, why: str) -> None:
        """End it as failed, if it has not ended; `why` is for people."""
        at_work = self._meta.base_manager.filter(pk=self.pk, state__in=self.AT_WORK)
        at_work.update(state=self.FAILED, error=why, finished_at=timezone.now())

    def _mine(self) -> models.QuerySet[Self]:
        return self._meta.base_manager.filter(pk=self.pk, attempts=self.attempts)
