"""Days on which the terms of a country do not run, though its postings stay up."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from surveys.models.window import CountryWindow


class ClockStop(models.Model):
    """A time in which a country is not held to answer: an election, a cyclone, a change of government."""

    window = models.ForeignKey(
        CountryWindow, verbose_name=_("country window"), on_delete=models.CASCADE, related_name="clock_stops"
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), help_text=_("Included. A later day may be set as long as it lasts."))
    reason = models.CharField(
        _("reason"), max_length=200, blank=True, help_text=_("For the secretariat: never shown to others.")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("time in which terms do not run")
        verbose_name_plural = _("times in which terms do not run")
        ordering = ["window", "-first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="clockstop_ends_after_it_begins",
                violation_error_message=_("The last day comes before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window} · {self.first_day}–{self.last_day}"
