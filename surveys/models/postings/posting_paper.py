"""From which note verbales and letters the secretariat recorded a posting, or the word of its country for it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Paper
from surveys.choices import PaperUse
from surveys.models.postings.need import Need
from surveys.models.postings.offer import Offer


class PostingPaper(models.Model):
    """One letter and what was recorded of a posting from it; written once, never changed. Its own side reads it."""

    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.PROTECT, null=True, blank=True, related_name="papers"
    )
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, null=True, blank=True, related_name="papers"
    )
    use = models.CharField(_("recorded"), max_length=10, choices=PaperUse)
    paper = models.ForeignKey(
        Paper, verbose_name=_("note verbale or letter"), on_delete=models.PROTECT, related_name="of_postings"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("letter of a posting")
        verbose_name_plural = _("letters of postings")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer__isnull=True, need__isnull=False) | Q(offer__isnull=False, need__isnull=True),
                name="postingpaper_of_one_posting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_use_display()}: {self.paper}"
