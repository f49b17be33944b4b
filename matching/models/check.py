"""The review checklist: what a reviewer looked into, internal and kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.choices import CheckKind, CheckResult
from matching.models.fits.match import Match


class ReviewCheck(models.Model):
    """One check of a match; written once, the newest of a kind counts."""

    match = models.ForeignKey(Match, verbose_name=_("match"), on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(_("what"), max_length=20, choices=CheckKind)
    result = models.CharField(_("result"), max_length=10, choices=CheckResult)
    note = models.TextField(_("note"), blank=True, help_text=_("Internal to the secretariat."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="review_checks"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("review check")
        verbose_name_plural = _("review checks")
        ordering = ["match", "kind", "-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_result_display()}"
