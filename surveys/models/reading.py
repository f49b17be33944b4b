"""How the portal read the places that a survey's row names."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.models import Country, CountryGroup
from surveys.choices import Direction, PlaceKind
from surveys.models.answers.response import Response

Row = TypeVar("Row", bound="Place", covariant=True)


class PlaceQuerySet(models.QuerySet[Row]):
    """Places named by a source."""

    def unresolved(self) -> Self:
        """Places that nobody could resolve: a list for the secretariat."""
        return self.filter(kind=PlaceKind.UNRESOLVED)

    def for_the_secretariat(self) -> Self:
        """Places unresolved, or applied although ambiguous."""
        return self.filter(Q(kind=PlaceKind.UNRESOLVED) | Q(is_ambiguous=True))


class Place(models.Model):
    """A country, a group, or a token as printed that nobody could resolve."""

    kind = models.CharField(_("kind"), max_length=12, choices=PlaceKind)
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(
        CountryGroup,
        verbose_name=_("group"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    as_printed = models.CharField(_("as printed"), max_length=200, blank=True)
    is_ambiguous = models.BooleanField(
        _("ambiguous"), default=False, help_text=_("Applied, and listed for the secretariat to confirm.")
    )
    note = models.TextField(_("note"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.country or self.group or self.as_printed)


def place_matches_its_kind(name: str) -> models.CheckConstraint:
    """Return the constraint that a place points at what its kind says and at nothing else."""
    return models.CheckConstraint(
        condition=(
            Q(kind=PlaceKind.COUNTRY, country__isnull=False, group__isnull=True)
            | Q(kind=PlaceKind.GROUP, country__isnull=True, group__isnull=False)
            | Q(kind__in=(PlaceKind.UNRESOLVED, PlaceKind.NONE), country__isnull=True, group__isnull=True)
        ),
        name=name,
    )


class Reading(Place):
    """How one printed token of a response was read, and in which direction it points."""

    response = models.ForeignKey(
        Response, verbose_name=_("response"), on_delete=models.CASCADE, related_name="readings"
    )
    direction = models.CharField(_("direction"), max_length=20, choices=Direction, default=Direction.PRIORITY)
    question = models.CharField(_("code of the question"), max_length=60, blank=True)
    repeat = models.PositiveSmallIntegerField(_("repetition"), default=0)

    history = HistoricalRecords()

    objects = PlaceQuerySet["Reading"].as_manager()

    class Meta:
        verbose_name = _("reading of a printed place")
        verbose_name_plural = _("readings of printed places")
        ordering = ["response", "position", "id"]
        constraints = [place_matches_its_kind("reading_matches_its_kind")]
