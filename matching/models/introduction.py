"""Two sides brought together, by a person."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.fits.match import Match

LONGEST_REFERENCE = 120


class Introduction(models.Model):
    """That the two sides of a match were introduced: contacts are shown to them from then on."""

    match = models.OneToOneField(Match, verbose_name=_("match"), on_delete=models.PROTECT, related_name="introduction")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="introductions"
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    message = models.TextField(_("message to both sides"), blank=True)
    reference = models.CharField(
        _("reference of the letter"),
        max_length=LONGEST_REFERENCE,
        blank=True,
        help_text=_("Filled in once the letter is signed."),
    )

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.match} · {self.reference or self.made_at:%Y-%m-%d}"
