"""Whether somebody looks after jobs."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Watch(models.Model):
    """One row: when a worker or the companion was last seen, and how many jobs it found that wait for long."""

    ONE = 1

    seen_at = models.DateTimeField(_("last seen"))
    waiting = models.PositiveIntegerField(_("jobs that wait for long"), default=0)

    class Meta:
        verbose_name = _("watch over jobs")
        verbose_name_plural = _("watch over jobs")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.seen_at.isoformat()

    @classmethod
    def note(cls, **values: int) -> None:
        """Note that somebody is there."""
        cls.objects.update_or_create(pk=cls.ONE, defaults={"seen_at": timezone.now(), **values})
