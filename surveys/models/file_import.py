"""Uploaded files and what became of their rows."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.choices import ImportState
from surveys.models.survey import Survey


class Import(models.Model):
    """One file brought in for a survey edition: its counts, and each row's result or errors."""

    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.RUNNING)
    is_partial = models.BooleanField(_("good rows only"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        help_text=_("Empty: from the command line."),
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict, help_text=_("Rows by result."))
    report = models.JSONField(_("report"), default=list, help_text=_("One entry a row: result, changes, errors."))

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return self.file_name
