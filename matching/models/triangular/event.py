"""Steps in the life of a triangular option."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.choices import OptionEventKind, OptionStatus
from matching.models.triangular.option import TriangularOption


class TriangularEvent(models.Model):
    """One step: what, by whom, when, and the note; written once, never changed."""

    option = models.ForeignKey(
        TriangularOption, verbose_name=_("triangular option"), on_delete=models.PROTECT, related_name="events"
    )
    kind = models.CharField(_("step"), max_length=20, choices=OptionEventKind)
    from_status = models.CharField(_("from"), max_length=20, choices=OptionStatus)
    to_status = models.CharField(_("to"), max_length=20, choices=OptionStatus)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="triangular_events",
        help_text=_("Empty: by a run, or with a posting that closed."),
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    note = models.TextField(_("note"), blank=True, help_text=_("Internal: read by the secretariat only."))

    class Meta:
        verbose_name = _("step of a triangular option")
        verbose_name_plural = _("steps of triangular options")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()
