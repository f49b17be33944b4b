"""Modalities of cooperation."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.models.reference_data.labels import Labelled, LabelledQuerySet
from directory.models.reference_data.scored import check_room


class ModalityQuerySet(LabelledQuerySet["Modality"]):
    """Modalities."""

    def scored(self) -> "ModalityQuerySet":
        """Modalities that the score looks at: all."""
        return self.all()


class Modality(Labelled):
    """A form in which cooperation is given, such as training or study visits; flat."""

    label_context = "modality"

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    label = models.CharField(_("label"), max_length=120)
    aliases = models.TextField(_("spellings"), blank=True, help_text=_("As surveys write it; one a line."))
    aid_types = models.CharField(_("OECD and IATI aid types"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = HistoricalRecords(excluded_fields=["loaded_values"])

    objects = ModalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("modality")
        verbose_name_plural = _("modalities")
        ordering = ["position", "code"]

    def clean(self) -> None:
        """Refuse one more than the engine tells apart."""
        super().clean()
        check_room(self, Modality.objects.scored())
