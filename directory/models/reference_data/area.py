"""Priority areas."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.choices import AreaUse
from directory.models.reference_data.labels import Labelled, LabelledQuerySet
from directory.models.reference_data.scored import check_room


class PriorityAreaQuerySet(LabelledQuerySet["PriorityArea"]):
    """Priority areas."""

    def scored(self) -> "PriorityAreaQuerySet":
        """Areas that the score looks at: tags and as-printed entries tell nothing apart."""
        return self.filter(use=AreaUse.AREA)

    def listed_on(self, day: dt.date | None) -> "PriorityAreaQuerySet":
        """Areas that were in the list on a day; None is now, when all are."""
        return self if day is None else self.filter(Q(listed_from=None) | Q(listed_from__lte=day))

    def shown(self) -> "PriorityAreaQuerySet":
        """Areas offered in forms, filters and charts."""
        return self.filter(use__in=(AreaUse.AREA, AreaUse.TAG), is_active=True)


class PriorityArea(Labelled):
    """A field of cooperation, such as disaster risk reduction; flat but for two that have narrower ones."""

    label_context = "area"

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    label = models.CharField(_("label"), max_length=120)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    use = models.CharField(_("use"), max_length=12, choices=AreaUse, default=AreaUse.AREA)
    aliases = models.TextField(_("spellings"), blank=True, help_text=_("As surveys write it; one a line."))
    sdg_goals = models.CharField(_("SDG goals"), max_length=60, blank=True, help_text=_("Numbers, by ;"))
    dac_sectors = models.CharField(_("OECD-DAC sectors"), max_length=60, blank=True)
    dac_purposes = models.CharField(_("OECD-DAC purpose codes, examples"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    listed_from = models.DateField(
        _("in the list from"),
        null=True,
        blank=True,
        help_text=_("A survey stated before that day was answered from a list without it. Empty: always."),
    )

    history = HistoricalRecords(excluded_fields=["loaded_values"])

    objects = PriorityAreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("priority area")
        verbose_name_plural = _("priority areas")
        ordering = ["position", "code"]

    def clean(self) -> None:
        """Refuse one more that scores than the engine tells apart."""
        super().clean()
        if self.use == AreaUse.AREA:
            check_room(self, PriorityArea.objects.scored())
