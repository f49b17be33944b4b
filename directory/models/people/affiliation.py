"""A person in an agency, with a role."""

import datetime as dt

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.choices import SECRETARIAT_ROLES, AgencyKind, Role
from directory.models.agency import Agency


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    """Affiliations."""

    def in_force(self, on: dt.date) -> "AffiliationQuerySet":
        """Affiliations that hold on the day `on`."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            ended_at__isnull=True,
        )

    def designated(self, on: dt.date) -> "AffiliationQuerySet":
        """Affiliations with a designation that holds on the day `on`."""
        designations = apps.get_model("directory", "Designation")
        return self.filter(Exists(designations.objects.in_force(on).filter(affiliation=OuterRef("pk"))))

    def coordinating(self, on: dt.date) -> "AffiliationQuerySet":
        """Those of coordinators who can act on the day `on`: in force, designated, with an account in use."""
        rows = self.in_force(on).designated(on).filter(role=Role.COORDINATOR)
        return rows.filter(user__is_active=True, user__erased_at__isnull=True)

    def with_standing(self, on: dt.date, factors: frozenset[int] | None = None) -> "AffiliationQuerySet":
        """With what the access table asks of each: `is_designated`, and `has_second_factor`.

        factors: ids of those that a session has passed. It counts while the person still has one of them; recovery
        codes count too. None, for whoever acts without a session: the person has one at all, or a sheet of printed
        codes.
        """
        designations = apps.get_model("directory", "Designation")
        of_the_person = apps.get_model("mfa", "Authenticator").objects.filter(user=OuterRef("user"))
        if factors is None:
            standing = of_the_person.filter(~Q(type="recovery_codes") | Q(data__printed=True))
        else:
            standing = of_the_person.filter(pk__in=factors)
        return self.annotate(
            is_designated=Exists(designations.objects.in_force(on).filter(affiliation=OuterRef("pk"))),
            has_second_factor=Exists(standing),
        )


class Affiliation(models.Model):
    """A person serves an agency in a role, from a day to a day."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="affiliations",
    )
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="affiliations")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until, inclusive"), null=True, blank=True)

    validated_on = models.DateField(
        _("validated on"),
        null=True,
        blank=True,
        help_text=_("When the agency, its coordinator or the secretariat last said that the person still serves."),
    )
    ended_at = models.DateTimeField(
        _("left"), null=True, blank=True, editable=False, help_text=_("Access ended at this moment; history stays.")
    )

    history = HistoricalRecords()

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["user", "agency", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "agency", "role"], name="affiliation_unique"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="affiliation_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.agency} · {self.get_role_display()}"

    def clean(self) -> None:
        """Refuse a secretariat role in another agency, and the reverse, and a coordinator without a country."""
        if self.agency_id is None:
            return
        if (self.role in SECRETARIAT_ROLES) != (self.agency.kind == AgencyKind.SECRETARIAT):
            raise ValidationError({"role": _("Reviewers and managers belong to the secretariat, and only they do.")})
        if self.role == Role.COORDINATOR and self.agency.country_id is None:
            raise ValidationError({"role": _("A coordinator acts for a country: choose an agency of a country.")})
