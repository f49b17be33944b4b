"""What came of a match."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.choices import NeedMet
from matching.models.fits.match import Match


class Outcome(models.Model):
    """The cooperation that a match led to, from its agreement on; it counts once both sides have confirmed it.

    Amounts stand only where the parties give them, and are never summed; cooperation counts in people, days, places.
    """

    match = models.OneToOneField(Match, verbose_name=_("match"), on_delete=models.PROTECT, related_name="outcome")
    agreed_on = models.DateField(_("agreement of"))
    starts_on = models.DateField(_("begins on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    women_trained = models.PositiveIntegerField(_("women trained"), null=True, blank=True)
    men_trained = models.PositiveIntegerField(_("men trained"), null=True, blank=True)
    expert_days = models.PositiveIntegerField(_("days of experts"), null=True, blank=True)
    places = models.PositiveIntegerField(
        _("places agreed"), null=True, blank=True, help_text=_("Of those that the offer has.")
    )
    value = models.DecimalField(
        _("value, where the parties give it"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    value_currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("ISO 4217, e.g. USD."))
    what_changed = models.TextField(_("what changed"), blank=True, max_length=20_000)
    links = models.TextField(_("links"), blank=True, help_text=_("One address a line, https only."))
    need_met = models.CharField(_("was the need met?"), max_length=10, choices=NeedMet, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="outcomes"
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["-agreed_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="outcome_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True, value_currency="") | (Q(value__isnull=False) & ~Q(value_currency="")),
                name="outcome_value_has_a_currency",
                violation_error_message=_("Give the value with its currency, or neither."),
            ),
        ]

    def clean(self) -> None:
        """Say by field what the constraints refuse as a whole."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day lies before the first.")})
        if (self.value is None) != (not self.value_currency):
            missing = "value" if self.value is None else "value_currency"
            raise ValidationError({missing: _("Give the value with its currency, or neither.")})

    def __str__(self) -> str:
        return f"{self.match} · {self.agreed_on}"
