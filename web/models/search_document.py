"""What a row is found by."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchDocument(models.Model):
    """The tokens of one row, by which searches find it; whose rows they are, and who may see them, others know.

    Each database has an index over `tokens` that is none of Django's, see `web.search.index`.
    """

    kind = models.CharField(_("kind"), max_length=20)
    row = models.PositiveBigIntegerField(_("row"))
    tokens = models.TextField(_("tokens"), help_text=_("Apart by spaces."))

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        ordering = ["kind", "row"]
        constraints = [models.UniqueConstraint(fields=["kind", "row"], name="searchdocument_one_a_row")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"
