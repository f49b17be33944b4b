"""What was read from a file says where it stood."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.file_import import Import


class FromFile(models.Model):
    """A row that may come from an imported file: which import, file, sheet and row."""

    file_import = models.ForeignKey(
        Import,
        verbose_name=_("import"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
    )
    source_file = models.CharField(_("file"), max_length=255, blank=True)
    source_sheet = models.CharField(_("sheet"), max_length=255, blank=True)
    source_row = models.PositiveIntegerField(_("row"), null=True, blank=True)

    class Meta:
        abstract = True
