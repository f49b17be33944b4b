"""The letter by which a government or an institution names who speaks for it."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.choices import DesignationKind
from directory.models.people.affiliation import Affiliation


class DesignationQuerySet(models.QuerySet["Designation"]):
    """Designations."""

    def in_force(self, on: dt.date) -> "DesignationQuerySet":
        """Designations that hold on the day `on`; what covers for another only as long as that one holds too."""
        covered = Designation.objects.filter(_holds(on), pk=OuterRef("covers"))
        return self.filter(_holds(on)).filter(Q(covers__isnull=True) | Exists(covered))


def _holds(on: dt.date) -> Q:
    begun = Q(dated__lte=on) & (Q(valid_from__isnull=True) | Q(valid_from__lte=on))
    return begun & (Q(valid_until__isnull=True) | Q(valid_until__gte=on)) & Q(ended_at__isnull=True)


class Designation(models.Model):
    """What lets a focal point or coordinator act: a note verbale or letter, as a manager recorded it."""

    affiliation = models.ForeignKey(
        Affiliation, verbose_name=_("who, in which agency"), on_delete=models.PROTECT, related_name="designations"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DesignationKind)
    reference = models.CharField(_("reference"), max_length=120, help_text=_("As it stands on the letter."))
    dated = models.DateField(_("date of the letter"))
    ministry = models.CharField(_("issuing ministry or institution"), max_length=200)
    alternate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("alternate"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alternate_in",
        help_text=_("Receives copies of the mails; acts only with a designation of the own."),
    )
    office = models.CharField(
        _("office"),
        max_length=200,
        blank=True,
        help_text=_(
            "Where the letter names an office and not a person, such as “Director, International Cooperation”: "
            "whoever holds it next is recorded by the same letter, and the one before acts no more."
        ),
    )
    covers = models.ForeignKey(
        "self",
        verbose_name=_("acting for"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="covered_by",
        help_text=_("The designation of who is away: this one holds only as long as that one does."),
    )
    valid_from = models.DateField(
        _("valid from"), null=True, blank=True, help_text=_("Empty: from the date of the letter.")
    )
    valid_until = models.DateField(
        _("valid until, inclusive"), null=True, blank=True, help_text=_("Empty: until further notice.")
    )
    note = models.TextField(_("note"), blank=True, help_text=_("For the secretariat."))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="recorded_designations",
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(
        _("ended"), null=True, blank=True, help_text=_("When it was revoked before its last day.")
    )

    history = HistoricalRecords()

    objects = DesignationQuerySet.as_manager()

    class Meta:
        verbose_name = _("designation")
        verbose_name_plural = _("designations")
        ordering = ["-dated", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("dated")),
                name="designation_ends_after_it_is_dated",
                violation_error_message=_("The last day lies before the date of the letter."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="designation_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(covers__isnull=True) | Q(valid_from__isnull=False, valid_until__isnull=False),
                name="designation_cover_is_dated",
                violation_error_message=_("Who acts for another does so from a day to a day."),
            ),
        ]

    def clean(self) -> None:
        """Say by field what the constraint refuses as a whole."""
        if self.valid_until and self.dated and self.valid_until < self.dated:
            raise ValidationError({"valid_until": _("The last day lies before the date of the letter.")})
        if self.valid_until and self.valid_from and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": _("The last day lies before the first.")})

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
