"""Which agency was asked to answer a survey, and how often it was reminded."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models import Agency
from surveys.models.survey import Survey


class SurveyRequest(models.Model):
    """An agency that the secretariat asked to answer."""

    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="requests")
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="survey_requests"
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    reminded_at = models.DateTimeField(_("last reminded"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)

    class Meta:
        verbose_name = _("request to answer")
        verbose_name_plural = _("requests to answer")
        ordering = ["survey", "agency"]
        constraints = [models.UniqueConstraint(fields=["survey", "agency"], name="surveyrequest_survey_agency_unique")]

    def __str__(self) -> str:
        return f"{self.agency} · {self.survey}"
