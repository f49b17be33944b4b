"""What one country or agency said in a survey."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.models import Agency, Country
from surveys.choices import ResponseKind
from surveys.models.from_file import FromFile
from surveys.models.survey import Survey


class Response(FromFile):
    """One row of a survey, as it was given: answers by question come on top of it."""

    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="responses")
    country = models.ForeignKey(Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="responses")
    agency = models.ForeignKey(
        Agency,
        verbose_name=_("agency"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="responses",
    )
    key = models.CharField(
        _("key"),
        max_length=255,
        help_text=_("What makes a row the same row in a later file: country, agency."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ResponseKind, default=ResponseKind.ANSWERED)
    as_printed = models.JSONField(_("as given"), default=dict, help_text=_("The cells of the row, by column."))
    footnote = models.TextField(_("footnote"), blank=True)
    note = models.TextField(
        _("note"),
        blank=True,
        help_text=_("Shown publicly. For example what the source's text says otherwise than its table."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["survey", "source_row", "id"]
        constraints = [models.UniqueConstraint(fields=["survey", "key"], name="response_survey_key_unique")]

    def __str__(self) -> str:
        return f"{self.country} · {self.survey}"
