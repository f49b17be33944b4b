"""Agencies and what is known of them as institutions."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from directory.choices import AgencyKind, AgencyRole
from directory.models.fields import FoldedTextField
from directory.models.reference_data.base import ActiveQuerySet, Reference
from directory.models.reference_data.country import Country


class AgencyQuerySet(ActiveQuerySet["Agency"]):
    """Agencies."""

    def public(self) -> "AgencyQuerySet":
        """Agencies shown to everyone: all in use but the secretariat itself."""
        return self.filter(is_active=True).exclude(kind=AgencyKind.SECRETARIAT)


class Agency(Reference):
    """An institution that offers, seeks or facilitates cooperation."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=AgencyKind, default=AgencyKind.OTHER)
    country = models.ForeignKey(
        Country,
        verbose_name=_("country"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agencies",
        limit_choices_to={"is_listed": True},
    )
    founded = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    parent_body = models.CharField(_("parent body"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=AgencyRole, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Shown publicly."))
    office_mailbox = models.EmailField(
        _("office mailbox"), blank=True, help_text=_("Of the office, not of a person; receives copies of the mails.")
    )
    office_mailbox_is_public = models.BooleanField(_("office mailbox shown publicly"), default=False)
    website = models.URLField(_("website"), blank=True)
    head_name = models.CharField(
        _("head of the agency, with title"),
        max_length=150,
        blank=True,
        help_text=_("Whom letters address, as it stands there, e.g. H.E. Ms Amina Rahman. Not shown publicly."),
    )
    head_function = models.CharField(
        _("function of the head"), max_length=150, blank=True, help_text=_("E.g. Director-General.")
    )
    search_text = FoldedTextField(sources=("code", "name", "acronym", "description"))

    history = HistoricalRecords(excluded_fields=["loaded_values", "search_text"])

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["name", "country"], name="agency_name_country_unique"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(country__isnull=True), name="agency_name_unique_without_a_country"
            ),
        ]

    @property
    def public_mailbox(self) -> str:
        """The office mailbox where the agency wants everyone to see it; else empty."""
        return self.office_mailbox if self.office_mailbox_is_public else ""

    def __str__(self) -> str:
        return f"{self.name} ({self.acronym})" if self.acronym else self.name

    def get_absolute_url(self) -> str:
        """Return the address of its public page."""
        return reverse("directory:agency", args=[self.code])


class AgencyFact(Reference):
    """One institutional fact of an agency, with its source: legal basis, structure, size."""

    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.CASCADE, related_name="facts")
    label = models.CharField(_("what"), max_length=80)
    text = models.TextField(_("fact"), help_text=_("Shown publicly, with its source."))
    as_of = models.CharField(_("as of"), max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ActiveQuerySet["AgencyFact"].as_manager()

    class Meta:
        verbose_name = _("institutional fact")
        verbose_name_plural = _("institutional facts")
        ordering = ["agency", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "label"], name="agencyfact_agency_label_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.text}"
