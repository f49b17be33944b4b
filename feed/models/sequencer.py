"""The one row that is held by whoever writes positions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sequencer(models.Model):
    """One row: who holds it writes to the feeds, and nobody else does."""

    ONE = 1

    passed_on = models.DateField(
        _("last pass over everything"), null=True, blank=True, help_text=_("Empty: one is due at once.")
    )
    opened_to = models.DateField(
        _("openings seen up to"), null=True, blank=True, help_text=_("The last day that had begun somewhere on earth.")
    )
    closed_before = models.DateField(
        _("closings seen before"), null=True, blank=True, help_text=_("The first day that had not ended everywhere.")
    )
    has_news = models.BooleanField(
        _("has news"), default=False, help_text=_("Something was noted that waits for its position, outside a pass.")
    )
    form = models.CharField(
        _("fields of the lists"), max_length=16, blank=True, help_text=_("Of the version by which rows were compared.")
    )
    stands_in = models.CharField(
        _("the database it stands in"), max_length=80, blank=True, help_text=_("A restored one is told by it.")
    )

    class Meta:
        verbose_name = _("sequencer of the change feeds")
        verbose_name_plural = _("sequencer of the change feeds")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.passed_on}"
