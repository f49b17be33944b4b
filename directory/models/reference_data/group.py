"""Groups of countries and their dated memberships."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from simple_history.models import HistoricalRecords

from directory.choices import LEVELS_CALLED_BY_CODE, DatePrecision, GroupLevel, MembershipStatus
from directory.models.fields import FoldedTextField
from directory.models.reference_data.base import ActiveQuerySet, Reference
from directory.models.reference_data.country import Country
from directory.models.reference_data.labels import Labelled, LabelledQuerySet
from web.calendar.days import years_before
from web.models.history import RecordsWithRelations

OPEN_REACH = "OPEN_REACH"
"""Countries and territories taking part: a working rule for finding offers, not a definition."""
OWN_STATEMENT = "OWN_STATEMENT"
"""Those that told the secretariat that they take part as countries of the South: each dated, with its source."""


def short_name(code: str) -> str:
    """Return what the reader's language calls a group whose code people use as its name."""
    return pgettext("short name of a country group", code)


STATEMENT_NEEDS = _("A statement of a country needs its day (member from) and its source.")


class CountryGroup(Labelled):
    """A named group of countries: special situation, organisation, region, or derived from other groups."""

    label_context = "country group"

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    label = models.CharField(_("label"), max_length=120)
    level = models.CharField(
        _("level"),
        max_length=20,
        choices=GroupLevel,
        blank=True,
        help_text=_("How close an offer to this group counts. Without a level it cannot be a target."),
    )
    authority = models.CharField(_("authority"), max_length=120, blank=True)
    expected_count = models.CharField(_("expected number of members"), max_length=200, blank=True)
    aliases = models.TextField(_("spellings"), blank=True, help_text=_("As people write it; one a line."))
    is_heading = models.BooleanField(
        _("badge, filter and heading"),
        default=False,
        help_text=_(
            "Shown publicly on a country's page and offered as a filter. Lists made by others for other ends "
            "(fragile situations, income, OIC) only explain a reach."
        ),
    )
    is_made_anew = models.BooleanField(
        _("list made anew each year"),
        default=False,
        help_text=_(
            "A list that others make anew each year, such as of fragile situations or of income: a posting that names "
            "it is read by the list in force on the day of its source. An explanation calls it a wider grouping that "
            "the offer names, and says no country to be on it."
        ),
    )
    parts = models.ManyToManyField(
        "self",
        verbose_name=_("derived from"),
        symmetrical=False,
        blank=True,
        related_name="included_in",
        help_text=_("The members of a derived group are those of its parts, on the same date."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    search_text = FoldedTextField(sources=("code", "label", "aliases"))

    history = RecordsWithRelations(excluded_fields=["loaded_values", "search_text"], m2m_fields=[parts])

    objects = LabelledQuerySet["CountryGroup"].as_manager()

    class Meta:
        verbose_name = _("country group")
        verbose_name_plural = _("country groups")
        ordering = ["position", "code"]

    @property
    def short_name(self) -> str:
        """What people call it: "LDC" by its code, in French "PMA"; others by their label."""
        return short_name(self.code) if self.level in LEVELS_CALLED_BY_CODE else self.display_label


class GroupMembershipQuerySet(ActiveQuerySet["GroupMembership"]):
    """Dated memberships."""

    def in_force(self, on: dt.date) -> "GroupMembershipQuerySet":
        """Memberships that hold on the day `on`: an end that is not confirmed does not end a membership."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_to__isnull=True) | Q(valid_to__gt=on) | ~Q(status=MembershipStatus.CONFIRMED),
            is_active=True,
        )

    def ended_within(self, years: int, before: dt.date) -> "GroupMembershipQuerySet":
        """Memberships that ended, by confirmation, less than `years` years before the day `before`."""
        return self.filter(
            status=MembershipStatus.CONFIRMED,
            valid_to__lte=before,
            valid_to__gt=years_before(before, years),
            is_active=True,
        )

    def of_group(self, code: str) -> "GroupMembershipQuerySet":
        """Memberships of the group, or of the parts that it is derived from."""
        return self.filter(Q(group=code) | Q(group__included_in=code))


class GroupMembership(Reference):
    """A country's membership of a group, from a first day to the first day of not being a member."""

    group = models.ForeignKey(
        CountryGroup, verbose_name=_("group"), on_delete=models.CASCADE, related_name="memberships"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.CASCADE, related_name="memberships"
    )
    valid_from = models.DateField(_("member from"), null=True, blank=True)
    valid_to = models.DateField(
        _("member until, exclusive"),
        null=True,
        blank=True,
        help_text=_("The first day of not being a member. It ends the membership only once confirmed."),
    )
    date_precision = models.CharField(_("precision"), max_length=10, choices=DatePrecision, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=MembershipStatus, default=MembershipStatus.CONFIRMED)
    resolution = models.CharField(
        _("resolution"), max_length=120, blank=True, help_text=_("What sets the end, e.g. A/RES/76/8.")
    )
    public_note = models.CharField(
        _("public note"), max_length=200, blank=True, help_text=_("Shown publicly, e.g. deferral requested.")
    )

    history = HistoricalRecords(excluded_fields=["loaded_values"])

    objects = GroupMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("group membership")
        verbose_name_plural = _("group memberships")
        ordering = ["group", "country", F("valid_from").asc(nulls_first=True), "id"]
        constraints = [
            models.UniqueConstraint(fields=["group", "country", "valid_from"], name="groupmembership_unique"),
            models.UniqueConstraint(
                fields=["group", "country"],
                condition=Q(valid_from__isnull=True),
                name="groupmembership_unique_without_a_beginning",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="groupmembership_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(group=OWN_STATEMENT) | (Q(valid_from__isnull=False) & ~Q(source="")),
                name="groupmembership_own_statement_has_day_and_source",
                violation_error_message=STATEMENT_NEEDS,
            ),
        ]
        indexes = [models.Index(fields=["country", "group"], name="groupmembership_country_group")]

    def __str__(self) -> str:
        return f"{self.country_id} · {self.group_id}"

    def clean(self) -> None:
        """Refuse a statement of a country without its day and source, also where a form does not ask for the group."""
        if self.group_id == OWN_STATEMENT and not (self.valid_from and self.source.strip()):
            raise ValidationError(STATEMENT_NEEDS)
