"""Who last went through the working rules of the portal: for the secretariat, and nowhere else."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RulesReview(models.Model):
    """One reading of the page of working rules by a person of the secretariat; rows are added and never changed."""

    at = models.DateTimeField(_("reviewed"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        editable=False,
        related_name="rules_reviews",
    )
    note = models.TextField(
        _("note"),
        max_length=4_000,
        help_text=_("What was looked at, and what is to be changed; “no change” where none."),
    )

    class Meta:
        verbose_name = _("review of the working rules")
        verbose_name_plural = _("reviews of the working rules")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} · {self.by}"
