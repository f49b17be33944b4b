"""How a country wants its postings approved and its proposals cleared."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.models import Affiliation, Country
from surveys.choices import ClearanceRule, Visibility, WindowKind

DEFAULT_CLEARANCE_DAYS = 15
"""Working days, with the weekend and the holidays of the country."""


class CountryWindow(models.Model):
    """A country's window on the portal; a country without a row has the defaults."""

    country = models.OneToOneField(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, primary_key=True, related_name="window"
    )
    kind = models.CharField(_("who approves postings"), max_length=12, choices=WindowKind, default=WindowKind.SINGLE)
    told_on = models.DateField(_("told us on"), null=True, blank=True)
    default_visibility = models.CharField(
        _("new postings are visible to"), max_length=12, choices=Visibility, default=Visibility.PUBLIC
    )
    clearance = models.CharField(
        _("before a side is asked"), max_length=12, choices=ClearanceRule, default=ClearanceRule.NONE
    )
    clearance_days = models.PositiveSmallIntegerField(
        _("term in working days"),
        default=DEFAULT_CLEARANCE_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    paused_at = models.DateTimeField(
        _("paused"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("While paused, the country's postings are seen by itself and the secretariat alone."),
    )
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("paused by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="paused_windows",
    )
    note = models.TextField(_("note"), blank=True, help_text=_("For the secretariat: never shown to others."))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("country window")
        verbose_name_plural = _("country windows")
        ordering = ["country__position", "country"]

    def __str__(self) -> str:
        return str(self.country)


def decided_by_coordinator(country: str) -> Q:
    """Return the condition that the coordinator of a country decides on what is submitted, and not the secretariat.

    `country` leads to the country, e.g. "agency__country". So it is where the country has said nothing else, and
    somebody coordinates for it: what is submitted never waits for nobody.
    """
    coordinators = Affiliation.objects.coordinating(timezone.now().date()).order_by()
    said_otherwise = CountryWindow.objects.exclude(kind=WindowKind.SINGLE).order_by()
    return Q(
        Exists(coordinators.filter(agency__country=OuterRef(country))),
        ~Exists(said_otherwise.filter(country=OuterRef(country))),
    )


def not_paused(prefix: str = "") -> Q:
    """Return the condition that neither the country of a posting nor that of its agency is paused.

    `prefix` leads to the posting, e.g. "need__".
    """
    # Not by joins to the windows: hardly any is paused, and PostgreSQL takes what such a join leaves for a few rows.
    paused = CountryWindow.objects.filter(paused_at__isnull=False).order_by()
    owners = (f"{prefix}country", f"{prefix}agency__country")
    return Q(*(~Exists(paused.filter(country=OuterRef(owner))) for owner in owners))
