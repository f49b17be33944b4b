"""The columns that stand once for each criterion of the score. Tests hold them against `engine.CRITERIA`.

A further criterion is a line in each of the four; what reads them goes by their names.
"""

from functools import reduce
from operator import add, or_

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class Contributions(models.Model):
    """What each criterion adds to a score."""

    part_areas = models.PositiveIntegerField(_("from areas, millionths"))
    part_modalities = models.PositiveIntegerField(_("from modalities, millionths"))
    part_region = models.PositiveIntegerField(_("from region, millionths"))
    part_topic = models.PositiveIntegerField(_("from topic, millionths"), default=0)

    class Meta:
        abstract = True


class ShownContributions(models.Model):
    """What each criterion adds to the score that others see; empty as long as they were never shown one."""

    shown_part_areas = models.PositiveIntegerField(
        _("shown from areas, millionths"), null=True, blank=True, editable=False
    )
    shown_part_modalities = models.PositiveIntegerField(
        _("shown from modalities, millionths"), null=True, blank=True, editable=False
    )
    shown_part_region = models.PositiveIntegerField(
        _("shown from region, millionths"), null=True, blank=True, editable=False
    )
    shown_part_topic = models.PositiveIntegerField(
        _("shown from topic, millionths"), null=True, blank=True, editable=False
    )

    class Meta:
        abstract = True


class Moves(models.Model):
    """By how much each contribution moved."""

    areas_by = models.IntegerField(_("areas moved by, millionths"), null=True, blank=True)
    modalities_by = models.IntegerField(_("modalities moved by, millionths"), null=True, blank=True)
    region_by = models.IntegerField(_("region moved by, millionths"), null=True, blank=True)
    topic_by = models.IntegerField(_("topic moved by, millionths"), null=True, blank=True)

    class Meta:
        abstract = True


class WeightFields(models.Model):
    """How much each criterion counts."""

    weight_areas = models.PositiveSmallIntegerField(_("weight of areas, percent"), default=25, validators=PERCENT)
    weight_modalities = models.PositiveSmallIntegerField(
        _("weight of modalities, percent"), default=15, validators=PERCENT
    )
    weight_region = models.PositiveSmallIntegerField(_("weight of region, percent"), default=20, validators=PERCENT)
    weight_topic = models.PositiveSmallIntegerField(_("weight of topic, percent"), default=40, validators=PERCENT)

    class Meta:
        abstract = True


def _names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.name for field in model._meta.local_fields)  # noqa: SLF001 - Django's documented API


CONTRIBUTIONS = _names(Contributions)
SHOWN_CONTRIBUTIONS = _names(ShownContributions)
WEIGHTS = _names(WeightFields)
ADD_UP = Q(score=reduce(add, map(F, CONTRIBUTIONS)))
"""The contributions are the score."""
SHOWN_ADD_UP = Q(shown_score=reduce(add, map(F, SHOWN_CONTRIBUTIONS)))
"""The same of what is shown to others."""
WEIGHS_SOMETHING = reduce(or_, (Q(**{f"{name}__gt": 0}) for name in WEIGHTS))
