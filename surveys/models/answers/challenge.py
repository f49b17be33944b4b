"""Challenges of providers and users, in the words that an edition prints."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.choices import Perspective
from surveys.models.survey import Survey


class Challenge(models.Model):
    """One challenge of an edition's list; sub-points have a parent. Editions are compared by its code."""

    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="challenges")
    code = models.CharField(_("code"), max_length=20)
    perspective = models.CharField(_("whose"), max_length=20, choices=Perspective)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    label = models.CharField(_("label"), max_length=200)
    label_as_printed = models.CharField(_("as printed"), max_length=300)
    marker = models.CharField(_("marker in the source"), max_length=10, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        ordering = ["survey", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["survey", "code"], name="challenge_survey_code_unique")]

    def __str__(self) -> str:
        return self.label
