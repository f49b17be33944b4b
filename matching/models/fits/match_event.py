"""Steps in the life of a match."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models import Paper
from matching.choices import Audience, EventKind, MatchStatus
from matching.models.fits.match import Match
from surveys.choices import Side


class MatchEvent(models.Model):
    """One step: what, by whom, when, and the note; written once, never changed."""

    match = models.ForeignKey(Match, verbose_name=_("match"), on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("step"), max_length=20, choices=EventKind)
    from_status = models.CharField(_("from"), max_length=20, choices=MatchStatus)
    to_status = models.CharField(_("to"), max_length=20, choices=MatchStatus)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="match_events",
        help_text=_("Empty: by a run."),
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    note = models.TextField(_("note"), blank=True, help_text=_("Its audience reads it."))
    audience = models.CharField(_("read by"), max_length=10, choices=Audience, default=Audience.INTERNAL)
    side = models.CharField(_("side"), max_length=10, choices=Side, blank=True, help_text=_("Whose step it was."))
    details = models.JSONField(_("details"), null=True, blank=True, help_text=_("From what to what, by field."))

    paper = models.ForeignKey(
        Paper,
        verbose_name=_("recorded from"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="match_events",
        help_text=_("The note verbale or letter of that side; the other side is not told of it."),
    )

    class Meta:
        verbose_name = _("match event")
        verbose_name_plural = _("match events")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_from_paper(self) -> bool:
        """Whether the secretariat recorded it from a note verbale or a letter."""
        return self.paper_id is not None
